"""An hour of sound through the vosk engine: how fast, and whether its memory grows.

    python benchmarks/vosk_hour.py MODEL SPEECH.wav [--minutes 60] [--phrases FILE] [--one-utterance]

The recording is heard again and again, an utterance each time (or all of it as one, the worst case), with
nothing gated. With --phrases (a phrase a line) the model is told what may be said. Prints a line every five
minutes of sound: minutes heard, resident memory in MB, seconds of computing for each second of sound.
"""

import argparse
import os
import time
from pathlib import Path

import soundfile

from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.hearing.vosk import VoskRecognizer


def resident_mb() -> float:
    """Return the memory that this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    options = parse()
    samples, rate = soundfile.read(options.speech, dtype="int16", always_2d=True)
    speech = Sound(samples[:, 0], rate).at(SAMPLE_RATE)
    recognizer = VoskRecognizer(options.model)
    recognizer.load()
    if options.phrases:
        recognizer.use_phrases(options.phrases.read_text(encoding="utf-8").splitlines())
    print(f"loaded: {resident_mb():.0f} MB")
    heard_s, next_report_s, begun = 0.0, 0.0, time.perf_counter()
    words = 0
    while heard_s < options.minutes * 60:
        recognizer.accept(speech.samples)
        heard_s += speech.seconds
        if not options.one_utterance:
            words += len(recognizer.finish().words)
        if heard_s >= next_report_s:
            cost = (time.perf_counter() - begun) / heard_s
            print(f"{heard_s / 60:5.1f} min  {resident_mb():6.0f} MB  {cost:.3f} s/s", flush=True)
            next_report_s += 300
    words += len(recognizer.finish().words)
    print(f"{heard_s / 60:5.1f} min  {resident_mb():6.0f} MB  {words} words")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("speech", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--phrases", type=Path)
    parser.add_argument("--one-utterance", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
