"""Real voices that speak the tests' questions: `speak("my calf is cramping", "espeak-female")`.

Several people, as it were: Piper's voice at three speeds, eSpeak NG as men and women of several countries,
and Debian's flite voices where that program is installed. Piper speaks without its random variation
here, so that a test hears the same in every run.
"""

import functools
import io
import shutil
import subprocess

import numpy as np
import soundfile

from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.voice import VoiceSettings

PIPER = {"piper": 1.0, "piper-slow": 0.8, "piper-fast": 1.2}
ESPEAK = {
    "espeak-male": "en-us",
    "espeak-female": "en-us+f3",
    "espeak-british": "gmw/en",
    "espeak-british-female": "gmw/en+f2",
    "espeak-scottish": "en-gb-scotland",
    "espeak-lancashire": "en-gb-x-gbclan+f4",
    "espeak-caribbean": "en-029+m3",
    "espeak-old": "en-us+croak",
}
FLITE = {"flite-male": "rms", "flite-female": "slt", "flite-scottish": "awb"} if shutil.which("flite") else {}

VOICES = (*PIPER, *ESPEAK, *FLITE)
"""Every voice there is here, the most natural first."""


def speak(text: str, voice: str = "piper", rate: float = 1.0, silence_after: float = 0.0) -> Sound:
    """Return `text` spoken by one of VOICES at 16 kHz; rate as in VoiceSettings; silence in seconds."""
    sound = _speak(text, voice, rate)
    quiet = silence(silence_after).samples
    return Sound(np.concatenate([sound.samples, quiet]), SAMPLE_RATE)


@functools.lru_cache(maxsize=512)
def _speak(text: str, voice: str, rate: float) -> Sound:
    if voice in PIPER:
        return _piper().render(text, VoiceSettings(rate=PIPER[voice] * rate)).at(SAMPLE_RATE)
    if voice in ESPEAK:
        return _espeak(ESPEAK[voice]).render(text, VoiceSettings(rate=rate)).at(SAMPLE_RATE)
    return _flite(text, FLITE[voice], rate)


@functools.cache
def _piper() -> PiperVoice:
    return PiperVoice(variation=0.0)


@functools.lru_cache(maxsize=1)
def _espeak(voice: str) -> Pyttsx3Voice:
    return Pyttsx3Voice(voice=voice, word_gap=0)  # people run their words together


def _flite(text: str, voice: str, rate: float) -> Sound:
    stretch = f"duration_stretch={1 / rate}"
    command = ["flite", "-voice", voice, "--setf", stretch, "-t", text, "-o", "/dev/stdout"]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    samples, sample_rate = soundfile.read(io.BytesIO(wav), dtype="int16")
    return Sound(samples, sample_rate).at(SAMPLE_RATE)
