"""The search for the text that a piece of sound most likely is."""

from dataclasses import dataclass

import numpy as np

from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.searching import run
from voice_skill.hearing.tokenizer import Tokenizer

BEAMS = 4
"""Texts followed side by side."""

PRUNE = 12.0
"""A text whose score is this far behind the best is given up (natural logarithm)."""

LOOP_PIECES, LOOP_TIMES = 16, 3
"""A text that ends in this many pieces, the same ones this many times over, is going round in circles."""


@dataclass(frozen=True, slots=True)
class Beam:
    """One text so far. tokens: its pieces. score: log-probability and bonus. prefix: for the bias.

    odds: log-probability alone.
    """

    tokens: tuple[int, ...] = ()
    score: float = 0.0
    prefix: str = WordBias.start
    odds: float = 0.0


class FreeSearch:
    """The search for any text at all."""

    def __init__(self, bias: WordBias) -> None:
        self._bias = bias
        self._beams = [Beam()]
        self._finished = Beam(score=-np.inf)

    @property
    def best(self) -> Beam:
        """The best whole text, or what there is of one; markers left out."""
        return self._finished if np.isfinite(self._finished.score) else self._beams[0]

    def advance(self, logits: Floats, normal: Floats) -> tuple[list[int], list[int]]:
        """See `Search`."""
        grown, parents, ended = _grow(self._beams, logits - normal[:, np.newaxis], self._bias)
        if ended and ended.score > self._finished.score:
            self._finished = ended
        # Scores only fall, but for the bonus; a text that overtakes by it is too rare to wait for.
        if not grown or grown[0].score < self._finished.score:
            return [], []
        self._beams = grown
        return [beam.tokens[-1] for beam in grown], parents


def decode(model: MoonshineModel, started: tuple[Floats, Memory], bias: WordBias) -> Beam:
    """Return the best text found, markers left out; without pieces when the model hears none.

    started: what `model.start` returned for the sound.
    """
    search = FreeSearch(bias)
    run(model, started, search)
    return search.best


def _grow(beams: list[Beam], plain: Floats, bias: WordBias) -> tuple[list[Beam], list[int], Beam | None]:
    """Return the best continuations, best first, the beam each comes from, and the best text ending here.

    plain: log-probabilities of the next piece, (beams, vocabulary).
    """
    scores = plain.copy()
    for row, beam in enumerate(beams):
        scores[row] += bias.bonus(beam.prefix) + beam.score
    flat = scores.ravel()
    near = np.flatnonzero(flat > flat.max() - PRUNE)
    grown: list[Beam] = []
    parents: list[int] = []
    ended = None
    for place in near[np.argsort(-flat[near])]:
        parent, token = divmod(int(place), scores.shape[1])
        beam, score = beams[parent], float(flat[place])
        if token == Tokenizer.end:
            ended = ended or Beam(beam.tokens, score, odds=beam.odds + float(plain[parent, token]))
            continue
        tokens = (*beam.tokens, token)
        if not is_loop(tokens):
            odds = beam.odds + float(plain[parent, token])
            grown.append(Beam(tokens, score, bias.follow(beam.prefix, token), odds))
            parents.append(parent)
        if len(grown) == BEAMS:
            break
    return grown, parents, ended


def is_loop(tokens: tuple[int, ...]) -> bool:
    """Tell whether a text ends in the same pieces over and over."""
    for length in range(1, len(tokens) // LOOP_TIMES + 1):
        times = max(LOOP_TIMES, -(-LOOP_PIECES // length))
        if len(tokens) >= length * times and tokens[-length * times :] == tokens[-length:] * times:
            return True
    return False
