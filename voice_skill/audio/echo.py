"""Takes the program's own voice out of what the microphone hears.

The filter is given the samples that were really played, at the time they were heard, and learns the rest: the
way through the room, and what is left of the delay. Chosen by measurement over WebRTC's canceller, which
removes more echo, and with it much of a voice that speaks at the same time.
"""

from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from voice_skill.audio.clocks import SampleClock
from voice_skill.audio.echo_filter import BLOCK, EchoFilter
from voice_skill.audio.frames import SAMPLE_RATE, Frame, Samples

LEARNING_S = 0.4
ENOUGH_DB = 6.0
"""After so much speech of its own, and with so much less of it heard, the canceller is trusted."""

LEAD_S = 0.02
"""So much earlier than it can be heard a sample is shown to the filter: time stamps are no better."""

KEPT_S = 3.0
"""Seconds of played sound that are remembered."""

REALIGN = 160.0
"""Samples, 10 ms, by which the reference may be out of place; further, it is put there at once."""

PULL_S = 60.0
"""So slowly it is drawn to its place. A filter copes with any delay that stays the same, but of a delay that
changes by a tenth of a sample within a second it removes 10 dB less: time stamps must not be followed."""

TAPS, PHASES = 8, 256
"""Neighbours on either side, and places between two samples, in the interpolation of what was played."""

TAIL_S = 1.0
"""After so much silence nothing of the loudspeaker is left in the room, and there is nothing to remove."""


class Played:
    """What the loudspeaker played, at 16 kHz, with its time. `add` may run in the sound card's thread."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[Samples, float, float]] = deque(maxlen=500)
        self._samples = np.zeros(0, np.int16)
        self._forgotten = 0  # samples that came before those that are kept
        self._taken = 0.0  # samples that came in; the resampler may hold back the last of them
        self._resampler: Any = None
        self._rate = 0.0
        self._clock = SampleClock(SAMPLE_RATE)
        self._loud_until = float("-inf")

    def add(self, samples: Samples, rate: float, heard_at: float) -> None:
        """Take what goes out: samples at `rate` Hz, heard from `heard_at` on (monotonic seconds)."""
        self._pieces.append((samples, rate, heard_at))

    def position(self, time: float) -> float:
        """Return which sample is heard at a time, counted from the first one, in fractions of samples."""
        self._gather()
        return self._taken + (time - self._clock.now) / self._clock.pace * SAMPLE_RATE

    @property
    def pace(self) -> float:
        """Return the seconds that pass while a second's worth of samples is played."""
        return self._clock.pace

    def between(self, begin: float, end: float, count: int) -> Samples:
        """Return `count` samples at equal distances from position `begin` up to `end`.

        What was not played, or is forgotten, is silence.
        """
        first = int(np.floor(begin)) - TAPS
        last = int(np.ceil(end)) + TAPS
        from_, to = first - self._forgotten, last - self._forgotten
        known = self._samples[max(0, from_) : max(0, to)]
        padded = np.zeros(last - first, np.float32)
        at = max(0, -from_)
        padded[at : at + len(known)] = known
        places = begin - first + np.arange(count) * ((end - begin) / count)
        return interpolate(padded, places)

    def silent_since(self, time: float) -> bool:
        """Tell whether nothing was played from TAIL_S before `time` on."""
        self._gather()
        return self._loud_until < time - TAIL_S

    def _gather(self) -> None:
        fresh: list[Samples] = []
        waiting: list[Samples] = []
        while self._pieces:
            samples, rate, heard_at = self._pieces.popleft()
            if samples.any():
                self._loud_until = heard_at + len(samples) / rate
            if rate != self._rate or self._clock.lost(heard_at):
                fresh += self._resampled(waiting)
                fresh.append(self._pause(heard_at))
                self._rate = rate
                self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16")
                self._taken = float(self._forgotten + len(self._samples) + sum(map(len, fresh)))
            count = len(samples) * SAMPLE_RATE / rate
            self._clock.take(count, heard_at)
            self._taken += count
            waiting.append(samples)
        fresh += self._resampled(waiting)
        if fresh:
            whole = np.concatenate([self._samples, *fresh])
            self._samples = whole[-round(KEPT_S * SAMPLE_RATE) :]
            self._forgotten += len(whole) - len(self._samples)

    def _resampled(self, pieces: list[Samples]) -> list[Samples]:
        """Return the pieces at 16 kHz, as one, and empty the list."""
        whole = [self._resampler.resample_chunk(np.concatenate(pieces))] if pieces else []
        pieces.clear()
        return whole

    def _pause(self, until: float) -> Samples:
        """Return the silence between what was played last and what is heard from `until` on."""
        gap = until - self._clock.now if self._rate else 0.0
        return np.zeros(round(SAMPLE_RATE * min(KEPT_S, max(0.0, gap))), np.int16)


