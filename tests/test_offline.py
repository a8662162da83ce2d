"""Offline for real: the whole job without a network, and without as much as opening a socket."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sound_server import SoundServer, loud_part
from tests.test_listen import ask as ask_aloud
from tests.test_listen import listening
from tests.voices import speak
from voice_skill.audio.files import write_wav

WATCHED = """
import sys
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__",):
        sys.stderr.write(f"SOCKET {event} {arguments}\\n")
sys.addaudithook(watch)
sys.argv = ["voice-skill", *sys.argv[1:]]
from voice_skill.cli import main
main()
"""


@pytest.fixture
def question(tmp_path: Path) -> Path:
    write_wav(tmp_path / "question.wav", speak("My calf is cramping."))
    return tmp_path / "question.wav"


def namespace() -> list[str]:
    """Return the command that runs another one without any network interface but a dead loopback."""
    for flags in (["-n"], ["-rn"]):
        if (
            shutil.which("unshare")
            and subprocess.run(["unshare", *flags, "true"], check=False, capture_output=True).returncode == 0
        ):
            return ["unshare", *flags]
    pytest.skip("this machine lets nobody make a network namespace (unshare -n, unshare -rn)")


def test_the_whole_job_without_any_network_interface(question: Path, tmp_path: Path):
    answer = tmp_path / "answer.wav"
    command = ["ask", "--audio", str(question), "--out", str(answer), "--json"]
    done = subprocess.run(
        [*namespace(), sys.executable, "-m", "voice_skill", *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["intent"] == "relief"
    assert answer.stat().st_size > 100_000


@pytest.mark.sound
def test_the_whole_conversation_without_any_network_interface(sound_server: SoundServer, tmp_path: Path):
    with listening(sound_server, namespace()) as listener, sound_server.recording() as tape:
        ask_aloud(sound_server, tmp_path, "My calf is cramping.")
        assert listener.wait_for("Understood")["meaning"]["intent"] == "relief"
        while listener.wait_for("Saying")["say"]["role"] != "step":
            pass
    begin, end = loud_part(tape.sound)
    assert end - begin > 2, "the answer was spoken aloud"


@pytest.mark.parametrize("voice", ["piper", "pyttsx3"])
def test_no_run_path_opens_a_socket(question: Path, tmp_path: Path, voice: str):
    for command in (
        ["ask", "--audio", str(question), "--out", str(tmp_path / "a.wav"), "--voice", voice],
        ["say", "Hold for 30 s.", "--out", str(tmp_path / "s.wav"), "--voice", voice],
        ["check"],
        ["models", "list"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "SOCKET" not in done.stderr


def test_no_engine_keeps_or_sends_anything_about_the_machine(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "voice_skill",
            "say",
            "Hold.",
            "--voice",
            "piper",
            "--out",
            tmp_path / "a.wav",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},  # no CI=..., which switches it off as well
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = [str(path) for path in home.rglob("*") if path.is_file() and "voice-skill" not in path.parts]
    assert kept == [], "an identifier or a report for the makers of some engine"
