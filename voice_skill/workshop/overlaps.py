"""Which sentences can mean two things? Found on the automaton of all sentences, not on their text.

The automaton is walked as far as sentences of two meanings go the same way; what reaches the end of both is
claimed by both. Ways on which a single meaning is left are not followed, so that the walk stays short.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from voice_skill.hearing.automaton import Network
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.word_states import Position, Positions, WordStates

MARKS = re.compile(r"[()\[\]{}|<>;]")
"""What makes a sentence a pattern."""

MOST_STATES = 200_000
"""States that are walked at most: a bound in time for a pack whose phrases nearly all overlap."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Words that belong to two sentences. said: the words. sentences: the numbers of the two."""

    said: str
    sentences: tuple[int, int]


def overlaps(
    sentences: Iterable[Sentence], lists: Mapping[str, Iterable[tuple[str, str]]]
) -> Iterator[Overlap]:
    """Yield one overlap for each two sentences of different intents that some words belong to."""
    given = list(sentences)
    numbered = [(str(number), sentence.template) for number, sentence in enumerate(given)]
    patterns = (Sentence(text, number) for number, text in numbered if MARKS.search(text))
    grammar = Grammar(patterns, lists, around=False)
    for number, text in numbered:
        if not MARKS.search(text):
            grammar.add_examples([text], number)
    yield from _Walk(grammar.network, [sentence.intent for sentence in given]).run()


class _Walk:
    def __init__(self, network: Network, intents: list[str]) -> None:
        self._network = network
        self._intents = intents
        self._states = WordStates(network, frozenset())
        names = {intent: 1 << number for number, intent in enumerate(dict.fromkeys(intents))}
        self._bit = [names[intent] for intent in intents]
        self._owners = self._owned()

    def run(self) -> Iterator[Overlap]:
        network = self._network
        start = self._states.closed([(network.start, 0)])
        waiting: list[tuple[Positions, str]] = [(start, "")]
        seen = {start}
        found: set[tuple[int, int]] = set()
        while waiting and len(seen) < MOST_STATES:
            positions, said = waiting.pop()
            for pair in self._ended(positions):
                if pair not in found:
                    found.add(pair)
                    yield Overlap(said, pair)
            for word, ends in self._onward(positions).items():
                after = self._states.closed(ends)
                if after not in seen and self._open(after):
                    seen.add(after)
                    waiting.append((after, f"{said} {word}".strip()))

    def _onward(self, positions: Positions) -> dict[str, list[Position]]:
        """Return the words that sentences of two intents go on with."""
        onward: dict[str, list[Position]] = {}
        owners: dict[str, int] = {}
        for node, context in positions:
            bits = self._alive(node, context)
            for word, ends in self._network.onward(node).items():
                onward.setdefault(word, []).extend((end, context) for end in ends)
                owners[word] = owners.get(word, 0) | bits
        return {word: ends for word, ends in onward.items() if owners[word].bit_count() > 1}

    def _alive(self, node: int, context: int) -> int:
        if not context:
            return self._owners[node]
        bits = 0
        for back in self._states.returns(context):
            bits |= self._owners[back]
        return bits

    def _open(self, positions: Positions) -> bool:
        bits = 0
        for node, context in positions:
            bits |= self._alive(node, context)
        return bits.bit_count() > 1

    def _ended(self, positions: Positions) -> Iterator[tuple[int, int]]:
        """Yield the pairs of sentences with different intents that end here, the first of each intent."""
        labels = sorted(
            int(label) for node, _ in positions if (label := self._network.nodes[node].label) is not None
        )
        first: dict[str, int] = {}
        for number in labels:
            first.setdefault(self._intents[number], number)
        chosen = list(first.values())
        yield from ((chosen[0], other) for other in chosen[1:])

    def _owned(self) -> list[int]:
        """Return for each node the intents whose sentences can still end from it, as bits."""
        nodes = self._network.nodes
        before: list[list[int]] = [[] for _ in nodes]
        for number, node in enumerate(nodes):
            for to in (
                *node.free,
                *node.gaps,
                *(to for _, to in node.letters),
                *(to for _, to in node.calls),
            ):
                before[to].append(number)
        owners = [0] * len(nodes)
        waiting = []
        for number, node in enumerate(nodes):
            if node.label is not None:
                owners[number] = self._bit[int(node.label)]
                waiting.append(number)
        while waiting:
            number = waiting.pop()
            for earlier in before[number]:
                joined = owners[earlier] | owners[number]
                if joined != owners[earlier]:
                    owners[earlier] = joined
                    waiting.append(earlier)
        return owners
