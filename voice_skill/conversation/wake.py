"""What makes the assistant listen to somebody: a need, a word, a push, or nothing at all."""

from typing import Protocol

from voice_skill.audio.frames import Frame
from voice_skill.session import Session
from voice_skill.understanding.meaning import Meaning

ARMED_S = 8.0
"""So long after the wake word or the push somebody may begin to speak."""

AGAIN_S = 30.0
"""So long after a sign of an emergency that was hardly heard, another one is believed."""


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


class Judge:
    """Tells whether what was said is for the assistant; signs of an emergency need no word and no push."""

    def __init__(self, session: Session, wake: Wake) -> None:
        self._session = session
        self._wake = wake
        self._hardly_heard_at = float("-inf")

    def is_for_it(self, meaning: Meaning, now: float) -> bool:
        """Tell it of one utterance; call it once for each, with the time in seconds."""
        armed = self._wake.armed(now)
        if meaning.urgency in ("urgent", "emergency"):
            return armed or (self._session.addressed(meaning) and self._believed(meaning, now))
        if self._wake.required and not (self._session.running or armed):
            return False
        return meaning.intent is not None and (armed or self._session.addressed(meaning))

    def _believed(self, meaning: Meaning, now: float) -> bool:
        """Tell whether a sign was heard well enough, or hardly, and again."""
        if not self._session.hardly_heard(meaning):
            return True
        again = now - self._hardly_heard_at < AGAIN_S
        self._hardly_heard_at = now
        return again
