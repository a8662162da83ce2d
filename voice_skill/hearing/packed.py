"""The nodes of a network of words as arrays: a tenth of the memory, written and read in milliseconds.

A node is made when it is first looked at; of a big grammar a conversation looks at a few hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]

NO_LABEL = -1
"""Stands for a node at which no sentence ends."""


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


class PackedNodes:
    """Nodes that can be looked at and not changed, in the order in which they were added.

    table: `whole`, `label` and any further column, one number a node; for every other field its numbers,
    those of one node after those of the other, and under its name and "_at" where each node's begin. texts:
    what the numbers that stand for texts mean.
    """

    def __init__(self, table: Mapping[str, Ints], texts: Sequence[str]) -> None:
        self.table = dict(table)
        self.texts = tuple(texts)
        self._made: dict[int, Node] = {}
        # Of a few numbers at a time a view is read several times faster than an array.
        self._views = {name: column.data for name, column in self.table.items()}

    @classmethod
    def of(cls, nodes: Sequence[Node], more: Mapping[str, Ints]) -> PackedNodes:
        """Pack nodes. more: further columns, one number a node."""
        number: dict[str, int] = {}

        def known(text: str) -> int:
            return number.setdefault(text, len(number))

        columns: dict[str, list[list[int]]] = {
            "free": [node.free for node in nodes],
            "gaps": [list(node.gaps) for node in nodes],
            "letters": [_flat((known(text), to) for text, to in node.letters) for node in nodes],
            "calls": [_flat((known(name), back) for name, back in node.calls) for node in nodes],
            "values": [[known(value) for value in node.values] for node in nodes],
        }
        labels = [NO_LABEL if node.label is None else known(node.label) for node in nodes]
        table = {"whole": _ints(node.whole for node in nodes), "label": _ints(labels)}
        for name, rows in columns.items():
            table[name] = _ints(chain.from_iterable(rows))
            table[name + "_at"] = _ints(accumulate(map(len, rows), initial=0))
        return cls(table | dict(more), tuple(number))

    def __len__(self) -> int:
        return len(self.table["whole"])

    def __iter__(self) -> Iterator[Node]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Node:
        node = self._made.get(number)
        if node is None:
            node = self._made[number] = self._make(number)
        return node

    def number(self, column: str, node: int) -> int:
        """Return the number of a node in a column that has one a node."""
        return self._views[column][node]

    def forget(self) -> None:
        """Give back the memory of the nodes that were looked at."""
        self._made.clear()

    def _make(self, number: int) -> Node:
        label = self._views["label"][number]
        return Node(
            free=self._numbers("free", number),
            gaps=tuple(self._numbers("gaps", number)),
            letters=self._pairs("letters", number),
            calls=tuple(self._pairs("calls", number)),
            whole=bool(self._views["whole"][number]),
            label=None if label == NO_LABEL else self.texts[label],
            values=tuple(self.texts[at] for at in self._numbers("values", number)),
        )

    def _numbers(self, name: str, number: int) -> list[int]:
        at = self._views[name + "_at"]
        return self._views[name][at[number] : at[number + 1]].tolist()

    def _pairs(self, name: str, number: int) -> list[tuple[str, int]]:
        flat = self._numbers(name, number)
        return [(self.texts[text], to) for text, to in zip(flat[::2], flat[1::2], strict=True)]


def _ints(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, np.int32)


def _flat(pairs: Iterable[tuple[int, int]]) -> list[int]:
    return list(chain.from_iterable(pairs))
