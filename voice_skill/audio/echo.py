"""Takes the program's own voice out of what the microphone hears.

The filter is given the samples that were really played, at the time they were heard, and learns the rest: the
way through the room, and what is left of the delay. Chosen by measurement over WebRTC's canceller, which
removes more echo, and with it much of a voice that speaks at the same time.
"""

import functools
from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_skill.audio.alignment import Alignment
from voice_skill.audio.clocks import SampleClock
from voice_skill.audio.echo_filter import BLOCK, EchoFilter
from voice_skill.audio.echo_standing import ENOUGH_DB, Standing
from voice_skill.audio.frames import SAMPLE_RATE, Frame, Samples

LEARNING_S = 0.4
"""After so much speech of its own, of which ENOUGH_DB less is heard, the canceller is trusted."""

LEAD_S = 0.03
"""So much earlier than it can be heard a sample is shown to the filter: the first stamps may be as wrong. It
is less where a sample goes out no sooner, see `Alignment`."""

LEAST_GAP_S = 0.1
"""So much must be missing between two pieces to be silence: a stamp may be wrong by less."""

KEPT_S = 3.0
"""Seconds of played sound that are remembered."""

EXACT_S = 1e-3
"""Stamps no further off tell the pace of a sound card before anything was played."""

TAPS, PHASES = 8, 256
"""Neighbours on either side, and places between two samples, in the interpolation of what was played."""

Kernel = npt.NDArray[np.float32]

TAIL_S = 1.0
"""After so much silence nothing of the loudspeaker is left in the room, and there is nothing to remove."""


class Played:
    """What the loudspeaker played, with its time. `add` may run in the sound card's thread.

    Places in it are counted in samples at 16 kHz, in fractions of them, whatever the loudspeaker's rate is.
    """

    def __init__(self) -> None:
        self._pieces: deque[tuple[Samples, float, float]] = deque(maxlen=500)
        self._rate = float(SAMPLE_RATE)
        self._samples = np.zeros(0, np.int16)  # at that rate
        self._forgotten = 0  # samples that came before those that are kept
        self._clock = SampleClock(SAMPLE_RATE)
        self._longest = 0.0  # of the pieces, at 16 kHz
        self._loud_until = float("-inf")

    def add(self, samples: Samples, rate: float, heard_at: float) -> None:
        """Take what goes out: samples at `rate` Hz, heard from `heard_at` on (monotonic seconds)."""
        self._pieces.append((samples, rate, heard_at))

    def position(self, time: float) -> float:
        """Return the place of what is heard at a time."""
        self._gather()
        return self._end + (time - self._clock.now) / self._clock.pace * SAMPLE_RATE

    @property
    def begun(self) -> bool:
        """Tell whether anything is known of what goes out, be it silence."""
        self._gather()
        return bool(len(self._samples))

    @property
    def known(self) -> float:
        """Return the place up to which `between` knows what goes out, at any time between two pieces."""
        return self._end - TAPS - 1 - self._longest

    @property
    def _end(self) -> float:
        return (self._forgotten + len(self._samples)) * SAMPLE_RATE / self._rate

    @property
    def pace(self) -> float:
        """Return the seconds that pass while a second's worth of samples is played."""
        return self._clock.pace

    @property
    def noise_s(self) -> float:
        """Return how far off its time stamps are, in seconds."""
        return self._clock.noise_s

    def between(self, begin: float, end: float, count: int) -> Samples:
        """Return `count` samples at equal distances from place `begin` up to `end`.

        What was not played, or is forgotten, is silence.
        """
        step = self._rate / SAMPLE_RATE
        reach = kernel(self._rate).shape[1] // 2
        first = int(np.floor(begin * step)) - reach
        last = int(np.ceil(end * step)) + reach
        from_, to = first - self._forgotten, last - self._forgotten
        known = self._samples[max(0, from_) : max(0, to)]
        padded = np.zeros(last - first, np.float32)
        at = max(0, -from_)
        padded[at : at + len(known)] = known
        places = (begin + np.arange(count) * ((end - begin) / count)) * step - first
        return interpolate(padded, places, kernel(self._rate))

    def silent_since(self, time: float) -> bool:
        """Tell whether nothing was played from TAIL_S before `time` on."""
        self._gather()
        return self._loud_until < time - TAIL_S

    def _gather(self) -> None:
        fresh: list[Samples] = []
        while self._pieces:
            samples, rate, heard_at = self._pieces.popleft()
            if samples.any():
                self._loud_until = heard_at + len(samples) / rate
            if rate != self._rate:  # only before the first piece: a loudspeaker keeps its rate
                self._rate, self._samples, self._forgotten, fresh = rate, self._samples[:0], 0, []
            if self._clock.lost(heard_at):
                fresh.append(self._pause(heard_at))
            count = len(samples) * SAMPLE_RATE / rate
            self._longest = max(self._longest, count)
            self._clock.take(count, heard_at)
            fresh.append(samples)
        if fresh:
            whole = np.concatenate([self._samples, *fresh])
            self._samples = whole[-round(KEPT_S * self._rate) :]
            self._forgotten += len(whole) - len(self._samples)

    def _pause(self, until: float) -> Samples:
        """Return the silence between what was played last and what is heard from `until` on."""
        gap = until - self._clock.now if self._clock.now else 0.0
        return np.zeros(round(self._rate * min(KEPT_S, gap)) if gap > LEAST_GAP_S else 0, np.int16)


