"""Sentences that together show all that a network of words allows, for an engine that takes phrases.

Such an engine (vosk) learns from the list which word may follow which, and no more. So every pair of
neighbouring words of the grammar occurs in some sentence, and every entry of every list.
"""

from collections import defaultdict, deque
from collections.abc import Iterator

from voice_skill.hearing.automaton import AGAIN, Network

_CALL = "\0"
"""Before the name of a list, where any of its entries is said."""

Edge = tuple[str, int]
"""A word, or a call of a list, and the node that it leads to."""


def covering_sentences(network: Network, root: int) -> list[str]:
    """Return sentences, in normal form, that cover the network from `root` to where sentences end."""
    ways = _Ways(network, root)
    entries = {name: _entries(network, start) for name, start in network.lists.items()}
    turn: dict[str, int] = defaultdict(int)
    said: dict[str, None] = {}

    def entry(name: str) -> str:
        turn[name] += 1
        return entries[name][(turn[name] - 1) % len(entries[name])]

    for sentence in ways.sentences():
        called = [token.removeprefix(_CALL) for token in sentence if token.startswith(_CALL)]
        if all(entries[name] for name in called):
            said[" ".join(entry(t[1:]) if t.startswith(_CALL) else t for t in sentence)] = None
    for name, texts in entries.items():
        if not name.startswith(AGAIN):
            said |= dict.fromkeys(texts[turn[name] :])
    return list(said)


class _Ways:
    """The words that lead from node to node, and the shortest ways to each node and from it to an end."""

    def __init__(self, network: Network, root: int) -> None:
        self._network = network
        self._beyond = set(network.silent(network.after))
        self._root = root
        self._steps: dict[int, list[Edge]] = {}
        self._came: dict[int, Edge] = {}
        self._into: dict[int, dict[str, int]] = defaultdict(dict)
        self._ends: set[int] = set()
        self._walk()
        self._go = self._to_an_end()
        self._covered: set[tuple[str, str]] = set()

    def sentences(self) -> Iterator[tuple[str, ...]]:
        """Yield sentences until every pair of neighbouring words has occurred."""
        for node, steps in self._steps.items():
            for word, to in steps:
                for before, source in self._into[node].items() or [("", self._root)]:
                    if (before, word) not in self._covered and to in self._go:
                        way = [*self._way_to(source), *filter(None, [before]), word, *self._way_on(word, to)]
                        self._covered.update(zip(["", *way], way, strict=False))
                        yield tuple(way)

    def _walk(self) -> None:
        waiting = deque([self._root])
        while waiting:
            node = waiting.popleft()
            if node in self._steps:
                continue
            self._steps[node] = list(self._edges(node))
            for word, to in self._steps[node]:
                self._into[to].setdefault(word, node)
                self._came.setdefault(to, (word, node))
                waiting.append(to)

    def _edges(self, node: int) -> Iterator[Edge]:
        for here in self._network.silent(node):
            if here in self._beyond:
                continue
            at = self._network.nodes[here]
            if at.label is not None:
                self._ends.add(node)
            for word, ends in self._network.onward(here).items():
                yield from ((word, end) for end in ends)
            for name, back in at.calls:
                if not name.startswith(AGAIN):
                    yield _CALL + name, back

    def _to_an_end(self) -> dict[int, Edge | None]:
        """Return for each node that leads to an end the first step of the shortest way."""
        sources: dict[int, list[tuple[int, Edge]]] = defaultdict(list)
        for node, steps in self._steps.items():
            for word, to in steps:
                sources[to].append((node, (word, to)))
        go: dict[int, Edge | None] = dict.fromkeys(sorted(self._ends))
        waiting = deque(go)
        while waiting:
            for node, step in sources[waiting.popleft()]:
                if node not in go:
                    go[node] = step
                    waiting.append(node)
        return go

    def _way_to(self, node: int) -> list[str]:
        words: list[str] = []
        while node != self._root and node in self._came:
            word, node = self._came[node]
            words.append(word)
        return words[::-1]

    def _way_on(self, before: str, node: int) -> list[str]:
        """Return words from a node to an end, over pairs that have not occurred where there are any."""
        words: list[str] = []
        for _ in range(len(self._steps)):
            new = [
                edge
                for edge in self._steps[node]
                if (before, edge[0]) not in self._covered and edge[1] in self._go
            ]
            step = new[0] if new else self._go[node]
            if step is None:
                break
            self._covered.add((before, step[0]))
            before, node = step
            words.append(before)
        return words


def _entries(network: Network, root: int) -> list[str]:
    """Return everything that a list says."""
    found: list[str] = []
    waiting: list[tuple[int, str]] = [(root, "")]
    while waiting:
        node, text = waiting.pop()
        if network.nodes[node].values and text:
            found.append(text)
        for word, ends in network.onward(node).items():
            waiting += [(end, f"{text} {word}".strip()) for end in ends]
    return found[::-1]
