"""From what likeness says to a confidence that holds: of answers given with 0.9, nine in ten are right."""

from bisect import bisect

Points = tuple[tuple[float, float], ...]
"""Points (what likeness says, confidence) of a rising line."""

AS_IT_IS: Points = ((0.0, 0.0), (1.0, 1.0))
CALIBRATION: Points = (
    (0.0, 0.0),
    (0.2, 0.3),
    (0.4, 0.5),
    (0.6, 0.68),
    (0.8, 0.83),
    (0.94, 0.94),
    (1.0, 0.98),
)
"""Set by hand from how often answers were right on sentences that had not been seen before;
`benchmarks/calibrate_understanding.py` shows how well it holds."""


def calibrated(chance: float, points: Points = CALIBRATION) -> float:
    """Return the confidence, 0..1, between the two points around `chance`."""
    at = min(max(bisect(points, (chance, 1.0)), 1), len(points) - 1)
    (low, under), (high, over) = points[at - 1 : at + 1]
    return under + (over - under) * (min(chance, high) - low) / (high - low)
