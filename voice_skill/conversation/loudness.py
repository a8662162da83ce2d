"""How loud to answer: as softly as one was spoken to, as loudly as the room needs."""

import numpy as np

from voice_skill.audio.frames import Samples

NORMAL_DB = -30.0
"""Level of ordinary speech at the microphone, of full scale."""

SOFTEST = 0.3
"""No answer is softer than this share of the volume that is set."""

QUIET_ROOM_DB = -55.0
LOUDEST = 3.0
"""In the noisiest room the volume is raised by this factor."""

SMOOTHING = 0.02
"""Weight of the newest frame in the level of the room: it follows within some two seconds."""


class Loudness:
    """A factor for the volume. whispers: follow the speaker down. noise: follow the room up."""

    def __init__(self, *, whispers: bool = False, noise: bool = False) -> None:
        self._whispers = whispers
        self._noise = noise
        self._speech_db = NORMAL_DB
        self.room_db = QUIET_ROOM_DB
        self.now_db = -96.0
        """Level of the last frame, for a meter."""

    @property
    def factor(self) -> float:
        """Return what the volume is to be multiplied with."""
        factor = 1.0
        if self._whispers:
            factor *= min(1.0, max(SOFTEST, 10 ** ((self._speech_db - NORMAL_DB) / 40)))
        if self._noise:
            factor *= min(LOUDEST, max(1.0, 10 ** ((self.room_db - QUIET_ROOM_DB) / 60)))
        return factor

    def hear(self, samples: Samples, *, speech: bool) -> None:
        """Take a frame of the microphone."""
        self.now_db = decibels(samples)
        if not speech:
            self.room_db += SMOOTHING * (self.now_db - self.room_db)

    def spoken(self, samples: Samples) -> None:
        """Take the sound of what somebody said to the assistant."""
        level = np.abs(samples.astype(np.int32))
        loud = samples[level > 0.1 * level.max(initial=0)]
        self._speech_db = decibels(loud)

    def forget_speaker(self) -> None:
        """Take whoever speaks next to speak as people do."""
        self._speech_db = NORMAL_DB


def decibels(samples: Samples) -> float:
    """Return the level of a sound, in dB of full scale; -96 for silence."""
    if not len(samples):
        return -96.0
    power = float(np.mean(np.square(samples.astype(np.float64)))) / 32767.0**2
    return 10 * float(np.log10(max(power, 2.5e-10)))
