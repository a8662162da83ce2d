"""From a recording to its words, with the gate before the recogniser."""

import numpy as np
import pytest

from tests.korean import HELLO, MODEL, TODAY, WEATHER, korean
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Sound, join, silence
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.recognizer import Transcript
from voice_skill.hearing.transcription import transcribe
from voice_skill.hearing.vosk import VoskRecognizer


@pytest.fixture(scope="module")
def moonshine() -> MoonshineRecognizer:
    recognizer = MoonshineRecognizer()
    recognizer.use_phrases(["my calf is cramping"])
    recognizer.load()
    return recognizer


@pytest.fixture(scope="module")
def gate() -> SpeechGate:
    return SpeechGate()


def test_nobody_speaks_nothing_is_heard(moonshine: MoonshineRecognizer, gate: SpeechGate):
    hiss = np.random.default_rng(1).normal(0, 3000, 3 * SAMPLE_RATE).astype(np.int16)
    for quiet in (silence(0), silence(3), Sound(hiss)):
        assert transcribe(moonshine, gate, quiet) == Transcript("")


def test_any_rate_will_do(moonshine: MoonshineRecognizer, gate: SpeechGate):
    recording = speak("My calf is cramping.").at(44_100)
    assert "calf is cramping" in transcribe(moonshine, gate, recording).text


def test_every_stretch_of_speech_is_heard_in_order(moonshine: MoonshineRecognizer, gate: SpeechGate):
    recording = join(
        [silence(2), speak("My calf is cramping."), silence(5), speak("Can I walk?"), silence(2)]
    )
    text = transcribe(moonshine, gate, recording).text
    assert text.index("cramping") < text.index("walk")


def test_word_times_count_from_the_start_of_the_recording(gate: SpeechGate):
    vosk = VoskRecognizer(MODEL)
    vosk.use_phrases([f"{HELLO} {TODAY} {WEATHER}"])
    vosk.load()
    hello = Sound(korean(HELLO, TODAY, WEATHER))
    alone = transcribe(vosk, gate, hello).words
    twice = transcribe(vosk, gate, join([silence(3), hello, silence(2), hello])).words
    second = 3 + hello.seconds + 2
    assert [word.text for word in twice] == [HELLO, TODAY, WEATHER] * 2
    assert twice[0].start == pytest.approx(3 + alone[0].start, abs=0.15)
    assert twice[3].start == pytest.approx(second + alone[0].start, abs=0.15)
    assert twice[-1].end == pytest.approx(second + alone[-1].end, abs=0.15)
