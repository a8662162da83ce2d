"""The recogniser's weights are those of a package, tuned; only the difference comes with the program."""

import pytest
from rapidfuzz.distance import Levenshtein

from tests.voices import speak
from voice_skill.hearing.factory import create_listener, create_recognizer
from voice_skill.hearing.moonshine_model import DECODER, ENCODER, packaged_weights
from voice_skill.hearing.recognizer import Recognizer
from voice_skill.hearing.spelling import spoken_words
from voice_skill.hearing.tuning import tuned, write_differences

SAID = {
    "My calf is cramping, what can I do?": "espeak-male",
    "The other leg hurts when I stretch it.": "espeak-british-female",
    "I was on the ladder when my foot seized up.": "espeak-lancashire",
    "Granny's toes are bent under and she can't straighten them.": "espeak-scottish",
}


def wrong_words(recognizer: Recognizer) -> int:
    wrong = 0
    for text, voice in SAID.items():
        recognizer.reset()
        recognizer.accept(speak(text, voice, silence_after=0.3).samples)
        heard = spoken_words(recognizer.finish().text)
        wrong += Levenshtein.distance(list(heard), list(spoken_words(text)))
    return wrong


def test_the_tuned_weights_hear_what_people_with_a_cramp_say_better():
    assert wrong_words(create_recognizer("moonshine", "en")) < wrong_words(create_listener("en")) / 2


@pytest.mark.parametrize("name", [ENCODER, DECODER])
def test_the_files_of_the_package_are_tuned(name: str):
    original = (packaged_weights() / name).read_bytes()
    assert len(tuned(original, name)) == len(original)
    assert tuned(original, name) != original


@pytest.mark.parametrize("name", [ENCODER, "another.ort"])
def test_weights_of_ones_own_stay_as_they_are(name: str):
    assert tuned(b"my own weights", name) == b"my own weights"


def test_differences_are_written_and_read(tmp_path):
    path = tmp_path / "tuning.npz"
    write_differences(path, {"a.ort": (bytes([0, 7, 255, 3]), bytes([255, 7, 0, 9]))})
    assert tuned(bytes([0, 7, 255, 3]), "a.ort", path) == bytes([255, 7, 0, 9])
    assert tuned(bytes([1, 7, 255, 3]), "a.ort", path) == bytes([1, 7, 255, 3])
