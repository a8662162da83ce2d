"""What is heard wrongly in its words is often nearly right in its sounds."""

import pytest

from voice_skill.dialog.pack import load_pack
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.hearing.sound_alike import MOST_SOUNDS, SoundAlikes
from voice_skill.hearing.sounds import distances, sounds_of, sounds_of_all
from voice_skill.hearing.spelling import spoken_words
from voice_skill.hearing.written import written

RELIEF = Grammar(
    [
        Sentence("are contractions bad", "contractions"),
        Sentence("[can|does] {medicine} (cause|bring on) charley horses", "medicine"),
        Sentence("begin again", "again"),
        Sentence("move about", "move"),
    ],
    {"medicine": [("nifedipine", "nifedipine"), ("ibuprofen", "ibuprofen")]},
)


def test_words_of_any_pack_are_pronounced_by_the_dictionary_and_what_is_no_word_letter_by_letter() -> None:
    [(_, _, ch, _)] = sounds_of("mocha")
    assert ch == sounds_of_all(["coffee"])[0]  # and not as in "chair"
    [ounce] = sounds_of("ounce")
    assert ounce[-1] == sounds_of_all(["sugar", "ice"])[-1]
    assert len(sounds_of_all(["brzfl"])) == 5


@pytest.fixture(scope="module")
def alikes() -> SoundAlikes:
    return SoundAlikes(RELIEF)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("our contractions that", "are contractions bad"),
        ("picking again", "begin again"),
        ("move them out", "move about"),
        ("can knife a de pen bring on charlie horses", "can nifedipine bring on charley horses"),
    ],
)
def test_the_sentence_that_sounds_most_like_what_was_heard_comes_first(
    alikes: SoundAlikes, heard: str, said: str
):
    assert " ".join(alikes.nearest(heard.split(), 1)[0]) == said


def test_only_sentences_of_the_grammar_are_returned(alikes: SoundAlikes):
    found = alikes.nearest(["does", "ibuprofen", "cause", "chilly", "houses"], 5)
    assert found
    assert all(RELIEF.read(words) for words in found)


def test_what_sounds_like_nothing_in_the_grammar_is_like_nothing(alikes: SoundAlikes):
    assert alikes.nearest(["the", "quarterly", "figures", "were", "published", "yesterday"], 3) == []


@pytest.mark.parametrize("heard", ["", "30 40", "is " * MOST_SOUNDS])
def test_nothing_and_endless_talk_sound_like_nothing(alikes: SoundAlikes, heard: str):
    assert alikes.nearest(heard.split(), 3) == []


def test_the_search_goes_on_when_the_grammar_has_forgotten_its_states(alikes: SoundAlikes):
    before = alikes.nearest(["begin", "again"], 1)
    RELIEF.forget()
    assert alikes.nearest(["begin", "again"], 1) == before


def test_a_grammar_that_accepts_nothing_has_no_sentences():
    assert SoundAlikes(Grammar([], {})).nearest(["hello"], 3) == []


def far(heard: str, said: str) -> float:
    [distance] = distances(sounds_of_all(heard.split()), [sounds_of_all(said.split())])
    return float(distance)


def test_sounds_that_are_easily_confused_are_near():
    assert far("cramp", "cramp") == 0
    assert far("gramp", "cramp") < far("tramp", "cramp") < far("swamp", "cramp")
    assert far("bad", "pad") < far("bad", "sad")


def test_what_is_not_said_at_all_is_as_far_as_it_is_long():
    assert 0 < far("", "calf") < far("", "calf cramp")
    assert list(distances(sounds_of_all(["calf"]), [])) == []


def test_a_word_without_a_known_pronunciation_is_read_letter_by_letter():
    assert far("zorbleplix", "zorbleplix") == 0
    assert far("zorbleplix", "sorbleplix") < 1
    assert sounds_of("30") == ()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("it is gone", "It's gone."),
        ("how long is it", "How long is it?"),
        ("i have got a cramp", "I've got a cramp."),
        ("i have a cramp", "I have a cramp."),
        ("i can not move it", "I can't move it."),
        ("what is a cramp", "What's a cramp?"),
        ("can i walk on it", "Can I walk on it?"),
    ],
)
def test_a_sentence_is_written_as_a_recogniser_writes_it(words: str, text: str):
    assert written(words.split()) == text


def test_what_is_written_still_is_a_sentence_of_the_pack():
    pack = load_pack("en")
    grammar = grammar_of(pack.phrases, pack.slots, pack.red_flags)
    for said in ("i can not move my calf", "what is a cramp", "i have got a cramp"):
        assert grammar.read(said.split())
        assert grammar.read(spoken_words(written(said.split()))) == grammar.read(said.split())


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("just stretching before bed health", "does stretching before bed help"),
        ("is pickle juice any clot", "is pickle juice any good"),
        ("my hamstring is crappy", "my hamstring is cramp"),
    ],
)
def test_in_a_whole_pack_the_nearest_sentence_is_found(heard: str, said: str):
    pack = load_pack("en")
    alikes = SoundAlikes(grammar_of(pack.phrases, pack.slots, pack.red_flags))
    assert said in [" ".join(words) for words in alikes.nearest(heard.split(), 3)]


def test_a_text_that_was_looked_up_before_sounds_like_the_same_sentences(alikes: SoundAlikes):
    first = alikes.nearest(["picking", "again"], 3)
    expected = list(first)
    first.clear()  # it is the caller's
    assert alikes.nearest(["picking", "again"], 3) == expected != []
