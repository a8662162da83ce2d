"""How often the assistant answers speech and noise that are not meant for it, and what that costs in misses.

    .venv/bin/python -m benchmarks.unrelated FOLDER --noise NOISE.flac --orders DIR [--half all] \
        [--rows ROWS.jsonl] [--json OUT.json] [--picture OUT.png]

FOLDER holds recordings of people saying other things. Each, and each ten seconds of the noise, goes

- through the program: gate, recogniser held to the English pack, understanding, as in a conversation that has
  not begun; an answer is any meaning that the session takes to be addressed to it;
- through the recogniser held to the grammar of the spoken orders in DIR: an answer is a sentence of which the
  recogniser is at least as sure as a threshold. The orders themselves (half "report", clean and at 6 dB) tell
  how many are missed, or heard wrongly, at the same threshold: that is the curve.

Half of the recordings, by a hash of their names, served to calibrate the confidence; `--half report` leaves
them out. ROWS.jsonl keeps what is done, so that a run can be broken off and taken up again.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from benchmarks.orders import Menu, in_noise, is_for_development, read_orders
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.recognizer import Transcript
from voice_skill.hearing.transcription import MARGIN_S, recognise
from voice_skill.learning import understander_of
from voice_skill.session import SURE_FROM, Session

PIECE_S = 10
Row = dict[str, Any]


class Program:
    """The program as it stands, up to the decision whether to answer."""

    def __init__(self) -> None:
        self._pack = load_pack("en")
        self._understander = understander_of(self._pack)
        self._ears = Ears(Settings(recognizer="moonshine"), self._pack, self._understander)
        self._ears.load()

    def row(self, sound: Sound) -> Row:
        heard = self._ears.transcribe(sound)
        session = Session(self._pack, self._understander)
        meaning = session.understand(heard.text, heard=heard.confidence, suspected=heard.suspected)
        answered = session.addressed(meaning)
        return {"answered": answered, "heard": heard.text if answered else "", "intent": meaning.intent}


class OrdersOnly:
    """The recogniser held to the grammar of the orders."""

    def __init__(self, menu: Menu) -> None:
        self._recognizer = MoonshineRecognizer()
        self._recognizer.use_grammar(menu.grammar())
        self._gate = SpeechGate()

    def row(self, sound: Sound) -> Row:
        """Return the surest order that was heard, and how sure it is."""
        samples = sound.at(SAMPLE_RATE).samples
        spans = self._gate.spans(samples, MARGIN_S)
        heard = [recognise(self._recognizer, samples[start:end]) for start, end in spans]
        return max(map(_surest, heard), key=lambda row: row["confidence"], default=_surest(Transcript("")))


def _surest(heard: Transcript) -> Row:
    if not heard.hypotheses:
        return {"confidence": 0.0, "slots": {}}
    best = heard.hypotheses[0]
    return {"confidence": best.confidence, "slots": dict(best.readings[0].slots)}


def sounds(options: argparse.Namespace) -> Iterator[tuple[str, str, Sound, Row]]:
    """Yield kind, name, sound, and what is known of it beforehand."""
    wanted = {"develop": [True], "report": [False], "all": [True, False]}[options.half]
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE)
    for start in range(0, len(noise.samples), PIECE_S * SAMPLE_RATE):
        yield "noise", str(start), Sound(noise.samples[start : start + PIECE_S * SAMPLE_RATE]), {}
    for order in read_orders(options.orders, "report", options.most_orders):
        yield "clean", order.name, order.sound, {"said": order.slots}
        yield "6 dB", order.name, in_noise(order, noise, 6), {"said": order.slots}
    files = [path for path in options.folder.iterdir() if is_for_development(path.name) in wanted]
    files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    for path in files[: options.most]:
        yield "speech", path.name, read_audio(path), {}


def measured(options: argparse.Namespace) -> list[Row]:
    """Return a row for every sound; those done before are not done again."""
    done: dict[tuple[str, str], Row] = {}
    if options.rows and options.rows.exists():
        rows = map(json.loads, options.rows.read_text(encoding="utf-8").splitlines())
        done = {(row["kind"], row["name"]): row for row in rows}
    program, orders = Program(), OrdersOnly(Menu.read(options.orders))
    every: list[Row] = []
    try:
        for kind, name, sound, known in sounds(options):
            new = {"kind": kind, "name": name, "seconds": round(sound.seconds, 2), **known}
            row = done.get((kind, name), new)
            before = dict(row)
            if "orders" not in row and "orders" in options.ways:
                row["orders"] = orders.row(sound)
            if "answered" not in row and not known and "program" in options.ways:
                row |= program.row(sound)
            if row != before and options.rows:
                with options.rows.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
            every.append(row)
    except KeyboardInterrupt:
        print("broken off; the figures are of what was done")
    return every


def curve(rows: list[Row]) -> list[Row]:
    """Return false answers an hour and missed orders for every threshold."""
    rows = [row for row in rows if "orders" in row]
    other = [row for row in rows if "said" not in row]
    hours = max(1e-9, sum(row["seconds"] for row in other) / 3600)
    points = []
    for threshold in [0.01, 0.02, *np.arange(0.05, 1.0, 0.05), 0.97, 0.99]:
        false = sum(row["orders"]["confidence"] >= threshold for row in other)
        point = {"threshold": round(float(threshold), 2), "false": int(false), "an_hour": false / hours}
        for kind in ("clean", "6 dB"):
            said = [row for row in rows if row["kind"] == kind]
            right = sum(
                row["orders"]["confidence"] >= threshold and row["orders"]["slots"] == row["said"]
                for row in said
            )
            point[f"missed {kind}"] = 1 - int(right) / max(1, len(said))
        points.append(point)
    return points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--orders", type=Path, required=True)
    parser.add_argument("--half", choices=["develop", "report", "all"], default="all")
    parser.add_argument("--most", type=int, default=10_000, help="recordings used")
    parser.add_argument("--most-orders", type=int, default=10_000, help="orders used")
    parser.add_argument("--ways", nargs="*", default=["program", "orders"], choices=["program", "orders"])
    parser.add_argument("--rows", type=Path, help="kept, and taken up where it broke off")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    rows = measured(options)
    result: dict[str, Any] = {"data": f"{options.half} of {options.folder.name}", "kinds": {}}
    for kind in ("speech", "noise"):
        of_kind = [row for row in rows if row["kind"] == kind and "answered" in row]
        hours = sum(row["seconds"] for row in of_kind) / 3600
        answers = [row for row in of_kind if row["answered"]]
        low, high = figures.rate_interval(len(answers), hours)
        print(f"{kind}: {len(of_kind)} pieces, {60 * hours:.1f} min; the program answered {len(answers)}:")
        print(f"    {len(answers) / max(hours, 1e-9):.2f} an hour, 95 % interval [{low:.2f}, {high:.2f}]")
        for row in answers:
            print(f"    {row['heard']!r} -> {row['intent']}")
        result["kinds"][kind] = {
            "n": len(of_kind),
            "hours": hours,
            "answers": answers,
            "an_hour": len(answers) / max(hours, 1e-9),
            "interval": [low, high],
        }
    if any("orders" in row for row in rows):
        _show_curve(rows, result)
        draw(options.picture, result)
    figures.write(options.json, result)


def _show_curve(rows: list[Row], result: dict[str, Any]) -> None:
    """Add the curve to the result, and print it."""
    result["curve"] = curve(rows)
    minutes = sum(row["seconds"] for row in rows if "orders" in row and "said" not in row) / 60
    result["curve_minutes"] = minutes
    print(f"held to the grammar of the orders, {minutes:.0f} min of other sound:")
    print("threshold  false an hour  missed clean  missed 6 dB")
    for point in result["curve"]:
        mark = "  <- the program's" if point["threshold"] == SURE_FROM else ""
        print(
            f"{point['threshold']:9.2f}  {point['an_hour']:13.2f}"
            f"  {point['missed clean']:12.1%}  {point['missed 6 dB']:11.1%}{mark}"
        )


def draw(path: Path | None, result: Row) -> None:
    with figures.picture(path, "Missed orders against false answers, over the threshold") as axes:
        if axes is None:
            return
        for kind in ("clean", "6 dB"):
            points = result["curve"]
            an_hour = [point["an_hour"] for point in points]
            axes.plot(an_hour, [100 * point[f"missed {kind}"] for point in points], "o-", label=kind)
            [here] = [point for point in points if point["threshold"] == SURE_FROM]
            axes.plot(here["an_hour"], 100 * here[f"missed {kind}"], "k*", markersize=12)
        axes.set_xlabel("false answers in an hour of other speech and noise (star: operating point)")
        axes.set_ylabel("orders missed or heard wrongly, %")
        axes.set_xscale("symlog", linthresh=1)
        axes.set_yscale("symlog", linthresh=1)
        axes.legend()


if __name__ == "__main__":
    main()
