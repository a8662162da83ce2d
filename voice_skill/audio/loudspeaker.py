"""The loudspeaker: plays one sound at a time and falls silent when told to."""

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from voice_skill.audio.devices import Device, close_stream, find_device, open_stream
from voice_skill.audio.frames import Samples, Sound, amplified
from voice_skill.audio.playback import Playback
from voice_skill.errors import EngineError

STALLED_AFTER_S = 1.0
"""Seconds in which a device took nothing, after which it counts as gone."""

LATENCY_S = 0.06
"""The sound card's own buffer; what is in it cannot be called back."""

GAPS_KEPT = 8

_PIECES = 3  # in the buffer; each goes out after a look at the cancel flag
_WAKING_S = 2.0  # what a device may take longer for its first piece


Tap = Callable[[Samples, float, float], None]
"""Is told what goes out: samples, their rate in Hz, and the monotonic time at which the first is heard."""


class Loudspeaker:
    """An open loudspeaker, for use in a `with` statement.

    The stream stays open and silent between sounds: a sleeping HDMI output would swallow the first words.
    device: a name, part of a name, or an index; None for the default one. tap: is told every piece that goes
    out, silence included, in the sound card's thread. latency: of the sound card's buffer, in seconds.
    Entering raises MissingError when there is no such loudspeaker or it cannot be opened.
    """

    def __init__(
        self, device: str | int | None = None, tap: Tap | None = None, latency: float = LATENCY_S
    ) -> None:
        self._wanted = device
        self._latency = latency
        self._piece = latency / _PIECES
        self._tap = tap
        self._stream: Any = None
        self._turn = threading.Lock()
        self._playback: Playback | None = None
        self._last_piece = 0.0
        self._gaps: deque[float] = deque(maxlen=GAPS_KEPT)
        self._rate = 0.0
        self.device: Device | None = None
        """What was opened."""

    def __enter__(self) -> Self:
        self.device = find_device(self._wanted, "output")
        self._last_piece = time.monotonic() + _WAKING_S
        rates = (self.device.rate, 48_000, 44_100, 16_000)
        stream = open_stream(
            self.device, "output", rates, self._piece, latency=self._latency, callback=self._fill
        )
        self._rate = stream.samplerate
        self._stream = stream
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def gaps(self) -> list[float]:
        """When a sound had a gap, as the card got its samples too late: monotonic times, the last GAPS_KEPT.

        Nobody hears a gap in silence.
        """
        return list(self._gaps)

    def start(self, sound: Sound, volume: float = 1.0, cancel: threading.Event | None = None) -> Playback:
        """Begin to play a sound, in place of the one that plays now; returns at once.

        volume: see `amplified`. Raises EngineError when the device takes no more sound.
        """
        stream = self._stream
        if stream is None:
            raise self._gone()
        self.check()
        rate = round(stream.samplerate)
        playback = Playback(amplified(sound.at(rate).samples, volume), rate, cancel)
        self._playback = playback
        return playback

    def play(self, sound: Sound, cancel: threading.Event | None = None, volume: float = 1.0) -> bool:
        """Play a sound; returns when it has left the loudspeaker. True if it was played to the end.

        Setting `cancel` fades it out within 0.15 s and returns False; so does `close`. volume: see
        `amplified`. A second thread waits for its turn. Raises EngineError when the device takes no sound.
        """
        with self._turn:
            stream = self._stream
            if stream is None:
                return False
            playback = self.start(sound, volume, cancel)
            try:
                while not playback.over.wait(0.1):
                    if self._stream is not stream:  # closed by another thread
                        return False
                    self.check()
            finally:
                self._playback = None
        gone_out_in = max(0.0, playback.silent_at - time.monotonic())
        return playback.complete and not playback.cancel.wait(gone_out_in)

    def close(self) -> None:
        """Fall silent and let go of the device; a `play` in another thread returns False."""
        stream, self._stream = self._stream, None
        if stream is not None:
            close_stream(stream)

    def _fill(self, out: npt.NDArray[np.int16], count: int, clock: Any, status: Any) -> None:
        """Hand out the next piece, shape (count, channels); runs in the sound card's thread."""
        now = time.monotonic()
        self._last_piece = now
        out.fill(0)
        playback = self._playback
        delay = min(1.0, max(self._latency, clock.outputBufferDacTime - clock.currentTime))
        if playback is not None and not playback.over.is_set():
            if status.output_underflow and playback.played:
                self._gaps.append(now)
            piece = playback.next(count)
            out[: len(piece), :2] = piece[:, np.newaxis]  # of many channels, the front two
            if len(piece):
                playback.silent_at = now + delay + self._piece
            if playback.finished:
                playback.over.set()
        if self._tap is not None and self._rate:  # not before the stream is known
            self._tap(out[:, 0].copy(), self._rate, now + delay)

    def check(self) -> None:
        """Raise EngineError when the device takes no more sound."""
        stream = self._stream
        stalled = time.monotonic() - self._last_piece > STALLED_AFTER_S
        if stream is None or stalled or not stream.active:
            raise self._gone()

    def _gone(self) -> EngineError:
        name = self.device.name if self.device else ""
        return EngineError(
            f"the loudspeaker {name!r} takes no more sound",
            "Is it still plugged in? Start again to look for it",
        )
