"""Compare classifiers: learnt from the pack, tried on sentences of other authors.

    python -m benchmarks.compare_likeness DATA.jsonl... [--pack en]

Only likeness is compared: no rules, no whole phrases, no context. A row's class is its intent or, for a red
flag, its level. `kept` is what the program uses; a variant should beat it on authors whose sentences the pack
has not seen before it is worth a change.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.understanding import Understander, features, likeness
from voice_skill.understanding.features import FEATURES, Array, inverse_frequency, scaled, weights_of
from voice_skill.understanding.intents import FLAG_INTENT
from voice_skill.understanding.likeness import Sample
from voice_skill.understanding.normalize import normalize, without_fillers

Kernel = Callable[[Array, Array, Array, Array], Array]
"""Words and points of some sentences, words and points of others -> how alike each pair is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--pack", default="en")
    args = parser.parse_args()
    pack = load_pack(args.pack)
    understander = Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)
    known = understander.samples(pack.phrases, pack.red_flags)
    tried = list(_rows(args.data, understander))
    labels = np.array([_level(sample.label, pack) for sample in known])
    wanted = np.array([sample.label for sample in tried])
    encode = understander._encoder.encode
    points, others = (encode([" ".join(s.words) for s in some]) for some in (known, tried))
    print(f"{len(known)} sentences learnt, {len(tried)} tried")
    for name, letters, kernel, ridge in _variants():
        features._WEIGHTS["c"] = letters
        words, spoken = _vectors(known, tried)
        near = kernel(words, points, words, points)
        seen = kernel(spoken, others, words, points)
        got = _ridge(near, seen, labels, ridge) if ridge else labels[seen.argmax(1)]
        print(f"{name:<44} {np.mean(got == wanted):.1%}")


def _variants() -> Iterator[tuple[str, float, Kernel, float]]:
    """Yield name, weight of letters, kernel and ridge (0: the nearest sentence decides)."""

    def words(a: Array, _p: Array, b: Array, _q: Array) -> Array:
        return a @ b.T

    def meaning(sharpness: float) -> Kernel:
        return lambda _a, p, _b, q: np.exp(sharpness * (p @ q.T - 1))

    def both(weight: float, sharpness: float) -> Kernel:
        return lambda a, p, b, q: words(a, p, b, q) + weight * meaning(sharpness)(a, p, b, q)

    kept = both(likeness.MEANING, likeness.SHARPNESS)
    letters = features._WEIGHTS["c"]
    yield "kept: words and meaning", letters, kept, likeness.RIDGE
    yield "words only", letters, words, likeness.RIDGE
    yield "words without letters", 0.0, words, likeness.RIDGE
    yield "meaning only", letters, meaning(likeness.SHARPNESS), likeness.RIDGE
    yield "meaning only, nearest sentence", letters, meaning(likeness.SHARPNESS), 0.0
    yield "both, nearest sentence", letters, kept, 0.0
    yield "both, twice the letters", 2 * letters, kept, likeness.RIDGE
    for weight in (1.0, 4.0):
        kernel = both(weight, likeness.SHARPNESS)
        yield f"both, meaning weighs {weight:.0f}", letters, kernel, likeness.RIDGE
    for sharpness in (1.0, 6.0):
        yield f"both, sharpness {sharpness:.0f}", letters, both(likeness.MEANING, sharpness), likeness.RIDGE
    for ridge in (0.1, 1.0):
        yield f"both, ridge {ridge}", letters, kept, ridge


def _rows(files: list[Path], understander: Understander) -> Iterator[Sample]:
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        words = without_fillers(understander._ear.restore(normalize(row["text"])).words)
        if words:
            yield Sample(words, understander._abstract(words), row["intent"])


def _level(label: str, pack: Pack) -> str:
    flag = label.removeprefix("flag:")
    return FLAG_INTENT[pack.red_flags[flag].level] if flag in pack.red_flags else label


def _vectors(known: list[Sample], tried: list[Sample]) -> tuple[Array, Array]:
    """Return the words of both, shape (sentences, FEATURES)."""
    idf = inverse_frequency([weights_of(s.words, s.abstract) for s in known])
    vectors = []
    for some in (known, tried):
        rows = np.zeros((len(some), FEATURES), dtype=np.float32)
        for row, sample in zip(rows, some, strict=True):
            at, values = scaled(weights_of(sample.words, sample.abstract), idf)
            row[at] = values
        vectors.append(rows)
    return vectors[0], vectors[1]


def _ridge(near: Array, seen: Array, labels: np.ndarray, ridge: float) -> np.ndarray:
    names = sorted(set(labels))
    wanted = (labels[:, None] == np.array(names)).astype(np.float32)
    dual = np.linalg.solve(near + ridge * np.eye(len(near), dtype=np.float32), wanted)
    return np.array(names)[(seen @ dual).argmax(1)]


if __name__ == "__main__":
    main()
