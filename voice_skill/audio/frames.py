"""The two shapes sound has in this program.

A `Frame` is what is heard: 16 kHz, mono, int16, with the time it was captured.
A `Sound` is a finite piece at any rate: a recording that was read, a sentence that was rendered.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.int16]
"""Mono samples, shape (n,), full scale +-32767."""

SAMPLE_RATE = 16_000
"""Hz; what every recogniser and the speech gate take."""

FRAME_SAMPLES = 512
"""Samples in one frame: 32 ms, the window of the speech gate."""

FULL_SCALE = 32767.0

ROUNDED_FROM = 0.6 * FULL_SCALE
"""What is louder is rounded off by `amplified`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the microphone heard in one moment.

    samples: int16, mono, SAMPLE_RATE. time: monotonic clock at the first sample, in seconds. own: nothing
    but the program's own voice is in it, or what an echo canceller left of that. others: while that is heard,
    somebody else is beyond doubt.
    """

    samples: Samples
    time: float
    own: bool = False
    others: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A finite piece of mono sound. samples: shape (n,), int16. rate: Hz."""

    samples: Samples
    rate: int = SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / self.rate

    def at(self, rate: int) -> "Sound":
        """Return the same sound resampled to `rate` Hz."""
        if rate == self.rate or not len(self.samples):
            return Sound(self.samples, rate)
        return Sound(soxr.resample(self.samples, self.rate, rate).astype(np.int16), rate)


def amplified(samples: Samples, volume: float) -> Samples:
    """Return samples at a volume from 0.0 on; above 1.0 what is loud anyway is rounded off, not clipped."""
    wanted = samples * max(0.0, volume)
    if volume > 1.0:
        over = np.maximum(np.abs(wanted) - ROUNDED_FROM, 0.0)
        softer = ROUNDED_FROM + (FULL_SCALE - ROUNDED_FROM) * np.tanh(over / (FULL_SCALE - ROUNDED_FROM))
        wanted = np.where(over > 0.0, np.sign(wanted) * softer, wanted)
    rounded: Samples = np.rint(wanted).astype(np.int16)
    return rounded


def silence(seconds: float, rate: int = SAMPLE_RATE) -> Sound:
    """Return `seconds` of silence at `rate` Hz."""
    return Sound(np.zeros(round(seconds * rate), np.int16), rate)


def join(sounds: list[Sound], rate: int = SAMPLE_RATE) -> Sound:
    """Return the sounds one after the other, all at `rate` Hz."""
    pieces = [sound.at(rate).samples for sound in sounds]
    return Sound(np.concatenate(pieces) if pieces else np.zeros(0, np.int16), rate)


class Downmix:
    """Makes one channel of many, block after block of one stream.

    The mean of all channels, unless that loses most of the sound (one channel is empty, or two are in
    opposite phase): then the loudest channel alone.
    """

    MEMORY = 0.98  # how much of the loudness measured so far counts on in the next block
    KEEPS_ENOUGH = 0.3  # of the loudest channel's energy; one empty channel of two leaves 0.25

    def __init__(self, channels: int) -> None:
        self._energies = np.zeros(channels)
        self._mean_energy = 0.0

    def __call__(self, block: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the block of shape (n, channels) as one channel, shape (n,)."""
        if block.shape[1] == 1 or not len(block):
            return block[:, 0]
        mean: npt.NDArray[np.float32] = block.mean(axis=1)
        self._energies = self.MEMORY * self._energies + block.var(axis=0)
        self._mean_energy = self.MEMORY * self._mean_energy + float(mean.var())
        if self._mean_energy >= self.KEEPS_ENOUGH * self._energies.max():
            return mean
        return block[:, int(self._energies.argmax())]
