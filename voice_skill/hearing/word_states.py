"""Walks a network of words as one deterministic automaton, whose states are worked out when first needed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from threading import Lock

from voice_skill.hearing.automaton import Network
from voice_skill.hearing.surfaces import SHORT, SURFACES

Position = tuple[int, int]
"""A node, and the number of the set of nodes to return to when it lies in a list (0 outside of one)."""

Positions = frozenset[Position]


class WordState:
    """All the places in the network where the words so far may have led."""

    def __init__(self, automaton: "WordStates", positions: Positions) -> None:
        self._automaton = automaton
        self._positions = positions
        self._after: dict[str, WordState | None] = {}
        self._after_normal: dict[str, WordState] = {}

    @cached_property
    def final(self) -> bool:
        """Tell whether a sentence may end here."""
        return (self._automaton.network.end, 0) in self._positions

    @cached_property
    def normal(self) -> Mapping[str, list[Position]]:
        """The next words in normal form, and where each leads to."""
        found: dict[str, list[Position]] = defaultdict(list)
        for node, context in self._positions:
            for word, ends in self._automaton.network.onward(node).items():
                found[word] += [(end, context) for end in ends]
        return found

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Everything that may be spoken next, in alphabetical order."""
        spoken = set(self.normal) | self._spoken.keys()
        if self is not self._automaton.start:
            spoken |= self._automaton.between
        return tuple(sorted(spoken))

    def after(self, word: str) -> "WordState | None":
        """Return the state after one more spoken word, or None where it does not belong."""
        if word not in self._after:
            self._after[word] = self._step(word)
        return self._after[word]

    def after_normal(self, word: str) -> "WordState":
        """Return the state after one of the next words in normal form; far quicker than `after`."""
        if word not in self._after_normal:
            self._after_normal[word] = self._automaton.state(self.normal[word])
        return self._after_normal[word]

    def _step(self, word: str) -> "WordState | None":
        ends = [*self.normal.get(word, ()), *self._spoken.get(word, ())]
        if ends:
            return self._automaton.state(ends)
        hesitates = word in self._automaton.between and self is not self._automaton.start
        return self if hesitates else None

    @cached_property
    def _spoken(self) -> Mapping[str, list[Position]]:
        """What may be spoken in place of words of the normal form, and where it leads to."""
        found: dict[str, list[Position]] = defaultdict(list)
        for word, ends in self.normal.items():
            for spoken, onward in self._automaton.variants(word, tuple(ends)):
                found[spoken] += onward
        return found


class WordStates:
    """The deterministic automaton. between: words that may be spoken inside a sentence and change nothing."""

    def __init__(self, network: Network, between: frozenset[str]) -> None:
        self.network = network
        self.between = between
        self._numbering = Lock()
        self._contexts: dict[frozenset[int], int] = {frozenset(): 0}
        self._returns: list[frozenset[int]] = [frozenset()]
        self._states: dict[Positions, WordState] = {}
        self._variants: dict[tuple[str, tuple[Position, ...]], list[tuple[str, list[Position]]]] = {}

    @cached_property
    def start(self) -> WordState:
        """The state before the first word."""
        return self.state([(self.network.start, 0)])

    def state(self, places: Iterable[Position]) -> WordState:
        """Return the one state for these places and all that are reached from them in silence."""
        positions = self.closed(places)
        known = self._states.get(positions)
        return known or self._states.setdefault(positions, WordState(self, positions))

    def variants(self, word: str, ends: tuple[Position, ...]) -> list[tuple[str, list[Position]]]:
        """Return what may be spoken for a word that leads to these places, and where that leads to.

        The same word leads to the same places from many states, so it is worked out once.
        """
        if (word, ends) not in self._variants:
            ways = list(SURFACES.get(word, ()))
            if any(self.network.may_shrink(node) for node, _ in ends):
                ways += ((word + short, (full,)) for full, short in SHORT.items())
            closed = self.closed(ends) if ways else frozenset()
            found = [(spoken, self._follow(closed, rest) if rest else list(ends)) for spoken, rest in ways]
            self._variants[word, ends] = [(spoken, onward) for spoken, onward in found if onward]
        return self._variants[word, ends]

    def _follow(self, closed: Positions, words: Iterable[str]) -> list[Position]:
        """Return where words of the normal form lead from places closed beforehand."""
        ends: list[Position] = []
        for word in words:
            ends = [
                (end, context) for node, context in closed for end in self.network.onward(node).get(word, ())
            ]
            if not ends:
                return []
            closed = self.closed(ends)
        return ends

    def closed(self, places: Iterable[Position]) -> Positions:
        """Return the places and all that are reached from them before the next word begins."""
        nodes = self.network.nodes
        closed: set[Position] = set()
        calls: dict[str, set[int]] = defaultdict(set)
        waiting = list(places)
        seen = set(waiting)
        while waiting:
            place, context = waiting.pop()
            for node in self.network.silent(place):
                closed.add((node, context))
                for name, back in nodes[node].calls:
                    calls[name].add(back)
                if nodes[node].values:
                    backs = {(back, 0) for back in self._returns[context]} - seen
                    waiting += backs
                    seen |= backs
        for name, returns in calls.items():
            closed.add((self.network.lists[name], self._context(frozenset(returns))))
        return frozenset(closed)

    def returns(self, context: int) -> frozenset[int]:
        """Return the nodes that a list is left to in this context."""
        return self._returns[context]

    def _context(self, returns: frozenset[int]) -> int:
        with self._numbering:  # two threads may look for sentences at once
            if returns not in self._contexts:
                self._contexts[returns] = len(self._returns)
                self._returns.append(returns)
            return self._contexts[returns]
