"""The recogniser's weights are those of a package; a pack may tune them, and brings only the difference."""

import shutil
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from tests.voices import speak
from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.reading import TUNING, read_pack
from voice_skill.errors import MissingError
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.moonshine_model import DECODER, ENCODER, packaged_weights
from voice_skill.hearing.spelling import spoken_words
from voice_skill.hearing.tuning import tuned, write_differences
from voice_skill.workshop.tuning_check import check_tuning

SAID = {
    "My calf is cramping, what can I do?": "espeak-male",
    "The other leg hurts when I stretch it.": "espeak-british-female",
    "I was on the ladder when my foot seized up.": "espeak-lancashire",
    "Granny's toes are bent under and she can't straighten them.": "espeak-scottish",
}


def wrong_words(tuning: Path | None) -> int:
    recognizer, wrong = MoonshineRecognizer(), 0
    recognizer.tune(tuning)
    for text, voice in SAID.items():
        recognizer.reset()
        recognizer.accept(speak(text, voice, silence_after=0.3).samples)
        heard = spoken_words(recognizer.finish().text)
        wrong += Levenshtein.distance(list(heard), list(spoken_words(text)))
    return wrong


@pytest.fixture(scope="module")
def tuning() -> Path:
    file = load_pack("en").tuning
    assert file is not None
    return file


def test_tuned_to_the_pack_it_hears_what_people_with_a_cramp_say_better(tuning: Path):
    assert wrong_words(tuning) < wrong_words(None) / 2


@pytest.mark.parametrize("name", [ENCODER, DECODER])
def test_the_files_of_the_package_are_tuned(name: str, tuning: Path):
    original = (packaged_weights() / name).read_bytes()
    new = tuned(original, name, tuning)
    assert len(new) == len(original)
    assert new != original


@pytest.mark.parametrize("name", [ENCODER, "another.ort"])
def test_weights_of_ones_own_stay_as_they_are(name: str, tuning: Path):
    assert tuned(b"my own weights", name, tuning) == b"my own weights"


def test_differences_are_written_and_read(tmp_path):
    path = tmp_path / "tuning.npz"
    write_differences(path, {"a.ort": (bytes([0, 7, 255, 3]), bytes([255, 7, 0, 9]))})
    assert tuned(bytes([0, 7, 255, 3]), "a.ort", path) == bytes([255, 7, 0, 9])
    assert tuned(bytes([1, 7, 255, 3]), "a.ort", path) == bytes([1, 7, 255, 3])


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)], ids=["empty", "other", "bare"]
)
def test_a_broken_tuning_says_how_to_mend_it(tmp_path, content):
    file = tmp_path / TUNING
    file.write_bytes(content)
    recognizer = MoonshineRecognizer()
    recognizer.tune(file)
    if content.startswith(b"PK"):  # an archive without anything for these weights changes nothing
        recognizer.load()
        return
    with pytest.raises(MissingError, match=r"tuning of the recogniser is broken: .*hearing\.npz") as error:
        recognizer.load()
    assert "remove it" in str(error.value.fix)


@pytest.mark.parametrize(
    "difference",
    [np.uint8([1]), np.uint8([1, 2, 3, 4]), np.float32([1, 2, 3])],
    ids=["short", "long", "floats"],
)
def test_a_difference_of_another_form_is_refused(tmp_path, difference):
    file = tmp_path / TUNING
    np.savez(file, **{"a.ort": difference, "a.ort.crc32": np.array(zlib.crc32(b"abc"))})
    with pytest.raises(MissingError, match="another form"):
        tuned(b"abc", "a.ort", file)


@pytest.mark.parametrize("member", ["a.ort.npy", "a.ort.crc32.npy"])
def test_a_tuning_that_unpacks_to_more_than_the_weights_is_not_unpacked(tmp_path, member):
    file = tmp_path / TUNING
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, bytes(10**7))
    assert tuned(b"abc", "a.ort", file) == b"abc"


def test_a_tuning_outside_the_pack_is_not_read(tmp_path, tuning: Path):
    pack = shutil.copytree(tuning.parent, tmp_path / "pack")
    (pack / TUNING).unlink()
    (pack / TUNING).symlink_to(tuning)
    assert load_pack(pack).tuning is None


def problems_with(pack: Path) -> list[str]:
    draft = read_pack(pack)
    check_tuning(draft)
    return [str(problem) for problem in draft.problems]


def test_a_whole_tuning_is_found_right(tuning: Path):
    assert problems_with(tuning.parent) == []


def test_a_tuning_that_is_broken_or_elsewhere_or_for_other_weights_is_found(tmp_path, tuning: Path):
    pack = shutil.copytree(tuning.parent, tmp_path / "pack")
    file = pack / TUNING
    file.write_bytes(tuning.read_bytes()[:1000])
    [broken] = problems_with(pack)
    assert broken.startswith("hearing.npz:1:1: ")
    assert "remove it" in broken
    write_differences(file, {ENCODER: (b"old", b"new")})
    assert "tunes other weights" in problems_with(pack)[0]
    file.unlink()
    file.symlink_to(tuning)
    assert "no file of the pack" in problems_with(pack)[0]
