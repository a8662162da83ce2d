"""A network of words: what may be said, as nodes joined by arcs.

An arc is free, or a gap between two words, or a fragment of a word, or a call of a list ("any muscle"), which
is stored once however often it is called. `word_states.py` walks the network deterministically.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from voice_skill.hearing.packed import Ints, Node, PackedNodes
from voice_skill.hearing.surfaces import SHORT

AGAIN = "again "
"""Before the name of a list: the list that says the same after a correction."""

SHRINKS = "shrinks"
"""Column of the packed nodes: 1 where the next word may be one that shrinks to an ending of the last."""


class Network:
    """Nodes and lists.

    start: where all that is said begins. after: where every sentence leads to. end: where all may end.
    """

    def __init__(self) -> None:
        self._draft: list[Node] = []
        self.nodes: list[Node] | PackedNodes = self._draft
        self.lists: dict[str, int] = {}
        self.start = self.add_node()
        self.after = self.add_node()
        self.end = self.add_node()
        self._tree: dict[tuple[int, str], int] = {}
        self._onward: dict[int, Mapping[str, tuple[int, ...]]] = {}
        self._silent: dict[int, tuple[int, ...]] = {}

    def add_node(self) -> int:
        """Return the number of a new node."""
        self._draft.append(Node())
        return len(self._draft) - 1

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

    def seal(self) -> PackedNodes:
        """Pack the nodes and return them; nothing can be added any more (idempotent)."""
        if not isinstance(self.nodes, PackedNodes):
            self.nodes = PackedNodes.of(self._draft, {SHRINKS: self._shrinks()})
            self._tree.clear()
            self._draft = []
        return self.nodes

    @classmethod
    def sealed(cls, nodes: PackedNodes, lists: Mapping[str, int]) -> "Network":
        """Return a network that was sealed before, with these nodes and lists."""
        network = cls()
        network.nodes, network.lists, network._draft = nodes, dict(lists), []
        return network

    def may_shrink(self, node: int) -> bool:
        """Tell whether the next word may shrink to an ending of the last; only of a sealed network.

        False is certain; True means that it is worth a look.
        """
        return not isinstance(self.nodes, PackedNodes) or bool(self.nodes.number(SHRINKS, node))

    def _shrinks(self) -> Ints:
        """Return for each node whether a word that shrinks may follow, as if every list led everywhere."""
        left = len(self._draft)  # the end of any list: reached from each value, and leads to each return
        before: dict[int, list[int]] = defaultdict(list)
        waiting = []
        for number, node in enumerate(self._draft):
            onward = [*node.free, *node.gaps, *(self.lists[name] for name, _ in node.calls)]
            for to in [*onward, *((left,) if node.values else ())]:
                before[to].append(number)
            for _, back in node.calls:
                before[back].append(left)
            if any(full.startswith(fragment) for fragment, _ in node.letters for full in SHORT):
                waiting.append(number)
        shrinks = np.zeros(left + 1, np.int32)
        shrinks[waiting] = 1
        while waiting:
            for number in before[waiting.pop()]:
                if not shrinks[number]:
                    shrinks[number] = 1
                    waiting.append(number)
        return shrinks[:left]

    def forget(self) -> None:
        """Give back the memory of the ways that were looked at."""
        self._onward.clear()
        self._silent.clear()
        if isinstance(self.nodes, PackedNodes):
            self.nodes.forget()

    def words(self) -> frozenset[str]:
        """Return every word that may be said, in normal form."""
        begins = {self.start, *self.lists.values()}
        for number, node in enumerate(self.nodes):
            begins.update(node.gaps, (back for _, back in node.calls), (number,) if node.whole else ())
        found: set[str] = set()
        for number in self._spread(*begins, gaps=True):
            if self.nodes[number].letters:
                found.update(word for word, _ in self._words("", number))
        return frozenset(found)

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

    def _spread(self, *nodes: int, gaps: bool) -> list[int]:
        reached = dict.fromkeys(nodes)
        waiting = list(nodes)
        while waiting:
            here = self.nodes[waiting.pop()]
            for to in [*here.free, *here.gaps] if gaps else here.free:
                if to not in reached:
                    reached[to] = None
                    waiting.append(to)
        return list(reached)
