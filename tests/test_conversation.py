"""The conversation in a room without time: real voices, real recognition, simulated devices and clock."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.virtual_room import Room
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Sound, join, silence
from voice_skill.config import Settings
from voice_skill.conversation.wake import OnPush
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.ears import Ears
from voice_skill.events import Ended, Interrupted
from voice_skill.learning import understander_of
from voice_skill.mouth import Mouth
from voice_skill.speaking.cache import CachedVoice
from voice_skill.speaking.piper import PiperVoice
from voice_skill.understanding.understander import Understander

SCENARIOS = yaml.safe_load((Path(__file__).parent / "scenarios" / "night.yaml").read_text(encoding="utf-8"))

LIVING_ROOM = np.zeros(3000)
LIVING_ROOM[[300, 700, 1500]] = 0.5, 0.2, 0.1
"""The way from the loudspeaker to the microphone: after 19 ms, 6 dB softer, with two reflections."""


class House:
    """What all rooms share: the models, opened once."""

    def __init__(self) -> None:
        settings = Settings(region="uk", voice="piper")
        self.pack: Pack = load_pack(settings.pack)
        self.understander: Understander = understander_of(self.pack)
        self.ears = Ears(settings, self.pack, self.understander)
        self.ears.load()
        self.voice = CachedVoice(PiperVoice(variation=0.0), None)  # sounds the same in every run

    def room(self, echo: np.ndarray | None = LIVING_ROOM, **options: Any) -> Room:
        settings = Settings(region="uk", voice="piper", **options.pop("settings", {}))
        mouth = Mouth(settings, "en")
        mouth.voice = self.voice
        return Room(self.pack, self.understander, self.ears, mouth, settings, echo, **options)


@pytest.fixture(scope="module")
def house() -> House:
    return House()


def utterance(said: str | list[str | float], voice: str) -> Sound:
    parts = [said] if isinstance(said, str) else said
    return join([speak(one, voice) if isinstance(one, str) else silence(one) for one in parts])


def play(room: Room, step: dict[str, Any]) -> None:
    begin = room.now
    end = begin
    if "says" in step:
        end = room.sound(utterance(step["says"], step.get("voice", "piper")), begin)
        room.run(end + step.get("within_s", 0.0) + step.get("silent_for_s", 0.0) + 0.2)
    room.run(max(room.now, begin + step.get("wait_s", 0.0)))
    said = room.said_between(begin, room.now)
    if "within_s" in step:
        assert step["answer"] in room.said_between(begin, end + step["within_s"]), room.said()
        assert not room.said_between(begin, end), "it answered before the person had finished"
    assert step.get("answered", "") in said
    if "absent" in step:
        assert step["absent"] not in said
    if "silent_for_s" in step:
        assert not room.sounds(room.now - step["silent_for_s"], room.now)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_scenario(house: House, scenario: dict[str, Any]) -> None:
    room = house.room()
    room.run(1.0)
    for step in scenario["steps"]:
        play(room, step)


def in_mid_sentence(room: Room) -> float:
    """Let the assistant speak; returns the time."""
    end = room.say("My calf is cramping.", at=1.0)
    room.run(end + 2.2)
    assert room.conversation.performer.speaking
    return room.now


def test_what_it_says_itself_does_not_interrupt_it(house: House) -> None:
    room = house.room(echo=2 * LIVING_ROOM)
    in_mid_sentence(room)
    room.run(60)
    assert not [event for _, event in room.events if isinstance(event, Interrupted)]


def test_it_falls_silent_in_the_first_moment_of_somebody_elses_voice(house: House) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    voice = np.abs(speak("Louder.").samples.astype(int))
    onset = now + np.flatnonzero(voice > 300)[0] / 16_000
    room.say("Louder.", at=now)
    room.run(now + 2)
    assert not room.sounds(onset + 0.2, onset + 0.35)


def test_without_a_canceller_only_stop_words_interrupt(house: House) -> None:
    room = house.room(echo=None, canceller=False)
    now = in_mid_sentence(room)
    room.say("Louder.", at=now)
    room.run(now + 2)
    assert not [event for _, event in room.events if isinstance(event, Interrupted)]
    now = room.now
    room.say("Wait.", at=now)
    room.run(now + 2)
    assert "continue" in room.said_between(now, now + 2)


def test_a_question_that_it_fell_silent_for_is_answered_although_its_echo_is_not_known_any_more(
    house: House,
) -> None:
    room = house.room(echo=LIVING_ROOM)
    now = in_mid_sentence(room)
    end = room.say("What causes cramps at night?", at=now + 0.3)
    while not room.conversation.performer.held and room.now < end:
        room.run(room.now + 0.03)
    assert room.conversation.performer.held
    room.conversation._barge_in = lambda: "stop_words"
    room.run(end + 1.5)
    assert room.said_between(now + 0.3, end + 1.5)


def test_barge_in_can_be_turned_off(house: House) -> None:
    room = house.room(settings={"barge_in": "off"})
    now = in_mid_sentence(room)
    room.say("Stop.", at=now, voice="piper-slow")
    room.run(now + 3)
    assert not [event for _, event in room.events if isinstance(event, Interrupted)]


def test_a_cough_makes_it_pause_for_a_moment_and_go_on(house: House) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    rng = np.random.default_rng(3)
    burst = rng.normal(0, 6000, 3200) * np.hanning(3200)
    room.sound(Sound(burst.astype(np.int16)), at=now)
    room.run(now + 10)
    assert not [event for _, event in room.events if isinstance(event, Interrupted)]
    assert "knee" in room.said_between(now, room.now)


def test_after_two_minutes_of_silence_it_has_forgotten(house: House) -> None:
    room = house.room()
    room.say("What causes night cramps?", at=1.0)
    room.run(10)
    assert room.conversation.session.running
    room.run(room.now + 125)
    assert not room.conversation.session.running
    assert isinstance(room.events[-1][1], Ended)


def test_a_hold_that_ended_while_the_machine_slept_is_not_announced_the_next_morning(house: House) -> None:
    room = house.room()
    room.say("My calf is cramping.", at=1.0)
    room.run(19)
    assert room.conversation.timers.left("hold")
    room.sleep(7 * 3600)
    said = len(room.said())
    room.run(room.now + 5)
    assert len(room.said()) == said
    assert not room.conversation.session.running


def test_after_the_devices_were_lost_it_listens_and_says_its_sentence_again(house: House) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    sentence = room.conversation.performer.sentence
    room.lose_devices()
    room.run(now + 1.2)
    assert not room.sounds(now + 0.1, now + 0.7), "it spoke at once, and would not have heard anybody"
    assert room.sounds(now + 0.7, now + 1.2)
    assert room.conversation.performer.sentence == sentence


@pytest.mark.parametrize("command", ["Wait.", "Next.", "Louder."])
def test_a_command_right_after_the_devices_were_lost_is_obeyed(house: House, command: str) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    room.lose_devices()
    end = room.say(command, at=now + 0.3)
    room.run(end + 1.5)
    assert room.said_between(now + 0.3, end + 1.5)
    assert not room.sounds(now + 0.1, end), "it spoke into the command"


@pytest.mark.parametrize("remark", ["Okay.", "Thank you.", "What's for dinner tonight?"])
def test_a_remark_right_after_the_devices_were_lost_changes_nothing(house: House, remark: str) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    sentence = room.conversation.performer.sentence
    room.lose_devices()
    end = room.say(remark, at=now + 0.3)
    room.run(end + 1.5)
    assert not room.sounds(now + 0.1, end), "it spoke into the remark"
    assert room.sounds(end, end + 1.5)
    assert room.conversation.performer.sentence == sentence
    assert not room.said_between(now, end + 1.5), "it answered"


def test_talk_that_goes_on_does_not_keep_it_from_its_sentence(house: House) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    room.lose_devices()
    for number in range(4):
        room.say("The trains to the coast were late again, and nobody said why.", at=now + 3 * number)
    room.run(now + 6)
    assert room.sounds(now + 3, now + 6)
    assert not room.said_between(now, now + 6), "it answered"


def test_a_push_right_after_the_devices_were_lost_makes_it_listen_longer(house: House) -> None:
    push = OnPush()
    room = house.room(wake=push)
    push.push()
    now = in_mid_sentence(room)
    room.lose_devices()
    room.run(now + 0.5)
    push.push()
    end = room.say("Wait.", at=now + 0.8)
    room.run(end + 1.5)
    assert not room.sounds(now + 0.1, end), "it spoke into the command"
    assert room.said_between(now + 0.8, end + 1.5)


def test_a_timer_never_ends_into_a_persons_words(house: House) -> None:
    room = house.room()
    room.say("My calf is cramping.", at=1.0)
    room.run(19)
    left = room.conversation.timers.left("hold")
    assert left
    begin = room.now + left - 0.8
    end = room.say("The train leaves at seven from the other platform.", at=begin)
    room.run(end + 0.05)
    assert not room.said_between(begin + 0.3, end)


def test_push_to_talk_hears_only_after_a_push_but_always_an_emergency(house: House) -> None:
    push = OnPush()
    room = house.room(wake=push)
    end = room.say("My calf is cramping.", at=1.0)
    room.run(end + 3)
    assert not room.said()
    push.push()
    end = room.say("My calf is cramping.", at=room.now + 0.5)
    room.run(end + 1)
    assert "toes" in room.said_between(0, room.now)
    other = house.room(wake=OnPush())
    end = other.say("My chest hurts and I can't breathe.", at=1.0)
    other.run(end + 2)
    assert "nine nine nine" in other.said_between(0, other.now)


def test_always_in_session_answers_what_else_would_be_left_alone(house: House) -> None:
    for wake, answers in (("need", False), ("session", True)):
        room = house.room(settings={"wake": wake})
        end = room.say("Next.", at=1.0)
        room.run(end + 3)
        assert bool(room.said()) == answers


@pytest.mark.parametrize(
    ("options", "toned"), [({}, True), ({"tone": False}, False), ({"profile": "night"}, False)]
)
def test_a_soft_tone_says_that_it_heard_when_the_answer_takes_long(
    house: House, options: dict[str, object], *, toned: bool
) -> None:
    room = house.room(settings={"wake": "session", **options}, thinking_s=1.5)
    end = room.say("My calf is cramping.", at=1.0)
    room.run(end + 1.2)
    assert not room.said()
    assert room.sounds(end, end + 1.2) == toned


def test_the_night_is_softer_and_a_whisper_is_answered_softly(house: House) -> None:
    def loudest(level: float, **settings: object) -> int:
        room = house.room(settings=settings)
        end = room.say("My calf is cramping.", at=1.0, level=level)
        room.run(end + 3)
        return int(np.abs(room.heard.astype(int)).max())

    day, night, whispered = loudest(1.0), loudest(1.0, profile="night"), loudest(0.08, profile="night")
    assert night < 0.5 * day
    assert whispered < 0.8 * night


def test_a_recogniser_that_fails_says_so_and_the_next_question_is_answered(house: House) -> None:
    room = house.room()
    good = room.ears.recognise

    def failing(*_: Any) -> Any:
        raise RuntimeError("out of memory")

    room.ears.recognise = failing  # type: ignore[method-assign]
    try:
        room.say("My calf is cramping.", at=1.0)
        room.say("Can I take paracetamol?", at=6.0)
        room.run(11)
    finally:
        room.ears.recognise = good  # type: ignore[method-assign]
    assert "Fault" in [type(event).__name__ for _, event in room.events]
    missed = [text for _, text in room.said() if "missed that" in text]
    assert len(missed) == 1, "not over and over to a room where nobody may have spoken to it"
    end = room.say("My calf is cramping.", at=room.now)
    room.run(end + 2)
    assert "toes" in room.said_between(end, room.now)


def test_a_wake_word_wakes_it_and_nothing_else_does_but_an_emergency(house: House) -> None:
    room = house.room(settings={"wake": "word", "wake_word": "hey_mycroft"})
    end = room.say("My calf is cramping.", at=1.0)
    room.run(end + 3)
    assert not room.said()
    end = room.sound(utterance(["Hey Mycroft.", 0.6, "My calf is cramping."], "piper"), at=room.now)
    room.run(end + 1)
    assert "toes" in room.said_between(0, room.now)
    other = house.room(settings={"wake": "word"})
    end = other.say("My chest hurts and I can't breathe.", at=1.0)
    other.run(end + 2)
    assert "nine nine nine" in other.said_between(0, other.now)


@pytest.mark.parametrize("command", ["Louder.", "Quieter.", "Stop."])
def test_a_command_is_heard_over_its_own_voice_three_times_as_loud(house: House, command: str) -> None:
    count = round(0.3 * SAMPLE_RATE)
    reverberation = np.random.default_rng(8).normal(size=count) * np.exp(-6.9 * np.arange(count) / count)
    reverberation[0] = 6.0
    loud = np.concatenate([np.zeros(128), 3.2 * reverberation / np.sqrt((reverberation**2).sum())])
    room = house.room(echo=loud, distorts=True, drift=1e-4)
    room.say("My calf is cramping.", at=1.0)
    room.run(10.0)
    while not room.conversation.performer.speaking:
        room.run(room.now + 0.1)
    room.run(room.now + 1.0)
    now = room.now
    room.say(command, at=now)
    room.run(now + 3)
    assert [event for at, event in room.events if isinstance(event, Interrupted) and at > now]


def test_a_sign_in_the_words_it_is_just_saying_is_heard(house: House) -> None:
    room = house.room()
    end = room.say("Is chest pain a sign of a cramp?", at=1.0)
    while "If your chest hurts now" not in room.conversation.performer.sentence:
        room.run(room.now + 0.1)
        assert room.now < end + 30
    now = room.now + 0.6
    end = room.say("My chest hurts.", at=now)
    room.run(end + 2)
    assert "nine nine nine" in room.said_between(now, room.now)
    assert [event for at, event in room.events if isinstance(event, Interrupted) and at > now]


def test_the_end_of_a_long_talk_is_heard_too(house: House) -> None:
    """What comes after ten seconds is looked at when it is over, whatever the first ten were taken for."""
    room = house.room()
    rambling = ["My calf is cramping again.", 0.5, *["I was in the garden all day, and now I am in bed."] * 3]
    end = room.sound(utterance([*rambling, 0.5, "My chest hurts and I can't breathe."], "piper"), at=1.0)
    assert end > 12
    room.run(end + 4)
    assert "nine nine nine" in room.said_between(0, room.now)
