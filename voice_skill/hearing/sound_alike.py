"""The search for the sentences of a grammar that sound like a text.

What a recogniser writes freely is wrong in its words and often nearly right in its sounds: "our contractions
that" for "are contractions bad". The search goes through the sounds of the text from left to right and lets
every word that may come next be heard for some of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from voice_skill.hearing.abandon import check
from voice_skill.hearing.grammar import AFTER, BEFORE, BETWEEN, Grammar
from voice_skill.hearing.sounds import Ids, costs, padded, sounds_of, sounds_of_all
from voice_skill.hearing.word_states import WordState

FOLLOWED = 48
"""Beginnings of sentences that are followed from each sound on."""

WAYS = 200
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


class _Place(NamedTuple):
    """The words of a sentence so far, the state that they lead to, and what they cost."""

    state: WordState
    cost: float
    words: tuple[str, ...]


class _Ways(NamedTuple):
    """Words that may come next, each with the place that it follows (its number among `after`) and the cost.

    costs: of the sentence up to there, the least first. places, rows: (ways,), like the costs.
    """

    costs: _Floats
    places: Ids
    rows: Ids
    after: Sequence[_Place]


class _Lexicon(NamedTuple):
    """The pronunciations of words, a row each. rows: those of each word."""

    words: Sequence[str]
    rows: Mapping[str, Sequence[int]]
    table: Ids
    lengths: Ids

    @classmethod
    def of(cls, words: Iterable[str]) -> "_Lexicon":
        said = [(word, sounds[:LONGEST_WORD]) for word in sorted(words) for sounds in sounds_of(word)]
        rows: dict[str, list[int]] = {}
        for row, (word, _) in enumerate(said):
            rows.setdefault(word, []).append(row)
        return cls([word for word, _ in said], rows, *padded([sounds for _, sounds in said]))


class SoundAlikes:
    """Finds the sentences of one grammar that sound like a text."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._start: WordState | None = None
        self._next: dict[WordState, Ids] = {}

    @cached_property
    def _lexicon(self) -> _Lexicon:
        return _Lexicon.of(self._grammar.words)

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
        waiting: list[list[_Ways]] = [[] for _ in range(len(sounds) + 1)]
        here = [_Place(self._start, 0.0, ())]
        free = frozenset(heard)
        for at in range(len(sounds)):
            check()
            if at:
                here = self._followed(waiting[at])
            for taken, ways in self._onward(here, at, sounds, free):
                waiting[at + taken].append(ways)
        return [place.words for place in self._followed(waiting[-1], most, ended=True)]

    def _followed(self, ways: list[_Ways], most: int = FOLLOWED, *, ended: bool = False) -> list[_Place]:
        """Return the cheapest places that the ways lead to, one for each state.

        ended: only those where a sentence may end, one for each text.
        """
        kept: dict[object, _Place] = {}
        for cost, before, row in _cheapest_first(ways):
            word = self._lexicon.words[row]
            state = before.state.after_normal(word)
            if state.final or not ended:
                words = (*before.words, word)
                kept.setdefault(words if ended else state, _Place(state, cost, words))
                if len(kept) == most:
                    break
        return list(kept.values())

    def _onward(
        self, here: Sequence[_Place], at: int, sounds: Sequence[int], free: frozenset[str]
    ) -> Iterator[tuple[int, _Ways]]:
        """Let each place go on from a sound with every word that may come next; yield by sounds taken.

        free: words that cost nothing, although they are only said around a sentence: they were heard.
        """
        nexts = [self._next_rows(place.state) for place in here]
        if not nexts:
            return
        words, table, lengths = self._lexicon.words, self._lexicon.table, self._lexicon.lengths
        wanted, which = np.unique(np.concatenate(nexts), return_inverse=True)
        owners = np.repeat(np.arange(len(here)), [len(rows) for rows in nexts])
        ahead = sounds[at : at + LONGEST_WORD + SPARE_SOUNDS]
        price = costs(ahead, table[wanted], lengths[wanted]) + np.float32(A_WORD)
        extra = np.array([words[row] in _AROUND and words[row] not in free for row in wanted])
        price += np.float32(AROUND_A_SENTENCE) * extra[:, None]
        totals = price[which] + np.array([place.cost for place in here], np.float32)[owners, None]
        # Nobody adds such a word where the sentence may be over, and begins another.
        totals[extra[which] & np.array([place.state.final for place in here])[owners]] = np.inf
        taken = np.arange(1, len(ahead) + 1, dtype=np.float32)
        ways, sounds_taken = np.nonzero(totals <= CHEAP + CHEAP_PER_SOUND * (at + taken))
        cost = totals[ways, sounds_taken]
        best = _first_of_each(owners[ways], cost - EXPECTED_PER_SOUND * taken[sounds_taken])
        best = best[np.lexsort((cost[best], sounds_taken[best]))]
        ways, sounds_taken, cost = ways[best], sounds_taken[best], cost[best]
        bounds = np.searchsorted(sounds_taken, np.arange(len(ahead) + 1))
        for number, (begin, end) in enumerate(pairwise(bounds)):
            if begin < end:
                rows = wanted[which[ways[begin:end]]]
                yield number + 1, _Ways(cost[begin:end], owners[ways[begin:end]], rows, here)

    def _next_rows(self, state: WordState) -> Ids:
        """Return the rows of the words that may come next; of a word with two pronunciations, both."""
        if state not in self._next:
            rows = self._lexicon.rows
            found = [row for word in state.normal if word not in BETWEEN for row in rows.get(word, ())]
            self._next[state] = np.array(found, np.int64)
        return self._next[state]


def _first_of_each(owners: Ids, wanted: _Floats) -> Ids:
    """Return where `wanted` is least: up to WAYS places of each owner."""
    order = np.lexsort((wanted, owners))
    begins = np.searchsorted(owners[order], owners[order])
    return order[np.arange(len(order)) - begins < WAYS]


def _cheapest_first(ways: list[_Ways]) -> Iterator[tuple[float, _Place, int]]:
    """Yield the cost, the place before, and the word's row of each way."""
    if not ways:
        return
    cost = np.concatenate([one.costs for one in ways])
    number = np.repeat(np.arange(len(ways)), [len(one.costs) for one in ways])
    inside = np.concatenate([np.arange(len(one.costs)) for one in ways])
    for at in np.argsort(cost, kind="stable"):
        one, place = ways[number[at]], inside[at]
        yield float(cost[at]), one.after[one.places[place]], int(one.rows[place])
