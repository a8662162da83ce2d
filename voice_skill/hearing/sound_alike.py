"""The search for the sentences of a grammar that sound like a text.

What a recogniser writes freely is wrong in its words and often nearly right in its sounds: "our contractions
that" for "are contractions bad". The search goes through the sounds of the text from left to right and lets
every word that may come next be heard for some of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
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

REMEMBERED = 8
"""Texts whose nearest sentences are kept: one sound is often heard as the same text at several speeds."""

LIKELY_ENOUGH = 1024
"""Of many ways to go on only the cheapest are put in order at first; the others are rarely come to."""

ROUNDING = np.float32(1e-3)
"""More than the order in which costs are added up can change."""

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
    """The pronunciations of words, a row each. rows: those of each word.

    around: whether the word is only said around a sentence.
    """

    words: Sequence[str]
    rows: Mapping[str, Sequence[int]]
    table: Ids
    lengths: Ids
    around: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, words: Iterable[str]) -> "_Lexicon":
        said = [(word, sounds[:LONGEST_WORD]) for word in sorted(words) for sounds in sounds_of(word)]
        rows: dict[str, list[int]] = {}
        for row, (word, _) in enumerate(said):
            rows.setdefault(word, []).append(row)
        around = np.array([word in _AROUND for word, _ in said], np.bool_)
        return cls([word for word, _ in said], rows, *padded([sounds for _, sounds in said]), around)


class SoundAlikes:
    """Finds the sentences of one grammar that sound like a text."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._start: WordState | None = None
        self._next: dict[WordState, Ids] = {}
        self._remembered = lru_cache(REMEMBERED)(self._nearest)

    @cached_property
    def _lexicon(self) -> _Lexicon:
        return _Lexicon.of(self._grammar.words)

    def nearest(
        self, heard: Sequence[str], most: int, per_sound: float = CHEAP_PER_SOUND
    ) -> list[tuple[str, ...]]:
        """Return up to so many sentences, those first that sound most like the words heard.

        All words are in normal form. per_sound: what a sound may cost; with less it takes less time.
        """
        return list(self._remembered(tuple(heard), most, per_sound))

    def forget(self) -> None:
        """Forget the texts that were looked for."""
        self._remembered.cache_clear()

    def _nearest(self, heard: tuple[str, ...], most: int, per_sound: float) -> list[tuple[str, ...]]:
        sounds = sounds_of_all(heard)
        if not 0 < len(sounds) <= MOST_SOUNDS:
            return []
        if self._start is not self._grammar.start:  # it has forgotten its states
            self._start = self._grammar.start
            self._next.clear()
        waiting: list[list[_Ways]] = [[] for _ in range(len(sounds) + 1)]
        here = [_Place(self._start, 0.0, ())]
        lexicon = self._lexicon
        costly = lexicon.around.copy()
        costly[[row for word in heard for row in lexicon.rows.get(word, ())]] = False
        for at in range(len(sounds)):
            check()
            if at:
                here = self._followed(waiting[at])
            for taken, ways in self._onward(here, at, sounds, costly, per_sound):
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
            if ended and not state.final:
                continue
            key = (*before.words, word) if ended else state
            if key not in kept:
                kept[key] = _Place(state, cost, (*before.words, word))
                if len(kept) == most:
                    break
        return list(kept.values())

    def _onward(
        self,
        here: Sequence[_Place],
        at: int,
        sounds: Sequence[int],
        costly: npt.NDArray[np.bool_],
        per_sound: float,
    ) -> Iterator[tuple[int, _Ways]]:
        """Let each place go on from a sound with every word that may come next; yield by sounds taken.

        costly: the rows of words that are only said around a sentence, and were not heard.
        """
        if not here:
            return
        nexts = [self._next_rows(place.state) for place in here]
        before = np.array([place.cost for place in here], np.float32)
        ended = np.array([place.state.final for place in here])
        rows = np.concatenate(nexts)
        owners = np.repeat(np.arange(len(here)), [len(one) for one in nexts])
        # Nobody adds such a word where the sentence may be over, and begins another.
        sensible = ~(costly[rows] & ended[owners])
        rows, owners = rows[sensible], owners[sensible]
        wanted, which = _without_doubles(rows, len(costly))
        ahead = sounds[at : at + LONGEST_WORD + SPARE_SOUNDS]
        price = costs(ahead, self._lexicon.table[wanted], self._lexicon.lengths[wanted]) + np.float32(A_WORD)
        price += np.float32(AROUND_A_SENTENCE) * costly[wanted][:, None]
        taken = np.arange(1, len(ahead) + 1, dtype=np.float32)
        bound = CHEAP + per_sound * (at + taken)
        hopeful = (price - bound).min(axis=1, initial=np.inf)[which] + before[owners] <= ROUNDING
        rows, owners, which = rows[hopeful], owners[hopeful], which[hopeful]
        totals = price[which] + before[owners, None]
        ways, sounds_taken = np.nonzero(totals <= bound)
        cost = totals[ways, sounds_taken]
        best = _first_of_each(owners[ways], cost - EXPECTED_PER_SOUND * taken[sounds_taken])
        best = best[np.lexsort((cost[best], sounds_taken[best]))]
        ways, sounds_taken, cost = ways[best], sounds_taken[best], cost[best]
        bounds = np.searchsorted(sounds_taken, np.arange(len(ahead) + 1))
        for number, (begin, end) in enumerate(pairwise(bounds)):
            if begin < end:
                some = ways[begin:end]
                yield number + 1, _Ways(cost[begin:end], owners[some], rows[some], here)

    def _next_rows(self, state: WordState) -> Ids:
        """Return the rows of the words that may come next; of a word with two pronunciations, both."""
        known = self._next.get(state)
        if known is None:
            rows = self._lexicon.rows
            found = [row for word in state.normal if word not in BETWEEN for row in rows.get(word, ())]
            known = self._next[state] = np.array(sorted(found), np.int64)
        return known


