"""A network of words: what may be said, as nodes joined by arcs.

An arc is free, or a gap between two words, or a fragment of a word, or a call of a list ("any muscle"), which
is stored once however often it is called. `word_states.py` walks the network deterministically.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

AGAIN = "again "
"""Before the name of a list: the list that says the same after a correction."""


@dataclass(slots=True)
class Node:
    """Where arcs meet.

    free: nodes reached without a sound. gaps: those reached between two words. letters: by a fragment of a
    word. calls: lists, and where each returns to. whole: what leads here are whole words. label: of a
    sentence that ends here. values: said by the entry of a list that ends here.
    """

    free: list[int] = field(default_factory=list)
    gaps: tuple[int, ...] = ()
    letters: list[tuple[str, int]] = field(default_factory=list)
    calls: tuple[tuple[str, int], ...] = ()
    whole: bool = False
    label: str | None = None
    values: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Tell whether anything but other nodes is to be had here."""
        return bool(self.letters or self.calls or self.values or self.label is not None)


class Network:
    """Nodes and lists.

    start: where all that is said begins. after: where every sentence leads to. end: where all may end.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.lists: dict[str, int] = {}
        self.start = self.add_node()
        self.after = self.add_node()
        self.end = self.add_node()
        self._tree: dict[tuple[int, str], int] = {}
        self._onward: dict[int, Mapping[str, tuple[int, ...]]] = {}
        self._silent: dict[int, tuple[int, ...]] = {}

    def add_node(self) -> int:
        """Return the number of a new node."""
        self.nodes.append(Node())
        return len(self.nodes) - 1

    def add_words(self, node: int, words: Iterable[str]) -> int:
        """Lead whole words away from a node, along those that were led there before; return the last node."""
        for word in words:
            after = self._tree.get((node, word))
            if after is None:
                after = self._tree[node, word] = self.add_node()
                self.nodes[after].whole = True
                self.nodes[node].letters.append((word, after))
            node = after
        return node

    def add_list(self, name: str, entries: Iterable[tuple[str, str]]) -> None:
        """Add a list of (what is said, value)."""
        root = self.lists[name] = self.add_node()
        for said, value in entries:
            node = self.add_words(root, said.split())
            if node != root and value not in self.nodes[node].values:
                self.nodes[node].values += (value,)

    def lead_in(self, name: str, phrases: Iterable[str], other: str) -> None:
        """Add a list of whatever another list says, after one of some phrases."""
        root = self.lists[name] = self.add_node()
        for phrase in phrases:
            self.nodes[self.add_words(root, phrase.split())].free.append(self.lists[other])

    def seal(self) -> None:
        """Give back the memory that only adding needs; nothing can be added any more."""
        self._tree.clear()

    def joined(self, node: int, other: int) -> bool:
        """Tell whether a way without words leads from one node to the other."""
        return other in self._spread(node, gaps=True)

    def silent(self, node: int) -> tuple[int, ...]:
        """Return the nodes that matter among those reached from here before the next word begins."""
        if node not in self._silent:
            reached = self._spread(node, gaps=True)
            self._silent[node] = tuple(n for n in reached if n == self.end or self.nodes[n].matters)
        return self._silent[node]

    def onward(self, node: int) -> Mapping[str, tuple[int, ...]]:
        """Return the words that begin at a node, and where each leads to."""
        if node not in self._onward:
            found: dict[str, list[int]] = defaultdict(list)
            for word, to in self._words("", node):
                found[word].append(to)
            self._onward[node] = {word: tuple(to) for word, to in found.items()}
        return self._onward[node]

    def _words(self, text: str, node: int) -> Iterator[tuple[str, int]]:
        for fragment, to in self.nodes[node].letters:
            if self.nodes[to].whole:
                yield text + fragment, to
                continue
            for reached in self._spread(to, gaps=False):
                there = self.nodes[reached]
                if there.gaps or there.calls or there.label is not None:
                    yield text + fragment, reached
                if there.letters:
                    yield from self._words(text + fragment, reached)

    def _spread(self, node: int, *, gaps: bool) -> list[int]:
        reached = {node: None}
        waiting = [node]
        while waiting:
            here = self.nodes[waiting.pop()]
            for to in [*here.free, *here.gaps] if gaps else here.free:
                if to not in reached:
                    reached[to] = None
                    waiting.append(to)
        return list(reached)
