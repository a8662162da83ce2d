"""What a voice is: one small protocol that every synthesis engine fills."""

from dataclasses import dataclass
from typing import Protocol

from voice_skill.audio.frames import Sound


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How to speak; 1.0 is the engine's normal.

    rate: 0.5 (half as fast) to 2.0. pitch: 0.5 (an octave lower) to 2.0. volume: 0.0 (silent) to 1.0 (full).
    A voice takes what lies beyond as the nearest of these.
    """

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

    def bounded(self) -> "VoiceSettings":
        """Return the settings with every value within its limits."""
        return VoiceSettings(
            rate=min(max(self.rate, 0.5), 2.0),
            pitch=min(max(self.pitch, 0.5), 2.0),
            volume=min(max(self.volume, 0.0), 1.0),
        )


class Voice(Protocol):
    """A speech synthesiser. Constructing one is cheap; `load` opens the engine (idempotent).

    `render` may be called from any one thread at a time.
    """

    name: str
    """As in `--voice`: "piper" or "pyttsx3"."""

    @property
    def identity(self) -> str:
        """What besides text and settings decides the sound: engine, voice and their versions."""
        ...

    def load(self) -> None:
        """Open the engine. Raises MissingError with the fix when it is not there."""
        ...

    def render(self, text: str, settings: VoiceSettings) -> Sound:
        """Return `text` as mono sound at the engine's own rate.

        Raises EngineError when the engine fails, hangs, or returns sound too short for the text.
        """
        ...

    def close(self) -> None:
        """Free the engine; `load` opens it again."""
        ...
