"""Settings: one YAML file, checked; every option of it can also be given on the command line."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from voice_skill.dialog.positions import KeyPath, YamlProblem, expected, read
from voice_skill.errors import UsageError

RecognizerName = Literal["auto", "moonshine", "vosk"]
VoiceName = Literal["auto", "piper", "pyttsx3"]

PROFILES: Mapping[str, Mapping[str, object]] = {
    "day": {},
    "night": {"volume": 0.35, "rate": 0.9, "tone": False, "follows_speaker": True},
    "kiosk": {"volume": 0.6, "follows_noise": True},
}
"""Options that a profile sets where neither the file nor the command line does."""


class Settings(BaseModel):
    """How the program hears, speaks and answers.

    Each option's description is what `voice-skill config show` prints next to it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: Literal["day", "night", "kiosk"] = Field(
        default="day", description="night: softer, slower, no tones; kiosk: as loud as the room needs"
    )
    pack: str = Field(default="en", description="dialog pack: a built-in one or a folder")
    region: str = Field(
        default="", description='whose emergency number: any, uk, us, ...; "" is the pack\'s default'
    )
    recognizer: RecognizerName = Field(default="auto", description="auto, moonshine or vosk")
    voice: VoiceName = Field(default="auto", description="auto, piper or pyttsx3")
    rate: float = Field(default=1.0, ge=0.5, le=2.0, description="speed of the voice; 1.0 is its normal")
    pitch: float = Field(default=1.0, ge=0.5, le=2.0, description="pitch of the voice; 1.0 is its normal")
    volume: float = Field(
        default=1.0, ge=0.0, le=1.0, description="loudness at the start; the voice can change it"
    )
    microphone: str | int | None = Field(
        default=None, description="a device's name or number; null: the default"
    )
    loudspeaker: str | int | None = Field(
        default=None, description="a device's name or number; null: the default"
    )
    models: Path | None = Field(default=None, description="folder of recognition models; null: the usual one")
    threads: int = Field(
        default=2, ge=1, le=16, description="processor cores that recognition (moonshine) may use"
    )
    cache: bool = Field(
        default=True, description="keep rendered answers, and what was worked out of the pack, on disk"
    )
    wake: Literal["need", "word", "push", "session"] = Field(
        default="need",
        description="what wakes it: talk about what the pack knows, a wake word, a push, or all that is said",
    )
    wake_word: Literal["hey_mycroft", "okay_nabu", "hey_jarvis", "alexa"] = Field(
        default="hey_mycroft", description="for wake: word: the word; needs the extra [wakeword]"
    )
    push_command: str = Field(
        default="", description='for wake: push: a command; each line it prints is a push; "": the Enter key'
    )
    barge_in: Literal["all", "stop_words", "off"] = Field(
        default="all", description="what interrupts its speech: all that is meant for it, stop words, nothing"
    )
    end_of_turn_s: float = Field(
        default=0.8, ge=0.3, le=3.0, description="silence that ends a turn when more might be to come"
    )
    longest_pause_s: float = Field(
        default=1.5, ge=0.5, le=5.0, description="silence that ends a turn that was not finished"
    )
    tone: bool = Field(default=True, description="a soft tone when an answer takes longer than 0.4 s")
    follows_speaker: bool = Field(default=False, description="answer a whisper softly")
    follows_noise: bool = Field(default=False, description="speak louder in a noisy room")

    @model_validator(mode="after")
    def _take_profile(self) -> Self:
        for name, value in PROFILES[self.profile].items():
            if name not in self.model_fields_set:
                self.__dict__[name] = value
        return self


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
        if file is not None:
            raise UsageError(f"there is no settings file {file}", "Name an existing YAML file with --config")
        if os.path.lexists(path):  # a link to nothing, say: its region must not be passed over
            raise UsageError(f"{path} is no file that can be read", "Mend it or take it away")
        return Settings()
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
        return Settings.model_validate({**settings.model_dump(exclude_unset=True), **chosen})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise UsageError(f"--{str(detail['loc'][0]).replace('_', '-')}: {expected(detail['msg'])}") from error


def _explain(path: Path, line: Callable[[KeyPath], int], error: ValidationError) -> str:
    detail = error.errors(include_url=False)[0]
    where = tuple(detail["loc"])
    name = ".".join(str(step) for step in where) or "the file"
    known = ", ".join(Settings.model_fields)
    message = f"unknown option '{name}'; known are: {known}"
    if detail["type"] != "extra_forbidden":
        message = f"{name}: {expected(detail['msg'])}"
    return f"{path}:{line(where)}: {message}"
