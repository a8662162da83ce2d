"""How many spoken orders are understood wholly, with every slot right, in quiet and in noise.

    .venv/bin/python -m benchmarks.speech_to_intent DATA --noise NOISE.flac [--half report] \
        [--json OUT.json] [--picture OUT.png]

DATA is a folder of orders (see `orders.py`). An order counts as right when all of its slots are, and no
other. Half of the recordings, by a hash of their names, are for development; the other half is reported.
Every way hears the same sound: what the speech gate takes for speech, as in the program.

    free, exact      a free transcript, right if it is a sentence of the grammar word for word
    free, fuzzy      ... else the values that its letters are like
    free, phonetic   ... or that it sounds like (Metaphone); the times of these two are without the transcript
    held             the program's way: held to the grammar
    pocketsphinx     the classic peer, with the same grammar as JSGF

Only the last two know the grammar while they listen. What OUT.json holds of other ways and levels of the
same data is kept, so that a long run can be done in parts. Needs the extra `[bench]`.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures, peers
from benchmarks.orders import Lists, Menu, Order, Slots, in_noise, read_orders
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.decoding import decode
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.held import GrammarHearing
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, packaged_weights

Heard = tuple[Slots | None, str]
PUBLISHED = {6: 0.96, 9: 0.97, 12: 0.98, 15: 0.99, 18: 0.99, 21: 0.99, 24: 0.99}
"""The best commercial engine, by its maker's own benchmark, on all of the recordings in kitchen noise."""

MARGIN_S = 0.3


class Ways:
    """The ways of understanding that are compared; each returns slots, or None for nothing understood."""

    def __init__(self, menu: Menu, names: list[str], tuning: Path | None = None) -> None:
        self._grammar, self._lists = menu.grammar(), menu.lists
        self._model = MoonshineModel(packaged_weights(), tuning=tuning)
        self._hearing = GrammarHearing(self._model, self._grammar)
        self._no_bias = WordBias(self._model.tokenizer)
        self._gate = SpeechGate()
        self._last: tuple[Samples, str] | None = None
        sphinx = peers.PocketSphinx(menu, self._grammar) if "pocketsphinx" in names else None
        every: dict[str, Callable[[Samples], Heard]] = {
            "free, exact": self._exact,
            "free, fuzzy": lambda sound: self._like(sound, peers.fuzzy),
            "free, phonetic": lambda sound: self._like(sound, peers.phonetic),
            "held": self._held,
        }
        if sphinx:
            every["pocketsphinx"] = sphinx
        self.chosen = {name: way for name, way in every.items() if name in names}

    def speech(self, sound: Sound) -> Samples:
        """Return what the gate takes for speech; the whole sound where it finds none."""
        speech = self._gate.trim(sound.samples, MARGIN_S)
        return speech if len(speech) else sound.samples

    def _exact(self, sound: Samples) -> Heard:
        text = self._free(sound)
        return peers.exact(text, self._grammar), text

    def _like(self, sound: Samples, like: Callable[[str, Lists], Slots]) -> Heard:
        text = self._free(sound)
        return peers.exact(text, self._grammar) or like(text, self._lists), text

    def _held(self, sound: Samples) -> Heard:
        samples, started = self._started(sound)
        nearest = self._hearing.hear(samples, started, self._no_bias).held
        return (dict(nearest[0].readings[0].slots), nearest[0].text) if nearest else (None, "")

    def _free(self, sound: Samples) -> str:
        """Return the free transcript; that of the same sound is remembered for the next way."""
        if self._last is None or self._last[0] is not sound:
            _, started = self._started(sound)
            text = self._model.tokenizer.decode(decode(self._model, started, self._no_bias).tokens)
            self._last = sound, text
        return self._last[1]

    def _started(self, sound: Samples) -> tuple[Floats, tuple[Floats, Memory]]:
        samples = sound.astype(np.float32) / np.float32(32768)
        return samples, self._model.start(self._model.encode(samples))


