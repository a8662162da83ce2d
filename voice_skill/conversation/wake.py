"""What makes the assistant listen to somebody: a need, a word, a push, or nothing at all."""

from typing import Protocol

from voice_skill.audio.frames import Frame
from voice_skill.session import Session
from voice_skill.understanding.meaning import Meaning

ARMED_S = 8.0
"""So long after the wake word or the push somebody may begin to speak."""


class Wake(Protocol):
    """Decides when talk is for the assistant. required: without it nothing is but a red flag."""

    required: bool

    def hear(self, frame: Frame, now: float) -> bool:
        """Take a frame of the microphone; tell whether this woke it."""
        ...

    def armed(self, now: float) -> bool:
        """Tell whether whatever is said now is for the assistant."""
        ...


class OnNeed:
    """Talk about the pack's subject wakes it; the session judges that."""

    required = False

    def hear(self, frame: Frame, now: float) -> bool:  # noqa: ARG002
        """Return False: sound alone does not wake it."""
        return False

    def armed(self, now: float) -> bool:  # noqa: ARG002
        """Return False: it depends on what is said."""
        return False


class Always(OnNeed):
    """Everything that is said is for it."""

    def armed(self, now: float) -> bool:  # noqa: ARG002
        """Return True."""
        return True


class OnPush:
    """Somebody pushes a key or a button first; `push` may be called from any thread."""

    required = True

    def __init__(self) -> None:
        self._pushed = False
        self._until = float("-inf")

    def push(self) -> None:
        """Listen to what is said next."""
        self._pushed = True

    def hear(self, frame: Frame, now: float) -> bool:  # noqa: ARG002
        """Notice a push."""
        pushed, self._pushed = self._pushed, False
        if pushed:
            self._until = now + ARMED_S
        return pushed

    def armed(self, now: float) -> bool:
        """Tell whether the last push is not long ago."""
        return self._pushed or now < self._until


def meant_for_it(meaning: Meaning, session: Session, wake: Wake, now: float) -> bool:
    """Tell whether what was said is for the assistant; signs of an emergency need no word and no push."""
    armed = wake.armed(now)
    if meaning.urgency in ("urgent", "emergency"):
        return armed or session.addressed(meaning)
    if wake.required and not (session.running or armed):
        return False
    return meaning.intent is not None and (armed or session.addressed(meaning))
