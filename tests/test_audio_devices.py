"""Microphone and loudspeaker on a real sound server: what goes in comes out."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.sound_server import SoundServer, loud_part
from voice_skill.audio.devices import find_device, list_devices, rescan
from voice_skill.audio.files import write_wav
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Sound
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.audio.microphone import Microphone
from voice_skill.errors import EngineError, MissingError

pytestmark = pytest.mark.sound

TWO_CHANNELS_ONLY = """
pcm.stereo {
  type multi
  slaves.a { pcm pulse channels 2 }
  bindings.0 { slave a channel 0 }
  bindings.1 { slave a channel 1 }
}
"""


@pytest.fixture
def server(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """Connect this very process to the sound server."""
    with monkeypatch.context() as patch:
        for name, value in sound_server.env.items():
            patch.setenv(name, value)
        rescan()
        yield sound_server
    rescan()


def tone(hertz: float, seconds: float, rate: int = 22_050) -> Sound:
    wave = 12_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return Sound(wave.astype(np.int16), rate)


def loudest_hertz(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    return float(spectrum.argmax() * sound.rate / len(sound.samples))


def start_timer(seconds: float) -> threading.Event:
    rings = threading.Event()
    threading.Timer(seconds, rings.set).start()
    return rings


def test_the_sound_server_is_the_default_device(server: SoundServer) -> None:
    microphone, loudspeaker = find_device(None, "input"), find_device(None, "output")
    assert microphone.name == loudspeaker.name == "pulse"
    assert microphone.default_input
    assert microphone.as_dict()["inputs"] == microphone.inputs > 0


def test_a_device_is_found_by_name_part_or_index(server: SoundServer) -> None:
    pulse = find_device("pulse", "output")
    assert find_device("PUL", "output") == pulse
    assert find_device(pulse.index, "output") == pulse
    assert find_device(str(pulse.index), "output") == pulse


@pytest.mark.parametrize("wanted", ["puls3", 99, "99"])
def test_an_unknown_device_is_answered_with_those_there_are(server: SoundServer, wanted: str | int) -> None:
    with pytest.raises(MissingError, match=rf"no microphone '{wanted}'\. Choose one of: 0 'pulse'") as caught:
        find_device(wanted, "input")
    assert ("Did you mean 'pulse'?" in str(caught.value)) == (wanted == "puls3")


def test_an_ambiguous_name_is_answered_with_what_it_matches(server: SoundServer) -> None:
    with pytest.raises(MissingError, match="more than one loudspeaker 'u'") as caught:
        find_device("u", "output")
    assert all(one.name in str(caught.value) for one in list_devices())


def test_a_tone_is_played_whole_and_at_its_pitch(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        begun = time.monotonic()
        assert loudspeaker.play(tone(440, seconds=1.0))
        took = time.monotonic() - begun
        heard_when_it_returned = tape.sound
    start, end = loud_part(tape.sound)
    assert end - start == pytest.approx(1.0, abs=0.03)
    assert 1.0 < took < 1.4, "play returns when the sound has gone out, and soon after"
    assert loud_part(heard_when_it_returned)[1] == pytest.approx(end, abs=0.08)
    assert loudest_hertz(tape.sound) == pytest.approx(440, abs=3)
    assert loudspeaker.underflows == 0


def test_volume_makes_it_quieter(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        loudspeaker.play(tone(440, seconds=0.4), volume=0.25)
    assert np.abs(tape.sound.samples).max() == pytest.approx(3_000, rel=0.1)


def test_cancel_silences_within_150_ms(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        cancel = start_timer(0.7)
        assert not loudspeaker.play(tone(440, seconds=3.0), cancel)
        cancelled_at = time.monotonic()
        time.sleep(0.5)
    silent_at = tape.start + loud_part(tape.sound)[1]
    assert silent_at - cancelled_at < 0.15


def test_a_sound_cancelled_beforehand_is_not_heard_and_the_next_one_is(server: SoundServer) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        assert not loudspeaker.play(tone(440, seconds=1.0), cancelled)
        time.sleep(0.3)
        assert loud_part(tape.sound) == (0, 0)
        assert loudspeaker.play(tone(880, seconds=0.5))
    assert loudest_hertz(tape.sound) == pytest.approx(880, abs=5)


def test_two_threads_take_turns(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        players = [threading.Thread(target=loudspeaker.play, args=[tone(440, 0.5)]) for _ in range(2)]
        for player in players:
            player.start()
        for player in players:
            player.join(5)
    start, end = loud_part(tape.sound)
    assert end - start > 0.95


def test_closing_ends_a_play_in_another_thread(server: SoundServer) -> None:
    loudspeaker = Loudspeaker()
    played: list[bool] = []
    with loudspeaker:
        player = threading.Thread(target=lambda: played.append(loudspeaker.play(tone(440, seconds=5))))
        player.start()
        time.sleep(0.3)
    player.join(1)
    assert played == [False]
    assert not loudspeaker.play(tone(440, seconds=1)), "a closed loudspeaker plays nothing"


def test_a_loudspeaker_that_hangs_is_an_error_not_a_wait(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker:
        server.control("suspend-sink", "spk", "1")
        try:
            begun = time.monotonic()
            with pytest.raises(EngineError, match="the loudspeaker 'pulse' takes no more sound"):
                loudspeaker.play(tone(440, seconds=1))
            assert time.monotonic() - begun < 4
        finally:
            server.control("suspend-sink", "spk", "0")


def test_what_is_said_into_the_microphone_arrives_as_frames(server: SoundServer, tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(600, seconds=1.0, rate=44_100))
    with Microphone() as microphone:
        player = threading.Thread(target=server.play_into_microphone, args=[tmp_path / "tone.wav"])
        player.start()
        begun = time.monotonic()
        frames = [frame for _ in range(2 * SAMPLE_RATE // FRAME_SAMPLES) if (frame := microphone.read())]
        player.join(5)
    assert {frame.samples.shape for frame in frames} == {(FRAME_SAMPLES,)}
    assert {frame.samples.dtype for frame in frames} == {np.dtype(np.int16)}
    heard = Sound(np.concatenate([frame.samples for frame in frames]))
    start, end = loud_part(heard)
    assert end - start == pytest.approx(1.0, abs=0.03)
    assert loudest_hertz(heard) == pytest.approx(600, abs=3)
    assert frames[0].time == pytest.approx(begun, abs=0.3)
    assert frames[-1].time - frames[0].time == pytest.approx(heard.seconds, abs=0.1)
    assert microphone.dropped == microphone.overflows == 0


def test_a_microphone_nobody_reads_keeps_the_newest_and_counts_the_rest(
    server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_skill.audio.microphone.QUEUE_S", 0.5)
    with Microphone() as microphone:
        time.sleep(1.5)
        assert microphone.dropped == pytest.approx(1.0, abs=0.3)
        oldest = microphone.read()
        assert oldest is not None
        assert time.monotonic() - oldest.time == pytest.approx(0.5, abs=0.2)
        microphone.clear()
        assert microphone.read(timeout=0.0) is None


def test_closing_ends_a_read_in_another_thread(server: SoundServer) -> None:
    def read_until_closed() -> None:
        while microphone.read(timeout=30):
            pass

    with Microphone() as microphone:
        reader = threading.Thread(target=read_until_closed)
        reader.start()
        time.sleep(0.2)
    reader.join(1)
    assert not reader.is_alive()


def test_a_microphone_that_hangs_is_an_error_not_silence(server: SoundServer) -> None:
    with Microphone() as microphone:
        assert microphone.read()
        server.control("suspend-source", "mic", "1")
        try:
            begun = time.monotonic()
            with pytest.raises(EngineError, match="the microphone 'pulse' stopped delivering sound"):
                while True:
                    microphone.read(timeout=0.1)
            assert time.monotonic() - begun < 2
        finally:
            server.control("suspend-source", "mic", "0")


def test_a_microphone_of_two_channels_only_is_mixed(server: SoundServer, tmp_path: Path) -> None:
    server.alsa_config.write_text(ALSA_CONFIG + TWO_CHANNELS_ONLY)
    rescan()
    try:
        write_wav(tmp_path / "tone.wav", tone(600, seconds=0.5, rate=44_100))
        with Microphone("stereo") as microphone:
            player = threading.Thread(target=server.play_into_microphone, args=[tmp_path / "tone.wav"])
            player.start()
            frames = [frame for _ in range(40) if (frame := microphone.read())]
            player.join(5)
        assert loudest_hertz(Sound(np.concatenate([one.samples for one in frames]))) == pytest.approx(
            600, abs=5
        )
    finally:
        server.alsa_config.write_text(ALSA_CONFIG)


# The rest takes devices or libraries away, each in a process of its own.

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


def start(body: str, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COMPLAIN.format(body=body.strip())]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


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


@pytest.mark.parametrize("body", [LISTEN, SPEAK])
def test_a_machine_without_devices_says_so(tmp_path: Path, body: str) -> None:
    (tmp_path / "asound.conf").write_text(NO_DEVICES_CONFIG)
    nowhere = {"PULSE_SERVER": "unix:/nonexistent", "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    _, errors = start(body, os.environ | nowhere).communicate(timeout=20)
    assert errors == (
        "this machine has no sound device. "
        "Connect one, or start the sound server (PipeWire or PulseAudio) [3]\n"
    )


def test_control_c_ends_a_program_that_listens_or_speaks_at_once(sound_server: SoundServer) -> None:
    for body in (LISTEN, SPEAK):
        program = start(body, sound_server.env)
        assert program.stdout
        program.stdout.readline()
        program.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, errors = program.communicate(timeout=10)
        assert time.monotonic() - begun < 1
        assert errors.splitlines()[-1] == "KeyboardInterrupt"
