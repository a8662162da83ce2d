"""Compare classifiers: learnt from the pack, tried on sentences of other authors.

    python -m benchmarks.compare_likeness DATA.jsonl... [--pack en]

Only likeness is compared: no rules, no whole phrases, no context. A row's class is its intent or, for a red
flag, its level. Sentences of DATA that the pack holds too are not learnt from. `kept` is what the program
uses; a variant should beat it on authors whose sentences the pack has not seen before it is worth a change.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.understanding import Understander, features, likeness
from voice_skill.understanding.features import FEATURES, Array, inverse_frequency, scaled, weights_of
from voice_skill.understanding.intents import FLAG_INTENT
from voice_skill.understanding.likeness import Sample
from voice_skill.understanding.normalize import normalize, without_fillers
from voice_skill.understanding.solving import solve


class Variant(NamedTuple):
    """A classifier. letters: their weight, as a multiple. words, meaning: weights of the two kernels.

    ridge: 0 when the nearest sentence decides.
    """

    name: str
    letters: float = 1.0
    words: float = 1.0
    meaning: float = likeness.MEANING
    sharpness: float = likeness.SHARPNESS
    ridge: float = likeness.RIDGE


VARIANTS = (
    Variant("kept: words and meaning"),
    Variant("words only", meaning=0.0),
    Variant("meaning only", words=0.0),
    Variant("meaning only, nearest sentence", words=0.0, ridge=0.0),
    Variant("both, nearest sentence", ridge=0.0),
    Variant("both, meaning weighs 1", meaning=1.0),
    Variant("both, meaning weighs 4", meaning=4.0),
    Variant("both, sharpness 1", sharpness=1.0),
    Variant("both, sharpness 6", sharpness=6.0),
    Variant("both, ridge 0.1", ridge=0.1),
    Variant("both, ridge 1.0", ridge=1.0),
    Variant("words without letters", letters=0.0, meaning=0.0),
    Variant("both, twice the letters", letters=2.0),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--pack", default="en")
    args = parser.parse_args()
    pack = load_pack(args.pack)
    understander = Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)
    tried = list(_rows(args.data, understander))
    told = {sample.words for sample in tried}
    known = [s for s in understander.samples(pack.phrases, pack.red_flags) if s.words not in told]
    labels = np.array([_level(sample.label, pack) for sample in known])
    wanted = np.array([sample.label for sample in tried])
    encode = understander._encoder.encode
    points, others = (encode([" ".join(s.words) for s in some]) for some in (known, tried))
    cosines = points @ points.T, others @ points.T
    print(f"{len(known)} sentences learnt, {len(tried)} tried")
    usual, letters = features._WEIGHTS["c"], -1.0
    for variant in VARIANTS:
        if variant.letters != letters:
            letters = variant.letters
            features._WEIGHTS["c"] = letters * usual
            words, spoken = _vectors(known, tried)
            alike = words @ words.T, spoken @ words.T
        near, seen = (
            variant.words * a + variant.meaning * np.exp(variant.sharpness * (c - 1))
            for a, c in zip(alike, cosines, strict=True)
        )
        got = _ridge(near, seen, labels, variant.ridge) if variant.ridge else labels[seen.argmax(1)]
        print(f"{variant.name:<44} {np.mean(got == wanted):.1%}", flush=True)


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
    names = np.array(sorted(set(labels)))
    near[np.diag_indices_from(near)] += ridge
    dual = solve(near.astype(np.float32), (labels[:, None] == names).astype(np.float32))
    got: np.ndarray = names[(seen @ dual).argmax(1)]
    return got


if __name__ == "__main__":
    main()
