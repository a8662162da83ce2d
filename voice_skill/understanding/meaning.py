"""What was meant: the result of understanding one utterance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Urgency = Literal["none", "soon", "urgent", "emergency"]
URGENCIES: tuple[Urgency, ...] = ("none", "soon", "urgent", "emergency")
"""From harmless to worst; the order is the rank."""

OUT_OF_SCOPE = "out_of_scope"

CERTAIN = 0.97
"""Confidence of a red flag heard by rule, and of a whole phrase of the pack."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible meaning. confidence: 0..1, calibrated (of those with 0.9, nine in ten are right)."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Context:
    """What the dialog knows when something is said.

    expecting: intents the open question can be answered with, e.g. ("yes", "no").
    asking_slot: the slot the open question asks for, e.g. "muscle", or "".
    in_session: an exercise or answer is running, so short commands are likely.
    topic: the intent answered last, "" if none. known: slots that are known of the person's cramp.
    """

    expecting: tuple[str, ...] = ()
    asking_slot: str = ""
    in_session: bool = False
    topic: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was meant.

    text: as heard. intent: a name of the taxonomy, "out_of_scope", or None when nothing was said.
    urgency: of a red flag in the words, else "none". candidates: best first, the chosen one included.
    doubt: a red flag that may be in the words, "" if none; then ask before anything else. misheard: they are
    words that a recogniser is known to write for it.
    heard: how sure the recogniser is of the words, 0..1; 1.0 for what was typed.
    asked: a red flag that was only asked about, "" if none.
    besides: what was said of the person's cramp but is no slot of the intent: muscle, side, pregnancy.
    """

    text: str
    intent: str | None
    slots: Mapping[str, str] = field(default_factory=dict)
    urgency: Urgency = "none"
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    doubt: str = ""
    misheard: bool = False
    asked: str = ""
    besides: Mapping[str, str] = field(default_factory=dict)
    heard: float = 1.0

    @property
    def plainly_grave(self) -> bool:
        """Tell whether the very words of a red flag were heard, and not only something like them."""
        return self.urgency in ("urgent", "emergency") and self.confidence == CERTAIN
