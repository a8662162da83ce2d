"""Speaking aloud: a voice, its settings, and the loudspeaker, put together."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

from voice_skill.audio.frames import Sound
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.config import Settings
from voice_skill.conversation.loudness import Loudness
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice, render_all
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import VoiceSettings

SLOWEST, FASTEST = 0.5, 2.0
QUIETEST, LOUDEST = 0.1, 2.0
"""Volumes that can be had by voice: "louder" helps at full volume, too."""


class Mouth:
    """Renders texts with the chosen voice and plays them; the loudspeaker is opened when first needed."""

    def __init__(self, settings: Settings, language: str) -> None:
        self.voice = CachedVoice(
            create_voice(settings.voice, language), default_folder() if settings.cache else None
        )
        self._settings = settings
        self._how = VoiceSettings(settings.rate, settings.pitch)
        self._volume = settings.volume
        self.loudness = Loudness(whispers=settings.follows_speaker, noise=settings.follows_noise)
        """What is told of the room and of whoever speaks in it."""
        self._device = settings.loudspeaker
        self._loudspeaker: Loudspeaker | None = None

    def load(self) -> None:
        """Open the voice."""
        self.voice.load()

    def render(self, text: str) -> Iterator[Sound]:
        """Yield the text sentence by sentence as sound at the voice's rate, at the set volume."""
        yield from render_all(self.voice, text, replace(self._how, volume=self._volume))

    @property
    def volume(self) -> float:
        """Return how loud to play what `pronounce` returned; above 1.0 only when somebody asked for it."""
        return min(max(1.0, self._volume), self._volume * self.loudness.factor)

    def split(self, text: str) -> list[str]:
        """Return the sentences of a text, numbers and units written out."""
        return list(sentences(text))

    def pronounce(self, sentence: str) -> Sound:
        """Return one sentence of `split` as sound at full volume. Raises what `Voice.render` raises."""
        return self.voice.render(sentence, self._how)

    def knows(self, sentence: str) -> bool:
        """Tell whether one sentence of `split` was rendered before and is kept on disk."""
        return self.voice.has(sentence, self._how)

    def revive(self) -> None:
        """Open the voice anew after a failure."""
        self.voice.close()
        self.voice.load()

    def play(self, sounds: Iterable[Sound], cancel: threading.Event | None = None) -> bool:
        """Play sounds one after the other; False if cancelled. Raises MissingError without a loudspeaker."""
        loudspeaker = self.open_loudspeaker()
        return all(loudspeaker.play(sound, cancel) for sound in sounds)

    def open_loudspeaker(self) -> Loudspeaker:
        """Return the open loudspeaker. Raises MissingError when there is none."""
        if self._loudspeaker is None:
            loudspeaker = Loudspeaker(self._device)
            loudspeaker.__enter__()
            self._loudspeaker = loudspeaker
        return self._loudspeaker

    def change_rate(self, factor: float) -> None:
        """Speak faster or slower from now on, within what stays clear."""
        self._how = replace(self._how, rate=min(FASTEST, max(SLOWEST, self._how.rate * factor)))

    def change_volume(self, factor: float) -> None:
        """Speak louder or quieter from now on, never silent."""
        self._volume = min(LOUDEST, max(QUIETEST, self._volume * factor))

    def start_over(self) -> None:
        """Speak as the settings say: who wanted it otherwise is gone."""
        self._how = VoiceSettings(self._settings.rate, self._settings.pitch)
        self._volume = self._settings.volume
        self.loudness.forget_speaker()

    def close(self) -> None:
        """Let go of the loudspeaker and the voice."""
        with contextlib.ExitStack() as stack:
            stack.callback(self.voice.close)
            if self._loudspeaker is not None:
                stack.callback(self._loudspeaker.__exit__, None, None, None)
                self._loudspeaker = None
