"""How loud and how fast it speaks, by the wish of one person, and again for the next one."""

import numpy as np
import pytest

from tests.test_conversation import House
from tests.virtual_room import Room
from voice_skill.audio.frames import SAMPLE_RATE, amplified


@pytest.fixture(scope="module")
def house() -> House:
    return House()


def level_db(room: Room, begin: float, end: float) -> float:
    """Return the level of what is heard of the loudspeaker in a while, its pauses left out."""
    piece = room.heard[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)].astype(float)
    return float(10 * np.log10(np.mean(piece[np.abs(piece) > 300] ** 2)))


def sentence(room: Room, words: str) -> tuple[float, float]:
    """Have it say the causes of cramps, and return when."""
    end = room.say(words, at=room.now + 0.5)
    room.run(end + 12)
    begin = room.next_sound(end)
    return begin, begin + 6


def test_louder_is_louder_even_by_day(house: House) -> None:
    room = house.room()
    before = level_db(room, *sentence(room, "What causes night cramps?"))
    room.run(room.say("Louder.", at=room.now + 0.5) + 4)
    after = level_db(room, *sentence(room, "What causes night cramps?"))
    assert after > before + 1.5
    assert np.abs(room.heard.astype(int)).max() <= 32767


def test_the_next_person_is_not_spoken_to_as_the_last_one_wanted(house: House) -> None:
    room = house.room()
    sentence(room, "What causes night cramps?")
    for command in ("Quieter.", "Slower."):
        room.run(room.say(command, at=room.now + 0.5) + 4)
    mouth = room.mouth
    assert mouth.volume < 1.0
    assert mouth._how.rate < 1.0
    room.run(room.now + 130)
    assert not room.conversation.session.running
    assert mouth.volume == 1.0
    assert mouth._how.rate == 1.0


def test_what_is_made_louder_is_rounded_off_and_not_clipped() -> None:
    tone = np.array([0, 1000, 10_000, 20_000, 32_767, -32_767], np.int16)
    assert list(amplified(tone, 1.0)) == list(tone)
    assert list(amplified(tone, 0.5)) == [0, 500, 5000, 10_000, 16_384, -16_384]
    loud = amplified(tone, 2.0)
    assert loud[1] == 2000
    assert 19_000 < loud[2] < loud[3] < loud[4] <= 32_767
    assert loud[5] == -loud[4]
