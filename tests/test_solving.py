"""What likeness is learnt with gives what the textbook gives."""

import numpy as np
import pytest

from voice_skill.understanding.solving import BLOCK, DENSE, combined, gram, solve

FEATURES = DENSE + 500


def sparse_rows(count: int) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Return rows with a few features each, and the same as a full matrix."""
    rng = np.random.default_rng(1)
    rows, full = [], np.zeros((count, FEATURES), dtype=np.float32)
    for row in full:
        at = rng.choice(FEATURES, size=12, replace=False)
        values = rng.random(12).astype(np.float32)
        rows.append((at, values))
        row[at] = values
    return rows, full


def test_inner_products_are_those_of_the_full_rows():
    rows, full = sparse_rows(400)
    np.testing.assert_allclose(gram(rows, FEATURES), full @ full.T, atol=1e-5)


def test_rows_are_combined_as_full_ones_are():
    rows, full = sparse_rows(50)
    factors = np.random.default_rng(2).random((50, 7)).astype(np.float32)
    np.testing.assert_allclose(combined(rows, FEATURES, factors), full.T @ factors, atol=1e-5)


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, 2 * BLOCK + 7])
def test_equations_of_any_size_are_solved(size: int):
    rng = np.random.default_rng(3)
    factor = rng.standard_normal((size, size)).astype(np.float32)
    matrix = factor @ factor.T / size + np.eye(size, dtype=np.float32)
    right = rng.standard_normal((size, 5)).astype(np.float32)
    expected = np.linalg.solve(matrix.astype(np.float64), right)
    np.testing.assert_allclose(solve(matrix.copy(), right), expected, atol=1e-4)
