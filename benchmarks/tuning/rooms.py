"""Rooms and noises for the sentences that the recogniser is tuned with.

All of them are made up by rule: the recorded noise that benchmarks mix in is left to them.
"""

import random
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

RATE = 16_000
NOISES, NOISE_S = 60, 10
NOISY, ECHOING = 0.5, 0.2
"""Shares of the clips that get noise, and a room's echo."""

Floats = npt.NDArray[np.float32]


class Rooms:
    """Puts clips (16 kHz, int16) into rooms. clips: speech, of which a babble of voices is made."""

    def __init__(self, clips: Sequence[npt.NDArray[np.int16]], seed: int = 3) -> None:
        self._clips = clips
        self._choose, self._rng = random.Random(seed), np.random.default_rng(seed)
        kinds: list[Callable[[], npt.NDArray[np.float64]]] = [
            lambda: self._hiss(0),
            lambda: self._hiss(0.5),
            lambda: self._hiss(1),
            self._babble,
            self._clatter,
            lambda: self._hiss(0.5) + 5 * self._clatter(),
        ]
        made = (kinds[number % len(kinds)]() for number in range(NOISES))
        self._noises = [(noise / np.std(noise)).astype(np.float32) for noise in made]

    def put(self, clip: npt.NDArray[np.int16]) -> Floats:
        """Return the clip as a microphone might hear it, -1..1, with a little silence around it."""
        before, after = self._choose.uniform(0.1, 0.4), self._choose.uniform(0.15, 0.5)
        sound = np.pad(clip / np.float32(32768), (round(before * RATE), round(after * RATE))).astype(
            np.float32
        )
        if self._choose.random() < ECHOING:
            sound = np.convolve(sound, self._echo())[: len(sound)].astype(np.float32)
        level = np.sqrt(np.mean(sound**2))
        if self._choose.random() < NOISY:
            noise = self._choose.choice(self._noises)
            begin = self._choose.randrange(max(1, len(noise) - len(sound)))
            piece = np.resize(noise[begin:], len(sound))
            sound = sound + piece * (level * 10 ** (-self._choose.uniform(4, 24) / 20))
        else:
            hiss = self._rng.normal(size=len(sound)) * 10 ** (-self._choose.uniform(60, 90) / 20)
            sound = (sound + hiss).astype(np.float32)
        loudest = 10 ** (-self._choose.uniform(0, 26) / 20)
        put: Floats = (sound / np.abs(sound).max() * loudest).astype(np.float32)
        return put

    def _echo(self) -> npt.NDArray[np.float64]:
        """Return the answer of a room: the direct sound, and 5 ms later a decaying tail."""
        decay_s = self._choose.uniform(0.2, 0.6)
        time = np.arange(round(RATE * decay_s)) / RATE
        tail = self._rng.normal(size=len(time)) * 10 ** (-3 * time / decay_s)
        tail *= 10 ** (self._choose.uniform(-12, -1) / 20) / np.sqrt(np.sum(tail**2))
        return np.concatenate([[1.0], np.zeros(79), tail])

    def _hiss(self, colour: float) -> npt.NDArray[np.float64]:
        """Return noise whose amplitude falls with the frequency to that power."""
        samples = NOISE_S * RATE
        spectrum = np.fft.rfft(self._rng.normal(size=samples))
        spectrum /= np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 40) ** colour
        hiss = np.fft.irfft(spectrum, samples)
        return hiss / np.std(hiss)

    def _babble(self) -> npt.NDArray[np.float64]:
        """Return several people talking at once."""
        babble = np.zeros(NOISE_S * RATE)
        for _ in range(self._choose.randint(3, 8)):
            at = 0
            while at < len(babble):
                clip = self._choose.choice(self._clips)[: len(babble) - at]
                babble[at : at + len(clip)] += clip * self._choose.uniform(0.3, 1)
                at += len(clip) + self._choose.randint(0, 8000)
        return babble

    def _clatter(self) -> npt.NDArray[np.float64]:
        """Return things that ring when they are knocked: plates, cutlery, doors."""
        clatter = 0.03 * self._hiss(0.7)
        for _ in range(round(NOISE_S * self._choose.uniform(2, 8))):
            at = self._choose.randrange(len(clatter))
            time = np.arange(min(self._choose.randint(400, 6000), len(clatter) - at)) / RATE
            tones = sum(
                np.sin(2 * np.pi * self._choose.uniform(300, 6500) * time) * self._choose.uniform(0.2, 1)
                for _ in range(4)
            )
            knock = tones + 0.5 * self._rng.normal(size=len(time))
            decay = np.exp(-time * self._choose.uniform(8, 80))
            clatter[at : at + len(time)] += knock * decay * self._choose.uniform(0.1, 1)
        return clatter
