"""What every rendered sentence goes through: the same loudness for all, a clean start and a clean end."""

import numpy as np
import numpy.typing as npt

from voice_skill.audio.frames import Samples, Sound
from voice_skill.errors import EngineError

SPEECH_LEVEL = 0.1
"""Root mean square of the spoken parts, of full scale: -20 dB."""

PEAK = 0.9
LEAD_SECONDS = 0.03
BREATH_SECONDS = 0.25
"""Silence after every sentence, so that two in a row do not run into each other."""

SHORTEST_SECONDS_PER_LETTER = 0.025
"""No voice speaks faster than this at its normal rate; shorter sound has lost words."""


def levelled(samples: npt.NDArray[np.float32], rate: int) -> Sound:
    """Return the sentence `samples` (full scale 1.0) at the common loudness, between fixed silences."""
    spoken = _trimmed(samples, rate)
    if not len(spoken):
        return Sound(np.zeros(0, np.int16), rate)
    loud = spoken[np.abs(spoken) > 0.02 * np.abs(spoken).max()]
    gain = min(SPEECH_LEVEL / float(np.sqrt(np.mean(loud**2))), PEAK / float(np.abs(spoken).max()))
    padded = np.pad(spoken * gain, (round(LEAD_SECONDS * rate), round(BREATH_SECONDS * rate)))
    return Sound((padded * 32767).astype(np.int16), rate)


def with_volume(sound: Sound, volume: float) -> Sound:
    """Return `sound` at `volume`, 0.0 (silent) to 1.0 (as it is)."""
    if volume >= 1.0:
        return sound
    scaled: Samples = (sound.samples * max(volume, 0.0)).astype(np.int16)
    return Sound(scaled, sound.rate)


def check_length(sound: Sound, text: str, rate: float, voice: str) -> None:
    """Raise EngineError when `sound` is too short to hold all of `text` spoken at `rate`."""
    letters = sum(character.isalnum() for character in text)
    shortest = letters * SHORTEST_SECONDS_PER_LETTER / rate
    if sound.seconds - LEAD_SECONDS - BREATH_SECONDS < shortest:
        raise EngineError(
            f"The voice {voice} lost words: {sound.seconds:.2f} s of sound for {letters} letters",
            "Try again, or choose another voice with --voice",
        )


def _trimmed(samples: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    """Cut the silence at both ends, keeping 20 ms of it, faded, so that neither end clicks."""
    quiet = 0.003 * float(np.abs(samples).max(initial=0.0))
    above = np.flatnonzero(np.abs(samples) > quiet)
    if not len(above):
        return samples[:0]
    margin = round(0.02 * rate)
    spoken = samples[max(0, above[0] - margin) : above[-1] + margin].copy()
    fade = np.linspace(0.0, 1.0, min(round(0.005 * rate), len(spoken)), dtype=np.float32)
    spoken[: len(fade)] *= fade
    spoken[len(spoken) - len(fade) :] *= fade[::-1]
    return spoken
