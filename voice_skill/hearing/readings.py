"""What a sentence of the grammar means: every way through the network of words, with intent and slots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from voice_skill.hearing.automaton import AGAIN, Network
from voice_skill.hearing.surfaces import meanings

LONGEST_STAMMER = 3
"""Words: "how do I, how do I stretch"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning: the intent, and (list, value) of each list gone through, in the order of the words.

    Of two values of one list the last counts: the speaker corrected themselves.
    """

    intent: str
    slots: tuple[tuple[str, str], ...] = ()


READ, BEGUN = 512, 64
"""Sentences whose meaning is kept, since the same ones are looked at from several sides while one sound is
recognised; and first words of which it is kept where they lead to."""


Outlook = Literal["unknown", "outside", "beginning", "open", "end"]
"""What can follow words: nobody knows; they begin no sentence; more must; more may; only what people add."""


class _Place(NamedTuple):
    """A node, and how it was reached.

    call: the list it lies in and the node to return to, or ("", 0). intent, slots: so far.
    """

    node: int
    call: tuple[str, int] = ("", 0)
    intent: str = ""
    slots: tuple[tuple[str, str], ...] = ()


class Reader:
    """Reads sentences of one network, which must not change any more."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._read = lru_cache(READ)(self._worked_out)
        self._begun = lru_cache(BEGUN)(self._worked_out_begun)

    def read(self, words: Iterable[str]) -> list[Reading]:
        """Return every meaning that spoken words (lower case, no marks) have; [] outside the grammar."""
        return list(self._read(tuple(words)))

    def forget(self) -> None:
        """Forget the sentences that were read."""
        self._read.cache_clear()
        self._begun.cache_clear()

    @cached_property
    def _beginnings(self) -> Mapping[str, Sequence[_Place]]:
        """Where the first word of a sentence leads to, by word."""
        found: dict[str, list[_Place]] = {}
        by_node: dict[int, list[_Place]] = {}
        for place in _closed(self._network, [_Place(self._network.start)]):
            by_node.setdefault(place.node, []).append(place)
        for node, places in by_node.items():
            for word, ends in self._network.onward(node).items():
                here = found.setdefault(word, [])
                here += (_Place(end, *place[1:]) for end in ends for place in places)
        return found

    def outlook(self, words: Iterable[str], aside: frozenset[str]) -> Outlook:
        """Tell what can follow spoken words. aside: first words of what anybody adds to a sentence."""
        places = self._places(tuple(words))
        if not places:
            return "outside"
        if not any(place.node == self._network.end and place.intent for place in places):
            return "beginning"
        following = {word for place in places for word in self._network.onward(place.node)}
        return "open" if following - aside else "end"

    def _worked_out(self, words: tuple[str, ...]) -> tuple[Reading, ...]:
        places = self._places(words)
        ended = (Reading(p.intent, p.slots) for p in places if p.node == self._network.end and p.intent)
        return tuple(dict.fromkeys(ended))

    def _places(self, words: tuple[str, ...]) -> dict[_Place, None]:
        """Return where spoken words lead to."""
        places: list[dict[_Place, None]] = [{} for _ in range(len(words) + 1)]
        for at, word in enumerate(words):
            if at == 0 or places[at]:
                for said in map(tuple, meanings(word)):
                    places[at + 1] |= self._onward_all(places[at], said) if at else self._begun(said)
        return places[-1]

    def _worked_out_begun(self, words: tuple[str, ...]) -> dict[_Place, None]:
        """Return where the first words of a sentence lead to."""
        return self._after(self._beginnings.get(words[0], ()), words[1:])

    def _onward_all(self, places: Iterable[_Place], words: tuple[str, ...]) -> dict[_Place, None]:
        return self._after(self._onward(places, words[0]), words[1:])

    def _after(self, ends: Iterable[_Place], words: Iterable[str]) -> dict[_Place, None]:
        """Return where one is after a word that leads to these places, and after some words more."""
        places = _closed(self._network, ends)
        for word in words:
            places = _closed(self._network, self._onward(places, word))
        return places

    def _onward(self, places: Iterable[_Place], word: str) -> list[_Place]:
        onward = self._network.onward
        return [_Place(end, *place[1:]) for place in places for end in onward(place.node).get(word, ())]


def without_stammer(words: Iterable[str]) -> list[str]:
    """Return the words with one round of each stretch of up to three that is repeated at once."""
    kept: list[str] = []
    for word in words:
        kept.append(word)
        for n in range(1, LONGEST_STAMMER + 1):
            if len(kept) >= 2 * n and kept[-n:] == kept[-2 * n : -n]:
                del kept[-n:]
                break
    return kept


def _closed(network: Network, places: Iterable[_Place]) -> dict[_Place, None]:
    """Return the places and all that are reached from them in silence, in a steady order."""
    closed: dict[_Place, None] = {}
    seen = set(waiting := list(places))
    while waiting:
        place = waiting.pop()
        for number in network.silent(place.node):
            node = network.nodes[number]
            reached = _Place(number, *place[1:])
            if node.label is not None and not place.intent:
                # The sentence ends here; what may follow changes nothing.
                reached = _Place(number, place.call, node.label, place.slots)
                onward = [_Place(network.after, place.call, node.label, place.slots)]
            else:
                onward = [_Place(network.lists[name], (name, back), *place[2:]) for name, back in node.calls]
            if place.call[0] and node.values:
                onward += [_left(place, value) for value in node.values]
            closed[reached] = None
            if onward:
                waiting += [p for p in onward if p not in seen]
                seen.update(onward)
    return closed


def _left(place: _Place, value: str) -> _Place:
    """Return where a list is left, its value noted."""
    name, back = place.call
    return _Place(back, ("", 0), place.intent, (*place.slots, (name.removeprefix(AGAIN), value)))
