"""Kernel ridge regression, solved exactly and in little memory: one square matrix, and nothing as large."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Row = tuple[npt.NDArray[np.int64], Array]
"""The features that a row has, and their values."""

BLOCK = 256
"""Rows that are worked on at a time."""
DENSE = 1024
"""Features, the most frequent ones, that are multiplied as a matrix; the others are in few rows each."""


def gram(rows: Sequence[Row], features: int) -> Array:
    """Return the inner product of every two rows, shape (rows, rows)."""
    which = np.concatenate([at for at, _ in rows])
    values = np.concatenate([own for _, own in rows])
    row_of = np.repeat(np.arange(len(rows)), [len(at) for at, _ in rows])
    count = np.bincount(which, minlength=features)
    rank = np.empty(features, dtype=np.int64)
    rank[np.argsort(-count, kind="stable")] = np.arange(features)
    frequent = rank[which] < DENSE
    dense = np.zeros((len(rows), DENSE), dtype=np.float32)
    dense[row_of[frequent], rank[which[frequent]]] = values[frequent]
    product: Array = dense @ dense.T
    rare = np.flatnonzero(~frequent)
    rare = rare[np.argsort(which[rare], kind="stable")]
    for group in np.split(rare, np.flatnonzero(np.diff(which[rare])) + 1):
        product[np.ix_(row_of[group], row_of[group])] += np.outer(values[group], values[group])
    return product


def combined(rows: Sequence[Row], features: int, factors: Array) -> Array:
    """Return the sum of the rows, each times its factors: rows transposed @ factors."""
    total = np.zeros((features, factors.shape[1]), dtype=np.float32)
    for (at, values), own in zip(rows, factors, strict=True):
        total[at] += np.outer(values, own)
    return total


def solve(matrix: Array, right: Array) -> Array:
    """Return x of `matrix @ x = right` for a positive definite matrix, which is overwritten.

    Cholesky, block by block (Golub and Van Loan, Matrix Computations, 4.2): half the work of Gauss, in place.
    """
    n = len(matrix)
    starts = range(0, n, BLOCK)
    inverses: list[Array] = []
    for start in starts:
        end = min(start + BLOCK, n)
        done = matrix[start:end, :start]
        matrix[start:, start:end] -= matrix[start:, :start] @ done.T
        factor = np.linalg.cholesky(matrix[start:end, start:end])
        matrix[start:end, start:end] = factor
        inverses.append(np.linalg.inv(factor))
        matrix[end:, start:end] = matrix[end:, start:end] @ inverses[-1].T
    x: Array = right.astype(np.float32, copy=True)
    for start, inverse in zip(starts, inverses, strict=True):
        end = min(start + BLOCK, n)
        x[start:end] = inverse @ (x[start:end] - matrix[start:end, :start] @ x[:start])
    for start, inverse in zip(reversed(starts), reversed(inverses), strict=True):
        end = min(start + BLOCK, n)
        x[start:end] = inverse.T @ (x[start:end] - matrix[end:, start:end].T @ x[end:])
    return x
