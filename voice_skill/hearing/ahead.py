"""Hearing ahead: what was made out while somebody still spoke is checked at the end, not searched for anew.

A step of the network takes as long for twenty pieces of a text as for one, if they are known beforehand
(speculative decoding: Leviathan and others 2023, https://arxiv.org/abs/2211.17192, here with the network's
own earlier text as the draft). And where the likeliest piece is likelier than all others together, every
time, a search hardly ever finds another text.
"""

import math
from collections.abc import Sequence

import numpy as np

from voice_skill.hearing.decoding import Beam, is_loop
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, log_sums
from voice_skill.hearing.searching import piece_limit
from voice_skill.hearing.tokenizer import Tokenizer

CERTAIN = math.log(0.5)
"""Log-probability of a piece from which on no other can be as likely."""


def follow(
    model: MoonshineModel,
    started: tuple[Floats, Memory],
    draft: Sequence[int] = (),
    floor: float = CERTAIN,
) -> Beam | None:
    """Return the text of which each piece is the likeliest after those before it.

    started: what `model.start` returned for the sound. draft: pieces of a text that it may begin with; what
    is not so is not taken. None as soon as a piece's log-probability is below `floor`, and where a text has
    no end; without a floor, what there is of it.
    """
    logits, memory = started
    begun = memory.pieces
    tokens: list[int] = []
    odds = 0.0
    if draft:
        checked, memory = model.extend(draft, memory)
        logits = np.concatenate([logits, checked])
    limit = piece_limit(memory.encoded)
    while True:
        for row in logits:
            piece = int(row.argmax())
            chance = float(row[piece] - log_sums(row))
            if chance < floor:
                return None
            odds += chance
            if piece == Tokenizer.end:
                return Beam(tuple(tokens), odds, odds=odds)
            if len(tokens) >= limit or is_loop((*tokens, piece)):  # the network talks to itself
                return Beam(tuple(tokens), odds, odds=odds) if floor == -math.inf else None
            tokens.append(piece)
            if tuple(draft[: len(tokens)]) != tuple(tokens):
                break
        logits, memory = model.step(np.array(tokens[-1:]), memory.cut(begun + len(tokens) - 1))
