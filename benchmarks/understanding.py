"""How well is text understood? Intents, slots, red flags, false alarms and time, on labelled sentences.

    python -m benchmarks.understanding DATA.jsonl... [--every 2 --from 0] [--errors] [--out FOLDER]

DATA has one JSON object a line: {"id", "text", "intent", "slots", "urgency"}, and where clinicians could
differ "also": [{"intent", "urgency"}], readings that are as right. `--every 2 --from 1` takes every second
line from the second on, to keep lines that were looked at apart from lines that were not.
`--out` keeps the confusion of intents as a picture (confusion.svg) and the errors as a list (errors.jsonl).
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.confusion import write_picture
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding import Meaning

Row = dict[str, Any]
ALARMS = ("emergency", "urgent")
WARM_UP = 10
"""Sentences understood before times are taken."""


def main() -> None:
    args = _arguments()
    lines = [line for file in args.data for line in file.read_text(encoding="utf-8").splitlines()]
    rows: list[Row] = [json.loads(line) for line in lines if line.strip()][args.first :: args.every]
    rows = [row for row in rows if "text" in row]
    pack = load_pack(args.pack)
    started = time.perf_counter()
    understander = understander_of(pack)
    print(f"ready in          {time.perf_counter() - started:.2f} s")
    for row in rows[:WARM_UP]:
        understander.understand(row["text"])
    results, times = [], []
    for row in rows:
        started = time.perf_counter()
        got = understander.understand(row["text"])
        results.append((_as_read(row, got), got))
        times.append((time.perf_counter() - started) * 1000)
    _report(results, times)
    if args.errors:
        _list_errors(results)
    if args.out:
        _keep(results, args.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--pack", default="en")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--errors", action="store_true", help="list what was misunderstood")
    parser.add_argument("--out", type=Path, help="folder for the confusion picture and the list of errors")
    return parser.parse_args()


def _as_read(row: Row, got: Meaning) -> Row:
    """Return the row with the reading of `also` that was understood, where it was one of them."""
    for reading in row.get("also", ()):
        if (got.intent, alarm(got.urgency)) == (reading["intent"], alarm(reading["urgency"])):
            return {**row, **reading, "slots": {}}
    return row


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
    asked = sum(bool(got.doubt) for got in harmless)
    print(f"asked in doubt    {asked} of {len(harmless)} harmless")
    slow = statistics.quantiles(times, n=20)[-1] if n > 1 else times[0]
    print(f"ms                median {statistics.median(times):.1f}, p95 {slow:.1f}, worst {max(times):.1f}")
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


def _keep(results: Sequence[tuple[Row, Meaning]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(
        [(row["intent"], got.intent or "nothing") for row, got in results], folder / "confusion.svg"
    )
    with (folder / "errors.jsonl").open("w", encoding="utf-8") as file:
        for row, got in results:
            if right_intent(row, got) and right_slots(row, got):
                continue
            understood = {
                "intent": got.intent,
                "slots": dict(got.slots),
                "urgency": got.urgency,
                "confidence": got.confidence,
            }
            file.write(json.dumps({**row, "got": understood}, ensure_ascii=False) + "\n")
    print(f"kept in           {folder}")


if __name__ == "__main__":
    main()
