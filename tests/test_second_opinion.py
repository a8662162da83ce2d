"""Rules hear a sign in words; likeness tells whether they speak of something else, and then it asks."""

import pytest

from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding import Understander

OTHER = "out_of_scope"


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


@pytest.mark.parametrize(
    ("said", "sign", "intent"),
    [
        ("heart attack on a plate, that breakfast, how much water should I drink now", "chest_pain", "drink"),
        ("the price would give you a heart attack, have you a cheaper magnesium", "chest_pain", "supplement"),
        ("great-grandad bled to death in the war, where's his regiment kept", "severe_bleeding", OTHER),
        ("he passed out at the sight of a needle in year nine, do you do travel jabs", "unconscious", OTHER),
    ],
)
def test_a_sign_in_talk_of_something_else_is_asked_about(
    understander: Understander, said: str, sign: str, intent: str
):
    got = understander.understand(said)
    assert (got.intent, got.urgency, got.doubt) == (intent, "none", sign)


@pytest.mark.parametrize(
    "said",
    [
        "I think I'm having a heart attack, the price is a joke, can you call somebody for me please",
        "this magnesium is dear, and by the way I've had a crushing weight on my chest since the morning",
        "what time do you close, only my husband has gone all grey and sweaty and he's holding his left arm",
        "I was at the match and shouting and now one side of my face has dropped",
        "I dropped the kettle, the scald is nothing, but my boy has stopped breathing in the other room",
        "we were watching Casualty and he just slid off the sofa and he isn't moving",
        "can you tell me about detralex, my leg has blown up and it's red and hot",
        "my calf's been cramping for an hour now and no stretch does anything for it",
    ],
)
def test_a_sign_that_is_meant_alarms_whatever_is_told_around_it(understander: Understander, said: str):
    assert understander.understand(said).urgency in ("emergency", "urgent")


@pytest.mark.parametrize(
    "said", ["I feel suicidal", "I'm hyperventilating", "she's unresponsive in the bath"]
)
def test_a_short_sentence_holds_nothing_else_and_alarms(understander: Understander, said: str):
    assert understander.understand(said).urgency == "emergency"