@functools.cache
def kernel(rate: float) -> Kernel:
    """Return weights of neighbours at `rate` for a sample at 16 kHz, shape (PHASES, neighbours).

    One row for each of PHASES places between two samples. A windowed sinc, which lets little through that
    16 kHz cannot hold. Unlike a stream that resamples in blocks, it needs to know no more than half of the
    neighbours ahead: what goes out next is heard in 40 ms.
    """
    wider = max(1.0, rate / SAMPLE_RATE)
    reach = int(np.ceil(TAPS * wider))
    away = (np.arange(1 - reach, reach + 1) - np.arange(PHASES)[:, np.newaxis] / PHASES) / wider
    window = np.where(np.abs(away) < TAPS + 1, np.cos(np.pi * away / (2 * TAPS + 2)) ** 2, 0.0)
    table: Kernel = (np.sinc(away) * window / wider).astype(np.float32)
    return table


def interpolate(
    samples: npt.NDArray[np.float32], places: npt.NDArray[np.floating[Any]], by: Kernel
) -> Samples:
    """Return a sound's values between its samples. places: half of the neighbours away from both ends."""
    whole = np.floor(places).astype(np.intp)
    phase = np.minimum(((places - whole) * PHASES).astype(np.intp), PHASES - 1)
    reach = by.shape[1] // 2
    neighbours = samples[whole[:, np.newaxis] + np.arange(1 - reach, reach + 1)]
    values = np.einsum("ij,ij->i", neighbours, by[phase])
    rounded: Samples = np.rint(np.clip(values, -32767, 32767)).astype(np.int16)
    return rounded


class EchoCanceller:
    """Frames of the microphone in, the same frames without the program's own voice out, 16 ms later.

    Give `played.add` to the loudspeaker as its tap. `clean` is for one thread.
    """

    _trusted: bool

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, say after the devices were opened again."""
        self.played = Played()
        self.reference = np.zeros(0, np.int16)
        """What was played some LEAD_S after the frame that was cleaned last."""
        self._learn_anew(Standing())
        self._clock = SampleClock(SAMPLE_RATE)
        self._alignment = Alignment()
        self._rest = np.zeros(0, np.int16)
        self._held = np.zeros(BLOCK, np.int16)
        self._own = self._others = False
        self._silence_s = 0.0

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
            self._silence_s += whole / SAMPLE_RATE
            if self.played.begun:
                self._advance(start, whole)
            cleaned = [self._held, *blocks][: len(blocks)]
        else:
            self._after_silence()
            played = self.reference = self._reference(start, whole)
            cleaned = [
                self._take(block, played[number * BLOCK :][:BLOCK]) for number, block in enumerate(blocks)
            ]
            self._own = not self._filter.others_heard
            self._others = self._filter.near_end.surely
            self._weigh()
        if blocks:
            self._held = blocks[-1]
        silence = np.zeros(0, np.int16)
        sound = np.concatenate([silence, *cleaned])
        return Frame(sound, start - BLOCK / SAMPLE_RATE, self._own, self._others)

    def _after_silence(self) -> None:
        """Learn the room anew if its place in what is played may have been lost meanwhile.

        A filter that is out of place by 5 samples takes away nothing, and what it leaves is like a person.
        """
        if self._silence_s and self._alignment.astray(self._silence_s):
            self._learn_anew(Standing(self._standing.patience_s))
        if self._silence_s:
            self._standing.pause()
        self._silence_s = 0.0

    def _take(self, heard: Samples, played: Samples) -> Samples:
        """Return a block without echo."""
        learnt_s = self._filter.seconds
        cleaned = self._filter.take(heard, played)
        self._alignment.follow(self._filter.late, BLOCK / SAMPLE_RATE)
        learnt_s = self._filter.seconds - learnt_s
        others, silent = self._filter.others_heard, self._filter.silent
        self._standing.take(self._filter.removed_db, learnt_s, others=others, silent=silent)
        return cleaned

    def _weigh(self) -> None:
        """Draw the conclusions of what the filter took away of a frame."""
        if self._standing.right:
            self._alignment.confirm()
        elif self._standing.lost:
            self._learn_anew(self._standing.successor())
            self._alignment.lost()

    def _learn_anew(self, standing: Standing) -> None:
        self._filter, self._standing, self._trusted = EchoFilter(), standing, False

    def _reference(self, start: float, count: int) -> Samples:
        """Return what was played while the next `count` samples of the microphone were heard."""
        return self.played.between(*self._advance(start, count), count)

    def _advance(self, start: float, count: int) -> tuple[float, float]:
        """Return from where to where in what was played the next `count` samples of the microphone reach."""
        used = self._filter.seconds > 0
        if not used:
            exact = max(self._clock.noise_s, self.played.noise_s) < EXACT_S
            pace = self._clock.pace / self.played.pace
            self._alignment.suppose(SAMPLE_RATE * (pace - 1.0) if exact else 0.0)
        stamped = self.played.position(start + LEAD_S)
        jumps = self._alignment.jumps
        proven = self._standing.proven
        places = self._alignment.go_on(stamped, count, self.played.known, used=used, proven=proven)
        if used and self._alignment.jumps > jumps:
            self._standing.doubt()
        return places
