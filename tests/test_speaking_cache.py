"""The cache of rendered speech: once rendered, said again for nothing; and never in the way."""

import logging
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from voice_skill.audio.frames import Sound
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.voice import VoiceSettings

NORMAL = VoiceSettings()
STOP, REST, BREATHE = "Stop.", "Now rest.", "Breathe out slowly."


class CountedVoice(PiperVoice):
    """The real voice, which counts what it renders."""

    rendered = 0

    def render(self, text: str, settings: VoiceSettings) -> Sound:
        self.rendered += 1
        return super().render(text, settings)


@pytest.fixture(scope="module")
def voice() -> CountedVoice:
    voice = CountedVoice()
    voice.load()
    return voice


def same(first: Sound, second: Sound) -> bool:
    return first.rate == second.rate and np.array_equal(first.samples, second.samples)


def test_the_second_time_costs_nothing(voice: CountedVoice, tmp_path: Path):
    cached = CachedVoice(voice, tmp_path)
    first = cached.render(REST, NORMAL)
    count = voice.rendered
    assert same(cached.render(REST, NORMAL), first)
    assert voice.rendered == count


def test_it_lasts_beyond_the_program_and_needs_no_engine(voice: CountedVoice, tmp_path: Path):
    first = CachedVoice(voice, tmp_path).render(REST, NORMAL)
    unloaded = CountedVoice()
    assert same(CachedVoice(unloaded, tmp_path).render(REST, NORMAL), first)
    assert unloaded.rendered == 0


def test_other_words_and_settings_are_other_sounds(voice: CountedVoice, tmp_path: Path):
    cached = CachedVoice(voice, tmp_path)
    count = voice.rendered
    cached.render(REST, NORMAL)
    cached.render(STOP, NORMAL)
    cached.render(REST, VoiceSettings(rate=0.8))
    cached.render(REST, VoiceSettings(pitch=1.1))
    CachedVoice(CountedVoice(variation=0.5), tmp_path).render(REST, NORMAL)
    assert voice.rendered == count + 4
    assert len(list(tmp_path.iterdir())) == 5


def test_louder_and_quieter_render_nothing(voice: CountedVoice, tmp_path: Path):
    cached = CachedVoice(voice, tmp_path)
    full = cached.render(REST, NORMAL)
    count = voice.rendered
    half = cached.render(REST, VoiceSettings(volume=0.5))
    assert voice.rendered == count
    assert np.abs(half.samples).max() == pytest.approx(np.abs(full.samples).max() / 2, rel=0.01)


@pytest.mark.parametrize("damage", [b"", b"RIFF", "cut", "flip"])
def test_a_damaged_file_is_rendered_again(voice: CountedVoice, tmp_path: Path, damage: bytes | str):
    CachedVoice(voice, tmp_path).render(REST, NORMAL)
    [file] = tmp_path.iterdir()
    content = file.read_bytes()
    if damage == "cut":
        damage = content[: len(content) // 2]
    elif damage == "flip":
        damage = content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]
    file.write_bytes(damage)
    count = voice.rendered
    sound = CachedVoice(voice, tmp_path).render(REST, NORMAL)
    assert voice.rendered == count + 1
    assert same(CachedVoice(voice, tmp_path).render(REST, NORMAL), sound)
    assert voice.rendered == count + 1


def test_the_folder_is_bounded_and_drops_what_was_not_used_for_longest(voice: CountedVoice, tmp_path: Path):
    (tmp_path / "crashed.part").write_bytes(bytes(1000))
    os.utime(tmp_path / "crashed.part", (500, 500))
    texts = [f"Step {number}." for number in ("one", "two", "three", "four")]
    for age, text in enumerate(texts):
        before = set(tmp_path.iterdir())
        CachedVoice(voice, tmp_path).render(text, NORMAL)
        [new] = set(tmp_path.iterdir()) - before
        os.utime(new, (1000 + age, 1000 + age))
    limit = sum(file.stat().st_size for file in tmp_path.iterdir())

    bounded = CachedVoice(voice, tmp_path, limit)
    bounded.render(texts[0], NORMAL)  # used just now, so it stays
    bounded.render("Step five.", NORMAL)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= limit
    assert not (tmp_path / "crashed.part").exists()
    count = voice.rendered
    for text in (texts[0], "Step five."):
        CachedVoice(voice, tmp_path).render(text, NORMAL)
    assert voice.rendered == count
    CachedVoice(voice, tmp_path).render(texts[1], NORMAL)
    assert voice.rendered == count + 1


def test_the_memory_is_bounded(voice: CountedVoice):
    cached = CachedVoice(voice, None, memory_bytes=60_000)
    count = voice.rendered
    for text in (STOP, BREATHE, STOP, BREATHE):
        cached.render(text, NORMAL)
    assert voice.rendered == count + 4


def test_a_folder_that_cannot_be_made_is_said_once_and_stops_nothing(
    voice: CountedVoice, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "file").write_text("no folder")
    cached = CachedVoice(voice, tmp_path / "file" / "speech")
    with caplog.at_level(logging.WARNING):
        for text in (STOP, REST):
            assert cached.render(text, NORMAL).seconds > 0.3
    assert len(caplog.records) == 1
    assert "not kept" in caplog.text
    assert STOP not in caplog.text


FULL_DISK = """
import logging, resource, sys
from pathlib import Path
from voice_skill.speaking.cache import CachedVoice
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.voice import VoiceSettings
import signal
voice = Pyttsx3Voice()
voice.load()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
cached = CachedVoice(voice, Path(sys.argv[1]))
print([cached.render(text, VoiceSettings()).seconds > 0.3 for text in ("Stop.", "Rest.", "Stop.")])
"""


def test_a_disk_that_takes_no_more_stops_nothing_and_leaves_nothing_half(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[True, True, True]\n"
    assert done.stderr.count("not kept") == 1
    assert list(tmp_path.iterdir()) == []


def test_several_threads_may_speak_at_once(voice: CountedVoice, tmp_path: Path):
    cached = CachedVoice(voice, tmp_path)
    sounds: list[Sound] = []
    threads = [threading.Thread(target=lambda: sounds.append(cached.render(REST, NORMAL))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sounds) == 4
    assert all(same(sound, sounds[0]) for sound in sounds)


def test_what_is_kept_is_for_its_owner_alone(voice: CountedVoice, tmp_path: Path):
    CachedVoice(voice, tmp_path / "speech").render(REST, NORMAL)
    assert (tmp_path / "speech").stat().st_mode & 0o077 == 0
    [file] = (tmp_path / "speech").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert "rest" not in file.name.lower()
    shutil.rmtree(tmp_path / "speech")
    assert CachedVoice(voice, tmp_path / "speech").render(REST, NORMAL).seconds > 0.3


def test_the_folder_follows_the_desktop_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "voice-skill" / "speech"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_folder() == Path.home() / ".cache" / "voice-skill" / "speech"
