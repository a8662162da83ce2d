"""How well is text understood? Intents, slots, red flags, false alarms and time, on labelled sentences.

    python benchmarks/understanding.py DATA.jsonl [--pack en] [--every 2 --from 0] [--errors]

DATA has one JSON object a line: {"id", "text", "intent", "slots", "urgency"}. `--every 2 --from 1` takes
every second line from the second on, to keep lines that were looked at apart from lines that were not.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voice_skill.dialog.pack import load_pack
from voice_skill.understanding import Meaning, Understander

Row = dict[str, Any]
ALARMS = ("emergency", "urgent")


def main() -> None:
    args = _arguments()
    lines = args.data.read_text(encoding="utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines if line.strip()][args.first :: args.every]
    rows = [row for row in rows if "text" in row]
    pack = load_pack(args.pack)
    started = time.perf_counter()
    understander = Understander(pack.phrases, pack.slots, pack.red_flags)
    print(f"built in          {time.perf_counter() - started:.2f} s")
    results, times = [], []
    for row in rows:
        started = time.perf_counter()
        results.append((row, understander.understand(row["text"])))
        times.append((time.perf_counter() - started) * 1000)
    _report(results, times)
    if args.errors:
        _list_errors(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pack", default="en")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--errors", action="store_true", help="list what was misunderstood")
    return parser.parse_args()


def right_intent(row: Row, got: Meaning) -> bool:
    return bool(got.intent == row["intent"])


def right_slots(row: Row, got: Meaning) -> bool:
    return all(got.slots.get(slot) == value for slot, value in row.get("slots", {}).items())


def alarm(urgency: str) -> str:
    return urgency if urgency in ALARMS else "none"


def _report(results: Sequence[tuple[Row, Meaning]], times: Sequence[float]) -> None:
    n = len(results)
    intents = sum(right_intent(row, got) for row, got in results)
    full = sum(
        right_intent(row, got) and right_slots(row, got) and alarm(row["urgency"]) == alarm(got.urgency)
        for row, got in results
    )
    print(f"sentences         {n}")
    print(f"intent right      {intents / n:.1%}")
    print(f"all right         {full / n:.1%}   (intent, every labelled slot, alarm)")
    for level in ALARMS:
        wanted = [got for row, got in results if row["urgency"] == level]
        found = sum(got.urgency == level for got in wanted)
        raised = sum(got.urgency in ALARMS for got in wanted)
        print(f"{level:<17} {found} of {len(wanted)} found, {raised} raised at either level")
    harmless = [got for row, got in results if row["urgency"] not in ALARMS]
    print(f"false alarms      {sum(got.urgency in ALARMS for got in harmless)} of {len(harmless)}")
    print(f"ms                median {statistics.median(times):.1f}, worst {max(times):.1f}")
    _report_calibration(results)


def _report_calibration(results: Sequence[tuple[Row, Meaning]]) -> None:
    bands: Counter[float] = Counter()
    right: Counter[float] = Counter()
    for row, got in results:
        band = min(int(got.confidence * 5), 4) / 5
        bands[band] += 1
        right[band] += right_intent(row, got)
    for band in sorted(bands):
        print(f"confidence {band:.1f}-{band + 0.2:.1f} {right[band]} of {bands[band]} right")


def _list_errors(results: Sequence[tuple[Row, Meaning]]) -> None:
    for row, got in results:
        if not (right_intent(row, got) and right_slots(row, got)):
            print(f"\n{row['id']}: {row['text']}\n  wanted {row['intent']} {row['slots']}")
            print(f"  got    {got.intent} {dict(got.slots)} {got.confidence}")


if __name__ == "__main__":
    main()
