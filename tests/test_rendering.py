"""Rendering a pack ahead: everything, once, in several processes, whatever comes in between."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voice_skill.config import Settings
from voice_skill.dialog.dialog import Dialog
from voice_skill.dialog.pack import check_pack, load_pack
from voice_skill.dialog.state import Heard, Say, State
from voice_skill.hearing.factory import create_recognizer
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.understanding.meaning import Meaning
from voice_skill.workshop.proof import Listener, errors, words_of
from voice_skill.workshop.rendering import Job, missing, sentences_of

ROOT = Path(__file__).parent.parent
NOSEBLEED = ROOT / "tests" / "packs" / "nosebleed"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.fixture
def pack(home: Path) -> Path:
    folder = Path(shutil.copytree(NOSEBLEED, home / "pack"))
    exercise = folder / "exercises" / "all.yaml"
    short = exercise.read_text().replace("hold_s: 60", "hold_s: 12").replace("hold_s: 30", "hold_s: 5")
    exercise.write_text(short)
    return folder


def start(pack: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "voice_skill", "render", str(pack), "--voice", "pyttsx3", "--json"]
    command += options
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return json.loads(out)


def speech(home: Path) -> list[Path]:
    return sorted((home / "cache" / "voice-skill" / "speech").glob("*"))


def left(pack: Path) -> list[str]:
    """Return what is not in the cache yet, asked by the program's own means."""
    job = Job.of(Settings(voice="pyttsx3"), "en")
    return missing(job, sentences_of(check_pack(pack), ["uk"]))


def test_everything_is_rendered_once_and_then_only_what_changed(pack, home):
    first = finished(start(pack))
    assert first["rendered"] == first["sentences"] == len(speech(home))
    assert left(pack) == []
    assert finished(start(pack))["rendered"] == 0
    answers = pack / "answers" / "all.yaml"
    answers.write_text(answers.read_text().replace("Dry air", "Cold air"))
    again = finished(start(pack))
    assert again["rendered"] == 1
    assert finished(start(pack, "--region", "us"))["rendered"] == 1, "the emergency number of another region"


def test_what_an_answer_says_is_among_what_was_rendered():
    loaded = load_pack(NOSEBLEED)
    wanted = set(sentences_of(check_pack(NOSEBLEED), ["uk"]))
    dialog = Dialog(loaded)
    for intent in ("relief", "causes", "next", "stop", "slower", "help", "out_of_scope", "not_better"):
        turn = dialog.step(State(), Heard(Meaning("", intent, confidence=0.9)))
        said = [line.text for action in turn.actions if isinstance(action, Say) for line in action.lines]
        assert said
        assert {one for text in said for one in sentences(text)} <= wanted


def test_two_programs_at_once_make_the_same_cache(pack, home):
    both = [start(pack, "--jobs", "1"), start(pack, "--jobs", "2")]
    counts = {finished(process)["sentences"] for process in both}
    assert counts == {len(speech(home))}
    assert left(pack) == []
    assert not [file for file in speech(home) if file.suffix == ".part"]


def test_a_power_cut_costs_no_more_than_what_was_being_rendered(pack, home):
    process = start(pack, "--jobs", "1")
    while len(speech(home)) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.wait()
    done = [file for file in speech(home) if file.suffix == ".speech"]
    half = home / "cache" / "voice-skill" / "speech" / ".half-written.part"
    half.write_bytes(b"what a power cut leaves")
    rest = finished(start(pack))
    assert rest["rendered"] == rest["sentences"] - len(done)
    assert left(pack) == []


def test_ctrl_c_keeps_what_is_done_and_says_so(pack, home):
    process = start(pack, "--jobs", "1")
    while len(speech(home)) < 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    report = json.loads(out)
    assert report["rendered"] >= 1
    assert report["left"] == report["sentences"] - report["rendered"]
    assert "are done and kept. Run it again to go on" in " ".join(err.split())
    assert len(left(pack)) <= report["left"]


def test_what_cannot_be_kept_is_an_error_and_not_a_success(pack, home):
    (home / "cache").write_text("a file where the folder should be")
    process = start(pack, "--jobs", "1")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "could not be kept in" in " ".join(err.split())


def test_a_broken_pack_is_not_rendered(pack, home):
    (pack / "prompts.yaml").write_text("paused: [")
    process = start(pack)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "prompts.yaml:1:" in err.replace("\n", "")
    assert speech(home) == []


def test_every_did_you_mean_of_the_english_pack_is_spoken_ahead():
    pack = load_pack("en")
    wanted = set(sentences_of(check_pack(pack.path), ["uk"]))
    write = Dialog(pack, "uk").write
    for first in pack.topics.values():
        for second in pack.topics.values():
            asked = write.fill(pack.prompts.clarify, {"first": first.title, "second": second.title})
            assert wanted.issuperset(sentences(asked))


def test_with_proof_the_clearest_way_of_saying_a_sentence_is_kept(pack, home):
    wanted = sentences_of(check_pack(pack), ["uk"])
    listener = Listener(
        create_recognizer("moonshine", "en"), [word for one in wanted for word in words_of(one)]
    )
    listener.load()

    def wrong() -> dict[str, int]:
        voice = Job.of(Settings(voice="pyttsx3"), "en").open()
        heard = {one: listener.hear(voice.render(one, VoiceSettings())) for one in wanted}
        voice.close()
        return {one: errors(words_of(one), words_of(text), by_sound=True) for one, text in heard.items()}

    finished(start(pack))
    before = wrong()
    proved = finished(start(pack, "--proof"))
    after = wrong()
    assert proved["rendered"] == proved["sentences"]
    assert sum(after.values()) < sum(before.values())
    assert all(after[one] <= before[one] for one in wanted)
    assert {one["text"] for one in proved["unclear"]} <= {one for one in wanted if before[one]}
