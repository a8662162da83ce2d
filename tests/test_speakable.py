"""How a text sounds to somebody who only hears it: length, lists, reading level, words that sound alike."""

import pytest

from tests.voices import speak
from voice_skill.workshop.sounds import sound_key
from voice_skill.workshop.speakable import grade, longest_list, seconds, split_sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("leg", 1),
        ("toes", 1),
        ("stretched", 1),
        ("muscle", 2),
        ("gently", 2),
        ("pharmacist", 3),
        ("ibuprofen", 4),
    ],
)
def test_syllables(word, count):
    assert syllables(word) == count


LISTS = {
    "Take salt, potassium, magnesium and calcium.": 4,
    "If the leg is hot, red, numb or swollen, call.": 4,
    "Hot, red, or swollen?": 3,
    "If the leg is swollen, hot or red, or your chest hurts, stop and say so.": 2,
    "Standing, hold a chair, bend the knee, and bring the foot up.": 3,
    "Let go, and rest.": 2,
    "Breathe slowly.": 0,
}


@pytest.mark.parametrize("sentence", LISTS)
def test_the_longest_list(sentence):
    assert longest_list(sentence) == LISTS[sentence]


def test_what_a_child_follows_and_what_not():
    easy = [
        "Pull your toes toward you. Hold them there, and breathe. I count for you.",
        "Then let go, and rest.",
    ] * 2
    hard = [
        "Neuromuscular irritability predominantly characterises nocturnal gastrocnemius contractions, "
        "necessitating pharmacological consideration. Antihypertensive medication occasionally "
        "exacerbates susceptibility. Multidisciplinary investigation facilitates identification of "
        "mechanisms, particularly electrolyte abnormalities. Documentation complements every "
        "individual assessment, including environmental circumstances."
    ]
    assert grade(easy) < 3
    assert grade(hard) > 15
    assert grade(["Hold it."]) is None, "too short to tell"
    assert grade(["Ask the pharmacist. " * 20], ["pharmacist"]) < grade(["Ask the pharmacist. " * 20])


SAID = (
    "Straighten your leg, and pull your toes toward you.",
    "Let go, and rest.",
    "Ask a pharmacist first if you take blood thinners, steroids or daily aspirin.",
    "It may stay tender for up to a day.",
)


@pytest.mark.parametrize("sentence", SAID)
def test_the_estimated_length_is_near_to_that_of_a_real_voice(sentence):
    sound = speak(sentence)
    assert seconds(sentence) == pytest.approx(len(sound.samples) / sound.rate, abs=0.8)


def test_sentences_are_split_at_their_ends():
    assert split_sentences("Stop. Is it hot? Then wait! Good.") == [
        "Stop.",
        "Is it hot?",
        "Then wait!",
        "Good.",
    ]


@pytest.mark.parametrize(("one", "other"), [("heel", "heal"), ("knight", "night"), ("calf", "caff")])
def test_words_that_sound_alike_have_one_key(one, other):
    assert sound_key(f"my {one}") == sound_key(f"my {other}")


@pytest.mark.parametrize(
    ("one", "other"),
    [("calf", "thigh"), ("yes", "no"), ("hand", "arm"), ("vein", "fine"), ("can i", "can you")],
)
def test_words_that_do_not_have_two(one, other):
    assert sound_key(one) != sound_key(other)
