"""Installs a recognition model: fetched or from a file, checked, and put in place in one step."""

import errno
import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voice_skill.errors import MissingError, UsageError, VoiceSkillError
from voice_skill.hearing.download import download, forget
from voice_skill.hearing.models import (
    ModelSpec,
    installed_models,
    read_registry,
    resolve_models_dir,
    write_label,
)
from voice_skill.hearing.unpack import sync_folder, unpack
from voice_skill.hearing.vosk_files import model_faults

Progress = Callable[[str, int, int], None]
"""Told now and then: the stage ("download", "check", "unpack"), bytes done, bytes in all."""

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the model lies, and whether it was there before."""

    path: Path
    already: bool


def _quietly(stage: str, done: int, total: int) -> None:
    pass


def install(
    name: str,
    *,
    models_dir: Path | None = None,
    from_file: Path | None = None,
    registry: Path | None = None,
    progress: Progress = _quietly,
) -> Installation:
    """Install the model `name` of the list of models, from its address or from its archive in a file.

    Ended at any moment, it leaves the model whole or absent; a download goes on where it stopped. Raises
    UsageError for an unknown name or file, MissingError for no connection, no space, a wrong or unsafe
    archive, VoiceSkillError when another installation is under way.
    """
    spec = _find_spec(name, read_registry(registry))
    folder = resolve_models_dir(models_dir)
    with _disk_trouble(folder), _only_one(folder):
        there = next((model for model in installed_models(folder) if model.name == name), None)
        if there is not None and not there.faults:
            return Installation(there.path, already=True)
        part = folder / f".{name}.zip.part"
        if from_file is None:
            _need_space(folder, max(spec.size - _size(part), 0) + spec.unpacked)
            _fetch(name, spec, part, progress)
            archive = part
        else:
            archive = from_file.expanduser()
            _need_space(folder, spec.unpacked)
            _check_file(archive, spec, progress)
        _put_in_place(archive, spec, folder / name, progress)
        forget(part)
        return Installation(folder / name, already=False)


def _find_spec(name: str, registry: dict[str, ModelSpec]) -> ModelSpec:
    if name not in registry:
        raise UsageError(f"there is no model '{name}' in the list", f"Choose one of: {', '.join(registry)}")
    return registry[name]


def _fetch(name: str, spec: ModelSpec, part: Path, progress: Progress) -> None:
    """Download the archive and check it; one that was resumed and is wrong is fetched once more."""

    def advance(done: int) -> None:
        progress("download", done, spec.size)

    def fetch() -> str:
        download(spec.url, part, spec.size, advance, fix)
        return _checksum(part, progress)

    fix = f"Fetch it on another machine and run: voice-skill models install {name} --from FILE.zip"
    resumed = _size(part) > 0
    found = fetch()
    if resumed and found != spec.sha256:
        forget(part)
        found = fetch()
    if found != spec.sha256:
        forget(part)
        raise _wrong_sum(spec.url, found, spec.sha256, "The address may hold a newer file: see models.yaml")


def _check_file(archive: Path, spec: ModelSpec, progress: Progress) -> None:
    if not archive.is_file():
        raise UsageError(f"there is no file {archive}", "Name the model's zip file with --from")
    try:
        found = _checksum(archive, progress)
    except OSError as error:
        raise UsageError(f"cannot read {archive}: {error.strerror}") from error
    if found != spec.sha256:
        raise _wrong_sum(str(archive), found, spec.sha256, f"Fetch it from {spec.url}")


def _wrong_sum(what: str, found: str, expected: str, fix: str) -> MissingError:
    return MissingError(f"{what} is not the expected file: its SHA-256 is {found}, not {expected}", fix)


def _checksum(archive: Path, progress: Progress) -> str:
    total, done = _size(archive), 0
    digest = hashlib.sha256()
    with archive.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress("check", done, total)
    return digest.hexdigest()


def _put_in_place(archive: Path, spec: ModelSpec, target: Path, progress: Progress) -> None:
    """Unpack beside the target, look at what came out, and rename it."""
    fresh, old = (target.with_name(f".{target.name}.{state}") for state in ("new", "old"))
    try:
        _remove(fresh)
        _remove(old)
        fresh.mkdir()
        unpack(archive, fresh, spec.unpacked, partial(progress, "unpack"))
        faults = model_faults(fresh)
        if faults:
            raise MissingError(
                f"{archive} holds no {spec.engine} model: {faults[0]}", f"Fetch it from {spec.url}"
            )
        write_label(fresh, spec)
        sync_folder(fresh)
        if target.exists() or target.is_symlink():
            target.rename(old)
        fresh.rename(target)
        sync_folder(target.parent)
    finally:
        _remove(fresh)
        _remove(old)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _need_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise MissingError(
            f"{folder} has {free // 10**6} MB free, the model needs {-(-needed // 10**6)} MB",
            "Free some space, or name another folder with VOICE_SKILL_MODELS",
        )


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it goes with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".install.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise VoiceSkillError(
                f"another installation is under way in {folder}", "Wait until it has ended, then try again"
            ) from error
        yield


@contextmanager
def _disk_trouble(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into the one line that says so."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise MissingError(
            f"cannot write in {folder}: {error.strerror or error}",
            ("Free some space" if full else "Make it writable")
            + ", or name another folder with VOICE_SKILL_MODELS",
        ) from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
