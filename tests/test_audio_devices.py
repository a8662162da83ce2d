"""Microphone and loudspeaker on a real sound server: what goes in comes out."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sound_server import SoundServer, loud_part, missing_part
from tests.voices import speak
from voice_skill.audio.devices import find_device, list_devices, rescan
from voice_skill.audio.duplex import CALM_S, MOST_GAPS, WITHIN_S, Duplex
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.files import write_wav
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Sound
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.audio.microphone import Microphone
from voice_skill.errors import EngineError, MissingError

pytestmark = pytest.mark.sound


@contextmanager
def connected_to(server: SoundServer) -> Iterator[SoundServer]:
    """Connect this very process to a sound server."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.env.items():
            patch.setenv(name, value)
        rescan()
        yield server
    rescan()


@pytest.fixture
def server(sound_server: SoundServer) -> Iterator[SoundServer]:
    with connected_to(sound_server):
        yield sound_server


def sounddevice() -> Any:
    import sounddevice as module  # here, since a machine without PortAudio cannot import it

    return module


def tone(hertz: float, seconds: float, rate: int = 22_050) -> Sound:
    wave = 12_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return Sound(wave.astype(np.int16), rate)


def loudest_hertz(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    return float(spectrum.argmax() * sound.rate / len(sound.samples))


def read_on(microphone: Microphone, timeout: float = 1.5) -> None:
    while microphone.read(timeout):
        pass


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
        assert loudspeaker.play(tone(440, seconds=1.0))
        assert loudspeaker.play(tone(880, seconds=0.2))
    start, end = loud_part(tape.sound)
    assert end - start >= 1.17, "play returns when the sound has gone out: the next one cuts nothing off"
    first = slice(round(start * SAMPLE_RATE), round((start + 1.0) * SAMPLE_RATE))
    tape_of_the_first = Sound(tape.sound.samples[first])
    assert loudest_hertz(tape_of_the_first) == pytest.approx(440, abs=3)


def test_volume_makes_it_quieter(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        loudspeaker.play(tone(440, seconds=0.4), volume=0.25)
    assert np.abs(tape.sound.samples).max() == pytest.approx(3_000, rel=0.1)


def test_its_own_voice_is_taken_out_of_what_the_microphone_hears(server: SoundServer) -> None:
    server.control("load-module", "module-remap-source", "source_name=ear", "master=spk.monitor")
    server.control("set-default-source", "ear")
    canceller = EchoCanceller()
    sentence = speak("Straighten your leg, and pull your toes toward you. Hold it there, and breathe calmly.")
    try:
        with Duplex(None, None, canceller) as sound:
            for _ in range(2):
                playback = sound.start(sentence, 0.5)
                while not playback.over.is_set():
                    sound.read(1.0)
    finally:
        server.control("set-default-source", "mic")
    assert canceller.trusted
    assert canceller._filter.removed_db > 6


def test_a_loudspeaker_that_runs_dry_gets_a_longer_buffer_for_a_while(server: SoundServer) -> None:
    with Duplex(None, None, EchoCanceller()) as sound:
        assert not sound.strained
        assert sound._loudspeaker
        before = sound.latency
        rare = [time.monotonic() + WITHIN_S * number for number in range(MOST_GAPS)]
        sound._loudspeaker._gaps.extend(rare)
        assert not sound.strained
        sound._loudspeaker._gaps.extend([rare[-1]] * MOST_GAPS)
        assert sound.strained
        sound.relax()
        assert not sound.strained
        assert not sound.rested
        assert sound.latency == 2 * before
        assert sound.read(3.0) is not None
        playback = sound.start(tone(440, seconds=0.2), 1.0)
        assert playback.over.wait(10.0)
        sound._calm_since -= 10 * CALM_S
        assert sound.rested
        sound.hurry()
        assert sound.latency == before


def test_cancel_fades_out_what_is_left_of_a_sound(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        assert not loudspeaker.play(tone(440, seconds=20.0), start_timer(0.5))
        assert loudspeaker.play(tone(880, seconds=0.3)), "the next sound is none of its business"
    start, end = loud_part(tape.sound)
    assert end - start < 10
    assert loudest_hertz(Sound(tape.sound.samples[round((end - 0.25) * SAMPLE_RATE) :])) == pytest.approx(
        880, abs=5
    )


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
    player.join(20)
    assert played == [False]
    assert not loudspeaker.play(tone(440, seconds=1)), "a closed loudspeaker plays nothing"


def test_a_loudspeaker_that_hangs_is_an_error_not_a_wait(server: SoundServer) -> None:
    with Loudspeaker() as loudspeaker:
        server.control("suspend-sink", "spk", "1")
        try:
            with pytest.raises(EngineError, match="the loudspeaker 'pulse' takes no more sound"):
                loudspeaker.play(tone(440, seconds=1))
        finally:
            server.control("suspend-sink", "spk", "0")


def test_what_is_said_into_the_microphone_arrives_as_frames(server: SoundServer, tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(600, seconds=1.0, rate=44_100))
    with Microphone() as microphone:
        player = threading.Thread(target=server.play_into_microphone, args=[tmp_path / "tone.wav"])
        player.start()
        frames = [frame for _ in range(2 * SAMPLE_RATE // FRAME_SAMPLES) if (frame := microphone.read())]
        read = time.monotonic()
        player.join(30)
    assert {frame.samples.shape for frame in frames} == {(FRAME_SAMPLES,)}
    assert {frame.samples.dtype for frame in frames} == {np.dtype(np.int16)}
    heard = Sound(np.concatenate([frame.samples for frame in frames]))
    start, end = loud_part(heard)
    assert end - start == pytest.approx(1.0, abs=0.03)
    assert loudest_hertz(heard) == pytest.approx(600, abs=3)
    assert all(frame.time < read for frame in frames), "a time stamp is that of the capture"
    assert frames[-1].time - frames[0].time == pytest.approx(heard.seconds, abs=0.1)
    assert microphone.dropped == microphone.overflows == 0


def test_a_microphone_nobody_reads_keeps_the_newest_and_counts_the_rest(
    server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_skill.audio.microphone.QUEUE_S", 0.5)
    with Microphone() as microphone:
        opened = time.monotonic()
        time.sleep(1.5)
        assert microphone.dropped >= 0.5
        oldest = microphone.read()
        assert oldest is not None
        assert oldest.time > opened + 0.5, "what came first made room for the newest"
        microphone.clear()
        assert microphone.read(timeout=0.0) is None


def test_closing_ends_a_read_in_another_thread(server: SoundServer) -> None:
    with Microphone() as microphone:
        reader = threading.Thread(target=read_on, args=[microphone, 30])
        reader.start()
        time.sleep(0.2)
    reader.join(20)
    assert not reader.is_alive()


def test_a_microphone_that_hangs_is_an_error_not_silence(server: SoundServer) -> None:
    with Microphone() as microphone:
        assert microphone.read()
        server.control("suspend-source", "mic", "1")
        try:
            with pytest.raises(EngineError, match="the microphone 'pulse' stopped delivering sound"):
                read_on(microphone)
        finally:
            server.control("suspend-source", "mic", "0")


def only_its_own_way(really_open: Callable[..., Any]) -> Callable[..., Any]:
    """Make a device refuse, as many sound cards do, what is not at its own rate or is mono."""

    def open_or_refuse(rate: float, blocksize: int, device: int, channels: int, **options: Any) -> Any:
        if rate != 44_100:
            raise sounddevice().PortAudioError("Error opening stream: Invalid sample rate", -9997)
        if channels == 1:
            raise sounddevice().PortAudioError("Error opening stream: Invalid number of channels", -9998)
        return really_open(rate, blocksize, device, channels, **options)

    return open_or_refuse


@pytest.fixture
def fussy_device(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("InputStream", "OutputStream"):
        monkeypatch.setattr(sounddevice(), name, only_its_own_way(getattr(sounddevice(), name)))


@pytest.mark.usefixtures("fussy_device")
def test_a_device_that_takes_sound_only_its_own_way_works(server: SoundServer, tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", tone(600, seconds=0.5, rate=44_100))
    with Microphone() as microphone:
        player = threading.Thread(target=server.play_into_microphone, args=[tmp_path / "tone.wav"])
        player.start()
        frames = [frame for _ in range(40) if (frame := microphone.read())]
        player.join(5)
    heard = Sound(np.concatenate([frame.samples for frame in frames]))
    start, end = loud_part(heard)
    assert end - start == pytest.approx(0.5, abs=0.03)
    assert loudest_hertz(heard) == pytest.approx(600, abs=5)
    assert frames[-1].time - frames[0].time == pytest.approx(heard.seconds, abs=0.1)
    with Loudspeaker() as loudspeaker, server.recording() as tape:
        assert loudspeaker.play(tone(440, seconds=0.5))
    start, end = loud_part(tape.sound)
    assert end - start == pytest.approx(0.5, abs=0.03)


def test_a_device_that_refuses_everything_is_one_line(
    server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise sounddevice().PortAudioError("Error opening InputStream: Device unavailable", -9985)

    monkeypatch.setattr(sounddevice(), "InputStream", refuse)
    with pytest.raises(MissingError, match="the microphone 'pulse' cannot be opened: Device unavailable"):
        Microphone().__enter__()


def test_devices_that_came_back_are_found_by_a_rescan(tmp_path: Path) -> None:
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path) as own_server, connected_to(own_server):
        with Loudspeaker() as loudspeaker, Microphone() as microphone:
            assert loudspeaker.play(tone(440, seconds=0.1))
            own_server.stop()
            with pytest.raises(EngineError):
                loudspeaker.play(tone(440, seconds=1))
            with pytest.raises(EngineError):
                read_on(microphone)
        own_server.start()
        rescan()
        with Loudspeaker() as loudspeaker, Microphone() as microphone:
            assert loudspeaker.play(tone(440, seconds=0.1))
            assert microphone.read()


def test_opening_and_closing_leaves_no_thread_and_no_file_open(server: SoundServer) -> None:
    def in_use() -> tuple[int, int]:
        return len(list(Path("/proc/self/task").iterdir())), len(list(Path("/proc/self/fd").iterdir()))

    def use_both() -> None:
        with Loudspeaker() as loudspeaker, Microphone() as microphone:
            assert loudspeaker.play(tone(440, seconds=0.02))
            assert microphone.read()

    use_both()
    before = in_use()
    for _ in range(5):
        use_both()
    assert in_use() == before
