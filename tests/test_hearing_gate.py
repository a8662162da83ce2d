"""The speech gate: people are let through, everything else is not."""

import numpy as np
import pytest

from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Samples, join, silence
from voice_skill.hearing.gate import GateSettings, SpeechGate, SpeechTracker

SECONDS = 3.0
TIME = np.arange(round(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE


@pytest.fixture(scope="module")
def gate() -> SpeechGate:
    return SpeechGate()


def sound(wave: np.ndarray) -> Samples:
    return np.clip(wave, -32767, 32767).astype(np.int16)


def sines(*hertz: float, level: float = 6000) -> np.ndarray:
    return sum(np.sin(2 * np.pi * h * TIME) for h in hertz) * level / len(hertz)


def noise(level: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, level, len(TIME))


def bursts(seconds: float, level: float) -> np.ndarray:
    """Return noise that bursts out and dies away, twice a second: clicks if short, coughs if longer."""
    age = TIME % 0.5
    return noise(level) * np.exp(-age / (seconds / 4)) * (age < seconds)


NO_SPEECH = {
    "nothing": silence(0).samples,
    "silence": silence(SECONDS).samples,
    "soft hiss": sound(noise(2)),
    "loud hiss": sound(noise(4000)),
    "clicks": sound(bursts(0.01, 15000)),
    "knocks": sound(bursts(0.08, 12000)),
    "coughs": sound(bursts(0.3, 9000)),
    "a tone": sound(sines(440)),
    "mains hum": sound(sines(50, 100, 150, 200)),
    "a chord": sound(sines(220, 277, 330, 440) * (1 + 0.3 * np.sin(2 * np.pi * 4 * TIME))),
}


@pytest.mark.parametrize("what", NO_SPEECH)
def test_what_is_no_speech_stays_outside(gate: SpeechGate, what: str):
    assert not gate.has_speech(NO_SPEECH[what])
    assert len(gate.trim(NO_SPEECH[what])) == 0


@pytest.mark.parametrize("word", ["No.", "Stop.", "Next.", "Help!"])
@pytest.mark.parametrize("voice", ["piper", "espeak-male", "espeak-british-female"])
def test_one_short_word_gets_through(gate: SpeechGate, word: str, voice: str):
    assert gate.has_speech(join([silence(0.5), speak(word, voice), silence(0.5)]).samples)


def test_a_quiet_voice_in_noise_gets_through(gate: SpeechGate):
    voice = speak("My calf is cramping again.").samples * 0.1
    hiss = np.random.default_rng(1).normal(0, np.sqrt((voice**2).mean()) / 3, len(voice))
    assert gate.has_speech(sound(voice + hiss))


def test_what_was_heard_before_changes_nothing(gate: SpeechGate):
    gate.has_speech(speak("My calf is cramping again.").samples)
    assert not gate.has_speech(NO_SPEECH["loud hiss"])


def test_stretches_are_found_where_they_are(gate: SpeechGate):
    first, second = speak("Can I walk?"), speak("My calf is cramping.")
    samples = join([silence(1), first, silence(2), second, silence(1)]).samples
    spans = [(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in gate.spans(samples)]
    assert len(spans) == 2
    assert spans[0] == pytest.approx((1, 1 + first.seconds), abs=0.3)
    assert spans[1] == pytest.approx((3 + first.seconds, 3 + first.seconds + second.seconds), abs=0.3)


def test_trimming_takes_the_silence_off_both_ends(gate: SpeechGate):
    voice = speak("My calf is cramping.")
    trimmed = gate.trim(join([silence(2), voice, silence(2)]).samples, margin_s=0.3)
    assert len(trimmed) / SAMPLE_RATE == pytest.approx(voice.seconds + 0.6, abs=0.4)


def changes(*probabilities: float, settings: GateSettings) -> list[str]:
    tracker = SpeechTracker(settings)
    return [tracker.update(p) or "" for p in probabilities]


WINDOW_S = 0.032
QUICK = GateSettings(shortest_s=2 * WINDOW_S, pause_s=3 * WINDOW_S)


def test_speech_begins_when_it_is_long_enough_and_ends_after_its_pause():
    heard = changes(0, 0.9, 0.9, 0.9, 0, 0, 0, 0, settings=QUICK)
    assert heard == ["", "", "began", "", "", "", "ended", ""]


def test_speech_goes_on_at_a_probability_too_low_to_begin():
    assert changes(0.4, 0.4, 0.4, settings=QUICK) == ["", "", ""]
    assert changes(0.6, 0.4, 0.4, settings=QUICK) == ["", "began", ""]


def test_a_burst_that_is_too_short_is_nothing():
    assert set(changes(0.9, 0, 0, 0.9, 0, 0, 0, 0, settings=QUICK)) == {""}
