"""What a sentence of the grammar means: every way through the network of words, with intent and slots."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from voice_skill.hearing.automaton import Network
from voice_skill.hearing.surfaces import meanings


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning: the intent, and (list, value) of each list gone through, in the order of the words."""

    intent: str
    slots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, and how it was reached. calls: the list it lies in and the node to return to, or ("", 0)."""

    node: int
    call: tuple[str, int] = ("", 0)
    so_far: Reading = Reading("")


def read(network: Network, words: list[str]) -> list[Reading]:
    """Return every meaning that spoken words (lower case, no marks) have; [] outside the grammar."""
    places = [_closed(network, [_Place(network.start)]), *({} for _ in words)]
    for at, word in enumerate(words):
        if places[at]:
            for normal in meanings(word):
                places[at + 1] |= _after(network, places[at], normal)
    ended = (p.so_far for p in places[-1] if p.node == network.end and p.so_far.intent)
    return list(dict.fromkeys(ended))


def _after(network: Network, places: Iterable[_Place], words: Iterable[str]) -> dict[_Place, None]:
    for word in words:
        ends = [
            replace(place, node=end) for place in places for end in network.onward(place.node).get(word, ())
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
            reached = replace(place, node=number)
            node = network.nodes[number]
            if node.label is not None and not place.so_far.intent:
                # The sentence ends here; what may follow changes nothing.
                reached = replace(reached, so_far=replace(place.so_far, intent=node.label))
                onward = [replace(reached, node=network.end)]
            else:
                onward = [
                    replace(place, node=network.lists[name], call=(name, back)) for name, back in node.calls
                ]
            if place.call[0]:
                onward += [_left(place, value) for value in node.values]
            closed[reached] = None
            waiting += [p for p in onward if p not in seen]
            seen.update(onward)
    return closed


def _left(place: _Place, value: str) -> _Place:
    """Return where a list is left, its value noted."""
    name, back = place.call
    so_far = replace(place.so_far, slots=(*place.so_far.slots, (name, value)))
    return _Place(back, ("", 0), so_far)
