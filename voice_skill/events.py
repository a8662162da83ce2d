"""What the assistant tells those who watch it: the terminal now, a screen later. Data only."""

from collections.abc import Callable
from dataclasses import dataclass

from voice_skill.dialog.state import Say
from voice_skill.understanding.meaning import Meaning


@dataclass(frozen=True, slots=True)
class Ready:
    """Listening now. recognizer, voice: which engines run."""

    recognizer: str
    voice: str


@dataclass(frozen=True, slots=True)
class TurnHeard:
    """Somebody said something and it was recognised; text is "" when it was not speech."""

    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What was meant, and whether the assistant answers (talk that is not for it gets no answer)."""

    meaning: Meaning
    answered: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """These lines are being spoken now."""

    say: Say


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The assistant fell silent because somebody spoke; text is what was understood of it so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something broke; the assistant goes on without it, or mends it.

    part: "hearing", "voice", "sound" or "conversation".
    """

    part: str
    problem: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What broke works again."""

    part: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over and forgotten; listening for the next one."""


@dataclass(frozen=True, slots=True)
class Interruptible:
    """From now on only this interrupts its speech, or all again: "all", "stop_words" or "off"."""

    by: str


Event = Interruptible | Ready | TurnHeard | Understood | Saying | Interrupted | Fault | Mended | Ended
Watcher = Callable[[Event], None]
