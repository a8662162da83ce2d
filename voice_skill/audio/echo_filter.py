"""The echo path from loudspeaker to microphone, learnt while it is used: a partitioned-block Kalman filter.

After Enzner and Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free
telephones", Signal Processing 86 (2006), and Kuech, Mabande and Enzner, "State-space architecture of the
partitioned-block-based acoustic echo controller", ICASSP 2014. It weighs each step by how sure the filter is
and how loud everybody else is, so it needs no detector of double talk, and it leaves a person's voice as it
is where there is no echo at all, as with headphones.
"""

import numpy as np
import numpy.typing as npt

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.audio.near_end import NearEnd

BLOCK = 256
"""Samples in one step: 16 ms."""

PARTITIONS = 16
"""The filter is 16 blocks long: 256 ms of delay and reverberation."""

UNSURE = 10.0
"""How much the first step may change the path, as a power gain: microphones amplify."""

FORGETS = 0.9995
"""How much of the echo path is still the same one block later."""

SMOOTHING = 0.8
"""Weight of the past in the spectrum of what is no echo."""

LEAST_OTHERS = 0.05
"""Of what is left, the share that is always taken for somebody else's."""

TWICE_S = 3.0
"""So long, at first, it learns from every block twice."""

LEAK_SMOOTHING = 0.97
MOST_LEAK = 1.0
"""Of the echo's power, what at most is taken to be left by the filter."""

OVERSUBTRACTION = 2.0
LEAST_GAIN = 0.05
"""No band is made softer than by this factor: -26 dB."""

AUDIBLE = 0.003
"""Amplitude from which the loudspeaker is loud enough to learn from, of full scale 1.0."""

PERSONS = 0.1
"""Share of what is left that counts as somebody's voice, and not as echo that came late."""

LATE_MEMORY, MOST_LATE = 0.1, 2.0
"""Weight of the newest block in what lateness is measured by, and the samples that a block tells at most."""

CLIPPED = 0.995
"""Amplitude from which the microphone is overdriven, of full scale."""

INAUDIBLE = 1e-6
"""Floats at the microphone below which nothing is heard: -60 dB."""

Spectrum = npt.NDArray[np.complex64]
Floats = npt.NDArray[np.float32]


