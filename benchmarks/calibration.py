"""What a calibration is made of: a logistic regression, how true its probabilities are, a picture of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import figures

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Things of about the same confidence. n: how many. stated: their mean confidence. right: the true share.

    low, high: the 95 % interval of that share.
    """

    n: int
    stated: float
    right: float
    low: float
    high: float


def fit(x: Floats, right: Bools, ridge: float = 0.1) -> Floats:
    """Return the weights of a logistic regression, found by Newton's method. x: (cases, figures)."""
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = probabilities(x, weights)
        gradient = x.T @ (p - right) + ridge * weights
        hessian = (x.T * (p * (1 - p))) @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def probabilities(x: Floats, weights: Sequence[float] | Floats) -> Floats:
    """Return the probability of each case."""
    found: Floats = 1 / (1 + np.exp(-np.clip(x @ np.asarray(weights), -30, 30)))
    return found


def reliability(stated: Floats, right: Bools) -> list[Bin]:
    """Return for each tenth of confidence how many cases there are, what is stated, and what is true."""
    bins = []
    for tenth in range(10):
        inside = np.minimum((stated * 10).astype(int), 9) == tenth
        n, true = int(inside.sum()), int(right[inside].sum())
        if n:
            bins.append(Bin(n, float(stated[inside].mean()), true / n, *figures.wilson(true, n)))
    return bins


def error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far stated and true shares are apart, on average."""
    return sum(one.n * abs(one.stated - one.right) for one in bins) / max(1, sum(one.n for one in bins))


def show(title: str, bins: Sequence[Bin]) -> None:
    """Print a table."""
    print(f"{title} (n={sum(one.n for one in bins)}, expected calibration error {error(bins):.1%})")
    print("     n  stated   right  95 % interval")
    for one in bins:
        print(f"{one.n:6}  {one.stated:6.1%}  {one.right:6.1%}  [{one.low:.1%}, {one.high:.1%}]")


def draw(path: Path | None, title: str, curves: Mapping[str, Sequence[Bin]]) -> None:
    """Draw the reliability diagram: the share that is right over what is stated."""
    with figures.picture(path, title) as axes:
        if axes is None:
            return
        axes.plot([0, 1], [0, 1], "k--", label="perfectly calibrated")
        for name, bins in curves.items():
            errors = [
                [max(0.0, one.right - one.low) for one in bins],
                [max(0.0, one.high - one.right) for one in bins],
            ]
            stated, right = [one.stated for one in bins], [one.right for one in bins]
            label = f"{name} (n={sum(one.n for one in bins)})"
            axes.errorbar(stated, right, yerr=errors, fmt="o-", capsize=3, label=label)
        axes.set_xlabel("confidence stated")
        axes.set_ylabel("share right, with 95 % intervals")
        axes.legend()
