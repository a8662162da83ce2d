r"""What it costs to listen while nobody speaks to it.

    .venv/bin/python -m benchmarks.idle [--noise NOISE.flac] [--minutes 5] \
        [--json OUT.json] [--picture OUT.png]

Silence, the hiss of a microphone, and the noise (over and over) go through the turn detector, and turns that
it finds through the recogniser, as in the running program but faster than real time. Printed is the share of
one core: CPU seconds of all threads for a second of sound. The baseline decodes everything, ten seconds at a
time.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame, Samples
from voice_skill.dialog.pack import load_pack
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.transcription import recognise
from voice_skill.hearing.turns import Turn, TurnDetector

CHUNK_S = 10
BASELINE_S = 60
"""Seconds of sound that the baseline is measured on: it takes long."""


def listen(recognizer: MoonshineRecognizer, samples: Samples) -> int:
    """Listen as the program does; return the turns found."""
    detector, turns = TurnDetector(), 0
    for at in range(0, len(samples), FRAME_SAMPLES):
        for event in detector.feed(Frame(samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)):
            if isinstance(event, Turn):
                turns += 1
                recognise(recognizer, event.samples)
    return turns


def decode_all(recognizer: MoonshineRecognizer, samples: Samples) -> int:
    pieces = range(0, len(samples), CHUNK_S * SAMPLE_RATE)
    for at in pieces:
        recognise(recognizer, samples[at : at + CHUNK_S * SAMPLE_RATE])
    return len(pieces)


def cost(
    way: Callable[[MoonshineRecognizer, Samples], int], recognizer: MoonshineRecognizer, samples: Samples
) -> dict[str, float]:
    start = time.process_time()
    decoded = way(recognizer, samples)
    share = (time.process_time() - start) * SAMPLE_RATE / len(samples)
    return {"core": round(share, 4), "decoded": decoded, "minutes": len(samples) / SAMPLE_RATE / 60}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--noise", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    n = round(options.minutes * 60 * SAMPLE_RATE)
    hiss = np.random.default_rng(1).normal(0, 30, n)
    sounds: dict[str, Samples] = {"silence": np.zeros(n, np.int16), "hiss": hiss.astype(np.int16)}
    if options.noise:
        noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE).samples
        sounds[options.noise.stem] = np.resize(noise, n)
    pack = load_pack("en")
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags))
    recognizer.load()
    result: dict[str, Any] = {"data": ", ".join(sounds), "n": options.minutes, "sounds": {}}
    for name, samples in sounds.items():
        program = cost(listen, recognizer, samples)
        baseline = cost(decode_all, recognizer, samples[: BASELINE_S * SAMPLE_RATE])
        result["sounds"][name] = {"program": program, "baseline": baseline}
        print(
            f"{name:>8}  {program['minutes']:.0f} min  program {program['core']:6.1%} of a core"
            f" ({program['decoded']} turns)   decoding everything {baseline['core']:6.1%}",
            flush=True,
        )
    figures.write(options.json, result)
    with figures.picture(options.picture, "CPU while nobody speaks to it") as axes:
        if axes is not None:
            for offset, way in ((-0.2, "program"), (0.2, "baseline")):
                at = [place + offset for place in range(len(sounds))]
                axes.bar(at, [100 * result["sounds"][name][way]["core"] for name in sounds], 0.38, label=way)
            axes.set_xticks(range(len(sounds)), list(sounds))
            axes.set_ylabel("% of one core")
            axes.legend()


if __name__ == "__main__":
    main()
