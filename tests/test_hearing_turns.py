"""Turns: real voices in, one turn for each time somebody speaks."""

import itertools

import numpy as np
import pytest

from tests.voices import speak
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame, Sound, join, silence
from voice_skill.hearing.turns import SpeechStarted, Turn, TurnDetector, TurnSettings

START = 1000.0
"""What the monotonic clock says when the microphone opens."""


def feed(detector: TurnDetector, sound: Sound, frame: int = FRAME_SAMPLES) -> list[SpeechStarted | Turn]:
    events = []
    for at in range(0, len(sound.samples), frame):
        events += detector.feed(Frame(sound.samples[at : at + frame], START + at / SAMPLE_RATE))
    return events


def kinds(events: list[SpeechStarted | Turn]) -> list[type]:
    return [type(event) for event in events]


def test_a_question_is_one_turn_with_its_times():
    question = speak("My calf is cramping, what should I do?")
    started, turn = feed(TurnDetector(), join([silence(1), question, silence(1)]))
    assert isinstance(started, SpeechStarted)
    assert isinstance(turn, Turn)
    assert started.time == pytest.approx(START + 1, abs=0.3)
    assert turn.start == pytest.approx(started.time - 0.3, abs=0.05)
    assert turn.end == pytest.approx(START + 1 + question.seconds + 0.3, abs=0.4)
    assert turn.end - turn.start == pytest.approx(len(turn.samples) / SAMPLE_RATE)
    assert not turn.cut


def test_the_turn_holds_the_sound_of_its_time():
    whole = join([silence(1), speak("My calf is cramping."), silence(1)])
    turn = feed(TurnDetector(), whole)[-1]
    assert isinstance(turn, Turn)
    first = round((turn.start - START) * SAMPLE_RATE)
    assert np.array_equal(turn.samples, whole.samples[first : first + len(turn.samples)])


@pytest.mark.parametrize("frame", [100, 160, 1600, 16000])
def test_the_length_of_the_frames_changes_nothing(frame: int):
    sound = join([silence(1), speak("My calf is cramping."), silence(1)])
    usual, other = feed(TurnDetector(), sound), feed(TurnDetector(), sound, frame)
    assert kinds(usual) == kinds(other) == [SpeechStarted, Turn]
    assert np.array_equal(usual[1].samples, other[1].samples)
    assert other[0].time == pytest.approx(usual[0].time)


def test_the_turn_ends_after_the_silence_that_was_asked_for():
    question = join([speak("My calf is cramping."), silence(2)])
    for silence_s in (0.4, 1.2):
        detector = TurnDetector(TurnSettings(silence_s=silence_s))
        ended = None
        for at in range(0, len(question.samples), FRAME_SAMPLES):
            for event in detector.feed(Frame(question.samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)):
                if isinstance(event, Turn):
                    ended = at / SAMPLE_RATE - (event.end - 0.3)
        assert ended == pytest.approx(silence_s, abs=0.1)


def test_noise_that_begins_with_the_voice_does_not_hide_its_end():
    question = speak("What should I do about a leg cramp?")
    voice = question.samples.astype(float)
    last = np.flatnonzero(np.abs(voice) > 400)[-1] / SAMPLE_RATE
    loud = voice[np.abs(voice) > 400]
    level = np.sqrt(np.mean(loud**2)) * 10 ** (-10 / 20)
    sound = np.concatenate([voice, np.zeros(SAMPLE_RATE)])
    sound += np.random.default_rng(4).normal(0, level, len(sound))
    detector = TurnDetector(TurnSettings(silence_s=0.7))
    feed(detector, Sound(np.clip(sound[: round((last + 0.3) * SAMPLE_RATE)], -32767, 32767).astype(np.int16)))
    assert detector.speaking
    assert 0.1 < detector.silence < 0.45


def test_a_pause_for_thought_does_not_end_the_turn():
    halves = join([speak("My calf is"), silence(0.3), speak("cramping again."), silence(1)])
    assert kinds(feed(TurnDetector(), halves)) == [SpeechStarted, Turn]


def test_two_questions_are_two_turns():
    sound = join([speak("Can I walk?"), silence(1.5), speak("My calf is cramping."), silence(1)])
    assert kinds(feed(TurnDetector(), sound)) == [SpeechStarted, Turn] * 2


