"""Hearing with the knowledge of what may be said: the free text and the nearest sentence, weighed."""

from dataclasses import dataclass

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.confidence import Evidence
from voice_skill.hearing.constrained import Found, search
from voice_skill.hearing.decoding import Beam
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.spelling import Speller, spoken_words

QUICK, THOROUGH = 8, 24
"""Sentences followed side by side at first, and when the first look leaves a doubt."""

CLEAR = 0.8
"""Confidence at which no second look is taken."""

LEEWAY, LEEWAY_PER_SECOND = 8.0, 3.0
"""How far a sentence's log-probability may stay behind the free text's before the search gives it up."""


@dataclass(frozen=True, slots=True)
class Held:
    """The sentence of the grammar that is nearest to the sound. confidence: that it was said, 0..1."""

    found: Found
    evidence: Evidence | None
    confidence: float


class GrammarHearing:
    """Holds what one model hears to one grammar."""

    def __init__(self, model: MoonshineModel, grammar: Grammar) -> None:
        self._model = model
        self._speller = Speller(model.tokenizer, grammar)

    def nearest(self, started: tuple[Floats, Memory], free: Beam) -> Held | None:
        """Return the nearest sentence of the grammar, or None when none comes near.

        started: what the model's `start` returned for the sound; free: what was heard freely in it.
        """
        words = spoken_words(self._model.tokenizer.decode(free.tokens))
        if self._speller.grammar.read(words):
            return Held(Found(tuple(words), free.odds, free.tokens), None, 1.0)
        seconds = started[1].encoded.samples / SAMPLE_RATE
        floor = free.odds - LEEWAY - LEEWAY_PER_SECOND * seconds
        best: Held | None = None
        for beams in (QUICK, THOROUGH):
            for found in search(self._model, started, self._speller, beams, floor)[:1]:
                evidence = Evidence.of(found, "".join(words), free.odds, len(free.tokens), seconds)
                held = Held(found, evidence, evidence.confidence)
                if best is None or held.found.score > best.found.score:
                    best = held
            if best is not None and best.confidence >= CLEAR:
                break
        return best
