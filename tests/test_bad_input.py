"""Bad input: one clear line that says what is wrong and how to mend it, the right exit code, no traceback."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sound_server import NO_DEVICES_CONFIG
from tests.voices import speak

QUESTION = "My calf is cramping."


def run(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voice_skill", *map(str, arguments)]
    environment = {**os.environ, **env}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Return the one line of complaint; there is never a traceback."""
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("voice-skill:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def ask(recording: Path) -> subprocess.CompletedProcess[str]:
    return run("ask", "--audio", recording, "--json")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.wav", b"", "empty"),
        ("letter.wav", b"Dear pharmacist, my calf is cramping.", "WAV or FLAC"),
        ("header.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "header.wav"),
    ],
)
def test_files_that_hold_no_sound(tmp_path: Path, name: str, content: bytes, expected: str):
    (tmp_path / name).write_bytes(content)
    assert expected in complaint(ask(tmp_path / name), 2)


def test_a_file_that_is_not_there(tmp_path: Path):
    assert "question.wav" in complaint(ask(tmp_path / "question.wav"), 2)


def test_an_hour_is_refused_at_once(tmp_path: Path):
    with soundfile.SoundFile(tmp_path / "hour.wav", "w", 8000, 1, "PCM_U8") as file:
        for _ in range(60):
            file.write(np.zeros(60 * 8000, np.int16))
    assert "hour.wav is 3600 s long" in complaint(ask(tmp_path / "hour.wav"), 2)


@pytest.mark.parametrize("kind", ["silence", "noise"])
def test_nobody_spoke(tmp_path: Path, kind: str):
    rng = np.random.default_rng(1)
    samples = np.zeros(48_000) if kind == "silence" else rng.normal(0, 0.05, 48_000)
    soundfile.write(tmp_path / "room.wav", samples, 16_000)
    done = ask(tmp_path / "room.wav")
    assert done.returncode == 0
    assert '"heard": ""' in done.stdout
    assert '"intent": null' in done.stdout


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("8bit.wav", 8_000, 1, "PCM_U8"),
        ("96k.wav", 96_000, 6, "PCM_24"),
        ("float.wav", 44_100, 2, "FLOAT"),
        ("q.flac", 48_000, 2, "PCM_16"),
    ],
)
def test_any_rate_depth_and_number_of_channels(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str
):
    sound = speak(QUESTION).at(rate)
    frames = np.repeat(sound.samples[:, None], channels, axis=1)
    soundfile.write(tmp_path / name, frames, rate, subtype)
    assert '"intent": "relief"' in ask(tmp_path / name).stdout


def test_a_truncated_recording_is_used_as_far_as_it_goes(tmp_path: Path):
    soundfile.write(tmp_path / "whole.wav", speak(QUESTION, silence_after=5).samples, 16_000)
    whole = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    assert '"intent": "relief"' in ask(tmp_path / "cut.wav").stdout


def test_wrong_use():
    assert "--text" in complaint(run("ask"), 2)
    assert "--help" in complaint(run("ask", "--txet", "x"), 2)
    assert "characters" in complaint(run("ask", "--text", "ow " * 1000), 2)
    assert "nothing to say" in complaint(run("say", "   "), 2)
    assert "at most 10000 are spoken" in complaint(run("say", "ow " * 5000), 2)
    assert "one of: " in complaint(run("ask", "--text", "ow", "--region", "mars"), 2)


def test_a_choice_that_is_not_there():
    assert "recognizer" in complaint(run("ask", "--text", "ow", "--recognizer", "whisper"), 2)
    assert "pack" in complaint(run("ask", "--text", "ow", "--pack", "klingon"), 3)


def test_a_model_that_is_not_there(tmp_path: Path):
    soundfile.write(tmp_path / "q.wav", speak(QUESTION).samples, 16_000)
    done = run("ask", "--audio", tmp_path / "q.wav", "--recognizer", "vosk", VOICE_SKILL_MODELS=str(tmp_path))
    assert "voice-skill models install vosk-en-us-small" in complaint(done, 3)


def test_settings_with_a_mistake(tmp_path: Path):
    settings = tmp_path / "config.yaml"
    settings.write_text("rate: 1.0\nvolum: 2\n")
    assert f"{settings}:2: unknown option 'volum'" in complaint(run("say", "ow", "--config", settings), 2)
    settings.write_text("rate: fast\n")
    assert f"{settings}:1: rate:" in complaint(run("say", "ow", "--config", settings), 2)
    settings.write_text("- a list\n")
    assert "the file: has to hold keys" in complaint(run("say", "ow", "--config", settings), 2)
    assert "no settings file" in complaint(run("say", "ow", "--config", tmp_path / "none.yaml"), 2)


def test_settings_that_name_what_is_not_there(tmp_path: Path):
    settings = tmp_path / "config.yaml"
    settings.write_text("region: mars\n")
    assert "no region 'mars'" in complaint(run("config", "check", settings), 2)
    settings.write_text("pack: klingon\n")
    assert "no dialog pack 'klingon'" in complaint(run("config", "check", settings), 3)


def test_settings_that_cannot_be_read_are_not_passed_over(tmp_path: Path):
    usual = tmp_path / "voice-skill" / "config.yaml"
    usual.parent.mkdir()
    usual.symlink_to(tmp_path / "gone.yaml")
    done = run("ask", "--text", "ow", XDG_CONFIG_HOME=str(tmp_path))
    assert f"{usual} is no file that can be read" in complaint(done, 2)


def test_an_empty_name_of_a_pack_is_no_pack():
    assert "empty" in complaint(run("check", ""), 2)


def test_a_list_of_models_named_in_the_wrong_place():
    done = run("models", "--registry", "mine.yaml", "list")
    assert "models list --registry mine.yaml" in complaint(done, 2)


