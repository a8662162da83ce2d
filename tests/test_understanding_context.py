"""Remarks that lean on what was said before: one conversation each, with the English pack."""

import pytest

from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.understanding import Context, Understander


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def understander(pack: Pack) -> Understander:
    return understander_of(pack)


@pytest.fixture
def session(pack: Pack, understander: Understander) -> Session:
    return Session(pack, understander)


def say(session: Session, *texts: str) -> Session:
    for text in texts:
        session.hear(session.understand(text))
    return session


@pytest.mark.parametrize(
    ("talk", "topic", "slots"),
    [
        (["my left calf is cramping", "the other one"], "relief", {"muscle": "calf", "side": "right"}),
        (["my right foot is cramping", "now the other foot"], "relief", {"muscle": "foot", "side": "left"}),
        (["my calf is cramping", "no, I meant my foot"], "relief", {"muscle": "foot"}),
        (["my left calf is cramping", "no, the right"], "relief", {"muscle": "calf", "side": "right"}),
        (["how do I stretch my calf", "and my hamstring?"], "stretch", {"muscle": "hamstring"}),
        (["should I massage my calf", "what about my foot?"], "massage", {"muscle": "foot"}),
        (["should I use heat", "what about ice?"], "compress", {}),
        (["can I take ibuprofen", "and if I'm pregnant?"], "pain_reliever", {"situation": "pregnancy"}),
        (["can I have a hot bath", "is that okay when pregnant"], "bath", {"situation": "pregnancy"}),
        (["should I put heat on it", "and with diabetes?"], "conditions", {}),
        (["can I put ice on my calf", "how do I stretch it"], "stretch", {"muscle": "calf"}),
        (["I'm pregnant, can I rub my calf"], "massage", {"muscle": "calf", "situation": "pregnancy"}),
    ],
)
def test_a_remark_leans_on_what_was_talked_about(
    session: Session, talk: list[str], topic: str, slots: dict[str, str]
):
    say(session, *talk)
    assert session.state.topic == topic
    assert slots.items() <= dict(session.state.slots).items()


def test_what_is_remembered_is_forgotten_with_the_conversation(session: Session):
    say(session, "my left calf is cramping", "thanks, bye")
    assert session.understand("the other one").slots == {}


def test_a_remark_means_nothing_special_before_anything_was_talked_about(understander: Understander):
    assert understander.understand("the other one", Context()).intent != "relief"


@pytest.mark.parametrize(
    "sign",
    [
        "the other leg is swollen and hot",
        "no, my chest hurts",
        "and I can't breathe",
        "what about my chest pain",
    ],
)
def test_a_red_flag_comes_before_any_context(session: Session, sign: str):
    say(session, "my left calf is cramping", "next", sign)
    assert session.state.flag


def test_after_an_emergency_no_remark_brings_guidance_back(session: Session):
    say(session, "my left calf is cramping", "my chest hurts", "the other one")
    assert session.state.flag == "chest_pain"
    assert session.state.exercise == ""


def test_yes_and_no_answer_the_open_question_and_lean_on_nothing(session: Session):
    say(session, "my left calf is cramping")
    assert session.understand("yes").intent == "yes"
    assert session.understand("no").intent == "no"


def test_the_program_that_hears_itself_takes_nothing_from_it(session: Session):
    say(session, "my left calf is cramping")
    for line in session.state.last:
        if len(line.text.split()) > 4:
            assert session.understand(line.text).intent is None


def test_a_question_about_a_red_flag_that_is_heard_again_is_no_answer(session: Session):
    say(session, "cast pain")
    [question] = session.state.last
    assert session.state.doubt == "chest_pain"
    assert session.understand(question.text).intent is None
    assert session.understand("yes my chest is hurting now").slots == {"flag": "chest_pain"}
