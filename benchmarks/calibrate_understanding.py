"""How sure is it, and how sure should it be? Confidence in an intent against how often it is right.

    python -m benchmarks.calibrate_understanding DATA.jsonl... [--picture OUT.png]

DATA are labelled sentences that the pack has not been tuned on (or not much). For confidences by likeness
the script prints the share that is right in each band, the expected calibration error before and after, and
the points (raw confidence, calibrated confidence) that fit best: isotonic regression over bands. They go into
`CALIBRATION` of `voice_skill.understanding.calibration`. Whole phrases and rules are left out: their
confidence is fixed.
"""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks import figures
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding.calibration import AS_IT_IS, calibrated
from voice_skill.understanding.meaning import CERTAIN
from voice_skill.understanding.understander import LEANING

EDGES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97, 1.0001)
Points = list[tuple[float, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    understander = understander_of(load_pack("en"))
    understander.calibration = AS_IT_IS
    raw, right = [], []
    lines = [line for file in args.data for line in file.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        row = json.loads(line)
        got = understander.understand(row["text"])
        if got.urgency == "none" and got.intent and got.confidence not in (CERTAIN, LEANING):
            raw.append(got.confidence)
            right.append(got.intent == row["intent"])
    chances, hits = np.array(raw), np.array(right, dtype=float)
    print(f"{len(chances)} sentences understood by likeness, {hits.mean():.1%} right")
    print("raw confidence   n   mean raw   right   calibrated")
    for low, high in pairwise(EDGES):
        inside = (chances >= low) & (chances < high)
        if inside.any():
            now = np.mean([calibrated(c) for c in chances[inside]])
            mean = chances[inside].mean()
            band = f"{low:.2f} - {high:.2f} {inside.sum():5d}   {mean:.2f}"
            print(f"{band}  {hits[inside].mean():8.2f}  {now:8.2f}")
    after = np.array([calibrated(c) for c in chances])
    print(f"expected calibration error: raw {error(chances, hits):.3f}, calibrated {error(after, hits):.3f}")
    print("points that fit best:", fitted(chances, hits))
    draw(args.picture, chances, after, hits)


def error(chances: np.ndarray, hits: np.ndarray) -> float:
    """Return the mean distance between confidence and share right, over ten bands, by their size."""
    band = np.minimum((chances * 10).astype(int), 9)
    parts = [(band == b) for b in range(10) if (band == b).any()]
    return float(sum(abs(chances[p].mean() - hits[p].mean()) * p.sum() for p in parts) / len(chances))


def fitted(chances: np.ndarray, hits: np.ndarray) -> Points:
    """Return points of a rising line: the mean of each band, neighbours that fall joined."""
    blocks: list[list[float]] = []
    for low, high in pairwise(EDGES):
        inside = (chances >= low) & (chances < high)
        if not inside.any():
            continue
        n = float(inside.sum())
        # One success and one failure more keep small bands from claiming certainty.
        blocks.append([float(chances[inside].mean()), (hits[inside].sum() + 1) / (n + 2), n])
        while len(blocks) > 1 and blocks[-2][1] > blocks[-1][1]:
            (x, y, n), (u, v, m) = blocks[-2:]
            blocks[-2:] = [[(x * n + u * m) / (n + m), (y * n + v * m) / (n + m), n + m]]
    return [(0.0, 0.0), *((round(x, 2), round(float(y), 2)) for x, y, _ in blocks)]


def draw(path: Path | None, before: np.ndarray, after: np.ndarray, hits: np.ndarray) -> None:
    with figures.picture(path, "Confidence in an intent and how often it is right") as axes:
        if axes is None:
            return
        for name, chances in (("raw", before), ("calibrated", after)):
            band = np.minimum((chances * 10).astype(int), 9)
            held = [b for b in range(10) if (band == b).any()]
            xs = [chances[band == b].mean() for b in held]
            axes.plot(xs, [hits[band == b].mean() for b in held], "o-", label=name)
        axes.plot([0, 1], [0, 1], "k:", label="as it should be")
        axes.set_xlabel("confidence")
        axes.set_ylabel("share right")
        axes.legend()


if __name__ == "__main__":
    main()
