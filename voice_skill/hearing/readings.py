"""What a sentence of the grammar means: every way through the network of words, with intent and slots."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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


class _Place(NamedTuple):
    """A node, and how it was reached.

    call: the list it lies in and the node to return to, or ("", 0). intent, slots: so far.
    """

    node: int
    call: tuple[str, int] = ("", 0)
    intent: str = ""
    slots: tuple[tuple[str, str], ...] = ()


def read(network: Network, words: list[str]) -> list[Reading]:
    """Return every meaning that spoken words (lower case, no marks) have; [] outside the grammar."""
    places = [_closed(network, [_Place(network.start)]), *({} for _ in words)]
    for at, word in enumerate(words):
        if places[at]:
            for normal in meanings(word):
                places[at + 1] |= _after(network, places[at], normal)
    ended = (Reading(p.intent, p.slots) for p in places[-1] if p.node == network.end and p.intent)
    return list(dict.fromkeys(ended))


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


def _after(network: Network, places: Iterable[_Place], words: Iterable[str]) -> dict[_Place, None]:
    for word in words:
        ends = [
            _Place(end, call, intent, slots)
            for node, call, intent, slots in places
            for end in network.onward(node).get(word, ())
        ]
        places = _closed(network, ends)
    return dict.fromkeys(places)


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
