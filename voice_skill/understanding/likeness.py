"""Which known sentences is a text most like? A linear classifier, trained from the pack when it is loaded.

Ridge regression on hashed TF-IDF features of words, pairs, letters and lists, solved exactly.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
import numpy.typing as npt

from voice_skill.errors import PackError

Array = npt.NDArray[np.float32]

FEATURES = 8192
RIDGE = 0.35
SCALE = 15.0
"""Turns scores into probabilities; fitted on sentences left out (`benchmarks/understanding.py`)."""
UNKNOWN = 0.15
"""Score that out-of-scope has at least: what is like nothing known is about something else."""

_WEIGHTS = {"w": 1.0, "b": 0.8, "a": 1.0, "n": 0.9, "t": 0.6, "c": 0.45, "s": 0.7}
"""Weight of each kind of feature: words, pairs, abstract words and runs of them, letters, the start."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One known sentence: its words, its words with lists in place of what they list, its class."""

    words: tuple[str, ...]
    abstract: tuple[str, ...]
    label: str
    weight: float = 1.0


class Likeness:
    """Scores a text against the classes it was trained on; see `train` and `from_bytes`."""

    def __init__(self, labels: Sequence[str], unknown: str, vocabulary: Iterable[str], idf: Array, by: Array):
        self.labels = list(labels)
        self._unknown = self.labels.index(unknown)
        self._vocabulary = frozenset(vocabulary)
        self._idf = idf
        self._coefficients = by

    @classmethod
    def train(cls, samples: Sequence[Sample], unknown: str) -> Self:
        """Learn the samples; `unknown` is the class of everything else. Raises PackError without samples."""
        if not samples:
            raise PackError(["phrases: the pack has none, so nothing can be understood"])
        labels = sorted({sample.label for sample in samples} | {unknown})
        target = np.array([labels.index(sample.label) for sample in samples])
        rows = [_indices(sample.words, sample.abstract) for sample in samples]
        idf = _inverse_frequency(rows)
        matrix = np.stack([_vector(row, idf) for row in rows])
        cost = np.diag(RIDGE / _sample_weights(samples, target))
        wanted = np.eye(len(labels), dtype=np.float32)[target]
        dual = np.linalg.solve(matrix @ matrix.T + cost, wanted)
        vocabulary = {word for sample in samples for word in sample.words}
        return cls(labels, unknown, vocabulary, idf, (matrix.T @ dual).astype(np.float32))

    def to_bytes(self) -> bytes:
        """Return everything learnt, for `from_bytes`."""
        names = json.dumps([self.labels, self.labels[self._unknown], sorted(self._vocabulary)])
        buffer = io.BytesIO()
        np.savez(buffer, names=np.array(names), idf=self._idf, coefficients=self._coefficients)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return what `to_bytes` made. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                labels, unknown, vocabulary = json.loads(str(stored["names"]))
                return cls(labels, unknown, vocabulary, stored["idf"], stored["coefficients"])
        except (OSError, KeyError, EOFError, BadZipFile, TypeError) as error:
            raise ValueError(f"not a trained classifier: {error}") from error

    def probabilities(self, words: tuple[str, ...], abstract: tuple[str, ...]) -> dict[str, float]:
        """Return the probability of each class."""
        vector = _vector(_indices(words, abstract), self._idf)
        at = np.flatnonzero(vector)
        scores = vector[at] @ self._coefficients[at]
        known = sum(word in self._vocabulary for word in words) / (len(words) or 1)
        scores *= min(1.0, 2 * known)  # half of the words may be new or misheard; beyond that, trust falls
        return dict(zip(self.labels, map(float, self._probabilities(scores[None])[0]), strict=True))

    def _probabilities(self, scores: Array) -> Array:
        scores = scores.copy()
        scores[:, self._unknown] = np.maximum(scores[:, self._unknown], UNKNOWN)
        return _softmax(scores * SCALE)


def _vector(row: Mapping[int, float], idf: Array) -> Array:
    vector = np.zeros(FEATURES, dtype=np.float32)
    if row:
        at = np.fromiter(row.keys(), dtype=np.int64)
        vector[at] = np.fromiter(row.values(), dtype=np.float32) * idf[at]
        vector /= np.linalg.norm(vector) or 1.0
    return vector


def _indices(words: tuple[str, ...], abstract: tuple[str, ...]) -> dict[int, float]:
    """Return the weight of each hashed feature."""
    row: dict[int, float] = {}
    for feature in _features(words, abstract):
        index = crc32(feature.encode()) % FEATURES
        row[index] = max(row.get(index, 0.0), _WEIGHTS[feature[0]])
    return row


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


def _inverse_frequency(rows: Sequence[Mapping[int, float]]) -> Array:
    count = np.zeros(FEATURES, dtype=np.float32)
    for row in rows:
        count[np.fromiter(row.keys(), dtype=np.int64)] += 1
    frequency: Array = np.log((1 + len(rows)) / (1 + count)).astype(np.float32) + 1
    return frequency


def _sample_weights(samples: Sequence[Sample], target: npt.NDArray[np.int64]) -> Array:
    """Weigh each sample by itself and against the size of its class, so that small classes are heard too."""
    own = np.array([sample.weight for sample in samples], dtype=np.float32)
    size = np.bincount(target, weights=own)
    weights: Array = (own * (size.mean() / size[target]) ** 0.25).astype(np.float32)
    return weights


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
    return probabilities