NAMES = ["free, exact", "free, fuzzy", "free, phonetic", "held", "pocketsphinx"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--noise", type=Path, help="a recording of noise")
    parser.add_argument("--snr", type=float, nargs="*", default=[24, 21, 18, 15, 12, 9, 6], help="in dB")
    parser.add_argument("--no-clean", action="store_true", help="only the levels of --snr")
    parser.add_argument("--half", choices=["develop", "report", "all"], default="report")
    parser.add_argument("--most", type=int, default=10_000, help="recordings used")
    parser.add_argument("--tuning", type=Path, help="another pack's tuning: how much it spoils this one")
    parser.add_argument("--pieces", type=int, default=0, help="count other pieces of the noise")
    parser.add_argument("--ways", nargs="*", default=NAMES, choices=NAMES)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--failures", action="store_true", help="show what the held way got wrong")
    options = parser.parse_args()
    ways = Ways(Menu.read(options.data), options.ways, options.tuning)
    orders = list(read_orders(options.data, options.half, options.most))
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE) if options.noise else None
    clean = [] if options.no_clean else [None]
    levels = [*clean, *options.snr] if noise is not None else [None]
    result: dict[str, Any] = {
        "data": f"{options.half} half of {options.data.name}, noise {options.noise and options.noise.name}",
        "n": len(orders),
        "published": PUBLISHED,
        "conditions": {},
    }
    result["conditions"] = _earlier(options.json, result)
    for snr in levels:
        label = "clean" if snr is None else f"{snr:g} dB"
        now = _condition(ways, orders, noise, snr, options)
        _show(label, len(orders), now)
        result["conditions"][label] = result["conditions"].get(label, {}) | now
        figures.write(options.json, result)
    _draw(options.picture, result)


def _earlier(path: Path | None, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of an earlier run on the same data."""
    if path is None or not path.exists():
        return {}
    before = json.loads(path.read_text(encoding="utf-8"))
    same = before["data"] == result["data"] and before["n"] == result["n"]
    return dict(before["conditions"]) if same else {}


def _condition(
    ways: Ways, orders: list[Order], noise: Sound | None, snr: float | None, options: argparse.Namespace
) -> Mapping[str, Any]:
    """Run one level of noise; return its figures by way."""
    right = dict.fromkeys(ways.chosen, 0)
    ms: dict[str, list[float]] = {name: [] for name in ways.chosen}
    for order in orders:
        sound = order.sound
        if noise is not None and snr is not None:
            sound = in_noise(order, noise, snr, options.pieces)
        speech = ways.speech(sound)
        for name, way in ways.chosen.items():
            start = time.perf_counter()
            slots, text = way(speech)
            ms[name].append(1000 * (time.perf_counter() - start))
            right[name] += slots == order.slots
            if options.failures and name == "held" and slots != order.slots:
                print(f"  {order.name}: {order.slots}\n      heard {text!r}", flush=True)
    return {
        name: {
            "right": round(right[name] / max(1, len(orders)), 4),
            "interval": [round(bound, 4) for bound in figures.wilson(right[name], len(orders))],
            "ms": round(statistics.median(ms[name])) if ms[name] else 0,
        }
        for name in ways.chosen
    }


def _show(label: str, n: int, result: Mapping[str, Any]) -> None:
    cells = "   ".join(
        f"{name} {r['right']:6.1%} [{r['interval'][0]:.1%}, {r['interval'][1]:.1%}] {r['ms']:4} ms"
        for name, r in result.items()
    )
    print(f"{label:>6}  n={n}  {cells}", flush=True)


def _draw(path: Path | None, result: Mapping[str, Any]) -> None:
    conditions = result["conditions"]
    with figures.picture(path, f"Spoken orders understood wholly (n={result['n']})") as axes:
        if axes is None:
            return
        labels = sorted(conditions, key=lambda label: -float("inf" if label == "clean" else label.split()[0]))
        axes.plot(labels, [float("nan")] * len(labels))  # the order of the levels
        for name in NAMES:
            there = [label for label in labels if name in conditions[label]]
            if there:
                shares = [100 * conditions[label][name]["right"] for label in there]
                axes.plot(there, shares, "o-", label=name)
        published = {f"{snr} dB": share for snr, share in PUBLISHED.items() if f"{snr} dB" in labels}
        axes.plot(
            list(published), [100 * s for s in published.values()], "k--", label="commercial, published"
        )
        axes.set_ylabel("all slots right, %")
        axes.legend()


if __name__ == "__main__":
    main()
