"""The program's own voice is taken out of what the microphone hears, and nobody else's."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.voices import speak
from voice_skill.audio.alignment import Alignment
from voice_skill.audio.clocks import SampleClock
from voice_skill.audio.echo import EchoCanceller, Played
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame


def frames_through(
    canceller: EchoCanceller,
    heard: np.ndarray,
    played: np.ndarray,
    stamps_off: float = 0.0,
    slowly_off: float = 0.0,
) -> Iterator[Frame]:
    """Yield what the canceller makes of a recording.

    stamps_off: seconds by which stamps may be wrong, each for itself. slowly_off: the same, in waves of some
    seconds, of the microphone's stamps.
    """
    noise = np.random.default_rng(3)
    for at in range(0, len(heard) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now = 100.0 + at / SAMPLE_RATE
        off = noise.uniform(-stamps_off, stamps_off, 2)
        off[1] += slowly_off * np.sin(2 * np.pi * (now - 100.0) / 7.0)
        canceller.played.add(played[at : at + FRAME_SAMPLES], SAMPLE_RATE, now + 0.06 + off[0])
        yield canceller.clean(Frame(heard[at : at + FRAME_SAMPLES], now + off[1]))


def through(
    canceller: EchoCanceller,
    heard: np.ndarray,
    played: np.ndarray,
    stamps_off: float = 0.0,
    slowly_off: float = 0.0,
) -> np.ndarray:
    frames = frames_through(canceller, heard, played, stamps_off, slowly_off)
    return np.concatenate([one.samples for one in frames])


def power(samples: np.ndarray) -> float:
    return float(np.mean(samples.astype(float) ** 2)) + 1e-9


def test_its_own_voice_is_taken_out_and_another_voice_is_left() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 3)
    room = np.zeros(2000)
    room[[960 + 160, 1400, 1900]] = 0.6, 0.3, 0.15
    echo = np.convolve(own, room)[: len(own)]
    canceller = EchoCanceller()
    left = through(canceller, echo.astype(np.int16), own)
    second = slice(2 * SAMPLE_RATE, len(left))
    assert 10 * np.log10(power(echo[second]) / power(left[second])) > 15
    assert canceller.trusted


def test_its_own_voice_is_taken_out_although_time_stamps_are_a_little_wrong() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 4)
    own[: 3 * SAMPLE_RATE] = 0
    room = np.zeros(2000)
    room[[960 + 160, 1400, 1900]] = 0.6, 0.3, 0.15
    echo = np.convolve(own, room)[: len(own)].astype(np.int16)
    last = slice(len(own) - 3 * SAMPLE_RATE, len(own) - SAMPLE_RATE)
    left = through(EchoCanceller(), echo, own, stamps_off=0.001)
    assert 10 * np.log10(power(echo[last]) / power(left[last])) > 18


def in_a_room(own: np.ndarray, pace: float = 1.0) -> np.ndarray:
    """Return how a microphone hears a loudspeaker whose clock runs faster by a factor."""
    room = np.zeros(2000)
    room[[960 + 160, 1400, 1900]] = 0.6, 0.3, 0.15
    echo = np.convolve(own, room)[: len(own)]
    return np.interp(np.arange(len(own)) * pace, np.arange(len(own)), echo).astype(np.int16)


@pytest.mark.parametrize("faster", [0.0, 50e-6, -100e-6])
def test_its_own_voice_is_taken_out_although_a_sound_server_gives_wrong_times_for_seconds(
    faster: float,
) -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 5)
    echo = in_a_room(own, 1.0 + faster)
    left = through(EchoCanceller(), echo, own, stamps_off=0.002, slowly_off=0.006)
    last = slice(6 * SAMPLE_RATE, len(left) - 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(echo[last]) / power(left[last])) > 20


def test_crystals_that_run_apart_are_followed_while_somebody_speaks() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 5)
    echo = in_a_room(own, 1.0 + 50e-6)
    voice = speak("I woke up, and my leg is as hard as stone.", "espeak-british").samples
    at = 4 * SAMPLE_RATE
    heard = echo.astype(int)
    heard[at : at + len(voice)] += voice
    heard = np.clip(heard, -32767, 32767).astype(np.int16)
    left = through(EchoCanceller(), heard, own, stamps_off=0.002, slowly_off=0.006)
    afterwards = slice(at + len(voice) + SAMPLE_RATE // 10, len(left) - 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(echo[afterwards]) / power(left[afterwards])) > 20


def test_after_lost_samples_the_time_stamps_are_believed() -> None:
    alignment = Alignment()
    for step in range(100):
        begin, end = alignment.go_on(1000.0 + 512 * step, 512, 1e9, used=True)
    assert (begin, end) == (1000.0 + 512 * 99, 1000.0 + 512 * 100)
    assert alignment.go_on(1100.0 + 512 * 100, 512, 1e9, used=True)[0] == end, (
        "a single stamp is not believed"
    )
    assert alignment.go_on(2000.0 + 512 * 101, 512, 1e9, used=True)[0] == 2000.0 + 512 * 101


def test_its_own_voice_is_taken_out_although_times_go_more_and_more_wrong() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 6)
    echo = in_a_room(own)
    canceller = EchoCanceller()
    left = []
    for at in range(0, len(own) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now = 100.0 + at / SAMPLE_RATE
        late = min(0.04, 0.01 * at / SAMPLE_RATE)
        canceller.played.add(own[at : at + FRAME_SAMPLES], SAMPLE_RATE, now + 0.06)
        left.append(canceller.clean(Frame(echo[at : at + FRAME_SAMPLES], now + late)).samples)
    from_then_on = slice(2 * SAMPLE_RATE, len(own) - 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(echo[from_then_on]) / power(np.concatenate(left)[from_then_on])) > 20


@pytest.mark.parametrize("lost_s", [0.01, 0.04, 0.06])
def test_after_samples_were_lost_the_room_is_learnt_anew(lost_s: float) -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 6)
    at, lost = 4 * SAMPLE_RATE, round(lost_s * SAMPLE_RATE)
    echo = in_a_room(own)
    heard = np.delete(echo, slice(at, at + lost))
    canceller = EchoCanceller()
    left = []
    played = 0
    for begin in range(0, len(heard) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now = begin if begin < at else begin + lost
        while played <= now + FRAME_SAMPLES:
            canceller.played.add(own[played : played + 320], SAMPLE_RATE, 100.06 + played / SAMPLE_RATE)
            played += 320
        frame = Frame(heard[begin : begin + FRAME_SAMPLES], 100.0 + now / SAMPLE_RATE)
        left.append(canceller.clean(frame).samples)
    afterwards = slice(at + 3 * SAMPLE_RATE, len(own) - 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(heard[afterwards]) / power(np.concatenate(left)[afterwards])) > 15
    assert canceller.trusted


def test_a_microphone_that_wakes_before_the_loudspeaker_loses_no_lead() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 4)
    echo = in_a_room(own)
    canceller = EchoCanceller()
    for number in range(30):
        canceller.clean(Frame(np.zeros(FRAME_SAMPLES, np.int16), 100.0 - (30 - number) * 0.032))
    left = through(canceller, echo, own, stamps_off=0.002)
    last = slice(4 * SAMPLE_RATE, len(left) - 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(echo[last]) / power(left[last])) > 20
    assert canceller._alignment._back < 200


@pytest.mark.parametrize("faster", [0.0, 50e-6])
def test_after_a_minute_of_silence_its_own_voice_is_nobody_elses(faster: float) -> None:
    sentence = speak("Straighten your leg, and pull your toes toward you.").samples
    own = np.concatenate([sentence, np.zeros(60 * SAMPLE_RATE, np.int16), np.tile(sentence, 3)])
    echo = in_a_room(own, 1.0 + faster)
    frames = list(frames_through(EchoCanceller(), echo, own, stamps_off=0.002, slowly_off=0.006))
    assert not any(frame.others for frame in frames)
    left = np.concatenate([frame.samples for frame in frames])
    last = slice(len(left) - 2 * len(sentence), len(left) - SAMPLE_RATE)
    assert 10 * np.log10(power(echo[last]) / power(left[last])) > 15


def test_one_late_time_stamp_of_the_loudspeaker_is_no_silence() -> None:
    played = Played()
    for number in range(50):
        late = 0.035 if number == 20 else 0.0
        played.add(np.full(FRAME_SAMPLES, number, np.int16), SAMPLE_RATE, 5.0 + number * 0.032 + late)
    assert played.position(5.0) == pytest.approx(0.0, abs=20)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_what_was_played_is_known_at_any_rate(rate: int) -> None:
    played = Played()
    tone = (10_000 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)).astype(np.int16)
    for at in range(0, rate, rate // 100):
        played.add(tone[at : at + rate // 100], rate, 5.0 + at / rate)
    begin = played.position(5.5)
    heard = played.between(begin, begin + 1600.0, 1600)
    expected = 10_000 * np.sin(2 * np.pi * 1000 * (begin + np.arange(1600)) / SAMPLE_RATE)
    assert np.abs(heard - expected).max() < 100


def test_an_overdriven_microphone_is_nobody() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 3)
    room = np.zeros(2000)
    room[[960 + 160, 1400, 1900]] = 3.0, 1.0, 0.5
    echo = np.clip(np.convolve(own, room)[: len(own)], -32767, 32767).astype(np.int16)
    assert np.mean(np.abs(echo) > 32700) > 0.002
    own_voice = [one.own for one in frames_through(EchoCanceller(), echo, own)]
    assert np.mean(own_voice) > 0.95


def test_it_knows_its_own_voice_from_somebody_elses() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 3)
    room = np.zeros(2000)
    room[[160, 700, 1500]] = 0.6, 0.3, 0.15
    echo = np.convolve(own, np.concatenate([np.zeros(960), room]))[: len(own)]
    voice = speak("Wait a moment.", "espeak-british").samples
    at = len(own) - len(voice) - SAMPLE_RATE // 2
    echo[at : at + len(voice)] += voice
    canceller = EchoCanceller()
    alone, together = [], []
    for start in range(0, len(own) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now = 100.0 + start / SAMPLE_RATE
        canceller.played.add(own[start : start + FRAME_SAMPLES], SAMPLE_RATE, now + 0.06)
        heard = np.clip(echo[start : start + FRAME_SAMPLES], -32767, 32767).astype(np.int16)
        (alone if start < at else together).append(canceller.clean(Frame(heard, now)).own)
    assert np.mean(alone) > 0.95
    assert np.mean(together) < 0.4


def test_the_time_of_a_sample_is_steadier_than_its_stamps() -> None:
    noise = np.random.default_rng(4).uniform(-0.003, 0.003, 3000)
    clock = SampleClock(SAMPLE_RATE)
    fast = 1.0001
    off = [clock.take(160, 50.0 + n * 0.01 / fast + noise[n]) - (50.0 + n * 0.01 / fast) for n in range(3000)]
    assert np.abs(off[2000:]).max() < 0.0003
    assert clock.pace == pytest.approx(1 / fast, abs=2e-5)
    assert clock.lost(50.0), "time that jumps is a new beginning"


def test_with_headphones_a_voice_is_left_as_it_is() -> None:
    own = speak("Straighten your leg, and pull your toes toward you.").samples
    other = np.zeros(len(own), np.int16)
    voice = speak("Stop.", "espeak-british").samples
    other[SAMPLE_RATE : SAMPLE_RATE + len(voice)] = voice
    left = through(EchoCanceller(), other, own)[256:]
    heard = other[: len(left)].astype(float)
    assert np.corrcoef(left, heard)[0, 1] > 0.98


def test_stop_on_headphones_is_somebody_elses_after_many_seconds_of_its_own_voice() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 4)
    voice = speak("Stop.", "espeak-british").samples
    begins = len(own) - len(voice) - SAMPLE_RATE // 2
    heard = np.zeros(len(own), np.int16)
    heard[begins : begins + len(voice)] = voice
    canceller = EchoCanceller()
    frames = [(frame.own, canceller.trusted) for frame in frames_through(canceller, heard, own)]
    said = frames[begins // FRAME_SAMPLES : (begins + len(voice)) // FRAME_SAMPLES]
    assert begins / SAMPLE_RATE > 7
    assert all(trusted for _, trusted in said)
    assert np.mean([its_own for its_own, _ in said]) < 0.5


def test_a_loud_voice_for_many_seconds_makes_it_forget_nothing() -> None:
    own = np.tile(speak("Straighten your leg, and pull your toes toward you.").samples, 6)
    echo = in_a_room(own) // 8
    talk = np.tile(speak("I woke up, and my leg is as hard as stone.", "espeak-british").samples, 9)
    begin, end = 4 * SAMPLE_RATE, 11 * SAMPLE_RATE
    loud = talk[: end - begin] * 1.0
    loud *= 8 * np.sqrt(power(echo) / power(loud))
    heard = echo.astype(int)
    heard[begin:end] += loud.astype(int)
    left = through(EchoCanceller(), np.clip(heard, -32767, 32767).astype(np.int16), own)
    afterwards = slice(end + SAMPLE_RATE // 10, end + 2 * SAMPLE_RATE)
    assert 10 * np.log10(power(echo[afterwards]) / power(left[afterwards])) > 20
