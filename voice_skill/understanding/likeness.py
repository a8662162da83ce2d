"""Which known sentences is a text most like? A classifier that learns from the pack when it is loaded.

Kernel ridge regression, solved exactly. Two sentences are alike in their words (`features`, linear kernel)
and in their meaning (`sentences`, Gaussian kernel); the sum of both kernels decides.
"""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from voice_skill.errors import PackError
from voice_skill.understanding.features import FEATURES, Array, inverse_frequency, scaled, weights_of
from voice_skill.understanding.solving import combined, gram, solve

Encode = Callable[[Sequence[str]], Array]
"""Sentences in, one vector of length one for each out."""

RIDGE = 0.35
MEANING = 2.0
"""Weight of likeness in meaning; likeness in words has 1."""
SHARPNESS = 2.0
"""How fast likeness in meaning falls with distance."""
SCALE = 15.0
"""Turns scores into probabilities; fitted on sentences left out (`benchmarks.understanding`)."""
_ROWS = 512
UNKNOWN = 0.15
"""Score that out-of-scope has at least: what is like nothing known is about something else."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One known sentence: its words, its words with lists in place of what they list, its class."""

    words: tuple[str, ...]
    abstract: tuple[str, ...]
    label: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training found.

    idf: (features,); by_word: (features, classes); by_point: (samples, classes).
    points: (samples, vector size), one for each sample, in units of `step`: a quarter of the memory.
    """

    idf: Array
    by_word: Array
    points: npt.NDArray[np.int8]
    step: float
    by_point: Array


class Likeness:
    """Scores a text against the classes it was trained on; see `train` and `from_bytes`."""

    def __init__(self, labels: Sequence[str], unknown: str, learnt: Learnt) -> None:
        self.labels = list(labels)
        self._unknown = self.labels.index(unknown)
        self._learnt = learnt

    @classmethod
    def train(cls, samples: Sequence[Sample], unknown: str, encode: Encode) -> Self:
        """Learn the samples; `unknown` is the class of everything else. Raises PackError without samples."""
        if not samples:
            raise PackError(["phrases: the pack has none, so nothing can be understood"])
        labels = sorted({sample.label for sample in samples} | {unknown})
        target = np.array([labels.index(sample.label) for sample in samples])
        rows = [weights_of(sample.words, sample.abstract) for sample in samples]
        idf = inverse_frequency(rows)
        words = [scaled(row, idf) for row in rows]
        points, step = _in_steps(encode([" ".join(sample.words) for sample in samples]))
        alike = gram(words, FEATURES)
        _add_nearness(alike, points.astype(np.float32) * step)
        alike[np.diag_indices_from(alike)] += RIDGE / _sample_weights(samples, target)
        dual = solve(alike, np.eye(len(labels), dtype=np.float32)[target])
        return cls(labels, unknown, Learnt(idf, combined(words, FEATURES, dual), points, step, dual))

    def to_bytes(self) -> bytes:
        """Return everything learnt, for `from_bytes`."""
        names = json.dumps([self.labels, self.labels[self._unknown]])
        learnt, buffer = self._learnt, io.BytesIO()
        np.savez(
            buffer,
            names=np.array(names),
            idf=learnt.idf,
            by_word=learnt.by_word,
            points=learnt.points,
            step=np.float64(learnt.step),
            by_point=learnt.by_point,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return what `to_bytes` made. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                labels, unknown = json.loads(str(stored["names"]))
                idf, by_word, by_point = (
                    stored[name].astype(np.float32) for name in ("idf", "by_word", "by_point")
                )
                points = stored["points"].astype(np.int8)
                learnt = Learnt(idf, by_word, points, float(stored["step"]), by_point)
                return cls(labels, unknown, learnt)
        except (OSError, KeyError, EOFError, BadZipFile, TypeError) as error:
            raise ValueError(f"not a trained classifier: {error}") from error

    def probabilities(
        self, words: tuple[str, ...], abstract: tuple[str, ...], point: Array
    ) -> dict[str, float]:
        """Return the probability of each class. point: the text's vector, shape (vector size,)."""
        learnt = self._learnt
        at, vector = scaled(weights_of(words, abstract), learnt.idf)
        near = MEANING * np.exp(SHARPNESS * (_cosines(learnt.points, point * learnt.step) - 1))
        scores = np.einsum("i,ij->j", vector, learnt.by_word[at]) + np.einsum(
            "i,ij->j", near, learnt.by_point
        )
        scores[self._unknown] = max(scores[self._unknown], UNKNOWN)
        return dict(zip(self.labels, map(float, _softmax(scores * SCALE)), strict=True))


def _in_steps(points: Array) -> tuple[npt.NDArray[np.int8], float]:
    """Return the points as whole numbers of a step, and the step."""
    step = float(np.abs(points).max()) / np.iinfo(np.int8).max or 1.0
    return np.round(points / step).astype(np.int8), step


def _cosines(points: npt.NDArray[np.int8], point: Array) -> Array:
    """Return points @ point, some rows at a time, so that only those are held as large numbers."""
    found = np.empty(len(points), dtype=np.float32)
    for start in range(0, len(points), _ROWS):
        rows = points[start : start + _ROWS].astype(np.float32)
        # Not with "@": it may wait for other threads many times as long as these sums take.
        found[start : start + _ROWS] = np.einsum("ij,j->i", rows, point)
    return found


def _add_nearness(alike: Array, points: Array) -> None:
    """Add likeness in meaning to likeness in words, some rows at a time: a second matrix would be large."""
    for start in range(0, len(points), _ROWS):
        near = points[start : start + _ROWS] @ points.T
        alike[start : start + _ROWS] += MEANING * np.exp(SHARPNESS * (near - 1))


def _sample_weights(samples: Sequence[Sample], target: npt.NDArray[np.int64]) -> Array:
    """Weigh each sample by itself and against the size of its class, so that small classes are heard too."""
    own = np.array([sample.weight for sample in samples], dtype=np.float32)
    size = np.bincount(target, weights=own)
    weights: Array = (own * (size.mean() / size[target]) ** 0.25).astype(np.float32)
    return weights


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max())
    probabilities: Array = powers / powers.sum()
    return probabilities
