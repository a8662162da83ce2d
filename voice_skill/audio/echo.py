"""Takes the program's own voice out of what the microphone hears.

The filter is given the samples that were really played, at the time they were heard, and learns the rest: the
way through the room, and what is left of the delay. Chosen by measurement over WebRTC's canceller, which
removes more echo, and with it much of a voice that speaks at the same time.
"""

from collections import deque
from typing import Any

import numpy as np
import soxr

from voice_skill.audio.echo_filter import BLOCK, EchoFilter
from voice_skill.audio.frames import SAMPLE_RATE, Frame, Samples

LEARNING_S = 0.4
ENOUGH_DB = 6.0
"""After so much speech of its own, and with so much less of it heard, the canceller is trusted."""

LEAD_S = 0.04
"""So much earlier than it can be heard a sample is shown to the filter: time stamps are no better."""

KEPT_S = 3.0
"""Seconds of played sound that are remembered."""

REALIGN_S = 0.03
"""How far the two clocks may drift apart before the reference is put in place again."""

TAIL_S = 1.0
"""After so much silence nothing of the loudspeaker is left in the room, and there is nothing to remove."""


class Played:
    """What the loudspeaker played, at 16 kHz, with its time. `add` may run in the sound card's thread."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[Samples, float, float]] = deque(maxlen=500)
        self._samples = np.zeros(0, np.int16)
        self._end: float | None = None
        self._resampler: Any = None
        self._rate = 0.0
        self._loud_until = float("-inf")

    def add(self, samples: Samples, rate: float, heard_at: float) -> None:
        """Take what goes out: samples at `rate` Hz, heard from `heard_at` on (monotonic seconds)."""
        self._pieces.append((samples, rate, heard_at))

    def at(self, time: float, count: int) -> Samples:
        """Return `count` samples from `time` on; what was not played, or is forgotten, is silence."""
        self._gather()
        out = np.zeros(count, np.int16)
        if self._end is None:
            return out
        first = round((time - self._end) * SAMPLE_RATE) + len(self._samples)
        begin, end = max(0, first), min(len(self._samples), first + count)
        if begin < end:
            out[begin - first : end - first] = self._samples[begin:end]
        return out

    def silent_since(self, time: float) -> bool:
        """Tell whether nothing was played from TAIL_S before `time` on."""
        self._gather()
        return self._loud_until < time - TAIL_S

    def _gather(self) -> None:
        fresh: list[Samples] = []
        while self._pieces:
            samples, rate, heard_at = self._pieces.popleft()
            if rate != self._rate:
                self._rate = rate
                self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16")
            end = heard_at + len(samples) / rate
            if samples.any():
                self._loud_until = end
            if self._end is not None and abs(end - len(samples) / rate - self._end) > REALIGN_S:
                gap = round((heard_at - self._end) * SAMPLE_RATE)
                fresh.append(np.zeros(min(max(0, gap), round(KEPT_S * SAMPLE_RATE)), np.int16))
                self._end = end
            else:  # the clock of the samples is steadier than the time stamps: only lean towards these
                counted = end if self._end is None else self._end + len(samples) / rate
                self._end = counted + 0.02 * (end - counted)
            fresh.append(self._resampler.resample_chunk(samples))
        if fresh:
            self._samples = np.concatenate([self._samples, *fresh])[-round(KEPT_S * SAMPLE_RATE) :]


class EchoCanceller:
    """Frames of the microphone in, the same frames without the program's own voice out, 16 ms later.

    Give `played.add` to the loudspeaker as its tap. `clean` is for one thread.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, say after the devices were opened again."""
        self.played = Played()
        self._filter = EchoFilter()
        self._pointer: float | None = None
        self._rest = np.zeros(0, np.int16)
        self._held = np.zeros(BLOCK, np.int16)
        self._trusted = False

    @property
    def trusted(self) -> bool:
        """Tell whether it has learnt the room, or has found that no echo comes back."""
        if not self._trusted and self._filter.seconds >= LEARNING_S:
            self._trusted = self._filter.removed_db >= ENOUGH_DB or self._filter.silent
        return self._trusted

    def clean(self, frame: Frame) -> Frame:
        """Return the next frame without echo."""
        samples = np.concatenate([self._rest, frame.samples])
        start = frame.time - len(self._rest) / SAMPLE_RATE
        whole = len(samples) - len(samples) % BLOCK
        self._rest = samples[whole:]
        blocks = np.split(samples[:whole], whole // BLOCK) if whole else []
        if self.played.silent_since(start):
            self._pointer = None
            cleaned = [self._held, *blocks][: len(blocks)]
        else:
            played = self._reference(start, whole)
            cleaned = [
                self._filter.take(block, played[number * BLOCK :][:BLOCK])
                for number, block in enumerate(blocks)
            ]
        if blocks:
            self._held = blocks[-1]
        silence = np.zeros(0, np.int16)
        return Frame(np.concatenate([silence, *cleaned]), start - BLOCK / SAMPLE_RATE)

    def _reference(self, start: float, count: int) -> Samples:
        wanted = start + LEAD_S
        if self._pointer is None or abs(self._pointer - wanted) > REALIGN_S:
            self._pointer = wanted
        played = self.played.at(self._pointer, count)
        self._pointer += count / SAMPLE_RATE
        return played
