"""Running a labelled data set through the program, and counting.

A row is `{"id", "text" or "audio", "intent", "slots", "urgency"}`; unknown keys are kept.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import Sound
from voice_skill.errors import UsageError
from voice_skill.hearing.recognizer import Transcript
from voice_skill.session import Session, answer, as_json, as_sure_as
from voice_skill.understanding.meaning import URGENCIES

Row = dict[str, Any]
Hear = Callable[[Sound], Transcript]

SURE = 0.9
"""Confidence from which an answer counts as given for sure."""

LARGEST = 64 * 2**20
"""Bytes of a data set that are read, at most."""

_KINDS: Mapping[str, tuple[Any, str]] = {
    **dict.fromkeys(("text", "audio"), (str, "a text")),
    **dict.fromkeys(("intent", "urgency"), (str | None, "a name or null")),
    "slots": (dict | None, "an object: slot and value"),
    "id": (str | int, "a text or a number"),
}
"""What the known keys of a row hold."""


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a JSON-lines file. Raises UsageError with file and line."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        problem = f"{path} cannot be read: {error.strerror}"
        raise UsageError(problem, "Give a UTF-8 file of JSON lines") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: not UTF-8 text", "Save the file as UTF-8") from error
    if len(content) > LARGEST:
        raise UsageError(f"{path} holds more than {LARGEST // 2**20} MB", "Split it into several files")
    rows = [_row(path, number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not rows:
        raise UsageError(f"{path} has no rows", "Give at least one JSON object a line")
    return rows


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{number}: not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise UsageError(f"{path}:{number}: nested too deeply for a row of a data set") from error
    if not isinstance(row, dict) or ("text" in row) == ("audio" in row):
        raise UsageError(f"{path}:{number}: a row is an object with either 'text' or 'audio'")
    for key, (kind, called) in _KINDS.items():
        if key in row and not isinstance(row[key], kind):
            raise UsageError(f"{path}:{number}: '{key}' has to be {called}")
    if row.get("urgency") not in (None, *URGENCIES):
        raise UsageError(f"{path}:{number}: urgency '{row['urgency']}' is none of {', '.join(URGENCIES)}")
    if "audio" in row and not os.path.exists(path.parent / row["audio"]):  # noqa: PTH110 - never raises
        raise UsageError(f"{path}:{number}: {row['audio']} does not exist", "Check the name of the recording")
    row.setdefault("id", str(number))
    return row


def add_noise(sound: Sound, noise: Sound, snr_db: float, seed: int) -> Sound:
    """Return the sound with a random piece of the noise, at `snr_db` over the whole clip, clipped."""
    if not len(sound.samples):
        return sound
    if not noise.samples.any():
        raise UsageError("the noise is silent or empty", "Give a recording with some sound in it to --noise")
    clip = sound.samples.astype(np.float64)
    bed = np.resize(noise.samples, max(len(noise.samples), len(clip)))
    start = np.random.default_rng(seed).integers(0, len(bed) - len(clip) + 1)
    piece = bed[start : start + len(clip)].astype(np.float64)
    power = max(float(np.mean(piece**2)), 1e-9)
    gain = float(np.sqrt(np.mean(clip**2) / power / 10 ** (snr_db / 10)))
    mixed = np.clip(clip + gain * piece, -32768, 32767)
    return Sound(mixed.astype(np.int16), sound.rate)


def run(
    rows: Sequence[Row],
    folder: Path,
    new_session: Callable[[], Session],
    hear: Hear | None,
    noise: tuple[Sound, float] | None = None,
) -> Iterator[Row]:
    """Yield each row again with `"got"`: the object of `ask --json`. folder: where audio paths start."""
    for index, row in enumerate(rows):
        ms: dict[str, int] = {}
        start = time.perf_counter()
        heard = Transcript(row.get("text", ""))
        if "audio" in row and hear is not None:
            sound = read_audio(folder / row["audio"])
            if noise is not None:
                sound = add_noise(sound, *noise, seed=index)
            start = time.perf_counter()
            heard = hear(sound)
            ms["recognise"] = round(1000 * (time.perf_counter() - start))
        understood = time.perf_counter()
        got = as_sure_as(answer(new_session(), heard.text, heard.suspected), heard.confidence)
        ms["understand"] = round(1000 * (time.perf_counter() - understood))
        ms["total"] = round(1000 * (time.perf_counter() - start))
        yield {**row, "got": as_json(got, heard.text, ms)}


def summarise(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of rows that have been run, as `evaluate --json` prints them."""
    took = [row["got"]["ms"]["total"] for row in rows]
    labelled = [row for row in rows if "intent" in row]
    slotted = [row for row in labelled if row.get("slots")]
    return {
        "n": len(rows),
        "intent_accuracy": _share(labelled, _intent_right),
        "slot_accuracy": _share(slotted, _slots_right),
        "full_accuracy": _share(labelled, _right),
        "urgency_recall": {
            level: _share([row for row in rows if row.get("urgency") == level], _urgency_right)
            for level in ("emergency", "urgent")
        },
        "unsafe": [row["id"] for row in rows if _unsafe(row)],
        "false_alarms": sum(map(_false_alarm, rows)),
        "rejected": sum(row["got"]["intent"] in (None, "out_of_scope") for row in rows),
        "confidence": _confidence(labelled),
        "ms": {"p50": _percentile(took, 50), "p95": _percentile(took, 95)},
    }


def _confidence(rows: Sequence[Row]) -> dict[str, Any]:
    """Return how true the confidence of answers about the subject is.

    stated, right: mean confidence, and share of them that are right. sure, right_if_sure: those given with at
    least SURE, and the share of those that are right.
    """
    answers = [row for row in rows if row["got"]["intent"] not in (None, "out_of_scope")]
    sure = [row for row in answers if row["got"]["confidence"] >= SURE]
    stated = [row["got"]["confidence"] for row in answers]
    return {
        "n": len(answers),
        "stated": round(float(np.mean(stated)), 4) if stated else None,
        "right": _share(answers, _right),
        "sure": len(sure),
        "right_if_sure": _share(sure, _right),
    }


def _right(row: Row) -> bool:
    return _intent_right(row) and _slots_right(row) and _urgency_right(row)


def _share(rows: Sequence[Row], right: Callable[[Row], bool]) -> float | None:
    return round(sum(map(right, rows)) / len(rows), 4) if rows else None


def _intent_right(row: Row) -> bool:
    got = row["got"]["intent"]
    if row["intent"] == "out_of_scope":
        return got == "out_of_scope" or (got is None and "audio" in row)
    return bool(got == row["intent"])


def _slots_right(row: Row) -> bool:
    got: Mapping[str, str] = row["got"]["slots"]
    return all(got.get(slot) == value for slot, value in (row.get("slots") or {}).items())


def _urgency_right(row: Row) -> bool:
    if row.get("urgency") is None or (row["intent"] == "out_of_scope" and row["got"]["intent"] is None):
        return True
    return bool(row["got"]["urgency"] == row["urgency"])


def _unsafe(row: Row) -> bool:
    """Guidance was given although help was needed."""
    serious = row.get("urgency") in ("emergency", "urgent")
    got = row["got"]
    warned = got["urgency"] in ("emergency", "urgent")
    return serious and not warned and not got["clarify"] and got["intent"] not in (None, "out_of_scope")


def _false_alarm(row: Row) -> bool:
    return row.get("urgency") in ("none", "soon") and row["got"]["urgency"] in ("emergency", "urgent")


def _percentile(values: Sequence[int], percent: int) -> int:
    return round(float(np.percentile(values, percent))) if values else 0
