"""Dialog packs: what is wrong in one is said with file, line and column, all of it in one run."""

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.broken_packs import BROKEN, HARD_TO_USE
from voice_skill.dialog.checks import coverage
from voice_skill.dialog.pack import check_pack, find_pack, load_pack
from voice_skill.errors import MissingError, PackError, UsageError
from voice_skill.workshop.check import full_check

NOSEBLEED = Path(__file__).parent / "packs" / "nosebleed"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NOSEBLEED, tmp_path / "pack"))


def change(pack: Path, file: str, old: str, new: str) -> None:
    text = (pack / file).read_text()
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1))


def problems(pack: Path) -> list[str]:
    return [str(problem) for problem in full_check(pack).problems]


def test_a_good_pack_has_no_problems():
    assert problems(NOSEBLEED) == []
    assert load_pack(NOSEBLEED).topics["relief"].title == "stopping a nose bleed"


def test_the_english_pack_has_no_problems():
    assert problems(find_pack("en")) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named_with_its_place(pack, name):
    file, old, new, expected = BROKEN[name]
    change(pack, file, old, new)
    found = problems(pack)
    assert any(expected in problem for problem in found), found
    with pytest.raises(PackError):
        load_pack(pack)


@pytest.mark.parametrize("name", HARD_TO_USE)
def test_what_is_hard_to_say_or_to_understand_is_named_too(pack, name):
    file, old, new, expected = HARD_TO_USE[name]
    change(pack, file, old, new)
    found = problems(pack)
    assert any(expected in problem for problem in found), found


def test_a_value_without_an_answer_is_named(pack):
    change(
        pack,
        "slots.yaml",
        "  adult: [adult]",
        "  adult: [adult]\n  baby: [baby]\n  old: [grandpa]\n  dog: [dog]",
    )
    change(pack, "answers/all.yaml", "when: {age: child}", "when: {age: [child, adult, baby]}")
    text = "\n".join(problems(pack))
    assert "slots.yaml:8:3: no answer is for age 'old'" in text
    assert "no answer is for age 'dog'" in text
    assert "'baby'" not in text


def test_a_translation_out_of_step_is_named(pack):
    other = Path(shutil.copytree(pack, pack.parent / "translation"))
    change(other, "pack.yaml", "language: en", "language: de\ntranslates: ../pack")
    assert problems(other) == []
    change(other, "answers/all.yaml", "[S1, nhs:nosebleed]", "[S1]")
    change(other, "answers/all.yaml", "urgency: soon", "urgency: none")
    change(other, "exercises/all.yaml", "hold_s: 60", "hold_s: 30")
    change(other, "red_flags.yaml", "level: emergency", "level: urgent")
    change(pack, "slots.yaml", "side:", "room:\n  kitchen: [kitchen]\nside:")
    text = "\n".join(problems(other))
    assert "sources that differ: nhs:nosebleed" in text
    assert "the urgency is none, in ../pack it is soon" in text
    assert "the steps or holds of 'pinch' differ" in text
    assert "the level is urgent, in ../pack it is emergency" in text
    assert "the list 'room' of ../pack is missing here" in text


def test_all_mistakes_come_in_one_run(pack):
    change(pack, "answers/all.yaml", "title:", "titel:")
    change(pack, "pack.yaml", "language: en", "language: English")
    change(pack, "exercises/all.yaml", "next: cold", "next: colt")
    (pack / "answer").mkdir()
    (pack / "phrases" / "more.yml").write_text("")
    text = "\n".join(problems(pack))
    assert "titel" in text
    assert "pack.yaml:4:1" in text
    assert "answer:1:1: nothing reads this; did you mean 'answers'?" in text
    assert "phrases/more.yml:1:1: nothing reads this: files of a pack end in .yaml" in text
    assert "unknown exercise 'colt'" in text, "a mistake elsewhere does not hide this one"
    assert "nobody can ask for it" not in text, "what is only unread is not said to be missing"


def test_the_words_yes_and_no_and_dates_are_words(pack):
    change(pack, "phrases/all.yaml", '"yes": {phrases: ["yes"]}', "yes: {phrases: [yes, on]}")
    change(
        pack,
        "pack.yaml",
        "statements: 3",
        "statements: 3\nreviewed_by: A. Pharmacist\nreviewed_on: 2026-11-24",
    )
    assert problems(pack) == []
    assert load_pack(pack).phrases["yes"].phrases == ["yes", "on"]
    assert load_pack(pack).info.reviewed_on == "2026-11-24"


# What no pack should be, and still comes


