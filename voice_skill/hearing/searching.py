"""Runs a search for the text of one piece of sound: the network's steps, several texts side by side."""

from typing import Protocol

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.moonshine_model import Encoded, Floats, Memory, MoonshineModel, log_sums

PIECES_PER_SECOND, SPARE_PIECES = 8.0, 4
"""Nobody speaks faster; what would be longer is the model talking to itself."""


class Search(Protocol):
    """A search that follows some texts at once."""

    def advance(self, logits: Floats, normal: Floats) -> tuple[list[int], list[int]]:
        """Take the logits after each text followed, (texts, vocabulary); at first, of the empty text.

        normal: by how much the log-probabilities fall short of them, (texts,). Return the next piece of each
        text to follow, and the row that it goes on from. Without any, the search is over.
        """
        ...


def run(model: MoonshineModel, started: tuple[Floats, Memory], search: Search) -> None:
    """Let a search go on until it is over, or the texts are longer than anybody speaks.

    started: what `model.start` returned for the sound.
    """
    logits, memory = started
    for _ in range(piece_limit(memory.encoded)):
        tokens, parents = search.advance(logits, log_sums(logits))
        if not tokens:
            break
        logits, memory = model.step(np.array(tokens), memory.take(np.array(parents)))


def piece_limit(encoded: Encoded) -> int:
    """Return how many pieces a text of this sound has at most."""
    return int(encoded.samples / SAMPLE_RATE * PIECES_PER_SECOND) + SPARE_PIECES
