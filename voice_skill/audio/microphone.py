"""The microphone: what is heard, frame by frame."""

import threading
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import soxr

from voice_skill.audio.devices import Device, close_stream, find_device, open_stream
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Downmix, Frame, Samples
from voice_skill.errors import EngineError

QUEUE_S = 10.0
"""Seconds of sound that are kept while nobody reads; then the oldest is dropped for the newest."""

STALLED_AFTER_S = 1.0
"""Seconds without any data, not even silence, after which a device counts as gone."""

_LATENCY_S = 0.08  # the sound card's own buffer; it delivers a quarter of it at a time
_WAKING_S = 2.0  # what a device may take longer for its first data

Blocks = npt.NDArray[np.int16]
"""Samples as a device delivers them, shape (n, channels)."""


class Microphone:
    """An open microphone, for use in a `with` statement; `read` it from one thread.

    The sound card's thread only puts its blocks into a bounded queue; mixing and resampling happen in `read`.
    device: a name, part of a name, or an index; None for the default one.
    Entering raises MissingError when there is no such microphone or it cannot be opened.
    """

    def __init__(self, device: str | int | None = None) -> None:
        self._wanted = device
        self._stream: Any = None
        self._changed = threading.Condition()
        self._blocks: deque[tuple[Blocks, float]] = deque()  # with the time of its first sample
        self._queued = 0
        self._last_block = 0.0
        self._dropped = 0
        self._overflows = 0
        self._rate = float(SAMPLE_RATE)
        self._frames: deque[Frame] = deque()
        self.device: Device | None = None
        """What was opened."""

    def __enter__(self) -> Self:
        device = find_device(self._wanted, "input")
        self._last_block = time.monotonic() + _WAKING_S
        rates = (SAMPLE_RATE, device.rate, 48_000, 44_100)
        stream = open_stream(device, "input", rates, 0, latency=_LATENCY_S, callback=self._take)
        self._rate = stream.samplerate
        self._cutter = FrameCutter(self._rate, stream.channels)
        self.device, self._stream = device, stream
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dropped(self) -> float:
        """Seconds of sound that were dropped because nobody read them in time."""
        return self._dropped / self._rate

    @property
    def overflows(self) -> int:
        """How often the sound card lost samples because the whole machine was too slow."""
        return self._overflows

    def read(self, timeout: float = 1.0) -> Frame | None:
        """Return the next frame; None if none came within `timeout` seconds or the microphone was closed.

        Raises EngineError when the device has delivered nothing for STALLED_AFTER_S.
        """
        deadline = time.monotonic() + timeout
        while not self._frames:
            block = self._next_block(deadline)
            if block is None:
                return None
            self._frames.extend(self._cutter.cut(*block))
        return self._frames.popleft()

    def clear(self) -> None:
        """Forget everything that was heard but not read yet."""
        with self._changed:
            self._blocks.clear()
            self._queued = 0
        self._frames.clear()
        if self._stream is not None:
            self._cutter = FrameCutter(self._rate, self._stream.channels)

    def close(self) -> None:
        """Let go of the device; a `read` that waits in another thread returns None."""
        with self._changed:
            stream, self._stream = self._stream, None
            self._changed.notify_all()
        if stream is not None:
            close_stream(stream)

    def _take(self, block: Blocks, count: int, clock: Any, status: Any) -> None:
        """Queue one block; runs in the sound card's thread."""
        now = time.monotonic()
        age = min(1.0, max(0.0, clock.currentTime - clock.inputBufferAdcTime))
        with self._changed:
            self._last_block = now
            self._overflows += bool(status.input_overflow)
            self._blocks.append((block.copy(), now - age))
            self._queued += count
            while self._queued > QUEUE_S * self._rate:
                oldest, _ = self._blocks.popleft()
                self._queued -= len(oldest)
                self._dropped += len(oldest)
            self._changed.notify()

    def _next_block(self, deadline: float) -> tuple[Blocks, float] | None:
        with self._changed:
            while not self._blocks:
                if self._stream is None:
                    return None
                now = time.monotonic()
                stalled_at = self._last_block + STALLED_AFTER_S
                if now >= stalled_at or not self._stream.active:
                    raise self._gone()
                if now >= deadline:
                    return None
                self._changed.wait(min(deadline, stalled_at) - now)
            block = self._blocks.popleft()
            self._queued -= len(block[0])
            return block

    def _gone(self) -> EngineError:
        name = self.device.name if self.device else ""
        return EngineError(
            f"the microphone {name!r} stopped delivering sound",
            "Is it still plugged in? Start again to look for it",
        )


class FrameCutter:
    """Makes frames of the blocks of one stream, at whatever rate and with however many channels they come."""

    def __init__(self, rate: float, channels: int) -> None:
        self._downmix = Downmix(channels)
        self._resampler = None
        if rate != SAMPLE_RATE:
            self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        self._rest = np.zeros(0, np.int16)

    def cut(self, block: Blocks, heard_at: float) -> list[Frame]:
        """Return the frames that this block completes. heard_at: monotonic time of its first sample."""
        held_back = self._resampler.delay() if self._resampler else 0
        start = heard_at - (len(self._rest) + held_back) / SAMPLE_RATE
        samples = np.concatenate([self._rest, self._mono(block)])
        whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._rest = samples[whole:]
        return [
            Frame(samples[first : first + FRAME_SAMPLES], start + first / SAMPLE_RATE)
            for first in range(0, whole, FRAME_SAMPLES)
        ]

    def _mono(self, block: Blocks) -> Samples:
        if block.shape[1] == 1 and self._resampler is None:
            return block[:, 0]
        mono = self._downmix(block.astype(np.float32))
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(np.ascontiguousarray(mono))
        return np.rint(mono).clip(-32768, 32767).astype(np.int16)