def _sinc_table() -> npt.NDArray[np.float32]:
    """Return the weights of 2 * TAPS neighbours for each of PHASES places between two samples."""
    places = np.arange(PHASES)[:, np.newaxis] / PHASES
    away = np.arange(1 - TAPS, TAPS + 1) - places
    window = np.cos(np.pi * away / (2 * TAPS + 2)) ** 2
    table: npt.NDArray[np.float32] = (np.sinc(away) * window).astype(np.float32)
    return table


_TABLE = _sinc_table()


def interpolate(samples: npt.NDArray[np.float32], places: npt.NDArray[np.floating[Any]]) -> Samples:
    """Return a sound's values between its samples. places: at least TAPS away from both ends."""
    whole = np.floor(places).astype(np.intp)
    phase = np.minimum(((places - whole) * PHASES).astype(np.intp), PHASES - 1)
    neighbours = samples[whole[:, np.newaxis] + np.arange(1 - TAPS, TAPS + 1)]
    values = (neighbours * _TABLE[phase]).sum(axis=1)
    rounded: Samples = np.rint(np.clip(values, -32767, 32767)).astype(np.int16)
    return rounded


class EchoCanceller:
    """Frames of the microphone in, the same frames without the program's own voice out, 16 ms later.

    Give `played.add` to the loudspeaker as its tap. `clean` is for one thread.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, say after the devices were opened again."""
        self.played = Played()
        self.reference = np.zeros(0, np.int16)
        """What was played some LEAD_S after the frame that was cleaned last."""
        self._filter = EchoFilter()
        self._clock = SampleClock(SAMPLE_RATE)
        self._pointer: float | None = None  # place in what was played
        self._ahead = 0.0  # of where the time stamps see it
        self._rest = np.zeros(0, np.int16)
        self._held = np.zeros(BLOCK, np.int16)
        self._trusted = self._own = self._others = False

    @property
    def trusted(self) -> bool:
        """Tell whether it has learnt the room, or has found that no echo comes back."""
        if not self._trusted and self._filter.seconds >= LEARNING_S:
            self._trusted = self._filter.removed_db >= ENOUGH_DB or self._filter.silent
        return self._trusted

    def clean(self, frame: Frame) -> Frame:
        """Return the next frame without echo."""
        samples = np.concatenate([self._rest, frame.samples])
        start = self._clock.take(len(frame.samples), frame.time) - len(self._rest) / SAMPLE_RATE
        whole = len(samples) - len(samples) % BLOCK
        self._rest = samples[whole:]
        blocks = np.split(samples[:whole], whole // BLOCK) if whole else []
        self.reference = np.zeros(whole, np.int16)
        if self.played.silent_since(start):
            self._own = self._others = False
            self._advance(start, whole, silent=True)
            cleaned = [self._held, *blocks][: len(blocks)]
        else:
            played = self.reference = self._reference(start, whole)
            cleaned = [
                self._filter.take(block, played[number * BLOCK :][:BLOCK])
                for number, block in enumerate(blocks)
            ]
            self._own = not self._filter.others_heard
            self._others = self._filter.near_end.surely
        if blocks:
            self._held = blocks[-1]
        silence = np.zeros(0, np.int16)
        sound = np.concatenate([silence, *cleaned])
        return Frame(sound, start - BLOCK / SAMPLE_RATE, self._own, self._others)

    def _reference(self, start: float, count: int) -> Samples:
        """Return what was played while the next `count` samples of the microphone were heard."""
        return self.played.between(*self._advance(start, count), count)

    def _advance(self, start: float, count: int, *, silent: bool = False) -> tuple[float, float]:
        """Return from where to where in what was played the next `count` samples of the microphone reach.

        It goes on at the pace of the two sound cards, whatever single time stamps say: what the filter has
        learnt would be wrong after every step. Over long silence the stamps are the more exact.
        """
        place = self.played.position(start + LEAD_S)
        first = place + self._ahead if silent or self._pointer is None else self._pointer
        if abs(first - place) > REALIGN:
            first = place
        self._ahead = first - place
        pull = -self._ahead / (PULL_S * SAMPLE_RATE)
        self._pointer = first + count * (self._clock.pace / self.played.pace + pull)
        return first, self._pointer
