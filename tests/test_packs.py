"""Dialog packs: what is wrong in one is said with file and line, all of it in one run."""

import shutil
from pathlib import Path

import pytest

from voice_skill.dialog.pack import check_pack, find_pack, load_pack
from voice_skill.errors import MissingError, PackError, UsageError

NOSEBLEED = Path(__file__).parent / "packs" / "nosebleed"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NOSEBLEED, tmp_path / "pack"))


def change(pack: Path, file: str, old: str, new: str) -> None:
    text = (pack / file).read_text()
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1))


def problems(pack: Path) -> list[str]:
    return [str(problem) for problem in sorted(check_pack(pack).problems)]


def test_a_good_pack_has_no_problems():
    assert problems(NOSEBLEED) == []
    assert load_pack(NOSEBLEED).topics["relief"].title == "stopping a nose bleed"


def test_the_english_pack_has_no_problems():
    assert problems(find_pack("en")) == []


BROKEN = {
    "not YAML": ("answers/all.yaml", "relief:\n", "relief: [\n", "answers/all.yaml:3: expected"),
    "a tab": ("pack.yaml", "  uk:", "\tuk:", "pack.yaml:8: found character '\\t'"),
    "a key twice": (
        "prompts.yaml",
        "stopped:",
        "paused:",
        "the key 'paused' stands twice (first in line 10)",
    ),
    "a misspelt key": ("answers/all.yaml", "title:", "titel:", "unknown key 'titel'; did you mean 'title'?"),
    "a key missing": (
        "pack.yaml",
        "summary: What to do when your nose bleeds.\n",
        "",
        "the key 'summary' is missing",
    ),
    "a wrong type": (
        "exercises/all.yaml",
        "hold_s: 60",
        "hold_s: soon",
        "exercises/all.yaml:5: pinch.steps.1.hold_s",
    ),
    "an unknown source": (
        "answers/all.yaml",
        "[S1, nhs:nosebleed]",
        "[nhs:nosbleed]",
        "did you mean 'nhs:nosebleed'?",
    ),
    "no source": ("answers/all.yaml", "[S2]", "[]", "answers/all.yaml:18: causes"),
    "an unknown exercise": (
        "answers/all.yaml",
        "exercise: pinch",
        "exercise: punch",
        "did you mean 'pinch'?",
    ),
    "an unknown slot": (
        "answers/all.yaml",
        "when: {age",
        "when: {ages",
        "unknown slot 'ages'; did you mean 'age'?",
    ),
    "an unknown value": (
        "answers/all.yaml",
        "age: child",
        "age: chid",
        "unknown age 'chid'; did you mean 'child'?",
    ),
    "a broken template": ("phrases/all.yaml", "[on {side}]", "[on {side}", "the template cannot be read"),
    "an unknown list": (
        "phrases/all.yaml",
        "{side}",
        "{sides}",
        "unknown slot list '{sides}'; did you mean 'side'?",
    ),
    "an unknown word": (
        "red_flags.yaml",
        "{emergency_call}",
        "{emergency_cal}",
        "not among the words of region 'uk'",
    ),
    "too long to say": (
        "answers/all.yaml",
        "Dry air is",
        "Dry " + "air " * 20 + "is",
        "too long for one breath (2",
    ),
    "a statement unsaid": ("answers/all.yaml", "[S3]", "[S1]", "statement S3 is said nowhere"),
    "an unreachable topic": ("phrases/all.yaml", "causes:", "stop_it:", "nobody can ask for it"),
    "an unreachable exercise": ("exercises/all.yaml", "  next: cold\n", "", "no exercise leads to 'cold'"),
    "an unsafe tag": (
        "pack.yaml",
        "name: nosebleed",
        "name: !!python/object/apply:os.getcwd []",
        "pack.yaml:2: ",
    ),
    "no first region": ("pack.yaml", "default_region: uk", "default_region: fr", "not one of the regions"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named_with_its_place(pack, name):
    file, old, new, expected = BROKEN[name]
    change(pack, file, old, new)
    found = problems(pack)
    assert any(expected in problem for problem in found), found
    with pytest.raises(PackError):
        load_pack(pack)


def test_all_mistakes_come_in_one_run(pack):
    change(pack, "answers/all.yaml", "title:", "titel:")
    change(pack, "pack.yaml", "language: en", "language: English")
    (pack / "answer").mkdir()
    text = "\n".join(problems(pack))
    assert "titel" in text
    assert "pack.yaml:4" in text
    assert "answer:1: nothing reads this; did you mean 'answers'?" in text


def test_missing_and_unreadable_files(pack):
    (pack / "prompts.yaml").unlink()
    (pack / "slots.yaml").write_bytes(b"side: \xff\xfe")
    text = "\n".join(problems(pack))
    assert "prompts.yaml:1: this file is missing" in text
    assert "slots.yaml:1: not UTF-8" in text


def test_a_pack_is_found_by_name_or_folder(tmp_path):
    assert find_pack("en").name == "en"
    with pytest.raises(MissingError, match="one of: en"):
        find_pack("tlh")
    with pytest.raises(UsageError, match=r"no pack\.yaml"):
        find_pack(tmp_path)


def test_statements_of_the_source_document_are_all_said():
    from voice_skill.dialog.checks import coverage

    covered = coverage(check_pack(find_pack("en")))
    assert sorted(covered) == list(range(1, 90))
    assert all(covered.values())
