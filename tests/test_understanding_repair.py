"""Words written as they sound: "a tight pane in my chest", "ham string", "my throw tis swelling"."""

import pytest

from benchmarks.pronunciations import entries
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding import Understander
from voice_skill.understanding.normalize import normalize
from voice_skill.understanding.repair import LONGEST, Repair, alike

SENTENCES = [
    "my right calf is cramping",
    "i woke up at night with my right calf",
    "i have a pain in my chest",
    "i have a fever and cramps",
    "is a hot bath good for cramps",
    "my throat is swelling",
    "stretch my hamstring",
    "i have a bad cough",
]


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("i woke up at knight with my write calf", "i woke up at night with my right calf"),
        ("i have a pane in my chest", "i have a pain in my chest"),
        ("i have a fee ver and cramps", "i have a fever and cramps"),
        ("is a hot barf good for cramps", "is a hot bath good for cramps"),
        ("my throw tis swelling", "my throat is swelling"),
        ("stretch my ham string", "stretch my hamstring"),
        ("i have a bad cough", "i have a bad cough"),
        ("the election is on monday", "the election is on monday"),
        ("i sat four hours", "i sat four hours"),
    ],
)
def test_what_was_meant_is_put_back(heard: str, meant: str):
    repair = Repair(tuple(sentence.split()) for sentence in SENTENCES)
    assert repair.restore(normalize(heard)).plain == meant


def test_clauses_and_sentences_stay_where_they_were():
    repair = Repair(tuple(sentence.split()) for sentence in SENTENCES)
    restored = repair.restore(normalize("Hello. I have a fee ver, and cramps"))
    assert restored.plain == "hello i have a fever and cramps"
    assert restored.sentences == (0, 1, 1, 1, 1, 1, 1)
    assert restored.clauses[-2:] == (restored.clauses[0] + 3,) * 2


def test_long_talk_is_left_alone():
    repair = Repair(tuple(sentence.split()) for sentence in SENTENCES)
    talk = normalize("the ham string of my left leg is sore and " * (LONGEST // 9 + 1))
    assert repair.restore(talk) is talk


def test_sounds_that_are_easily_taken_for_each_other():
    assert alike("bef") == alike("pef")
    assert alike("hand") == alike("ant")
    assert alike("kat") != alike("kit")


def test_a_pronunciation_has_one_letter_for_a_sound():
    dictionary = "calf K AE1 F\ncarve K AA1 R V # a comment\nit's IH1 T S\nlive(2) L AY1 V\n"
    assert list(entries(dictionary)) == [("calf", "kxf"), ("carve", "kav"), ("it's", "its"), ("live", "lIv")]


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ("I have a tight pane in my chest", "chest_pain"),
        ("my throw tis swelling", "anaphylaxis"),
        ("i'm preg nant with a terrible head ache and blurred vision", "pregnancy_warning"),
        ("he is blee ding a lot and it won't stop", "severe_bleeding"),
        ("my leg is read and hot to touch", "hot_red_leg"),
    ],
)
def test_a_red_flag_is_found_behind_what_was_written(understander: Understander, said: str, flag: str):
    assert understander.understand(said).slots == {"flag": flag}


def test_a_red_flag_in_the_words_as_heard_is_never_repaired_away(understander: Understander):
    assert understander.understand("it is numb all round there, and my back").urgency != "none"
