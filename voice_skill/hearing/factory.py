"""Chooses the recogniser."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voice_skill.audio.frames import Samples
from voice_skill.errors import MissingError, UsageError
from voice_skill.hearing.models import find_model, read_registry, resolve_models_dir, same_language
from voice_skill.hearing.recognizer import Recognizer

if TYPE_CHECKING:
    from voice_skill.hearing.gate import SpeechGate


def create_recognizer(
    name: str, language: str, models_dir: Path | None = None, *, threads: int = 2, word_times: bool = False
) -> Recognizer:
    """Return the recogniser called `name` for a language such as "en"; nothing is loaded yet.

    threads: processor cores that moonshine may use. word_times: find out when each word was said, also where
    that takes extra time. "auto" is vosk if a model for the language is installed in `models_dir` (default:
    the usual one), else moonshine. Raises MissingError when there is no model for the language, UsageError
    for another name.
    """
    if name not in {"moonshine", "vosk", "auto"}:
        raise UsageError(f"there is no recogniser '{name}'", "Choose moonshine, vosk or auto")
    folder = resolve_models_dir(models_dir)
    if name != "moonshine":
        model = find_model("vosk", language, folder)
        if model is not None:
            return _vosk(model.path)
    if name == "vosk" or not same_language(language, "en"):
        raise _no_model(name, language, folder)
    from voice_skill.hearing.moonshine import MoonshineRecognizer

    return MoonshineRecognizer(threads=threads, word_times=word_times)


def _vosk(path: Path) -> Recognizer:
    from voice_skill.hearing.vosk import VoskRecognizer

    return VoskRecognizer(path, has_speech=_gate())


def _gate() -> Callable[[Samples], bool]:
    """Return the speech gate as a function; its model is opened when the first sound comes."""

    @cache
    def gate() -> SpeechGate:
        from voice_skill.hearing.gate import SpeechGate

        return SpeechGate()

    return lambda samples: gate().has_speech(samples)


def _no_model(name: str, language: str, folder: Path) -> MissingError:
    """Return the error for a language that nothing installed can hear, with the way to mend it."""
    listed = [key for key, spec in read_registry().items() if same_language(spec.language, language)]
    fix = (
        f"Install it: voice-skill models install {listed[0]}"
        if listed
        else "The list of models has none either; models/README.md tells how to add one"
    )
    if name == "vosk":
        return MissingError(f"vosk has no model for the language '{language}' in {folder}", fix)
    return MissingError(f"moonshine hears English only, not '{language}', and vosk has no model for it", fix)
