"""A labelled data set is run through the program, and counted."""

import json
import subprocess
import sys
from pathlib import Path

from tests.voices import speak
from voice_skill.audio.files import write_wav
from voice_skill.evaluation import summarise


def got(intent: str | None, confidence: float = 1.0, **more: object) -> dict[str, object]:
    answer = {"intent": intent, "slots": {}, "urgency": "none", "confidence": confidence, "clarify": False}
    return {**answer, "ms": {"total": 5}, **more}


def row(intent: str, answer: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": intent, "intent": intent, "urgency": "none", "slots": {}, "got": answer, **more}


def test_confidence_is_counted_against_what_was_right():
    rows = [
        row("relief", got("relief", 0.95)),
        row("relief", got("relief", 0.95)),
        row("relief", got("stretch", 0.4)),
        row("out_of_scope", got("out_of_scope", 0.9)),
    ]
    told = summarise(rows)["confidence"]
    assert told == {"n": 3, "stated": 0.7667, "right": 0.6667, "sure": 2, "right_if_sure": 1.0}


def test_without_answers_there_is_no_confidence_to_count():
    told = summarise([row("out_of_scope", got(None, 0.0))])["confidence"]
    assert told == {"n": 0, "stated": None, "right": None, "sure": 0, "right_if_sure": None}


def test_recordings_are_as_sure_as_they_were_heard(tmp_path: Path):
    write_wav(tmp_path / "said.wav", speak("My calf is cramping."))
    (tmp_path / "data.jsonl").write_text('{"id": "a", "audio": "said.wav", "intent": "relief"}\n')
    command = [sys.executable, "-m", "voice_skill", "evaluate", str(tmp_path / "data.jsonl"), "--json"]
    command += ["--results", str(tmp_path / "out.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout)["full_accuracy"] == 1.0
    answer = json.loads((tmp_path / "out.jsonl").read_text())["got"]
    assert answer["intent"] == "relief"
    assert 0.5 < answer["confidence"] < 0.97, "not surer than the words were heard"
