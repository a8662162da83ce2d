"""What a recogniser is: one small protocol that every engine fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from voice_skill.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the first sample accepted since `reset`."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised. `text` is "" when nothing was; `words` is empty where an engine has no times."""

    text: str
    words: tuple[Word, ...] = ()


class Recognizer(Protocol):
    """A speech recogniser. Constructing one is cheap; `load` opens the model (idempotent).

    One utterance is: `reset`, `accept` as often as sound comes, `finish`. Not safe for use by two threads.
    """

    name: str
    """As in `--recognizer`: "moonshine" or "vosk"."""

    def load(self) -> None:
        """Open the model. Raises MissingError with the fix when it is not there."""
        ...

    def use_phrases(self, phrases: Sequence[str]) -> None:
        """Tell what may be said (plain lower-case phrases); an engine without a grammar ignores it."""
        ...

    def reset(self) -> None:
        """Forget the utterance so far."""
        ...

    def accept(self, samples: Samples) -> None:
        """Take the next piece of the utterance: int16, mono, 16 kHz, any length."""
        ...

    def partial(self) -> str:
        """Return the words so far; "" for an engine that only knows at the end."""
        ...

    def finish(self) -> Transcript:
        """End the utterance, return what was said, and be ready for the next one."""
        ...

    def close(self) -> None:
        """Free the model's memory; `load` opens it again."""
        ...
