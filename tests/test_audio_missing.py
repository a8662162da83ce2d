"""Devices and libraries that are not there, or go away: one line that says so, at once."""

import ctypes.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sound_server import DEBIAN_PACKAGES, NO_DEVICES_CONFIG, SoundServer, missing_part

NEEDED = f"PortAudio is not installed: sudo apt-get install {DEBIAN_PACKAGES}"

COMPLAIN = """
import sys, time
from voice_skill.audio.frames import silence
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.audio.microphone import Microphone
from voice_skill.errors import VoiceSkillError
try:
    {body}
except VoiceSkillError as error:
    sys.exit(f"{{error}} [{{error.exit_code}}]")
"""
LISTEN = """
    with Microphone() as microphone:
        while microphone.read():
            print("heard", flush=True)
"""
SPEAK = """
    with Loudspeaker() as loudspeaker:
        while loudspeaker.play(silence(0.1)):
            print("spoken", flush=True)
"""


def start(body: str, env: dict[str, str], prelude: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", prelude + COMPLAIN.format(body=body.strip())]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.sound
@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (LISTEN, "the microphone 'pulse' stopped delivering sound. Is it still plugged in? Start again"),
        (SPEAK, "the loudspeaker 'pulse' takes no more sound. Is it still plugged in? Start again"),
    ],
)
def test_a_device_that_vanishes_is_reported_in_one_line(tmp_path: Path, body: str, complaint: str) -> None:
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path) as server:
        program = start(body, server.env)
        assert program.stdout
        assert program.stdout.readline() in {"heard\n", "spoken\n"}
        server.stop()
        _, errors = program.communicate(timeout=10)
    assert program.returncode == 1
    assert errors.startswith(complaint)
    assert errors.count("\n") == 1


@pytest.mark.skipif(not ctypes.util.find_library("portaudio"), reason=NEEDED)
@pytest.mark.parametrize("body", [LISTEN, SPEAK])
def test_a_machine_without_devices_says_so(tmp_path: Path, body: str) -> None:
    (tmp_path / "asound.conf").write_text(NO_DEVICES_CONFIG)
    nowhere = {"PULSE_SERVER": "unix:/nonexistent", "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    _, errors = start(body, os.environ | nowhere).communicate(timeout=20)
    assert errors == (
        "this machine has no sound device. "
        "Connect one, or start the sound server (PipeWire or PulseAudio) [3]\n"
    )


@pytest.mark.parametrize("body", [LISTEN, SPEAK])
def test_a_machine_without_portaudio_says_what_to_install(body: str) -> None:
    hide = "import ctypes.util; ctypes.util.find_library = lambda name: None"
    _, errors = start(body, dict(os.environ), prelude=hide).communicate(timeout=20)
    assert errors == "the PortAudio library is missing. Install it: sudo apt install libportaudio2 [3]\n"


def test_the_audio_room_loads_no_device_library_until_it_is_used() -> None:
    code = "import sys, voice_skill.audio.files, voice_skill.audio.loudspeaker, voice_skill.audio.microphone;"
    code += "sys.exit(' '.join({'sounddevice', 'soundfile'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.sound
def test_control_c_ends_a_program_that_listens_or_speaks_at_once(sound_server: SoundServer) -> None:
    for body in (LISTEN, SPEAK):
        program = start(body, sound_server.env)
        assert program.stdout
        program.stdout.readline()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        assert errors.splitlines()[-1] == "KeyboardInterrupt"
