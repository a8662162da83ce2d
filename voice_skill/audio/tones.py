"""Tones that say something without words."""

import numpy as np

from voice_skill.audio.frames import Sound

RATE = 48_000


def soft_tone(hertz: float = 520.0, seconds: float = 0.16) -> Sound:
    """Return a short low tone that swells and fades: "I heard you, one moment"."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
    swell = np.sin(np.pi * time / seconds) ** 2
    return Sound(np.rint(6_000 * wave * swell).astype(np.int16), RATE)
