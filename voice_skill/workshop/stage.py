"""A pack's conversations with real sound: what the person says is spoken, and heard by the recogniser."""

import zlib

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack
from voice_skill.ears import Ears
from voice_skill.errors import MissingError
from voice_skill.hearing.recognizer import Transcript
from voice_skill.rehearsal import NOISE
from voice_skill.speaking.factory import VoiceName, create_voice
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.text import spoken
from voice_skill.speaking.voice import Voice, VoiceSettings
from voice_skill.understanding.meaning import Context
from voice_skill.understanding.understander import Understander

NAMES: tuple[VoiceName, ...] = ("piper", "pyttsx3")

AROUND_S = 0.3
"""Silence before and after what is said."""


class Stage:
    """Speakers, and the ears that listen to them. Raises MissingError without any voice or recogniser."""

    def __init__(self, settings: Settings, pack: Pack, understander: Understander) -> None:
        self._settings = VoiceSettings(rate=settings.rate, pitch=settings.pitch)
        self._speakers = _speakers(settings, pack.info.language)
        self._ears = Ears(settings, pack, understander)
        self._ears.load()

    @property
    def names(self) -> str:
        """Return who speaks and who listens."""
        return f"{', '.join(voice.name for voice in self._speakers)} -> {self._ears.recognizer.name}"

    def hear(self, said: str | None, context: Context | None = None) -> Transcript:
        """Return what is heard when this is said; each sentence always by the same speaker.

        context: what the dialog expects at that moment.
        """
        if said is NOISE:
            return self._ears.transcribe(slam(), context)
        voice = self._speakers[zlib.crc32(str(said).encode()) % len(self._speakers)]
        sound = voice.render(spoken(str(said)), self._settings).at(SAMPLE_RATE)
        if isinstance(voice, Pyttsx3Voice):  # how eSpeak speaks depends on what it said before
            voice.close()
        quiet = silence(AROUND_S).samples
        return self._ears.transcribe(
            Sound(np.concatenate([quiet, sound.samples, quiet]), SAMPLE_RATE), context
        )

    def close(self) -> None:
        """Free the models and the voices."""
        self._ears.close()
        for voice in self._speakers:
            voice.close()


def slam() -> Sound:
    """Return a door that slams: a burst of noise that dies away within half a second."""
    moments = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    burst = np.random.default_rng(20).normal(size=len(moments)) * np.exp(-moments / 0.05)
    samples = np.clip(burst * 12_000, -32_767, 32_767).astype(np.int16)
    quiet = silence(AROUND_S).samples
    return Sound(np.concatenate([quiet, samples, quiet]), SAMPLE_RATE)


def _speakers(settings: Settings, language: str) -> list[Voice]:
    """Return the chosen voice; with "auto", all that are installed, so that not one alone is heard."""
    if settings.voice != "auto":
        return [_steady(create_voice(settings.voice, language))]
    found: list[Voice] = []
    problem: MissingError | None = None
    for name in NAMES:
        try:
            found.append(_steady(create_voice(name, language)))
        except MissingError as error:
            problem = error
    if not found and problem is not None:
        raise problem
    return found


def _steady(voice: Voice) -> Voice:
    """Return the voice without its random variation: a test hears the same in every run."""
    return PiperVoice(variation=0.0) if isinstance(voice, PiperVoice) else voice
