"""Hearing with the knowledge of what may be said: the free text and the nearest sentences, weighed.

The model's own score is not the last word. In noise it gives up a sentence half-way, or slips over a short
word, though the free text of the same sound, wrong as it is, has letters for all of it. So the sentences
that the search found are ranked by their score and by the letters in which they differ from the free text;
and where a doubt is left, the sound is looked at a second time, played a little slower.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import soxr
from rapidfuzz.distance import Levenshtein

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.confidence import Evidence, Free, clearness
from voice_skill.hearing.constrained import Found, HeldSearch, search
from voice_skill.hearing.decoding import Beam, FreeSearch
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.readings import Reading
from voice_skill.hearing.searching import run
from voice_skill.hearing.spelling import Speller, spoken_words

QUICK, THOROUGH = 8, 16
"""Sentences followed side by side at first, and when the first look leaves a doubt."""

CLEAR = 0.8
"""Confidence at which no second look is taken."""

PLAUSIBLE = 0.2
"""Confidence from which a second look may settle the doubt."""

SEVERAL_PIECES = 6
"""Pieces of free text from which on it is long enough for the first search to have lost its way: then a
second look is taken in any case. Single words about something else are not looked at twice."""

CLEARLY_SPOKEN = -0.13
"""Log-probability for each piece from which on the free text is beyond doubt, and no second look is taken:
what it says is just not a sentence of the grammar. In noise it is hardly ever reached."""

RESCORED = 8
"""Sentences that are scored by both looks."""

SLOWER = 1.075
"""How much slower the sound is played at the second look."""

LEEWAY, LEEWAY_PER_SECOND = 8.0, 3.0
"""How far a sentence's log-probability may stay behind the free text's before the search gives it up; at the
second look twice as far."""

LETTER_COST = 0.5
"""What a letter in which a sentence differs from the free text takes from its score. Chosen on spoken orders
in kitchen noise, of the half for development."""


_SENTENCE_END = re.compile(r"[.?!]+ +")


@dataclass(frozen=True, slots=True)
class Held:
    """One sentence of the grammar that the sound may be.

    text, tokens: as the model spells it. score: of the sound and the free text together; more is likelier.
    confidence: that it was said, 0..1. readings: what it can mean, with slots.
    """

    text: str
    tokens: tuple[int, ...]
    words: tuple[str, ...]
    score: float
    confidence: float
    readings: tuple[Reading, ...]
    evidence: Evidence | None = None


class GrammarHearing:
    """Holds what one model hears to one grammar."""

    def __init__(self, model: MoonshineModel, grammar: Grammar) -> None:
        self._model = model
        self.grammar = grammar
        self._speller = Speller(model.tokenizer, grammar)

    @property
    def speller(self) -> Speller:
        """What spells the grammar's sentences, for others in the same pieces to share."""
        return self._speller

    def hear(
        self, samples: Floats, started: tuple[Floats, Memory], bias: WordBias
    ) -> tuple[Beam, tuple[Held, ...]]:
        """Return what is heard freely, and the nearest sentences of the grammar, best first.

        There are none when none comes near. samples: the sound, as `model.encode` takes it. started: what the
        model's `start` returned for it. bias: for what is heard freely.
        """
        quick = HeldSearch(self._speller, QUICK)
        leeway = LEEWAY + LEEWAY_PER_SECOND * len(samples) / SAMPLE_RATE

        def stop_in_time(free: Beam) -> None:
            """Let the search give up what is far behind; all of it, if the free text needs no holding."""
            quick.floor = np.inf if self._read(free)[1] else free.odds - leeway

        freely = FreeSearch(bias, stop_in_time)
        run(self._model, started, freely, quick)
        free = freely.best
        words, readings = self._read(free)
        if readings:
            text = self._model.tokenizer.decode(free.tokens)
            return free, (Held(text, free.tokens, words, free.odds, 1.0, readings),)
        quick.floor = free.odds - leeway
        heard = Free("".join(words), free.odds, len(free.tokens), clearness(samples))
        found = quick.found
        ranked = self._ranked(found, heard)
        confidence = ranked[0].confidence if ranked else 0.0
        in_doubt = confidence < CLEAR and free.odds < CLEARLY_SPOKEN * heard.pieces
        if in_doubt and (heard.pieces >= SEVERAL_PIECES or confidence >= PLAUSIBLE):
            found = self._second_look(samples, started, found, heard, free.odds - 2 * leeway)
            ranked = self._ranked(found, heard)
        return free, tuple(ranked)

    def _read(self, free: Beam) -> tuple[tuple[str, ...], tuple[Reading, ...]]:
        """Return the words of a free text, and what they mean if they are sentences of the grammar."""
        text = self._model.tokenizer.decode(free.tokens)
        words = tuple(spoken_words(text))
        readings = tuple(self.grammar.read(words))
        if readings:
            return words, readings
        each = [self.grammar.read(spoken_words(part)) for part in _SENTENCE_END.split(text)]
        return words, tuple(chain.from_iterable(each)) if all(each) else ()

    def _second_look(
        self,
        samples: Floats,
        started: tuple[Floats, Memory],
        found: list[Found],
        free: Free,
        floor: float,
    ) -> list[Found]:
        """Search also in the same sound played slower; score the best of what is found by both sounds."""
        slower = soxr.resample(samples, SAMPLE_RATE, SAMPLE_RATE * SLOWER).astype(np.float32)
        again = self._model.start(self._model.encode(slower))
        union = {one.words: one for one in found}
        for view in (again,) if found else (started, again):
            for one in search(self._model, view, self._speller, THOROUGH, floor):
                union.setdefault(one.words, one)
        best = sorted(union.values(), key=lambda one: -_score(one, free))[:RESCORED]
        if not best:
            return []
        texts = [one.tokens for one in best]
        scores = [self._model.score(memory.encoded, texts) for _, memory in (started, again)]
        mean = np.mean(scores, axis=0)
        return [replace(one, score=float(score)) for one, score in zip(best, mean, strict=True)]

    def _ranked(self, found: Iterable[Found], free: Free) -> list[Held]:
        """Return what was found, the likeliest first, each with its confidence."""
        held = []
        for one in sorted(found, key=lambda one: -_score(one, free)):
            evidence = Evidence.of(one, free)
            text = self._model.tokenizer.decode(one.tokens)
            readings = tuple(self.grammar.read(one.words))
            held.append(
                Held(text, one.tokens, one.words, _score(one, free), evidence.confidence, readings, evidence)
            )
        return held


def _score(found: Found, free: Free) -> float:
    """Return how likely a sentence is by the sound and by the free text together."""
    return found.score - LETTER_COST * Levenshtein.distance("".join(found.words), free.letters)