def test_a_broken_pack(tmp_path: Path):
    (tmp_path / "pack.yaml").write_text("name: [broken\n")
    assert "pack.yaml:2" in complaint(run("ask", "--text", "ow", "--pack", tmp_path), 2)
    done = run("check", tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path / 'pack.yaml'}:2:1: " in done.stdout
    assert "prompts.yaml:1:1: this file is missing" in done.stdout


def test_no_place_for_the_answer(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert "answer.wav" in complaint(run("ask", "--text", "ow", "--out", tmp_path / "file" / "answer.wav"), 2)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"], "nothing half-written is left"


def test_a_data_set_with_a_mistake(tmp_path: Path):
    data = tmp_path / "data.jsonl"
    data.write_text('{"id": "a", "text": "ow"}\n{broken\n')
    assert f"{data}:2: not JSON" in complaint(run("evaluate", data), 2)
    data.write_text('{"id": "a"}\n')
    assert f"{data}:1: " in complaint(run("evaluate", data), 2)
    data.write_text('{"text": "ow", "slots": [1]}\n')
    assert f"{data}:1: 'slots' has to be an object" in complaint(run("evaluate", data), 2)
    data.write_text('{"text": "ow"}\n' + "[" * 100_000)
    assert f"{data}:2: nested too deeply" in complaint(run("evaluate", data), 2)
    data.write_bytes(b'{"text": "ow"}\n\xff\xfe')
    assert f"{data}:2: not UTF-8" in complaint(run("evaluate", data), 2)
    data.write_text('{"text": "my chest hurts", "urgency": "Emergency"}\n')
    assert f"{data}:1: urgency 'Emergency' is none of none, soon," in complaint(run("evaluate", data), 2)
    data.write_text('{"text": "ow"}\n{"audio": "gone.wav"}\n')
    assert f"{data}:2: gone.wav does not exist" in complaint(run("evaluate", data), 2)
    data.write_text('{"audio": "' + "a" * 5000 + '.wav"}\n')
    assert f"{data}:1: " in complaint(run("evaluate", data), 2)
    assert "more than 64 MB" in complaint(run("evaluate", "/dev/zero"), 2)


def test_a_data_set_as_other_programs_write_it(tmp_path: Path):
    (tmp_path / "data.jsonl").write_bytes(
        b'\xef\xbb\xbf{"text": "calf\xe2\x80\xa8cramp", "intent": "relief"}\r\n'
    )
    done = run("evaluate", tmp_path / "data.jsonl", "--json")
    assert json.loads(done.stdout)["intent_accuracy"] == 1.0


def test_a_label_that_can_never_be_right_is_told(tmp_path: Path):
    data = tmp_path / "data.jsonl"
    data.write_text(
        '{"text": "my calf is cramping", "intent": "releif"}\n{"text": "next", "intent": "next"}\n'
    )
    done = run("evaluate", data, "--json")
    assert "never right: releif\n" in done.stderr
    assert json.loads(done.stdout)["intent_accuracy"] == 0.5


def test_results_that_cannot_be_written(tmp_path: Path):
    data = tmp_path / "data.jsonl"
    data.write_text('{"text": "ow"}\n')
    assert "write over the data set" in complaint(run("evaluate", data, "--results", data), 2)
    assert data.read_text() == '{"text": "ow"}\n'
    assert "No space left" in complaint(run("evaluate", data, "--results", "/dev/full"), 3)
    assert "does not exist" in complaint(run("evaluate", data, "--results", tmp_path / "no" / "r.jsonl"), 2)
    assert "--snr" in complaint(run("evaluate", data, "--snr", "nan"), 2)


def test_a_page_goes_to_a_device_and_the_device_stays(tmp_path: Path):
    (tmp_path / "full").symlink_to("/dev/full")
    done = run("pack", "show", "--silent", "--out", tmp_path / "full")
    assert "No space left" in complaint(done, 3)
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    ("ending", "code", "told"),
    [
        ("| head -1", 0, ""),
        (">&-", 0, ""),
        ("> /dev/full", 3, "No space left on device"),
        ("<&- >&- 2>&-", 0, ""),
    ],
)
def test_an_output_that_nobody_takes(ending: str, code: int, told: str):
    command = f"set -o pipefail; {shlex.quote(sys.executable)} -m voice_skill config show {ending}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code
    assert told in done.stderr
    assert done.stderr.count("\n") <= 1


def test_a_terminal_that_lacks_our_letters():
    done = run("ask", "--text", "my calf is cramping", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "?my calf is cramping?" in done.stdout


def test_no_command_shows_the_help_and_complains_of_nothing():
    done = run()
    assert done.returncode == 2
    assert "Usage" in done.stdout + done.stderr
    assert "voice-skill:" not in done.stderr


def test_models_without_a_command_lists_them_by_the_settings(tmp_path: Path):
    (tmp_path / "config.yaml").write_text("models: nowhere\n")
    plain, listed = (
        run("models", *command, "--json", "--config", tmp_path / "config.yaml") for command in ([], ["list"])
    )
    assert json.loads(plain.stdout) == json.loads(listed.stdout)


def test_no_sound_devices(tmp_path: Path):
    (tmp_path / "asound.conf").write_text(NO_DEVICES_CONFIG)
    nothing = {"ALSA_CONFIG_PATH": str(tmp_path / "asound.conf"), "PULSE_SERVER": "unix:/nonexistent"}
    assert complaint(run("listen", **nothing), 3)
    done = run("ask", "--text", "my calf is cramping", "--out", tmp_path / "answer.wav", **nothing)
    assert done.returncode == 0
    assert "Not spoken aloud" in done.stderr
    assert (tmp_path / "answer.wav").stat().st_size > 10_000
