"""The search for the sentence of a grammar that a piece of sound most likely is."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from voice_skill.hearing.grammar import BETWEEN
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.searching import run
from voice_skill.hearing.spelling import Spelled, Speller
from voice_skill.hearing.tokenizer import Tokenizer
from voice_skill.hearing.word_states import WordState

BEAMS = 8
"""Sentences followed side by side."""

PRUNE = 12.0
"""A sentence whose score is this far behind the best is given up (natural logarithm)."""

SAME_PLACE = 2
"""Sentences followed of those that may go on alike, such as one with and one without an "um" before it."""

HESITATION_COST = 2.0
"""Taken from the score for each hesitation."""

MOST_HESITATIONS = 2
"""In one sentence: in noise the search would follow "uh" after "uh", and never come to a word. (The free text
may have more of them, and is read all the same.)"""

SPARE = 3.0
"""A sentence is followed until it is this far behind the best whole one: its last pieces may not be the
likeliest, and those found behind the best are wanted too."""

MOST_FOUND = 10
"""Sentences returned."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of the grammar. score: its log-probability. tokens: the pieces it was spelled with."""

    words: tuple[str, ...]
    score: float
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Beam:
    spelled: Spelled
    words: tuple[str, ...] = ()
    tokens: tuple[int, ...] = ()
    score: float = 0.0
    hesitations: int = 0


class HeldSearch:
    """The search for the sentences of a grammar.

    kept: sentences followed side by side. floor: a sentence whose log-probability falls below it is given
    up.
    """

    def __init__(self, speller: Speller, kept: int = BEAMS, floor: float = -np.inf) -> None:
        speller.tidy()
        self._floor = floor
        self._speller = speller
        self._kept = kept
        self._beams = [_Beam(speller.start)]
        self._found: dict[tuple[str, ...], Found] = {}
        self._enough = -np.inf

    @property
    def found(self) -> list[Found]:
        """The most likely sentences so far, best first; [] if none is above the floor."""
        ranked = sorted(self._found.values(), key=lambda one: -one.score)
        return [one for one in ranked[:MOST_FOUND] if one.score > self._floor]

    def advance(self, logits: Floats, normal: Floats) -> tuple[list[int], list[int]]:
        """See `Search`."""
        for row, beam in enumerate(self._beams):
            if beam.spelled.ends:
                one = _ended(beam, float(logits[row, Tokenizer.end] - normal[row]))
                if one.words not in self._found or self._found[one.words].score < one.score:
                    self._found[one.words] = one
                    self._enough = max(self._enough, one.score - SPARE)
        parents = self._grow(logits, normal)
        return [beam.tokens[-1] for beam in self._beams], parents

    def _grow(self, logits: Floats, normal: Floats) -> list[int]:
        """Go on with the best continuations; return the row that each comes from."""
        beams, self._beams = self._beams, []
        scores = np.concatenate(
            [logits[row, b.spelled.tokens] + (b.score - normal[row]) for row, b in enumerate(beams)]
        )
        if not len(scores):
            return []
        bounds = np.cumsum([0, *(len(b.spelled.tokens) for b in beams)])
        near = np.flatnonzero(scores > max(self._floor, self._enough, scores.max() - PRUNE))
        grown: set[tuple[tuple[str, ...], str]] = set()
        places: Counter[tuple[WordState, str]] = Counter()
        parents: list[int] = []
        for place in near[np.argsort(-scores[near])]:
            parent = int(np.searchsorted(bounds, place, side="right")) - 1
            beam = beams[parent]
            piece = int(place - bounds[parent])
            state, letters, completes = beam.spelled.onward(piece)
            words = (*beam.words, beam.spelled.letters) if completes else beam.words
            # Two spellings of the same text would only take each other's place.
            if (words, letters) in grown or places[state, letters] >= SAME_PLACE:
                continue
            hesitations = beam.hesitations + (completes and beam.spelled.letters in BETWEEN)
            if hesitations > MOST_HESITATIONS:
                continue
            grown.add((words, letters))
            places[state, letters] += 1
            score = float(scores[place]) - HESITATION_COST * (hesitations - beam.hesitations)
            tokens = (*beam.tokens, int(beam.spelled.tokens[piece]))
            self._beams.append(_Beam(self._speller.at(state, letters), words, tokens, score, hesitations))
            parents.append(parent)
            if len(parents) == self._kept:
                break
        return parents


def search(
    model: MoonshineModel,
    started: tuple[Floats, Memory],
    speller: Speller,
    beams_kept: int = BEAMS,
    floor: float = -np.inf,
) -> list[Found]:
    """Return the most likely sentences, best first; [] if none scores above `floor`.

    started: what `model.start` returned for the sound.
    """
    held = HeldSearch(speller, beams_kept, floor)
    run(model, started, held)
    return held.found


def _ended(beam: _Beam, score: float) -> Found:
    words = (*beam.words, beam.spelled.letters) if beam.spelled.letters else beam.words
    return Found(words, beam.score + score, beam.tokens)
