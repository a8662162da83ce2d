"""A sound on its way out, handed over piece by piece; it can be paused, taken up again and cut short."""

import threading

import numpy as np

from voice_skill.audio.frames import Samples

REWIND_S = 0.25
"""How far before the pause a sound is taken up again: the word that was cut is said anew."""

FADE_S = 0.01
"""A sound that is cut dies away in so little time: without a click, and nearly at once."""


class Playback:
    """One sound that is being played. `next` runs in the sound card's thread, all else in any other.

    samples: at `rate` Hz. cancel: an event that cuts it short, shared with others if need be.
    silent_at: monotonic time at which the last piece handed out has left the loudspeaker.
    """

    def __init__(self, samples: Samples, rate: int, cancel: threading.Event | None = None) -> None:
        self.cancel = cancel or threading.Event()
        self.complete = True  # until cut short
        self.over = threading.Event()
        self.silent_at = 0.0
        self._samples = samples
        self._rewind, self._fade = round(REWIND_S * rate), round(FADE_S * rate)
        self._position = 0
        self._paused = False
        self._sounding = False

    @property
    def finished(self) -> bool:
        """True when everything that shall go out has been handed out."""
        return not self.complete or self._position >= len(self._samples)

    @property
    def played(self) -> float:
        """Return the share of the sound that has been handed out, 0.0 to 1.0."""
        return self._position / max(1, len(self._samples))

    def pause(self) -> None:
        """Fade out and wait."""
        self._paused = True

    def resume(self) -> None:
        """Go on a little before where it was paused."""
        self._paused = False

    def next(self, count: int) -> Samples:
        """Return the next piece of at most `count` samples; empty while paused.

        Once cancelled or paused, the next piece is a last one that fades out.
        """
        piece = self._samples[self._position : self._position + count]
        if self.cancel.is_set():
            self.complete = False
            return self._faded(piece) if self._sounding else piece[:0]
        if self._paused:
            if not self._sounding:
                return piece[:0]
            self._sounding = False
            self._position = max(0, self._position - self._rewind)
            return self._faded(piece)
        if not self._sounding and self._position:  # taken up again, in the middle of a word
            piece = np.rint(piece * np.linspace(0.0, 1.0, len(piece))).astype(np.int16)
        self._sounding = True
        self._position += len(piece)
        return piece

    def _faded(self, piece: Samples) -> Samples:
        short = piece[: self._fade]
        faded: Samples = np.zeros_like(piece)
        faded[: len(short)] = np.rint(short * np.linspace(1.0, 0.0, len(short)))
        return faded
