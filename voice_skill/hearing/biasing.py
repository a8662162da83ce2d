"""A leaning towards the words that a dialog pack expects (shallow fusion).

A recognition model that has never met "Detralex" writes "the trail x". While a text is being searched
for, every letter that goes on spelling an expected word earns a bonus; whoever leaves the word half-way
gives it back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_skill.hearing.tokenizer import WORD_START, Tokenizer

Floats = npt.NDArray[np.float32]

LETTER_BONUS = 0.5
"""Added to the log-probability for each letter of an expected word. Less finds fewer of them; from 0.8 on,
words are heard that nobody said."""

MIN_LETTERS = 4
"""Shorter words sound like too many others to be leaned towards."""

_WORD = re.compile(r"[a-z0-9']+")


class WordBias:
    """The bonus of every next piece, given the letters of an expected word so far.

    That prefix is all there is to remember of a text: "" at the start or in a word that nobody expects.
    Only words that the vocabulary must spell from several pieces are leaned towards: those in one piece are
    common in speech, and the model knows them well enough.
    """

    start = ""

    def __init__(self, tokenizer: Tokenizer, phrases: Iterable[str] = ()) -> None:
        texts = [_plain(tokenizer, token) for token in range(len(tokenizer))]
        self._inside_word = np.array([text[:1].isalnum() or text[:1] == "'" for text in texts])
        self._tokens: dict[str, list[int]] = {}
        for token, text in enumerate(texts):
            self._tokens.setdefault(text, []).append(token)
        self.expect(phrases)

    def expect(self, phrases: Iterable[str]) -> None:
        """Lean towards the rare words of these phrases, and no others."""
        words = {word for phrase in phrases for word in _WORD.findall(phrase.lower())}
        self.words = frozenset(w for w in words if len(w) >= MIN_LETTERS and f" {w}" not in self._tokens)
        self._by_prefix: dict[str, list[str]] = {}
        for word in self.words:
            for length in range(len(word)):
                self._by_prefix.setdefault(word[:length], []).append(word)
        self._steps: dict[str, _Onward] = {}

    def bonus(self, prefix: str) -> Floats:
        """Return what each piece earns after `prefix`, shape (vocabulary,)."""
        given_back = -LETTER_BONUS * len(prefix)
        if prefix in self.words:  # complete: kept, unless more letters follow
            bonus = np.where(self._inside_word, np.float32(given_back), np.float32(0))
        else:
            bonus = np.full(len(self._inside_word), given_back, np.float32)
        begin = self._onward("")
        bonus[begin.tokens] += begin.bonus
        if prefix:
            onward = self._onward(prefix)
            bonus[onward.tokens] = onward.bonus
        return bonus

    def follow(self, prefix: str, token: int) -> str:
        """Return the prefix after one more piece."""
        onward = self._onward(prefix).reached.get(token) if prefix else None
        return onward or self._onward("").reached.get(token, self.start)

    def _onward(self, prefix: str) -> "_Onward":
        """Return the pieces that go on spelling an expected word after `prefix`."""
        if prefix not in self._steps:
            space = "" if prefix else " "
            reached = {
                token: word[:end]
                for word in self._by_prefix.get(prefix, ())
                for end in range(len(prefix) + 1, len(word) + 1)
                for token in self._tokens.get(space + word[len(prefix) : end], ())
            }
            gains = [LETTER_BONUS * (len(longer) - len(prefix)) for longer in reached.values()]
            self._steps[prefix] = _Onward(
                reached, np.array(list(reached), np.int64), np.array(gains, np.float32)
            )
        return self._steps[prefix]


@dataclass(frozen=True, slots=True)
class _Onward:
    """Pieces that spell an expected word on.

    reached: the prefix that each leads to. tokens, bonus: the same pieces, and what each earns.
    """

    reached: dict[int, str]
    tokens: npt.NDArray[np.int64]
    bonus: Floats


def _plain(tokenizer: Tokenizer, token: int) -> str:
    """Return a piece as it counts for spelling: lower case, a space for a word's start, "" for markers."""
    if tokenizer.is_marker(token):
        return ""
    return tokenizer.pieces[token].replace(WORD_START, b" ").decode("utf-8", errors="replace").lower()
