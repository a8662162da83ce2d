"""How many spoken orders are understood wholly, with every slot right, in quiet and in noise.

    .venv/bin/python benchmarks/speech_to_intent.py DATA --noise NOISE.flac [--half report] [--json OUT.json]

DATA is a folder with `grammar.yaml` (what may be said: expressions with `[one, of, these]` and `$list:slot`),
`data.jsonl` (rows with "audio" and "slots") and the recordings. An order counts as right when all of its
slots are, and no other. Half of the recordings, by a hash of their names, are for development; the other
half is reported. The free ways know nothing of the grammar while they listen; the held way is held to it.
"""

import argparse
import hashlib
import json
import re
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rapidfuzz import fuzz

from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.evaluation import add_noise
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.constrained import search
from voice_skill.hearing.decoding import decode
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.held import GrammarHearing
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, packaged_weights
from voice_skill.hearing.spelling import Speller, spoken_words
from voice_skill.understanding.normalize import normal_form

Slots = Mapping[str, str]
Started = tuple[Floats, Memory]
LIKE = 80.0
"""Likeness, 0..100, from which on the fuzzy way takes words for a value."""


def read_grammar(path: Path) -> tuple[Grammar, Mapping[str, list[str]]]:
    """Return the grammar of the orders, written in our own notation, and its lists."""
    context = yaml.safe_load(path.read_text(encoding="utf-8"))["context"]
    lists = {name: list(values) for name, values in context["slots"].items()}
    sentences = [
        Sentence(_as_template(expression), intent)
        for intent, expressions in context["expressions"].items()
        for expression in expressions
    ]
    return Grammar(sentences, {name: [(v, v) for v in values] for name, values in lists.items()}), lists


def _as_template(expression: str) -> str:
    text = re.sub(r"\[(.*?)\]", lambda m: "(" + "|".join(m[1].split(", ")) + ")", expression)
    return re.sub(r"\$(\w+):\w+", r"{\1}", text)


