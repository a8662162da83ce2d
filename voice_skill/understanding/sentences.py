"""Sentences as points in space: those that mean nearly the same lie close together.

The encoder is all-MiniLM-L6-v2, tuned half-way to the English pack, with 8-bit weights (`data/NOTICE`); it is
made by `benchmarks/sentence_model.py`.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

DATA = Path(__file__).parent / "data"
MODEL = DATA / "sentences.onnx"
SIZE = 384
"""Numbers in one vector."""

_LONGEST = 64
"""Pieces of one text that are read."""
_BATCH = 64
_THREADS = 4
"""Batches that are encoded at a time, at most: while a pack is learnt."""
_PAD, _UNKNOWN, _START, _END = range(4)
"""The first lines of the vocabulary."""


def common_words() -> frozenset[str]:
    """Return the ordinary English words."""
    return frozenset(word for word in _lines("words.txt") if len(word) > 1)


def common_ranks() -> dict[str, int]:
    """Return for each of these words its rank, the most frequent first."""
    return {word: rank for rank, word in enumerate(_lines("words.txt"))}


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple((DATA / name).read_text(encoding="utf-8").splitlines())


class SentenceEncoder:
    """Turns sentences in normal form into vectors of length one. The model is loaded when first used."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector for each text, shape (texts, SIZE)."""
        pieces = [self._pieces(text) for text in texts]
        vectors = np.zeros((len(texts), SIZE), dtype=np.float32)
        shortest_first = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
        batches = [shortest_first[first : first + _BATCH] for first in range(0, len(pieces), _BATCH)]
        given = [[pieces[i] for i in batch] for batch in batches]
        # The first by itself: it loads the model, which the threads then share.
        encoded = [self._encoded(batch) for batch in given[:1]]
        if len(given) > 1:
            with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
                encoded += pool.map(self._encoded, given[1:])
        for batch, of_batch in zip(batches, encoded, strict=True):
            vectors[batch] = of_batch
        return vectors

    def _encoded(self, batch: list[list[int]]) -> Vectors:
        tokens = np.full((len(batch), max(map(len, batch))), _PAD, dtype=np.int64)
        for row, pieces in enumerate(batch):
            tokens[row, : len(pieces)] = pieces
        vectors: Vectors = self._session.run(None, {"tokens": tokens})[0]
        return vectors

    def _pieces(self, text: str) -> list[int]:
        """Return the numbers of the word pieces: of each word, from its start, the longest piece known."""
        numbers = [number for word in text.split() for number in self._pieces_of(word)]
        return [_START, *numbers[: _LONGEST - 2], _END]

    def _pieces_of(self, word: str) -> list[int]:
        numbers: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return [_UNKNOWN]
            numbers.append(number)
            start = end
        return numbers

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return {piece: number for number, piece in enumerate(_lines("vocabulary.txt"))}

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        return onnxruntime.InferenceSession(str(MODEL), options, providers=["CPUExecutionProvider"])
