"""Which recognition models can be had, where they lie, and which of them are there."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from voice_skill.dialog.positions import YamlProblem, expected, read
from voice_skill.errors import MissingError, UsageError
from voice_skill.hearing.vosk_files import model_faults

_PACKAGE = Path(__file__).resolve().parents[1]
_LABEL = "model.yaml"

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class ModelSpec(BaseModel):
    """One entry of the list of models.

    language: a tag such as "en". size: bytes of the archive. unpacked: bytes its files may take at most.
    sha256: of the archive, in hexadecimal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["vosk"]
    language: str
    title: str
    url: str = Field(pattern=r"^https?://")
    size: int = Field(gt=0)
    unpacked: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str

    @property
    def archive_stem(self) -> str:
        """Return the archive's name without ".zip": the folder one gets by unpacking it by hand."""
        return self.url.rsplit("/", 1)[-1].removesuffix(".zip")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on this machine. `faults` is empty when it can be used."""

    name: str
    spec: ModelSpec
    path: Path

    @property
    def faults(self) -> list[str]:
        """Return what is wrong with the model's files."""
        return model_faults(self.path)


_Registry = TypeAdapter(dict[ModelName, ModelSpec])


def read_registry(file: Path | None = None) -> dict[str, ModelSpec]:
    """Return the models that can be installed, by name; `file` replaces the list the program brings.

    Raises UsageError for a file that cannot be read or holds something else.
    """
    path = file or _builtin_registry()
    try:
        return _Registry.validate_python(read(path).data)
    except YamlProblem as problem:
        raise UsageError(f"the list of models {path}:{problem.line}: {problem.message}") from problem
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"])) or "the file"
        raise UsageError(f"the list of models {path}: {where}: {expected(detail['msg'])}") from error


def resolve_models_dir(setting: Path | None = None) -> Path:
    """Return the folder in which models lie: the setting, else VOICE_SKILL_MODELS, else the usual place.

    The usual place is `models/` of a source tree that the program runs from, else the user's data folder.
    """
    named = setting or os.environ.get("VOICE_SKILL_MODELS")
    if named:
        return Path(named).expanduser().absolute()
    tree = _PACKAGE.parent / "models"
    if (tree / "models.yaml").is_file() and os.access(tree, os.W_OK):
        return tree
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "voice-skill" / "models"


def installed_models(models_dir: Path | None = None) -> list[InstalledModel]:
    """Return the models in a folder (default: the usual one), sorted by path, broken ones too.

    Found are those the program installed and those of its list that were unpacked there by hand.
    """
    folder = resolve_models_dir(models_dir)
    listed = read_registry()
    by_hand = {spec.archive_stem: name for name, spec in listed.items()}
    found = []
    for path in _entries(folder):
        if path.name.startswith(".") or not path.is_dir():
            continue
        name = by_hand.get(path.name, path.name)
        spec = _read_label(path) or listed.get(name)
        if spec:
            found.append(InstalledModel(name, spec, path))
    return found


def find_model(engine: str, language: str, models_dir: Path | None = None) -> InstalledModel | None:
    """Return an installed model of this engine that hears the language; a usable one if there is one."""
    fitting = [
        model
        for model in installed_models(models_dir)
        if model.spec.engine == engine and same_language(model.spec.language, language)
    ]
    return min(fitting, key=lambda model: len(model.faults), default=None)


def same_language(one: str, other: str) -> bool:
    """Tell whether two language tags name the same language, wherever it is spoken ("en", "en-US")."""
    first, second = (tag.lower().replace("_", "-").partition("-")[0] for tag in (one, other))
    return first == second


def write_label(folder: Path, spec: ModelSpec) -> Path:
    """Write down in a model's folder what it is, and return the file."""
    path = folder / _LABEL
    path.write_text(yaml.safe_dump(spec.model_dump(), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise MissingError(
            f"cannot look into the models' folder {folder}: {error.strerror}",
            "Make it readable, or name another one with VOICE_SKILL_MODELS",
        ) from error


def _read_label(folder: Path) -> ModelSpec | None:
    try:
        return ModelSpec.model_validate(yaml.safe_load((folder / _LABEL).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError):
        return None  # a folder without a label of ours is somebody else's


def _builtin_registry() -> Path:
    packaged = _PACKAGE / "models.yaml"
    return packaged if packaged.is_file() else _PACKAGE.parent / "models" / "models.yaml"
