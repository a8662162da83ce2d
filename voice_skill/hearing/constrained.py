"""The search for the sentence of a grammar that a piece of sound most likely is."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from voice_skill.hearing.decoding import piece_limit
from voice_skill.hearing.grammar import BETWEEN
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, log_sums
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
"""Taken from the score for each hesitation: in noise the model hears "uh" after "uh", and never a word."""

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
    speller.tidy()
    logits, memory = started
    beams = [_Beam(speller.start)]
    found: dict[tuple[str, ...], Found] = {}
    best = floor
    for _ in range(piece_limit(memory.encoded)):
        normal = log_sums(logits)
        for row, beam in enumerate(beams):
            if beam.spelled.ends:
                one = _ended(beam, float(logits[row, Tokenizer.end] - normal[row]))
                if one.words not in found or found[one.words].score < one.score:
                    found[one.words] = one
                    best = max(best, one.score - SPARE)
        beams, parents = _grow(beams, logits, normal, speller, beams_kept, best)
        if not beams:
            break
        logits, memory = model.step(np.array([b.tokens[-1] for b in beams]), memory.take(np.array(parents)))
    ranked = sorted(found.values(), key=lambda one: -one.score)
    return [one for one in ranked[:MOST_FOUND] if one.score > floor]


def _grow(  # noqa: PLR0913, PLR0917 - one step of the search, in one place
    beams: list[_Beam], logits: Floats, normal: Floats, speller: Speller, kept: int, floor: float
) -> tuple[list[_Beam], list[int]]:
    """Return the best continuations and the beam each comes from; none below `floor`."""
    scores = np.concatenate(
        [logits[row, b.spelled.tokens] + (b.score - normal[row]) for row, b in enumerate(beams)]
    )
    if not len(scores):
        return [], []
    bounds = np.cumsum([0, *(len(b.spelled.tokens) for b in beams)])
    near = np.flatnonzero(scores > max(floor, scores.max() - PRUNE))
    grown: set[tuple[tuple[str, ...], str]] = set()
    places: Counter[tuple[WordState, str]] = Counter()
    chosen: list[_Beam] = []
    parents: list[int] = []
    for place in near[np.argsort(-scores[near])]:
        parent = int(np.searchsorted(bounds, place, side="right")) - 1
        beam = beams[parent]
        token = int(place - bounds[parent])
        state, letters, completes = beam.spelled.onward(token)
        words = (*beam.words, beam.spelled.letters) if completes else beam.words
        # Two spellings of the same text would only take each other's place.
        if (words, letters) in grown or places[state, letters] >= SAME_PLACE:
            continue
        grown.add((words, letters))
        places[state, letters] += 1
        score = float(scores[place])
        if completes and beam.spelled.letters in BETWEEN:
            score -= HESITATION_COST
        tokens = (*beam.tokens, int(beam.spelled.tokens[token]))
        chosen.append(_Beam(speller.at(state, letters), words, tokens, score))
        parents.append(parent)
        if len(chosen) == kept:
            break
    return chosen, parents


def _ended(beam: _Beam, score: float) -> Found:
    words = (*beam.words, beam.spelled.letters) if beam.spelled.letters else beam.words
    return Found(words, beam.score + score, beam.tokens)
