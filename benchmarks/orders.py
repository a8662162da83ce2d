"""Spoken orders: what may be said, who said what, and in which noise.

A folder of orders holds `grammar.yaml` (what may be said: expressions with `[one, of, these]` and
`$list:slot`), `data.jsonl` (rows with "audio" and "slots") and the recordings.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.evaluation import add_noise
from voice_skill.hearing.grammar import Grammar, Sentence

Slots = Mapping[str, str]
Lists = Mapping[str, list[str]]

_CHOICE = re.compile(r"\[(.*?)\]")
_PART = re.compile(r"\[.*?\]|\S+")
_SLOT = re.compile(r"\$(\w+):\w+")


@dataclass(frozen=True, slots=True)
class Order:
    """One recording. slots: what was ordered."""

    name: str
    sound: Sound
    slots: Slots


@dataclass(frozen=True, slots=True)
class Menu:
    """What may be ordered. expressions: as they stand in `grammar.yaml`, by intent."""

    expressions: Mapping[str, list[str]]
    lists: Lists

    @classmethod
    def read(cls, folder: Path) -> "Menu":
        context = yaml.safe_load((folder / "grammar.yaml").read_text(encoding="utf-8"))["context"]
        return cls(context["expressions"], {name: list(of) for name, of in context["slots"].items()})

    def grammar(self) -> Grammar:
        """Return the grammar in our own notation."""
        sentences = [
            Sentence(_SLOT.sub(r"{\1}", _CHOICE.sub(_alternatives, text)), intent)
            for intent, texts in self.expressions.items()
            for text in texts
        ]
        return Grammar(sentences, {name: [(v, v) for v in values] for name, values in self.lists.items()})

    def jsgf(self) -> str:
        """Return the same in the Java Speech Grammar Format."""
        # What begins alike is written once: the peer would search each way of going on separately.
        parts = [_PART.findall(text) for texts in self.expressions.values() for text in texts]
        lists = [f"<{name}> = {' | '.join(values)};" for name, values in self.lists.items()]
        public = f"public <order> = {_shared(parts)};"
        body = "\n".join(["grammar orders;", *lists, public, ""])
        return "#JSGF V1.0;\n" + body.lower()


def read_orders(folder: Path, half: str, most: int) -> Iterator[Order]:
    """Yield the recordings of one half ("develop", "report") or "all"."""
    rows = [json.loads(line) for line in (folder / "data.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = {"develop": [True], "report": [False], "all": [True, False]}[half]
    rows = [row for row in rows if is_for_development(Path(row["audio"]).name) in wanted]
    for row in rows[:most]:
        yield Order(row["audio"], read_audio(folder / row["audio"]).at(SAMPLE_RATE), row["slots"])


def is_for_development(name: str) -> bool:
    """Tell which half a recording belongs to; always the same."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def in_noise(order: Order, noise: Sound, snr_db: float, pieces: int = 0) -> Sound:
    """Return an order in a piece of noise that its name chooses. pieces: counts other pieces."""
    seed = int(hashlib.sha256(order.name.encode()).hexdigest()[:8], 16) + pieces
    return add_noise(order.sound, noise, snr_db, seed)


def _shared(expressions: list[list[str]]) -> str:
    """Return expressions, cut into parts, as alternatives in which every common beginning stands once."""
    onward: dict[str, list[list[str]]] = {}
    for first, *rest in filter(None, expressions):
        onward.setdefault(first, []).append(rest)
    ways = []
    for part, rests in onward.items():
        written = _SLOT.sub(r"<\1>", _CHOICE.sub(_alternatives, part))
        after = _shared(rests)
        optional = after and not all(rests)
        ways.append(f"{written} {'[' + after + ']' if optional else after}".strip())
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})" if ways else ""


def _alternatives(found: re.Match[str]) -> str:
    return "(" + "|".join(found[1].split(", ")) + ")"