def is_for_development(name: str) -> bool:
    """Tell which half a recording belongs to; always the same."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, right / n
    middle, spread = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


class Ways:
    """The ways of understanding that are compared; each returns slots, or None for nothing understood."""

    def __init__(self, grammar: Grammar, lists: Mapping[str, list[str]], beams: int) -> None:
        self.model = MoonshineModel(packaged_weights())
        self._grammar, self._lists, self._beams = grammar, lists, beams
        self._speller = Speller(self.model.tokenizer, grammar)
        self._hearing = GrammarHearing(self.model, grammar)
        self._no_bias = WordBias(self.model.tokenizer)

    def all(self) -> Mapping[str, Callable[[Started], tuple[Slots | None, str]]]:
        return {"free, exact": self.exact, "free, fuzzy": self.fuzzy, "held": self.held}

    def exact(self, started: Started) -> tuple[Slots | None, str]:
        text = self._free(started)
        readings = self._grammar.read(spoken_words(text))
        return (dict(readings[0].slots) if readings else None), text

    def fuzzy(self, started: Started) -> tuple[Slots | None, str]:
        slots, text = self.exact(started)
        return slots or _fuzzy_slots(normal_form(text).split(), self._lists), text

    def held(self, started: Started) -> tuple[Slots | None, str]:
        if self._beams:
            found = search(self.model, started, self._speller, self._beams)
        else:
            nearest = self._hearing.nearest(started, decode(self.model, started, self._no_bias))
            found = [nearest.found] if nearest else []
        if not found:
            return None, ""
        return dict(self._grammar.read(found[0].words)[0].slots), " ".join(found[0].words)

    def _free(self, started: Started) -> str:
        return self.model.tokenizer.decode(decode(self.model, started, self._no_bias).tokens)


def _fuzzy_slots(words: list[str], lists: Mapping[str, list[str]]) -> Slots:
    """Return what the words are like: the longest likely values first, each word used once."""
    matches = []
    for slot, values in lists.items():
        for value in values:
            for length in {len(value.split()), len(value.split()) + 1, max(1, len(value.split()) - 1)}:
                for at in range(len(words) - length + 1):
                    like = fuzz.ratio(value, " ".join(words[at : at + length]))
                    if like >= LIKE:
                        matches.append((like * len(value), slot, value, at, at + length))
    slots: dict[str, str] = {}
    used: set[int] = set()
    for _, slot, value, start, end in sorted(matches, reverse=True):
        if slot not in slots and not used.intersection(range(start, end)):
            slots[slot] = value
            used.update(range(start, end))
    return slots


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--noise", type=Path, help="a recording of noise")
    parser.add_argument("--snr", type=float, nargs="*", default=[24, 21, 18, 15, 12, 9, 6], help="in dB")
    parser.add_argument("--half", choices=["develop", "report", "all"], default="report")
    parser.add_argument("--most", type=int, default=10_000, help="recordings used")
    parser.add_argument("--beams", type=int, default=0, help="for the held way; else as the program does")
    parser.add_argument("--ways", nargs="*", help="only these ways")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--failures", action="store_true", help="show what the held way got wrong")
    options = parser.parse_args()
    grammar, lists = read_grammar(options.data / "grammar.yaml")
    ways = Ways(grammar, lists, options.beams)
    rows = [json.loads(line) for line in (options.data / "data.jsonl").read_text().splitlines()]
    wanted = {"develop": [True], "report": [False], "all": [True, False]}[options.half]
    rows = [r for r in rows if is_for_development(Path(r["audio"]).name) in wanted][: options.most]
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE) if options.noise else None
    levels = [None, *options.snr] if noise is not None else [None]
    results = [_condition(ways, rows, options, noise, snr) for snr in levels]
    if options.json:
        options.json.write_text(
            json.dumps({"n": len(rows), "beams": options.beams, "results": results}, indent=1)
        )


def _condition(
    ways: Ways,
    rows: list[dict[str, Any]],
    options: argparse.Namespace,
    noise: Sound | None,
    snr: float | None,
) -> dict[str, Any]:
    """Run one level of noise, print its line, return its figures."""
    chosen = {name: way for name, way in ways.all().items() if name in (options.ways or ways.all())}
    right = dict.fromkeys(chosen, 0)
    ms: dict[str, list[float]] = {name: [] for name in chosen}
    for row in rows:
        sound = read_audio(options.data / row["audio"]).at(SAMPLE_RATE)
        if noise is not None and snr is not None:
            seed = int(hashlib.sha256(row["audio"].encode()).hexdigest()[:8], 16)
            sound = add_noise(sound, noise, snr, seed)
        start = time.perf_counter()
        started = ways.model.start(ways.model.encode(sound.samples.astype(np.float32) / np.float32(32768)))
        encoding = time.perf_counter() - start
        for name, way in chosen.items():
            start = time.perf_counter()
            slots, text = way(started)
            ms[name].append(1000 * (time.perf_counter() - start + encoding))
            right[name] += slots == row["slots"]
            if options.failures and name == "held" and slots != row["slots"]:
                print(f"  {row['id']}: {row['slots']}\n      heard {text!r}", flush=True)
    label = "clean" if snr is None else f"{snr:g} dB"
    result: dict[str, Any] = {"condition": label}
    for name in chosen:
        low, high = wilson(right[name], len(rows))
        share, took = right[name] / max(1, len(rows)), statistics.median(ms[name])
        result[name] = {
            "right": round(share, 4),
            "interval": [round(low, 4), round(high, 4)],
            "ms": round(took),
        }
    cells = "   ".join(
        f"{name} {r['right']:6.1%} [{r['interval'][0]:.1%}, {r['interval'][1]:.1%}] {r['ms']:4} ms"
        for name, r in ((name, result[name]) for name in chosen)
    )
    print(f"{label:>6}  n={len(rows)}  {cells}", flush=True)
    return result


if __name__ == "__main__":
    main()
