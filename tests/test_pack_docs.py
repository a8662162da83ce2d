"""The page about writing packs: its examples are a pack that works, and its schemas know them."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from voice_skill.dialog.pack import find_pack, load_pack
from voice_skill.rehearsal import rehearse
from voice_skill.understanding.understander import Understander
from voice_skill.workshop.check import full_check
from voice_skill.workshop.schemas import schemas

PAGE = Path(__file__).parent.parent / "docs" / "packs.md"
EXAMPLES = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL))


def kind(file: str) -> str:
    return file.partition("/")[0].removesuffix(".yaml")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    for file, text in EXAMPLES.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    steering = (
        "next: {phrases: [next]}\nstop: {phrases: [stop]}\nout_of_scope: {examples: [what time is it]}\n"
    )
    (tmp_path / "phrases" / "steering.yaml").write_text(steering)
    return tmp_path


def test_the_examples_are_a_pack_without_problems_and_its_conversation_goes_as_written(pack):
    assert [str(problem) for problem in full_check(pack).problems] == []
    loaded = load_pack(pack)
    understander = Understander(loaded.phrases, loaded.slots, loaded.red_flags, loaded.hints)
    assert [outcome.failures for outcome in rehearse(loaded, understander)] == [()]


@pytest.mark.parametrize("file", EXAMPLES)
def test_the_schemas_know_the_examples(file):
    schema = jsonschema.Draft202012Validator(schemas()[kind(file)])
    assert list(schema.iter_errors(yaml.safe_load(EXAMPLES[file]))) == []


@pytest.mark.parametrize("file", EXAMPLES)
def test_the_schemas_know_what_is_wrong(file):
    data = yaml.safe_load(EXAMPLES[file])
    entry = data[0] if isinstance(data, list) else next(iter(data.values()))
    (entry if isinstance(entry, dict) else data)["titel"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schemas()[kind(file)]).validate(data)


def test_the_schemas_know_every_file_of_the_built_in_pack():
    known = schemas()
    folder = find_pack("en")
    for file in folder.rglob("*.yaml"):
        data = yaml.safe_load(file.read_text())
        schema = jsonschema.Draft202012Validator(known[kind(str(file.relative_to(folder)))])
        assert list(schema.iter_errors(data)) == []


def test_the_page_names_every_file_of_a_pack():
    assert {kind(file) for file in EXAMPLES} == set(schemas())
