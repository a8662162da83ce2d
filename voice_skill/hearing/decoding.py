"""The search for the text that a piece of sound most likely is."""

from dataclasses import dataclass

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.moonshine_model import Encoded, Floats, Memory, MoonshineModel
from voice_skill.hearing.tokenizer import Tokenizer

BEAMS = 4
"""Texts followed side by side."""

PRUNE = 12.0
"""A text whose score is this far behind the best is given up (natural logarithm)."""

PIECES_PER_SECOND, SPARE_PIECES = 8.0, 4
"""Nobody speaks faster; what would be longer is the model talking to itself."""

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


def decode(model: MoonshineModel, started: tuple[Floats, Memory], bias: WordBias) -> Beam:
    """Return the best text found, markers left out; without pieces when the model hears none.

    started: what `model.start` returned for the sound.
    """
    beams, finished = [Beam()], Beam(score=-np.inf)
    logits, memory = started
    for _ in range(piece_limit(memory.encoded)):
        grown, parents, ended = _grow(beams, logits, bias)
        if ended and ended.score > finished.score:
            finished = ended
        # Scores only fall, but for the bonus; a text that overtakes by it is too rare to wait for.
        if not grown or grown[0].score < finished.score:
            break
        beams = grown
        logits, memory = model.step(np.array([b.tokens[-1] for b in beams]), memory.take(np.array(parents)))
    return finished if np.isfinite(finished.score) else beams[0]


def _grow(beams: list[Beam], logits: Floats, bias: WordBias) -> tuple[list[Beam], list[int], Beam | None]:
    """Return the best continuations, best first, the beam each comes from, and the best text ending here."""
    scores = _log_softmax(logits)
    plain = scores.copy()
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


def piece_limit(encoded: Encoded) -> int:
    """Return how many pieces a text of this sound has at most."""
    return int(encoded.samples / SAMPLE_RATE * PIECES_PER_SECOND) + SPARE_PIECES


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