def _without_doubles(rows: Ids, count: int) -> tuple[Ids, Ids]:
    """Return the rows of a table of so many, each once, and where among those each row is."""
    present = np.zeros(count, np.bool_)
    present[rows] = True
    wanted = np.flatnonzero(present)
    place = np.empty(count, np.int64)
    place[wanted] = np.arange(len(wanted))
    return wanted, place[rows]


def _first_of_each(owners: Ids, wanted: _Floats) -> Ids:
    """Return where `wanted` is least: up to WAYS places of each owner. The owners are in order."""
    bounds = np.searchsorted(owners, np.arange(owners[-1] + 2 if len(owners) else 1))
    kept = np.ones(len(owners), np.bool_)
    for begin, end in pairwise(bounds):
        if end - begin > WAYS:
            mine = wanted[begin:end]
            last = np.partition(mine, WAYS - 1)[WAYS - 1]
            kept[begin:end] = mine < last
            kept[begin + np.flatnonzero(mine == last)[: WAYS - np.count_nonzero(mine < last)]] = True
    return np.flatnonzero(kept)


def _cheapest_first(ways: list[_Ways]) -> Iterator[tuple[float, _Place, int]]:
    """Yield the cost, the place before, and the word's row of each way."""
    if not ways:
        return
    cost = np.concatenate([one.costs for one in ways])
    begins = np.cumsum([0, *(len(one.costs) for one in ways)])
    for order in _in_order(cost):
        number = np.searchsorted(begins, order, side="right") - 1
        inside = order - begins[number]
        picked = zip(cost[order].tolist(), number.tolist(), inside.tolist(), strict=True)
        for price, which, place in picked:
            one = ways[which]
            yield price, one.after[one.places[place]], int(one.rows[place])


def _in_order(cost: _Floats) -> Iterator[Ids]:
    """Yield where the least costs are, in order, then where the others are; of equals, the first first."""
    if len(cost) > LIKELY_ENOUGH:
        least = cost <= np.partition(cost, LIKELY_ENOUGH)[LIKELY_ENOUGH]
        first = np.flatnonzero(least)
        yield first[np.argsort(cost[first], kind="stable")]
        rest = np.flatnonzero(~least)
        yield rest[np.argsort(cost[rest], kind="stable")]
    else:
        yield np.argsort(cost, kind="stable")
