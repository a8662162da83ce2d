"""Words that a recogniser wrote for names it does not know: "I be profane", "my cough is cramping"."""

import pytest

from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding import Understander
from voice_skill.understanding.misheard import Ear, sound
from voice_skill.understanding.normalize import normal_form, normalize
from voice_skill.understanding.words import listed


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


KNOWN = listed("can i take for my leg is it right cramp cramping the a have be in on tin lid what")
HINTS = load_pack("en").hints
NAMES = ("ibuprofen", "paracetamol", "baclofen", "tylenol", "detralex", "charley horse", "anadin")


def ear() -> Ear:
    return Ear(NAMES, KNOWN, HINTS.spellings, HINTS.misheard)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("my leg gramp", "my leg cramp"),
        ("can I take I be profane", "can i take ibuprofen"),
        ("para seat a mole for my leg", "paracetamol for my leg"),
        ("is it sharly hoarse", "is it charley horse"),
        ("back low fen", "baclofen"),
        ("detra lax", "detralex"),
        ("my right cough is cramping", "my right calf is cramping"),
        ("cramp in my cuff", "cramp in my calf"),
    ],
)
def test_a_name_is_found_again(heard: str, meant: str):
    assert ear().restore(normalize(heard)).plain == meant


@pytest.mark.parametrize(
    "said",
    [
        "I have a cough",
        "my cough is worse",
        "my cat",
        "what is it on a tin lid",
        "can I take it",
        "half a cramp",
    ],
)
def test_other_words_stay_as_they_are(said: str):
    words = normalize(said)
    assert ear().restore(words).words == words.words


def test_words_keep_their_sentence_and_clause():
    heard = normalize("My leg is in cramp. Can I take I be profane, or not?")
    restored = ear().restore(heard)
    at = restored.words.index("ibuprofen")
    assert restored.sentences[at] == 1
    assert len(restored.words) == len(restored.sentences) == len(restored.clauses)
    assert restored.questions == heard.questions


def test_what_sounds_alike_has_the_same_consonants():
    assert sound("ibuprofen") == sound("i be profane")
    assert sound("tylenol") == sound("tie lenol")
    assert sound("calf") != sound("foot")


@pytest.mark.parametrize("heard", ["Just pain.", "I have just pain.", "Um, chased pain"])
def test_what_may_have_been_chest_pain_is_asked_about(understander: Understander, heard: str):
    assert understander.understand(heard).doubt == "chest_pain"


def test_the_same_words_in_a_longer_sentence_are_what_they_are(understander: Understander):
    assert understander.understand("it's just pain in my calf").doubt == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Is it A. L. S..", "is it als"),
        ("Is it D.V.T.?", "is it dvt"),
        ("At 3 a.m. again", "at three a m again"),
    ],
)
def test_an_abbreviation_that_is_written_letter_by_letter_is_one_word(written: str, meant: str):
    assert normal_form(written) == meant


def test_a_sign_in_words_that_were_put_right_is_not_as_sure_as_one_in_what_was_heard(
    understander: Understander,
):
    put_right = understander.understand("How much shall thy breathing?")
    assert put_right.urgency == "emergency", "shallow breathing"
    assert not put_right.plainly_grave, "so it does not count beside a likelier text"
    assert understander.understand("Her breathing is shallow").plainly_grave
