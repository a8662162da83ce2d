r"""Fits how sure hearing is of a short sentence that a conversation expects, and shows how true that is.

    .venv/bin/python -m benchmarks.calibrate_expected --noise NOISE.flac --unrelated FOLDER \
        [--every 1] [--sentences 70] [--clips 120] [--check] [--json OUT.json] [--picture OUT.png]

The sounds: short answers and commands at the moments of a conversation where they belong
(`benchmarks/situations.py`), other sentences of the English pack then, and recordings of people
saying other things; in quiet and at 10 dB. The expected sentence that comes nearest is right if it means what
was said, at that moment. Weights are fitted on the voices and recordings that are for development; the others
are checked. With --check only those are heard, with the weights that the program has now. Prints the weights
for `voice_skill/hearing/confidence.py` and draws the reliability diagram.
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import calibration, figures
from benchmarks.cramp_commands import in_room, sentences
from benchmarks.orders import is_for_development
from benchmarks.situations import SAID, situations
from tests.voices import VOICES, speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.confidence import EXPECTED_WEIGHTS, Free, clearness
from voice_skill.hearing.decoding import decode
from voice_skill.hearing.expecting import Expectations
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.hearing.moonshine_model import MoonshineModel, packaged_weights
from voice_skill.hearing.short import Short, ShortHearing
from voice_skill.hearing.spelling import Speller, spoken_words
from voice_skill.hearing.transcription import MARGIN_S
from voice_skill.learning import understander_of
from voice_skill.session import Session

Case = tuple[str, str, Sound]
"""A moment, what is said then ("" for something else), and the sound."""

Judged = tuple[tuple[float, ...], bool]
"""The figures of what was heard, and whether it is right."""


class Listener:
    """Hears the expected sentence that comes nearest."""

    def __init__(self, pack: Pack) -> None:
        self._model = MoonshineModel(packaged_weights(), tuning=pack.tuning)
        self._gate = SpeechGate()
        self._expectations = Expectations(pack)
        grammar = grammar_of(pack.phrases, pack.slots, pack.red_flags)
        self._bias = WordBias(self._model.tokenizer, sorted(grammar.words))
        self._speller = Speller(self._model.tokenizer, grammar)
        self._hearing: dict[int, ShortHearing] = {}

    def nearest(self, sound: Sound, session: Session) -> Short | None:
        """Return the nearest sentence; None without one, and where there are several stretches of speech."""
        samples = sound.at(SAMPLE_RATE).samples
        spans = self._gate.spans(samples, MARGIN_S)
        return self._in(samples[slice(*spans[0])], session) if len(spans) == 1 else None

    def _in(self, speech: Samples, session: Session) -> Short | None:
        expected = self._expectations.of(session.context)
        assert expected is not None  # a conversation is running
        sounds = speech.astype(np.float32) / np.float32(32768)
        started = self._model.start(self._model.encode(sounds))
        best = decode(self._model, started, self._bias)
        words = spoken_words(self._model.tokenizer.decode(best.tokens))
        if not words or expected.grammar.read(words):
            return None
        hearing = self._hearing.setdefault(
            id(expected.grammar), ShortHearing(self._model, expected.grammar, self._speller)
        )
        free = Free("".join(words), best.odds, len(best.tokens), clearness(sounds))
        return hearing.hear(started, free, expected.answer)


def cases(half: str, pack: Pack, options: argparse.Namespace) -> Iterator[Case]:
    """Yield the sounds of one half."""
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE)
    voices = VOICES[half == "report" :: 2]
    spoken = [(moment, text, voice) for moment in SAID for text in SAID[moment] for voice in voices]
    spoken = spoken[:: options.every]
    for number, text in enumerate(sentences(pack, options.sentences, 7 if half == "develop" else 8)):
        spoken += [(moment, text, voices[number % len(voices)]) for moment in ("led", "asked where")]
    for number, (moment, text, voice) in enumerate(spoken):
        for room in ("clean", "10 dB"):
            yield moment, text, in_room(speak(text, voice), room, noise, number)
    files = [f for f in options.unrelated.iterdir() if is_for_development(f.name) == (half == "develop")]
    files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    for path in files[: options.clips]:
        yield "led", "", read_audio(path)


def judged(half: str, options: argparse.Namespace) -> tuple[calibration.Floats, calibration.Bools]:
    """Return the figures of what was heard in one half, and whether each is right."""
    pack = load_pack("en")
    sessions, listener = situations(pack, understander_of(pack)), Listener(pack)
    found: list[Judged] = []
    for moment, text, sound in cases(half, pack, options):
        session = sessions[moment]
        short = listener.nearest(sound, session)
        if short is None:
            continue
        got, meant = session.understand(short.text), session.understand(text)
        right = bool(text) and (got.intent, got.slots) == (meant.intent, meant.slots)
        found.append((short.evidence.figures, right))
    return np.array([figure for figure, _ in found]), np.array([right for _, right in found])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--unrelated", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="only every so many of the commands")
    parser.add_argument("--sentences", type=int, default=70, help="other sentences of the pack")
    parser.add_argument("--clips", type=int, default=120, help="recordings of other talk")
    parser.add_argument("--check", action="store_true", help="fit nothing: the weights the program has now")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    weights = np.array(EXPECTED_WEIGHTS)
    if not options.check:
        weights = calibration.fit(*judged("develop", options))
    x, right = judged("report", options)
    bins = calibration.reliability(calibration.probabilities(x, weights), right)
    shown = [round(float(weight), 2) for weight in weights]
    print(f"weights: {shown}")
    calibration.show("expected", bins)
    result: dict[str, Any] = {
        "data": "voices and recordings not fitted on",
        "n": len(right),
        "weights": shown,
        "error": calibration.error(bins),
        "bins": [asdict(one) for one in bins],
    }
    figures.write(options.json, result)
    calibration.draw(options.picture, "Is it as sure as it is right? Expected sentences", {"expected": bins})


if __name__ == "__main__":
    main()
