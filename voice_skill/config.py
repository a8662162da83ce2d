"""Settings: one YAML file, checked; every option of it can also be given on the command line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voice_skill.dialog.positions import KeyPath, YamlProblem, read
from voice_skill.errors import UsageError

RecognizerName = Literal["auto", "moonshine", "vosk"]
VoiceName = Literal["auto", "piper", "pyttsx3"]


class Settings(BaseModel):
    """How the program hears, speaks and answers.

    pack: a built-in pack ("en") or a folder. region: for emergency numbers and names of medicines, "" for
    the pack's default. rate, pitch, volume: 1.0 is the voice's normal. microphone, loudspeaker: a device's
    name or number, None for the system's default. models: where recognition models lie. cache: keep rendered
    answers on disk. end_of_turn_s: silence after which a person has finished speaking.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: str = "en"
    region: str = ""
    recognizer: RecognizerName = "auto"
    voice: VoiceName = "auto"
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    pitch: float = Field(default=1.0, ge=0.5, le=2.0)
    volume: float = Field(default=1.0, ge=0.0, le=1.0)
    microphone: str | int | None = None
    loudspeaker: str | int | None = None
    models: Path | None = None
    cache: bool = True
    end_of_turn_s: float = Field(default=0.8, ge=0.3, le=3.0)


def default_file() -> Path:
    """Return where the settings are looked for when no file is named."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "voice-skill" / "config.yaml"


def load_settings(file: Path | None = None) -> Settings:
    """Return the settings of `file`, or of the default file if there is one, or the defaults.

    Raises UsageError with file and line for a missing file, broken YAML, an unknown key, a bad value.
    """
    path = file or default_file()
    if not path.is_file():
        if file is None:
            return Settings()
        raise UsageError(f"there is no settings file {file}", "Name an existing YAML file with --config")
    try:
        document = read(path)
    except YamlProblem as problem:
        raise UsageError(f"{path}:{problem.line}: {problem.message}") from problem
    try:
        return Settings.model_validate(document.data or {})
    except ValidationError as error:
        raise UsageError(_explain(path, document.line, error)) from error


def override(settings: Settings, **given: object) -> Settings:
    """Return the settings with those options that were given (not None) in place of theirs."""
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate({**settings.model_dump(), **chosen})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise UsageError(f"--{str(detail['loc'][0]).replace('_', '-')}: {detail['msg']}") from error


def _explain(path: Path, line: Callable[[KeyPath], int], error: ValidationError) -> str:
    detail = error.errors(include_url=False)[0]
    where = tuple(detail["loc"])
    name = ".".join(str(step) for step in where) or "the file"
    known = ", ".join(Settings.model_fields)
    message = f"unknown option '{name}'; known are: {known}"
    if detail["type"] != "extra_forbidden":
        message = f"{name}: {detail['msg']}"
    return f"{path}:{line(where)}: {message}"
