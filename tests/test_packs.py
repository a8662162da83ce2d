"""Dialog packs: what is wrong in one is said with file, line and column, all of it in one run."""

import os
import shutil
from pathlib import Path

import pytest

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


BROKEN = {
    "not YAML": (
        "answers/all.yaml",
        "relief:\n",
        "relief: [\n",
        "answers/all.yaml:3:10: expected ',' or ']'",
    ),
    "a tab": ("pack.yaml", "  uk:", "\tuk:", "pack.yaml:8:1: found character '\\t'"),
    "a key twice": (
        "prompts.yaml",
        "stopped:",
        "paused:",
        "prompts.yaml:17:1: the key 'paused' stands twice (first in line 10)",
    ),
    "a misspelt key": (
        "answers/all.yaml",
        "title:",
        "titel:",
        "answers/all.yaml:2:3: unknown key 'titel'; did you mean 'title'?",
    ),
    "a key missing": (
        "pack.yaml",
        "summary: What to do when your nose bleeds.\n",
        "",
        "pack.yaml:2:1: the key 'summary' is missing",
    ),
    "a wrong type": (
        "exercises/all.yaml",
        "hold_s: 60",
        "hold_s: soon",
        "exercises/all.yaml:5:30: pinch.steps.1.hold_s",
    ),
    "an unknown source": (
        "answers/all.yaml",
        "[S1, nhs:nosebleed]",
        "[nhs:nosbleed]",
        "unknown source 'nhs:nosbleed'; did you mean 'nhs:nosebleed'?",
    ),
    "no source": ("answers/all.yaml", "[S2]", "[]", "answers/all.yaml:18:"),
    "a source that nothing refers to": (
        "sources.yaml",
        "rule:call-first",
        "nhs:other: {title: Other}\nrule:call-first",
        "sources.yaml:2:1: no statement refers to the source 'nhs:other'",
    ),
    "a statement that the source document has not": (
        "answers/all.yaml",
        "[S2]",
        "[S2, S9]",
        "no statement S9",
    ),
    "a statement unsaid": ("answers/all.yaml", "[S3]", "[S1]", "statement S3 is said nowhere"),
    "an unknown exercise": (
        "answers/all.yaml",
        "exercise: pinch",
        "exercise: punch",
        "answers/all.yaml:7:7: unknown exercise 'punch'; did you mean 'pinch'?",
    ),
    "an unknown next exercise": ("exercises/all.yaml", "next: cold", "next: colt", "did you mean 'cold'?"),
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
    "an answer that is never reached": (
        "answers/all.yaml",
        "    - say:\n        - {text: Sit up",
        "    - when: {age: child}\n      say: [{text: Wait., sources: [S1]}]\n"
        "    - say:\n        - {text: Sit up",
        "never said: answer 1 of 'relief' holds whenever this one does",
    ),
    "a template in too many ways": (
        "phrases/all.yaml",
        "[on {side}]",
        "(a;b;c;d;e;f;g)",
        "more than 6 parts in any order",
    ),
    "a template that is too deep": (
        "phrases/all.yaml",
        "[on {side}]",
        "(" * 3000 + "a" + ")" * 3000,
        "nested too deeply",
    ),
    "a broken template": ("phrases/all.yaml", "[on {side}]", "[on {side}", "the template cannot be read"),
    "an unknown list": (
        "phrases/all.yaml",
        "{side}",
        "{sides}",
        "unknown slot list '{sides}'; did you mean 'side'?",
    ),
    "a topic without phrases": ("phrases/all.yaml", "causes:", "stop_it:", "nobody can ask for it"),
    "phrases without a topic": ("phrases/all.yaml", "causes:", "cause:", "no answer; did you mean 'causes'?"),
    "an exercise that nothing leads to": (
        "exercises/all.yaml",
        "  next: cold\n",
        "",
        "no exercise leads to 'cold'",
    ),
    "exercises in a circle": (
        "exercises/all.yaml",
        "cold:\n",
        "cold:\n  next: pinch\n",
        "goes round in a circle when it does not help: pinch -> cold -> pinch",
    ),
    "a question missing": (
        "answers/all.yaml",
        "  urgency: soon",
        "  ask: side\n  urgency: soon",
        "no question for 'side'",
    ),
    "no first region": ("pack.yaml", "default_region: uk", "default_region: fr", "not one of the regions"),
    "an unsafe tag": (
        "pack.yaml",
        "name: nosebleed",
        "name: !!python/object/apply:os.getcwd []",
        "pack.yaml:2:7: tags",
    ),
    "an alias": (
        "prompts.yaml",
        "no_more: That is all.\nnothing_running: Nothing is running.",
        "no_more: &a That is all.\nnothing_running: *a",
        "prompts.yaml:8:10: written once with '&'",
    ),
    "a comma without quotes": (
        "answers/all.yaml",
        "Dry air is",
        "Dry air, or cold, is",
        "unknown key 'or cold': a text with a comma in it needs quotes inside { }",
    ),
    "a turn that is two things": (
        "conversations/all.yaml",
        "- wait: true",
        "- wait: true\n      silent: true",
        "a turn is one of: user, wait, silent, noise",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named_with_its_place(pack, name):
    file, old, new, expected = BROKEN[name]
    change(pack, file, old, new)
    found = problems(pack)
    assert any(expected in problem for problem in found), found
    with pytest.raises(PackError):
        load_pack(pack)


HARD_TO_USE = {
    "a word that a region has not": (
        "red_flags.yaml",
        "{emergency_call}",
        "{emergency_cal}",
        "red_flags.yaml:6:8: '{emergency_cal}' is not among the words of region 'uk'",
    ),
    "too many words": ("answers/all.yaml", "Dry air is", "Dry " + "air " * 20 + "is", "one breath (2"),
    "too long to say": (
        "answers/all.yaml",
        "Dry air is a common reason. See a doctor if it happens often.",
        "'Extraordinarily dehydrated, uncomfortably overheated, insufficiently circulating, artificially "
        "conditioned atmospheres are responsible.'",
        "takes too long to say (about",
    ),
    "a list of four": (
        "answers/all.yaml",
        "Dry air is a common reason. See a doctor if it happens often.",
        "'Dry air, cold, dust and smoke are common reasons.'",
        "a list of 4 things",
    ),
    "too hard to read": (
        "answers/all.yaml",
        "Dry air is a common reason.",
        "Atmospheric aridity constitutes a predominant aetiological determinant. Mucosal desiccation "
        "precipitates vascular fragility. Anticoagulant administration exacerbates manifestations. "
        "Hypertensive individuals demonstrate disproportionate susceptibility. Environmental humidification "
        "facilitates restoration.",
        "'causes' is too hard to follow (reading grade",
    ),
    "a step that says hold, and has none": (
        "exercises/all.yaml",
        "Pinch the soft part of your nose.",
        '"Pinch your nose, and hold."',
        "the step says to hold, but has no hold_s",
    ),
    "more said than the hold is long": (
        "exercises/all.yaml",
        "hold_s: 60",
        "hold_s: 2",
        "a hold of 2 s has no room for all that is said in it",
    ),
    "said during no hold": ("exercises/all.yaml", "hold_s: 60, ", "", "but the step has no hold_s"),
    "no hold at all": ("exercises/all.yaml", ", hold_s: 30", "", "no step of 'cold' has a hold"),
    "a phrase of two topics": (
        "phrases/all.yaml",
        "[why does my nose bleed]",
        '["[oh no] my nose is bleeding"]',
        "all.yaml:5:13: 'my nose is bleeding' belongs to 'causes' and to 'relief' (phrases/all.yaml:2)",
    ),
    "a phrase of two topics, with a list in one": (
        "phrases/all.yaml",
        "[why does my nose bleed]",
        '["my (kid|cat) has a nose bleed"]',
        "'my kid has a nose bleed' belongs to",
    ),
    "a sign of an emergency that a topic claims": (
        "red_flags.yaml",
        "  question",
        "  examples: [what makes a nose bleed]\n  question",
        "belongs to the red flag 'severe_bleeding' and to 'causes'",
    ),
    "phrases that sound alike": (
        "phrases/all.yaml",
        "[what makes a nose bleed]",
        "[blud is running out of my nose]",
        "sounds like 'blood is running out of my nose' of 'relief'",
    ),
    "values that sound alike": (
        "slots.yaml",
        "right: [right",
        "right: [lefft, right",
        "sounds like 'left' (left)",
    ),
    "a list that nothing uses": (
        "slots.yaml",
        "side:",
        "colour:\n  red: [red]\nside:",
        "nothing uses the list",
    ),
    "pairs that share nothing": (
        "pack.yaml",
        "statements: 3",
        "statements: 3\nshared_phrases: [[relief, causes]]",
        "'relief' and 'causes' share no phrase",
    ),
    "a rule that cannot be read": ("red_flags.yaml", "blood + pour*", "blood + po*ur", "'*' inside a word"),
}


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
    change(pack, "slots.yaml", "side:", "room:\n  kitchen: [kitchen]\nside:")
    text = "\n".join(problems(other))
    assert "sources that differ: nhs:nosebleed" in text
    assert "the urgency is none, in ../pack it is soon" in text
    assert "the steps or holds of 'pinch' differ" in text
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
    text = "\n".join(problems(pack))
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


def test_a_phrase_that_cannot_be_heard_is_named(pack):
    file = pack / "phrases" / "all.yaml"
    file.write_text(file.read_text().replace("[next]", "[next, помогите мне]"))
    assert any("in Latin letters" in problem for problem in problems(pack))


def test_a_pack_that_is_taken_away_while_in_use_still_answers(pack):
    from voice_skill.session import Session, answer
    from voice_skill.understanding.understander import Understander

    loaded = load_pack(pack)
    shutil.rmtree(pack)
    understander = Understander(loaded.phrases, loaded.slots, loaded.red_flags)
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