class EchoFilter:
    """Blocks of the microphone and of the loudspeaker in, blocks of the microphone without echo out."""

    def __init__(self) -> None:
        bins = BLOCK + 1
        self._path: Spectrum = np.zeros((PARTITIONS, bins), np.complex64)
        decay = np.exp(-np.arange(PARTITIONS) / 4.0)[:, np.newaxis]
        self._unsure: Floats = (UNSURE * decay * np.ones((PARTITIONS, bins))).astype(np.float32)
        self._played: Spectrum = np.zeros((PARTITIONS, bins), np.complex64)
        self._last = np.zeros(BLOCK, np.float32)
        self._others: Floats = np.full(bins, 1e-4, np.float32)
        self._leak: Floats = np.full(bins, MOST_LEAK, np.float32)
        self._heard_before = np.zeros(BLOCK, np.float32)
        self._echo_before = np.zeros(BLOCK, np.float32)
        self._left_before = np.zeros(BLOCK, np.float32)
        self._overlap = np.zeros(BLOCK, np.float32)
        self._window = np.sqrt(np.hanning(2 * BLOCK + 1)[:-1]).astype(np.float32)
        self._heard_power = self._left_power = 0.0
        self._usual = 0.0  # energy that a step of `late` is measured by
        self.late = 0.0
        """Samples by which the echo came later than foreseen, as far as the last block tells."""
        self.seconds = 0.0
        """Seconds of loudspeaker sound it has learnt from."""
        self.near_end = NearEnd()
        self.others_heard = False
        """Whether somebody else is heard in the last block, and not only what is left of the echo."""

    @property
    def removed_db(self) -> float:
        """Return by how much what is heard gets softer while something is played."""
        return 10 * float(np.log10((self._heard_power + 1e-9) / (self._left_power + 1e-9)))

    @property
    def silent(self) -> bool:
        """Tell whether next to nothing is heard while something is played, as with headphones."""
        return self._heard_power < INAUDIBLE

    def take(self, heard: Samples, played: Samples) -> Samples:
        """Return what was heard without the echo, one block late.

        heard: the next BLOCK samples of the microphone. played: what the loudspeaker played meanwhile, or
        up to PARTITIONS blocks before.
        """
        microphone = heard.astype(np.float32) * np.float32(1 / 32768)
        loudspeaker = played.astype(np.float32) * np.float32(1 / 32768)
        spectrum = np.fft.rfft(np.concatenate([self._last, loudspeaker])).astype(np.complex64)
        self._last = loudspeaker
        self._played = np.concatenate([spectrum[np.newaxis], self._played[:-1]])
        estimate = self._echo()
        left: Floats = microphone - estimate
        self._learn(microphone, left)
        self._judge(microphone, left, loudspeaker)
        return _as_samples(self._suppress(microphone, left, estimate))

    def _learn(self, heard: Floats, left: Floats) -> None:
        power = np.abs(self._played) ** 2
        energy = np.abs(self._spectrum_of(left)) ** 2
        # What is left of the echo because the path is not known yet is nobody else's voice.
        others = energy - np.float32(0.5) * (power * self._unsure).sum(axis=0)
        others = np.maximum(others, LEAST_OTHERS * energy)
        self._others += np.float32(1 - SMOOTHING) * (others - self._others)
        self._step(left, power)
        if self.seconds < TWICE_S:
            self._step(heard - self._echo(), power)

    def _step(self, left: Floats, power: Floats) -> None:
        """Change the path so that less would have been left."""
        step = self._unsure / ((power * self._unsure).sum(axis=0) + 2 * self._others + 1e-6)
        change = np.fft.irfft(step * np.conj(self._played) * self._spectrum_of(left))
        change[:, BLOCK:] = 0
        self._path = FORGETS * self._path + np.fft.rfft(change).astype(np.complex64)
        self._unsure = (
            FORGETS**2 * (1 - 0.5 * step * power) * self._unsure + (1 - FORGETS**2) * np.abs(self._path) ** 2
        ).astype(np.float32)

    def _echo(self) -> Floats:
        """Return what the path makes of what was played, in this block."""
        echo: Floats = np.fft.irfft((self._path * self._played).sum(axis=0))[BLOCK:].astype(np.float32)
        return echo

    @staticmethod
    def _spectrum_of(block: Floats) -> Spectrum:
        spectrum: Spectrum = np.fft.rfft(np.concatenate([np.zeros(BLOCK, np.float32), block])).astype(
            np.complex64
        )
        return spectrum

    def _judge(self, heard: Floats, left: Floats, played: Floats) -> None:
        if np.abs(played).max() > AUDIBLE:
            self.seconds += BLOCK / SAMPLE_RATE
            self._heard_power += 0.04 * (float(np.mean(heard**2)) - self._heard_power)
            self._left_power += 0.04 * (float(np.mean(left**2)) - self._left_power)
        self.late = self._lateness(heard - left, left)

    def _lateness(self, echo: Floats, left: Floats) -> float:
        """Return how much later than foreseen the echo came: what is left is like its slope then."""
        slope = np.gradient(echo)
        now = float(np.dot(slope, slope)) + PERSONS * float(np.dot(left, left))
        self._usual += LATE_MEMORY * (now - self._usual)
        late = -float(np.dot(left, slope)) / (max(now, self._usual) + INAUDIBLE)
        return min(MOST_LATE, max(-MOST_LATE, late))

    def _suppress(self, heard: Floats, left: Floats, echo: Floats) -> Floats:
        """Take away as much as the echo leaks through the filter in each band (Wiener's rule)."""
        seen = np.fft.rfft(np.concatenate([self._left_before, left]) * self._window)
        removed = self._power(self._echo_before, echo)
        microphone = self._power(self._heard_before, heard)
        self._left_before, self._echo_before, self._heard_before = left, echo, heard
        power = np.abs(seen) ** 2
        ratio = np.minimum(MOST_LEAK, power / (removed + 1e-9))
        audible = removed > 1e-5
        # Follows down at once, up slowly: somebody else's voice is no leak.
        slow = LEAK_SMOOTHING * self._leak + (1 - LEAK_SMOOTHING) * np.minimum(ratio, 4 * self._leak)
        quick = 0.5 * self._leak + 0.5 * ratio
        leak = np.where(ratio < self._leak, quick, self._leak if self.others_heard else slow)
        self._leak = np.where(audible, leak, self._leak).astype(np.float32)
        gain = np.maximum(LEAST_GAIN, 1 - OVERSUBTRACTION * self._leak * removed / (power + 1e-9))
        played = np.abs(self._played[0]) ** 2
        self.others_heard = self.near_end.take(
            microphone, played, removed, gain**2 * power, clipped=float(np.abs(heard).max()) >= CLIPPED
        )
        shaped = np.fft.irfft(gain * seen).astype(np.float32) * self._window
        out: Floats = self._overlap + shaped[:BLOCK]
        self._overlap = shaped[BLOCK:]
        return out

    def _power(self, before: Floats, now: Floats) -> Floats:
        spectrum = np.fft.rfft(np.concatenate([before, now]) * self._window)
        power: Floats = (np.abs(spectrum) ** 2).astype(np.float32)
        return power


def _as_samples(signal: Floats) -> Samples:
    return np.rint(np.clip(signal * 32768, -32767, 32767)).astype(np.int16)
