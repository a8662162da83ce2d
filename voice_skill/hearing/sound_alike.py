"""The search for the sentences of a grammar that sound like a text.

What a recogniser writes freely is wrong in its words and often nearly right in its sounds: "our contractions
that" for "are contractions bad". The search goes through the sounds of the text from left to right and lets
every word that may come next be heard for some of them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from voice_skill.hearing.grammar import AFTER, BEFORE, BETWEEN, Grammar
from voice_skill.hearing.sounds import Ids, costs, padded, sounds_of, sounds_of_all
from voice_skill.hearing.word_states import WordState

FOLLOWED = 24
"""Beginnings of sentences that are followed from each sound on."""

WAYS = 50
"""Words, or the numbers of sounds that they take, that are tried after each beginning."""

MOST_SOUNDS = 70
"""A longer text is talk."""

LONGEST_WORD = 15
"""Sounds of a word that are looked at."""

SPARE_SOUNDS = 3
"""A word may be heard for so many sounds more than it has."""

A_WORD, AROUND_A_SENTENCE = 0.15, 0.7
"""Added to the cost for each word, and for one that is only said around a sentence."""

CHEAP, CHEAP_PER_SOUND = 1.2, 0.5
"""A beginning that costs more is given up."""

EXPECTED_PER_SOUND = 0.35
"""What a sound costs by and by: so words that take more of them can be compared with those that take few."""

_AROUND = frozenset(phrase for phrase in (*BEFORE, *AFTER) if " " not in phrase)
_Floats = npt.NDArray[np.float32]


class _Beginning(NamedTuple):
    """The words of a sentence so far. before: its state before the last word. end: sounds they stand for."""

    cost: float
    words: tuple[str, ...]
    before: WordState
    end: int


_Place = tuple[WordState, float, tuple[str, ...]]
"""A state, what it cost to come there, and the words said."""


class SoundAlikes:
    """Finds the sentences of one grammar that sound like a text."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._start: WordState | None = None
        self._rows: dict[str, list[int]] = {}
        self._words: list[str] = []
        self._said: list[tuple[int, ...]] = []
        self._next: dict[WordState, Ids] = {}
        self._table, self._lengths = padded(())

    def nearest(self, heard: Sequence[str], most: int) -> list[tuple[str, ...]]:
        """Return up to so many sentences, those first that sound most like the words heard.

        All words are in normal form.
        """
        sounds = sounds_of_all(heard)
        if not 0 < len(sounds) <= MOST_SOUNDS:
            return []
        if self._start is not self._grammar.start:  # it has forgotten its states
            self._start = self._grammar.start
            self._next.clear()
        waiting: list[list[_Beginning]] = [[] for _ in range(len(sounds) + 1)]
        here: list[_Place] = [(self._start, 0.0, ())]
        free = frozenset(heard)
        for at in range(len(sounds)):
            if at:
                here = self._followed(waiting[at])
            for one in self._onward(here, at, sounds, free):
                waiting[one.end].append(one)
        ended = self._followed(waiting[-1], most, ended=True)
        return [words for _, _, words in ended]

    def _followed(
        self, beginnings: list[_Beginning], most: int = FOLLOWED, *, ended: bool = False
    ) -> list[_Place]:
        """Return the best beginnings with the state that each leads to, one for each state.

        ended: only those that are whole sentences, one for each text.
        """
        kept: dict[object, _Place] = {}
        for one in sorted(beginnings, key=lambda one: one.cost):
            state = one.before.after(one.words[-1])
            if state is not None and (state.final or not ended):
                kept.setdefault(one.words if ended else state, (state, one.cost, one.words))
            if len(kept) == most:
                break
        return list(kept.values())

    def _onward(
        self, here: list[_Place], at: int, sounds: Sequence[int], free: frozenset[str]
    ) -> Iterator[_Beginning]:
        """Let each beginning go on from a sound with every word that may come next.

        free: words that cost nothing, although they are only said around a sentence: they were heard.
        """
        nexts = [self._next_rows(state) for state, _, _ in here]
        if not nexts:
            return
        if len(self._table) < len(self._said):
            self._table, self._lengths = padded(self._said)
        wanted = np.unique(np.concatenate(nexts))
        ahead = sounds[at : at + LONGEST_WORD + SPARE_SOUNDS]
        price = costs(ahead, self._table[wanted], self._lengths[wanted])
        taken = np.arange(1, len(ahead) + 1, dtype=np.float32)
        most = CHEAP + CHEAP_PER_SOUND * (at + taken)
        for (state, cost, words), rows in zip(here, nexts, strict=True):
            totals = price[np.searchsorted(wanted, rows)] + np.float32(cost + A_WORD)
            for row, place in _least(totals, totals - EXPECTED_PER_SOUND * taken, most):
                word = self._words[rows[row]]
                added = word in _AROUND and word not in free
                if added and state.final:
                    continue
                total = float(totals[row, place]) + AROUND_A_SENTENCE * added
                yield _Beginning(total, (*words, word), state, at + int(place) + 1)

    def _next_rows(self, state: WordState) -> Ids:
        """Return the rows of the words that may come next; of a word with two pronunciations, both."""
        if state not in self._next:
            rows = [row for word in state.normal if word not in BETWEEN for row in self._rows_of(word)]
            self._next[state] = np.array(rows, np.int64)
        return self._next[state]

    def _rows_of(self, word: str) -> list[int]:
        if word not in self._rows:
            said = [sounds[:LONGEST_WORD] for sounds in sounds_of(word)]
            self._rows[word] = list(range(len(self._said), len(self._said) + len(said)))
            self._said += said
            self._words += [word] * len(said)
        return self._rows[word]


def _least(totals: _Floats, wanted: _Floats, most: _Floats) -> npt.NDArray[np.int64]:
    """Return where `wanted` is least, (up to WAYS, 2), of the places where the total is not too much."""
    flat = wanted.ravel()
    places = np.argpartition(flat, WAYS)[:WAYS] if len(flat) > WAYS else np.arange(len(flat))
    places = places[(totals <= most).ravel()[places]]
    return np.stack(np.unravel_index(places, wanted.shape), axis=1)