def test_noise_and_clicks_are_no_turn():
    rng = np.random.default_rng(1)
    hiss = Sound(rng.normal(0, 3000, 4 * SAMPLE_RATE).astype(np.int16))
    clicks = Sound(((rng.random(4 * SAMPLE_RATE) > 0.9995) * 20_000).astype(np.int16))
    assert feed(TurnDetector(), join([hiss, silence(1), clicks, silence(1)])) == []


def test_endless_speech_is_delivered_in_parts_and_not_remembered():
    talk = join([speak("My calf is cramping and I want to know what to do about it")] * 4)
    detector = TurnDetector(TurnSettings(longest_s=2.0))
    turns = [event for event in feed(detector, talk) if isinstance(event, Turn)]
    assert len(turns) >= talk.seconds // 3
    assert all(turn.cut and len(turn.samples) <= 2.4 * SAMPLE_RATE for turn in turns)
    for earlier, later in itertools.pairwise(turns):
        assert later.start >= earlier.end - 1e-6, "nothing is delivered twice"


def test_what_is_said_when_the_sound_ends_is_a_turn_too():
    detector = TurnDetector()
    assert kinds(feed(detector, speak("My calf is cramping."))) == [SpeechStarted]
    assert detector.speaking
    turn = detector.finish()
    assert turn is not None
    assert len(turn.samples) > SAMPLE_RATE / 2
    assert not detector.speaking
    assert detector.finish() is None


def test_reset_forgets_the_turn_that_is_going_on():
    detector = TurnDetector()
    feed(detector, speak("My calf is cramping."))
    detector.reset()
    assert not detector.speaking
    assert feed(detector, silence(2)) == []


def test_the_first_sound_of_a_command_stays_whole_although_it_was_noticed_late():
    own, person = speak("Hold it there.", "espeak-male"), speak("Stop.")
    samples = np.concatenate([own.samples, person.samples, own.samples])
    noticed = len(own.samples) + round(0.15 * SAMPLE_RATE)
    end = len(own.samples) + len(person.samples)
    detector = TurnDetector()
    for at in range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES):
        is_own = not noticed <= at < end
        detector.feed(Frame(samples[at : at + FRAME_SAMPLES], START + at / SAMPLE_RATE, own=is_own))
        if detector.speaking and at > end:
            turn = detector.so_far()
    first = round((turn.start - START) * SAMPLE_RATE)
    heard, said = turn.samples[: end - first], samples[first:end]
    assert np.array_equal(heard, said), "nothing of what was said is softened"
    after = slice(end - first + FRAME_SAMPLES, None)
    own_voice = np.abs(samples[first:][: len(turn.samples)][after]).max()
    assert np.abs(turn.samples[after]).max() < 0.5 * own_voice


@pytest.mark.parametrize(
    ("said", "voice"),
    [("How long does a cramp last?", "piper-fast"), ("How do I massage my calf?", "espeak-british")],
)
def test_nobody_is_heard_in_the_silence_after_a_turn_that_was_ended_soon(said: str, voice: str):
    detector = ended_soon(join([silence(1), speak(said, voice), silence(0.2)]))
    for _ in range(50):
        detector.feed(Frame(silence(0.02).samples, 0.0))
        assert detector.sounded == 0


def test_whoever_goes_on_at_once_after_a_turn_that_was_ended_soon_is_heard():
    detector = ended_soon(join([speak("My calf is cramping."), silence(0.2)]))
    feed(detector, speak("And my chest hurts."))
    assert detector.speaking
    assert detector.lasts == pytest.approx(speak("And my chest hurts.").seconds, abs=0.3)


def ended_soon(sound: Sound) -> TurnDetector:
    """Return a detector that heard a turn, and was told in the silence after it that it is over."""
    detector = TurnDetector()
    last = np.flatnonzero(np.abs(sound.samples.astype(int)) > 400)[-1]
    for at in range(0, len(sound.samples), FRAME_SAMPLES):
        detector.feed(Frame(sound.samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE))
        if detector.silence >= 0.125 and at > last:
            detector.end()
            return detector
    raise AssertionError("no turn")
