"""`listen` on real sound devices: interrupted in mid-sentence, robbed of its devices, ended at any time."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sound_server import SoundServer, loud_part, missing_part
from tests.test_listen import ask, listening

pytestmark = pytest.mark.sound


def test_it_hears_while_it_speaks(sound_server: SoundServer, tmp_path: Path) -> None:
    with listening(sound_server) as listener:
        ask(sound_server, tmp_path, "My calf is cramping.")
        assert listener.wait_for("Saying")["say"]["role"] == "answer"
        time.sleep(1)
        ask(sound_server, tmp_path, "My chest hurts.")
        listener.wait_for("Interrupted")
        assert listener.wait_for("Saying")["say"]["lines"][0]["text"] == "Call nine nine nine now."


def test_the_sound_server_may_be_restarted(tmp_path: Path) -> None:
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path) as server, listening(server) as listener:
        server.stop()
        assert listener.wait_for("Fault")["part"] == "sound"
        time.sleep(1)
        server.start()
        assert listener.wait_for("Mended")["part"] == "sound"
        ask(server, tmp_path, "My calf is cramping.")
        assert listener.wait_for("Saying")["say"]["role"] == "answer"


def test_without_its_microphone_it_says_so(tmp_path: Path) -> None:
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path) as server, listening(server) as listener, server.recording() as tape:
        server.control("suspend-source", "mic", "1")
        assert listener.wait_for("Fault")["part"] == "sound"
        assert "can't hear you" in listener.wait_for("Saying")["say"]["lines"][0]["text"]
        time.sleep(3)
        server.control("suspend-source", "mic", "0")
        listener.wait_for("Mended")
        assert "hear you again" in listener.wait_for("Saying")["say"]["lines"][0]["text"]
        begin, end = loud_part(tape.sound)
    assert end - begin > 1.0


def test_debug_audio_is_announced_and_keeps_both_sides(sound_server: SoundServer, tmp_path: Path) -> None:
    folder = tmp_path / "sound"
    with listening(sound_server, options=["--debug-audio", str(folder)]) as listener:
        assert "recorded" in listener.wait_for("Saying")["say"]["lines"][0]["text"]
        time.sleep(4)
        ask(sound_server, tmp_path, "My calf is cramping.")
        listener.wait_for("Understood")
    [file] = folder.iterdir()
    samples, _ = soundfile.read(file, dtype="int16")
    heard, said = np.abs(samples.astype(int)).max(axis=0)
    assert heard > 1000
    assert said > 1000


@pytest.mark.parametrize("moment", ["while it speaks", "without sound"])
def test_control_c_at_any_moment_ends_it(tmp_path: Path, moment: str) -> None:
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path) as server, listening(server) as listener:
        if moment == "while it speaks":
            ask(server, tmp_path, "My calf is cramping.")
            listener.wait_for("Saying")
            time.sleep(0.5)
        else:
            server.stop()
            listener.wait_for("Fault")
            time.sleep(0.7)
        assert listener.exit_code is None
    assert listener.exit_code == 0, "leaving the block pressed Ctrl-C"


@pytest.mark.parametrize("after_s", [0.0, 0.7, 2.0])
def test_control_c_while_it_gets_ready_ends_it_without_a_traceback(
    sound_server: SoundServer, after_s: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "voice_skill", "listen"],
        env=sound_server.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    assert process.stderr.readline() == "Getting ready ...\n"
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=20)
    assert "Traceback" not in complaints, complaints
    assert process.returncode in (0, 130)


def test_systemd_is_told_that_it_is_ready_and_alive(sound_server: SoundServer, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        env = sound_server.env | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = subprocess.Popen(
            [sys.executable, "-m", "voice_skill", "listen"], env=env, stdout=subprocess.DEVNULL
        )
        try:
            told = [systemd.recv(100), systemd.recv(100)]
        finally:
            process.kill()
            process.wait()
    assert sorted(told) == [b"READY=1", b"WATCHDOG=1"]


def test_a_cache_that_cannot_be_written_is_no_reason_to_be_silent(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setitem(sound_server.env, "XDG_CACHE_HOME", str(tmp_path / "cache"))
    with listening(sound_server) as listener:
        ask(sound_server, tmp_path, "My calf is cramping.")
        assert listener.wait_for("Saying")["say"]["role"] == "answer"
