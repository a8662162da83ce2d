"""Time that leaps: the machine was asleep, or for long without sound."""

import pytest

from tests.test_conversation import House, in_mid_sentence
from voice_skill.events import Ended


@pytest.fixture(scope="module")
def house() -> House:
    return House()


def test_a_sentence_is_not_gone_on_with_the_next_morning(house: House) -> None:
    room = house.room()
    in_mid_sentence(room)
    room.sleep(7 * 3600)
    room.run(room.now + 0.5)
    now = room.now
    room.run(now + 5)
    assert not room.sounds(now, now + 5)
    assert not room.conversation.session.running
    assert isinstance(room.events[-1][1], Ended)


def test_what_is_told_after_a_long_time_without_sound_is_not_forgotten(house: House) -> None:
    room = house.room()
    in_mid_sentence(room)
    room.sleep(130)
    room.conversation.mind_leap()
    assert room.conversation.tell("microphone_back")
    room.conversation.sound_is_back()
    now = room.now
    room.run(now + 3)
    assert room.sounds(now, now + 3)
    assert [event for _, event in room.events].count(Ended()) == 1


def test_after_a_nap_of_a_minute_it_goes_on_with_its_sentence(house: House) -> None:
    room = house.room()
    now = in_mid_sentence(room)
    room.sleep(60)
    room.run(room.now + 0.5)
    assert room.sounds(now, now + 0.5)
    assert room.conversation.session.running
