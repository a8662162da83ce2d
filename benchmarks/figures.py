"""What every benchmark does with its figures: intervals, a JSON file, a picture."""

import json
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, right / n
    middle, spread = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


def rate_interval(events: int, hours: float) -> tuple[float, float]:
    """Return the 95 % interval of events an hour (Poisson, by the approximation of Byar)."""
    if hours <= 0:
        return 0.0, float("inf")
    low = events * (1 - 1 / (9 * events) - 1.96 / (3 * events**0.5)) ** 3 if events else 0.0
    more = events + 1
    return low / hours, more * (1 - 1 / (9 * more) + 1.96 / (3 * more**0.5)) ** 3 / hours


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) - 0.5)))] if ordered else 0.0


def machine() -> str:
    """Return what the figures were measured on."""
    return f"{platform.machine()}, Python {platform.python_version()}"


def write(path: Path | None, result: dict[str, Any]) -> None:
    """Write a benchmark's result as JSON, if a file is named."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n", encoding="utf-8")


@contextmanager
def picture(path: Path | None, title: str) -> Iterator[Any]:
    """Yield a plot to draw on and write it to the file; None when no file is named.

    Needs matplotlib, of the extra `[bench]`.
    """
    if path is None:
        yield None
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    axes.set_title(title)
    axes.grid(alpha=0.3)
    yield axes
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