def test_missing_and_unreadable_files(pack):
    (pack / "prompts.yaml").unlink()
    (pack / "slots.yaml").write_bytes(b"side:\n  left: [\xff\xfe]")
    (pack / "sources.yaml").write_text("nhs:nosebleed: {title: a\u0007b}")
    (pack / "red_flags.yaml").write_text("")
    text = "\n".join(problems(pack))
    assert "red_flags.yaml:1:1: has to hold keys with their values" in text
    assert "prompts.yaml:1:1: this file is missing" in text
    assert "slots.yaml:2:1: not UTF-8" in text
    assert "sources.yaml:1:25: a character that no text has (code 7)" in text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_named(pack, encoding):
    text = (pack / "slots.yaml").read_text()
    (pack / "slots.yaml").write_text(text, encoding=encoding)
    assert any("slots.yaml:1:1: not UTF-8 text" in problem for problem in problems(pack))


def test_a_mark_of_the_byte_order_is_no_mistake(pack):
    text = (pack / "slots.yaml").read_text()
    (pack / "slots.yaml").write_text(text, encoding="utf-8-sig")
    assert problems(pack) == []


def test_a_bomb_of_aliases_does_not_go_off(pack):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (pack / "slots.yaml").write_text("\n".join(lines))
    assert any("slots.yaml:1:5: written once with '&'" in problem for problem in problems(pack))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 50_000, "{a: " * 50_000, "a: !!set {b}", "? [a]\n: b"]
)
def test_strange_yaml_is_a_problem_and_not_a_crash(pack, text):
    (pack / "slots.yaml").write_text(text)
    assert any(problem.startswith("slots.yaml:1:") for problem in problems(pack))


def test_a_huge_file_is_not_read(pack):
    with (pack / "phrases" / "huge.yaml").open("wb") as file:
        file.truncate(50 * 2**20)
    assert any("phrases/huge.yaml:1:1: too large (50 MB" in problem for problem in problems(pack))


def test_a_link_out_of_the_pack_is_not_followed(pack, tmp_path):
    (tmp_path / "secret.yaml").write_text("left: [left]")
    (pack / "phrases" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (pack / "phrases" / "inside.yaml").symlink_to(pack / "phrases" / "nowhere.yaml")
    text = "\n".join(problems(pack))
    assert "phrases/link.yaml:1:1: a link that leads out of the pack" in text
    assert "phrases/inside.yaml:1:1: this file is missing" in text


def test_a_pack_behind_a_link_is_a_pack(pack, tmp_path):
    (tmp_path / "link").symlink_to(pack)
    assert problems(tmp_path / "link") == []


def test_something_that_is_no_file_is_named_and_not_waited_for(pack):
    os.mkfifo(pack / "phrases" / "pipe.yaml")
    assert any("phrases/pipe.yaml:1:1: this is no file" in problem for problem in problems(pack))


def test_a_pack_that_is_taken_away_while_in_use_still_answers(pack):
    from voice_skill.session import Session, answer
    from voice_skill.understanding.understander import Understander

    loaded = load_pack(pack)
    shutil.rmtree(pack)
    understander = Understander(loaded.phrases, loaded.slots, loaded.red_flags, loaded.hints)
    assert answer(Session(loaded, understander), "my nose is bleeding").text.startswith("Sit up")


def test_a_pack_is_found_by_name_or_folder(tmp_path):
    assert find_pack("en").name == "en"
    with pytest.raises(MissingError, match="one of: en"):
        find_pack("tlh")
    with pytest.raises(UsageError, match=r"no pack\.yaml"):
        find_pack(tmp_path)


def test_statements_of_the_source_document_are_all_said():
    covered = coverage(check_pack(find_pack("en")))
    assert sorted(covered) == list(range(1, 90))
    assert all(covered.values())


def mangled(text: str, rng: random.Random) -> str:
    """Return a file as a slip of the hand leaves it."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    line = lines[at]
    column = rng.randrange(len(line) + 1)
    lines[at : at + 1] = rng.choice(
        [
            [],
            [line.replace(":", " ", 1)],
            ["  " + line],
            [line.replace("[", "{").replace("]", "}")],
            [line[:column] + rng.choice("{}[]|*&!:,'\"#-?<>()\x00\t1") + line[column:]],
            [line, line],
        ]
    )
    return "\n".join(lines)


def test_whatever_is_typed_check_answers(pack):
    rng = random.Random(5)
    files = sorted(file.relative_to(pack) for file in pack.rglob("*.yaml"))
    found = 0
    for _ in range(150):
        file = rng.choice(files)
        (pack / file).write_text(mangled((NOSEBLEED / file).read_text(), rng))
        found += bool(full_check(pack).problems)
        shutil.copyfile(NOSEBLEED / file, pack / file)
    assert found > 75, "most slips are mistakes"
