"""Speak the sentences that the recogniser is tuned with. See the package's page.

    .venv/bin/python -m benchmarks.tuning.voices SAID.json SPOKEN

Each is spoken once, by a voice drawn by chance: eSpeak NG's accents with many speakers, flite's and
festival's small voices (Debian's packages flite, festival and festvox-kdlpc16k), and Piper at several speeds.
The voices that benchmarks measure with are left to them: flite's other ones, festival's slt, and those pairs
of accent and speaker of eSpeak; not Piper's, nor kal, who speaks for festival there. The folder gets
`sound.i16`, all one after another at 16 kHz, and `clips.json`.
"""

import argparse
import io
import json
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from rich.progress import track

from tests.voices import ESPEAK
from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.voice import VoiceSettings

SHARES = {"espeak": 56, "flite": 8, "festival": 12, "piper": 24}
BRITISH = ["en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd"]
ACCENTS = [*BRITISH, "en-us", "en-us-nyc", "en-029"]
MEN = ["klatt", "klatt3", "croak", "whisper", "Alex", "Henrique", "Michael", "adam", "grandpa", "victor"]
WOMEN = ["Andrea", "Annie", "aunty", "belinda", "grandma", "linda", "steph"]
SPEAKERS = [
    *MEN,
    *WOMEN,
    *(f"m{number}" for number in range(1, 9)),
    *(f"f{number}" for number in range(1, 6)),
]
MEASURED = {name.replace("gmw/en", "en-gb") for name in ESPEAK.values()}

AT_ONCE = 100
"""Sentences given to festival, which takes long to start."""

LONGEST_S = 8.0
LOUD = 30_000

Spoken = tuple[str, str, Samples]
"""A sentence, the name of its voice, and the sound."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("said", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    said = json.loads(args.said.read_text(encoding="utf-8"))
    args.out.mkdir(parents=True, exist_ok=True)
    clips = []
    begin = 0
    with (args.out / "sound.i16").open("wb") as sound:
        for text, voice, samples in track(spoken(said, random.Random(100)), total=len(said)):
            if len(samples) <= LONGEST_S * SAMPLE_RATE:
                sound.write(samples.tobytes())
                clips.append({"text": text, "voice": voice, "begin": begin, "length": len(samples)})
                begin += len(samples)
    (args.out / "clips.json").write_text(json.dumps(clips, indent=0), encoding="utf-8")
    print(f"{len(clips)} sentences, {begin / SAMPLE_RATE / 3600:.1f} hours")


def spoken(said: list[str], rng: random.Random) -> Iterator[Spoken]:
    """Yield each sentence spoken by some voice, without the silence around it."""
    piper = PiperVoice(variation=0.4)
    by_festival = []
    for text in said:
        [by] = rng.choices(list(SHARES), list(SHARES.values()))
        if by == "festival":
            by_festival.append(text)
        elif by == "piper":
            sound = piper.render(text, VoiceSettings(rate=rng.uniform(0.8, 1.25)))
            yield text, by, _trimmed(sound.samples / 32768, sound.rate * rng.uniform(0.88, 1.15))
        else:
            voice, command = espeak(text, rng) if by == "espeak" else flite(text, rng)
            yield text, voice, _trimmed(*_run(command))
    for begin in range(0, len(by_festival), AT_ONCE):
        yield from festival(by_festival[begin : begin + AT_ONCE], rng)


def espeak(text: str, rng: random.Random) -> tuple[str, list[str]]:
    """Return a voice and the command that writes the sentence in it to standard output."""
    voice = rng.choice(sorted({f"{a}+{s}" for a in ACCENTS for s in SPEAKERS} - MEASURED))
    pitch, speed = str(rng.randint(25, 75)), str(rng.randint(135, 195))
    return voice, ["espeak-ng", "-v", voice, "-p", pitch, "-s", speed, "--stdout", text]


def flite(text: str, rng: random.Random) -> tuple[str, list[str]]:
    """Return the same for flite."""
    voice, stretch = rng.choice(["kal16", "kal"]), f"duration_stretch={rng.uniform(0.8, 1.2):.2f}"
    return voice, ["flite", "-voice", voice, "--setf", stretch, "-t", text, "-o", "/dev/stdout"]


def festival(said: list[str], rng: random.Random) -> Iterator[Spoken]:
    """Yield sentences spoken by festival."""
    with tempfile.TemporaryDirectory() as folder:
        lines = ["(voice_ked_diphone)"]
        for number, text in enumerate(said):
            plain = text.replace('"', "").replace("\\", "")
            lines += [
                f"(Parameter.set 'Duration_Stretch {rng.uniform(0.85, 1.2):.2f})",
                f'(set! said (utt.synth (Utterance Text "{plain}")))',
                f'(utt.save.wave said "{folder}/{number}.wav" \'riff)',
            ]
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines), encoding="utf-8")
        subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
        for number, text in enumerate(said):
            samples, rate = soundfile.read(f"{folder}/{number}.wav", dtype="float32")
            yield text, "ked", _trimmed(samples, rate * rng.uniform(0.92, 1.1))


def _run(command: list[str]) -> tuple[np.ndarray, float]:
    written = subprocess.run(command, check=True, capture_output=True).stdout
    samples, rate = soundfile.read(io.BytesIO(written), dtype="float32")
    return samples, float(rate)


def _trimmed(samples: np.ndarray, rate: float) -> Samples:
    """Return the sound at 16 kHz, loud, without the silence around it.

    rate: another one than its own makes another speaker of it.
    """
    sound = soxr.resample(samples.astype(np.float32), rate, SAMPLE_RATE)
    loudness = np.abs(sound)
    [heard] = np.nonzero(loudness > loudness.max() / 100)
    trimmed: Samples = (sound[heard[0] : heard[-1] + 1] / loudness.max() * LOUD).astype(np.int16)
    return trimmed


if __name__ == "__main__":
    main()
