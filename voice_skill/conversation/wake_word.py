"""A wake word, for rooms where much is said about cramps that is not meant for the program."""

from typing import Any

import numpy as np

from voice_skill.audio.frames import Frame, Samples
from voice_skill.conversation.wake import ARMED_S
from voice_skill.errors import MissingError

CHUNK = 160
"""Samples that the detector takes at a time: 10 ms."""


class OnWord:
    """Somebody says the wake word first: microWakeWord's small networks, which come inside their package.

    word: "okay_nabu", "hey_jarvis", "hey_mycroft" or "alexa". Raises MissingError without the package.
    """

    required = True

    def __init__(self, word: str) -> None:
        try:
            from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model
        except (ImportError, OSError) as error:  # OSError: its library does not fit this machine
            problem = f"the wake word detector cannot be loaded: {error}"
            raise MissingError(problem, "Install it: pip install 'voice-skill[wakeword]'") from error
        self._detector: Any = MicroWakeWord.from_builtin(Model(word))
        self._make_features: Any = MicroWakeWordFeatures
        self._features: Any = MicroWakeWordFeatures()
        self._rest = np.zeros(0, np.int16)
        self._until = float("-inf")

    def hear(self, frame: Frame, now: float) -> bool:
        """Take a frame of the microphone; tell whether the word was said just now."""
        sound = np.concatenate([self._rest, frame.samples])
        whole = len(sound) - len(sound) % CHUNK
        self._rest = sound[whole:]
        if not any(self._take(sound[at : at + CHUNK]) for at in range(0, whole, CHUNK)):
            return False
        self._until = now + ARMED_S
        self._detector.reset()
        self._features = self._make_features()
        return True

    def armed(self, now: float) -> bool:
        """Tell whether the word was said not long ago."""
        return now < self._until

    def _take(self, chunk: Samples) -> bool:
        return any(
            bool(self._detector.process_streaming(one))
            for one in self._features.process_streaming(chunk.tobytes())
        )
