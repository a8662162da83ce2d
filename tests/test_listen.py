"""The hands-free conversation on a real microphone and loudspeaker (PulseAudio's null sinks will do)."""

import json
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sound_server import SoundServer, loud_part
from tests.voices import speak
from voice_skill.audio.files import write_wav
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.transcription import transcribe

pytestmark = pytest.mark.sound


class Listener:
    """A running `voice-skill listen --json` and what it tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._events: queue.Queue[dict] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.returncode

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._events.put(json.loads(line))

    def wait_for(self, name: str, seconds: float = 60) -> dict:
        """Return the next event of that name; fail when none comes."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if event["event"] == name:
                return event
        pytest.fail(f"no {name} within {seconds} s")


@contextmanager
def listening(
    server: SoundServer, within: Sequence[str] = (), options: Sequence[str] = ()
) -> Iterator[Listener]:
    """Run `listen` on the server's devices, within a command that runs another one, such as `unshare -n`."""
    command = [*within, sys.executable, "-m", "voice_skill", "listen"]
    command += ["--json", "--region", "uk", "--voice", "piper", *options]
    process = subprocess.Popen(
        command, env=server.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        listener = Listener(process)
        listener.wait_for("Ready")
        yield listener
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
        assert "Traceback" not in complaints
        assert process.returncode == 0, "Ctrl-C is the ordinary way to end it"
    finally:
        process.kill()
        process.wait()


def ask(server: SoundServer, folder: Path, question: str) -> None:
    write_wav(folder / "question.wav", speak(question, silence_after=0.5))
    server.play_into_microphone(folder / "question.wav")


def test_a_question_into_the_microphone_is_answered_on_the_loudspeaker(
    sound_server: SoundServer, tmp_path: Path
):
    with listening(sound_server) as listener, sound_server.recording() as tape:
        ask(sound_server, tmp_path, "My calf is cramping.")
        assert "calf" in listener.wait_for("TurnHeard")["text"].lower()
        assert listener.wait_for("Understood")["meaning"]["intent"] == "relief"
        assert listener.wait_for("Saying")["say"]["role"] == "answer"
        first_step = listener.wait_for("Saying")
        assert first_step["say"]["role"] == "step", "the answer has been spoken to its end"
    begin, end = loud_part(tape.sound)
    assert end - begin > 2
    heard = transcribe(MoonshineRecognizer(), SpeechGate(), tape.sound).text.lower()
    assert "leg" in heard or "toes" in heard, heard


def test_it_says_what_interrupts_it_and_ends_in_order_when_it_is_told_to(sound_server: SoundServer):
    command = [sys.executable, "-m", "voice_skill", "listen", "--region", "uk", "--voice", "piper", "-v"]
    process = subprocess.Popen(
        command, env=sound_server.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    patience = threading.Timer(60, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert next(line for line in lines if "interrupted by" in line).strip().endswith("emergencies")
        process.terminate()
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Stopped." in complaints
    finally:
        patience.cancel()
        process.kill()


def test_it_goes_on_where_the_disk_is_full_that_its_output_goes_to(sound_server: SoundServer, tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, Path("/dev/full").open("w") as full:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        env = {**sound_server.env, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        command = [sys.executable, "-m", "voice_skill", "listen", "--region", "uk", "--voice", "piper"]
        process = subprocess.Popen(command, env=env, stdout=full, stderr=subprocess.PIPE, text=True)
        try:
            told = [systemd.recv(100) for _ in range(4)]
            assert told == [b"READY=1", *3 * [b"WATCHDOG=1"]], "it listens although it could not say so"
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=20)
            assert "Traceback" not in complaints
        finally:
            process.kill()


def test_a_hold_is_counted_in_real_time_and_a_red_flag_ends_it(sound_server: SoundServer, tmp_path: Path):
    with listening(sound_server) as listener:
        ask(sound_server, tmp_path, "My calf is cramping.")
        while listener.wait_for("Saying")["say"]["role"] != "step":
            pass
        time.sleep(8)  # until it has said the step and listens again
        ask(sound_server, tmp_path, "My chest hurts.")
        while (say := listener.wait_for("Saying")["say"])["role"] != "emergency":
            assert say["role"] in ("step", "during"), "nothing else belongs here"
        assert say["lines"][0]["text"] == "Call nine nine nine now."


def test_talk_that_is_not_for_it_gets_no_answer(sound_server: SoundServer, tmp_path: Path):
    with listening(sound_server) as listener, sound_server.recording() as tape:
        ask(sound_server, tmp_path, "Shall we watch the football tonight, or the cooking show?")
        listener.wait_for("TurnHeard")
        time.sleep(2)
    assert loud_part(tape.sound) == (0.0, 0.0)
