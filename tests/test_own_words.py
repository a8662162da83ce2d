"""The program's own advice, heard again later: no alarm; the same said of oneself: an alarm."""

import re

import pytest

from voice_skill.dialog.lines import Writer
from voice_skill.dialog.own_words import OwnWords
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.learning import understander_of
from voice_skill.session import Session


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def session(pack: Pack) -> Session:
    return Session(pack, understander_of(pack))


@pytest.fixture(scope="module")
def own(pack: Pack) -> OwnWords:
    return OwnWords(pack, Writer(pack))


def test_no_statement_of_the_pack_alarms_when_it_is_heard_again(pack: Pack, session: Session):
    said = [
        statement.text
        for topic in pack.topics.values()
        for answer in topic.answers
        for statement in (*answer.say, *answer.more)
    ]
    said += [one.text for flag in pack.red_flags.values() for one in (*flag.say, *flag.if_now)]
    said += [flag.question for flag in pack.red_flags.values() if flag.question]
    heard = [session.write.fill(text) for text in said]
    alarming = [text for text in heard if session.understand(text).urgency in ("urgent", "emergency")]
    assert not alarming


@pytest.mark.parametrize(
    "said",
    [
        "my leg is swollen, red and hot",
        "my chest is hurting now",
        "I've got a cold, pale, blue foot and it's numb",
        "I'm short of breath now",
        "my urine is dark, like tea or cola",
        "I have lost control of my bladder or bowels",
    ],
)
def test_the_same_words_said_of_oneself_alarm(session: Session, own: OwnWords, said: str):
    assert not own.are(said)
    assert session.understand(said).urgency in ("urgent", "emergency")


def test_a_complaint_after_own_words_is_heard(pack: Pack, session: Session, own: OwnWords):
    line = session.write.fill(pack.red_flags["swollen_calf"].say[1].text)
    assert own.are(line)
    assert not own.are(f"{line} My chest hurts.")
    assert session.understand(f"{line} My chest hurts.").urgency == "emergency"


def test_a_misheard_word_is_forgiven_but_not_whom_it_is_about(pack: Pack, own: OwnWords):
    question = pack.red_flags["pregnancy_warning"].question or ""
    assert own.are(question.replace("headache", "header"))
    assert not own.are(re.sub("you", "I", question.replace("Are you", "I am")))


def test_short_words_may_be_anybodys(own: OwnWords):
    assert not own.are("Breathe.")
    assert not own.are("")
