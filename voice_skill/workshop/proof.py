"""Listening back to what a voice says: is every word heard? If not, it is said again, a little differently.

A person who is not understood says it again, more slowly. Of several takes of a sentence the one is kept
that a recogniser hears best; it hears freely, told the pack's words, not its sentences. English.

Word errors: substitutions, insertions and deletions over the words of the text, both in normal form (numbers
as words, contractions written out, a word written in two or joined is the same word). By sound, words that
a dictionary gives the same pronunciation are the same: no voice can make "heel" and "heal" sound different,
and the listener's spelling is not its fault.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.recognizer import Recognizer
from voice_skill.hearing.transcription import transcribe
from voice_skill.speaking.text import spoken
from voice_skill.speaking.voice import Voice, VoiceSettings
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.repair import PRONUNCIATIONS
from voice_skill.workshop.speakable import MAX_SECONDS

PACES = (0.93, 0.87, 1.05, 0.8)
"""Of the rate that is set, for the takes after the first."""

QUIET = silence(0.4).samples
"""Before and after each sentence, as in a room: the recogniser loses sounds that begin with the recording."""

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Take:
    """One way of saying a sentence. heard: by the listener. wrong: words heard wrongly, by sound."""

    sound: Sound
    heard: str
    wrong: int


class Listener:
    """Writes down what it hears. words: all that may occur."""

    def __init__(self, recognizer: Recognizer, words: Iterable[str]) -> None:
        self._recognizer, self._gate = recognizer, SpeechGate()
        self._words = sorted(set(words))

    def load(self) -> None:
        """Open the models. Raises MissingError when one is not there."""
        self._gate.load()
        self._recognizer.load()
        self._recognizer.use_phrases(self._words)

    def hear(self, sound: Sound) -> str:
        """Return what is heard when the sound is played in a quiet room."""
        samples = np.concatenate([QUIET, sound.at(SAMPLE_RATE).samples, QUIET])
        return transcribe(self._recognizer, self._gate, Sound(samples, SAMPLE_RATE)).text


def clearest(voice: Voice, listener: Listener, text: str, settings: VoiceSettings, first: Sound) -> Take:
    """Return the first take without a mistake, else the one with the fewest.

    first: the sentence as the voice says it anyway. No take is longer than a sentence may last.
    Raises what `Voice.render` raises.
    """
    best = _listened(listener, text, first)
    for pace in PACES:
        if not best.wrong:
            return best
        sound = voice.render(text, replace(settings, rate=settings.rate * pace))
        if len(sound.samples) <= MAX_SECONDS * sound.rate:
            best = min(best, _listened(listener, text, sound), key=lambda take: take.wrong)
    return best


def _listened(listener: Listener, text: str, sound: Sound) -> Take:
    heard = listener.hear(sound)
    return Take(sound, heard, errors(words_of(text), words_of(heard), by_sound=True))


def words_of(text: str) -> list[str]:
    """Return the words of a text in normal form, numbers written out ("999" as three digits)."""
    apart = re.sub(r"\d{3,}", lambda digits: " ".join(digits[0]), text)
    return normal_form(spoken(apart)).split()


def errors(said: Words, heard: Words, *, by_sound: bool) -> int:
    """Return the fewest words to change, add or take out; a word may have been written in two or joined."""

    def same(first: Words, second: Words) -> bool:
        joined, other = "".join(first), "".join(second)
        return joined == other or (by_sound and not _sounds(first).isdisjoint(_sounds(second)))

    far = len(said) + len(heard)
    least = [[far] * (len(heard) + 1) for _ in range(len(said) + 1)]
    least[0][0] = 0
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            for n, m in ((1, 1), (1, 2), (2, 1), (2, 2)):
                if n <= i and m <= j:
                    wrong = 0 if same(said[i - n : i], heard[j - m : j]) else max(n, m)
                    least[i][j] = min(least[i][j], least[i - n][j - m] + wrong)
            if i:
                least[i][j] = min(least[i][j], least[i - 1][j] + 1)
            if j:
                least[i][j] = min(least[i][j], least[i][j - 1] + 1)
    return least[-1][-1]


@cache
def _pronunciations() -> dict[str, list[str]]:
    lines = PRONUNCIATIONS.read_text(encoding="utf-8").splitlines()
    return {word: codes for word, *codes in map(str.split, lines)}


def _sounds(words: Words) -> set[str]:
    """Return the ways in which words in a row are pronounced; none if one of them is in no dictionary."""
    ways = {""}
    for word in words:
        ways = {before + code for before in ways for code in _pronunciations().get(word, ())}
    return ways
