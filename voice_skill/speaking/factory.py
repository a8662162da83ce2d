"""Chooses a voice by name, and renders texts sentence by sentence."""

from collections.abc import Iterator
from typing import Literal

from voice_skill.audio.frames import Sound
from voice_skill.errors import MissingError
from voice_skill.speaking.piper import FIX as PIPER_FIX
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import Voice, VoiceSettings

VoiceName = Literal["piper", "pyttsx3", "auto"]
PIPER_LANGUAGE = "en"


def create_voice(name: VoiceName = "auto", language: str = "en") -> Voice:
    """Return the voice `name` for `language` ("en"); "auto" is piper if it is installed, else pyttsx3.

    Raises MissingError, naming what to install, when the voice is not there.
    """
    speaks = language.split("-", maxsplit=1)[0] == PIPER_LANGUAGE
    if name == "piper" and not speaks:
        raise MissingError(f"The voice piper does not speak {language!r}", "Choose --voice pyttsx3")
    if name == "piper" or (name == "auto" and speaks and PiperVoice.installed()):
        piper = PiperVoice()
        piper.require()
        return piper
    espeak = Pyttsx3Voice(language)
    try:
        espeak.load()
    except MissingError as error:
        if name == "pyttsx3" or not speaks:
            raise
        raise MissingError(f"There is no voice. For piper: {PIPER_FIX}", f"For pyttsx3: {error}") from error
    return espeak


def render_all(voice: Voice, text: str, settings: VoiceSettings) -> Iterator[Sound]:
    """Yield `text` as sound, sentence by sentence, so that the first can play while the next is rendered.

    Numbers, units and markup are prepared for speaking. Yields nothing when nothing can be said.
    Raises what `Voice.render` raises.
    """
    for sentence in sentences(text):
        yield voice.render(sentence, settings)
