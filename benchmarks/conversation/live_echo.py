r"""The own voice taken out of what is heard, on a real sound server: by how much, and how soon.

    python -m benchmarks.conversation.live_echo [--openings 10] [--json OUT.json]

On a private PulseAudio the microphone hears what the loudspeaker plays, and nothing else. The devices are
opened again and again, and a sentence of its own is spoken at once. Told is by how many dB less is left of it
in its third second, and in its last. In real time; an otherwise idle machine, lest sound be lost.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import figures
from tests.sound_server import SoundServer
from tests.voices import speak
from voice_skill.audio.devices import rescan
from voice_skill.audio.duplex import Duplex
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound, join

OWN = ("Straighten your leg, and pull your toes toward you, slowly.", "Hold it there, and breathe calmly.")
VOLUME = 0.5


def opening(sentence: Sound) -> tuple[float, float]:
    """Open the devices, speak at once; return the dB removed in the third second, and in the last."""
    heard: list[Samples] = []
    left: list[Samples] = []
    with Duplex(None, None, EchoCanceller()) as sound:
        playback = sound.start(sentence, VOLUME)
        deadline = time.monotonic() + sentence.seconds + 5
        while not playback.over.is_set() and time.monotonic() < deadline:
            frame = sound.read(1.0)
            if frame is not None and sound.raw is not None:
                heard.append(sound.raw.samples)
                left.append(frame.samples)
    return removed_db(heard, left, 2.0, 3.0), removed_db(heard, left, -1.5, -0.5)


def removed_db(heard: list[Samples], left: list[Samples], begin: float, end: float) -> float:
    """Return how much softer a part is, between two times in seconds, from its end if negative."""
    part = slice(round(begin * SAMPLE_RATE), round(end * SAMPLE_RATE))
    before, after = (np.concatenate(one)[part].astype(float) for one in (heard, left))
    return float(10 * np.log10((np.mean(before**2) + 1) / (np.mean(after**2) + 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--openings", type=int, default=10)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    sentence = join([speak(text) for text in OWN])
    with tempfile.TemporaryDirectory() as folder, SoundServer(Path(folder)) as server:
        server.control("load-module", "module-remap-source", "source_name=ear", "master=spk.monitor")
        server.control("set-default-source", "ear")
        os.environ.update(server.env)
        rescan()
        rows = [opening(sentence) for _ in range(given.openings)]
    result = {
        name: {"median": round(float(np.median(some)), 1), "least": round(min(some), 1), "n": len(some)}
        for name, some in zip(
            ("removed_db_in_the_third_second", "removed_db_in_the_last"), zip(*rows, strict=True), strict=True
        )
    }
    print(json.dumps(result, indent=1))
    figures.write(given.json, result | {"rows": rows})


if __name__ == "__main__":
    main()
