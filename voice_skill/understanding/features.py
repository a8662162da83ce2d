"""A sentence as hashed TF-IDF features: words, pairs, letters, and lists in place of what they list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

FEATURES = 8192

_WEIGHTS = {"w": 1.0, "b": 0.8, "a": 1.0, "n": 0.9, "t": 0.6, "c": 0.45, "s": 0.7}
"""Weight of each kind of feature: words, pairs, abstract words and runs of them, letters, the start."""


def weights_of(words: tuple[str, ...], abstract: tuple[str, ...]) -> dict[int, float]:
    """Return the weight of each hashed feature; `abstract` has `<list>` in place of what a list says."""
    row: dict[int, float] = {}
    for feature in _features(words, abstract):
        index = crc32(feature.encode()) % FEATURES
        row[index] = max(row.get(index, 0.0), _WEIGHTS[feature[0]])
    return row


def scaled(row: Mapping[int, float], idf: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the features of a row and their values, as a vector of length one."""
    at = np.fromiter(row.keys(), dtype=np.int64, count=len(row))
    values = np.fromiter(row.values(), dtype=np.float32, count=len(row)) * idf[at]
    return at, values / (np.linalg.norm(values) or 1.0)


def inverse_frequency(rows: Sequence[Mapping[int, float]]) -> Array:
    """Return how much each feature tells: the rarer, the more."""
    count = np.zeros(FEATURES, dtype=np.float32)
    for row in rows:
        count[np.fromiter(row.keys(), dtype=np.int64)] += 1
    frequency: Array = np.log((1 + len(rows)) / (1 + count)).astype(np.float32) + 1
    return frequency


def _features(words: tuple[str, ...], abstract: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield "w" + word
        padded = f"<{word}>"
        for n in (3, 4):
            for i in range(len(padded) - n + 1):
                yield "c" + padded[i : i + n]
    yield from ("b" + pair for pair in _runs(words, 2))
    yield from ("a" + word for word in abstract)
    yield from ("n" + pair for pair in _runs(abstract, 2))
    yield from ("t" + three for three in _runs(abstract, 3))
    yield "s" + " ".join(abstract[:1])
    yield "s" + " ".join(abstract[:2])


def _runs(words: tuple[str, ...], n: int) -> Iterable[str]:
    return (" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
