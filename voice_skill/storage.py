"""Files: where our own lie, and how they are written so that nothing half-written is ever seen."""

import contextlib
import errno
import os
import time
import uuid
from pathlib import Path

from voice_skill.errors import MissingError, UsageError, VoiceSkillError

UNFINISHED = ".part"
"""Suffix of a file that is being written; one that a power cut left behind may be deleted."""

ABANDONED_S = 3600
"""Nobody writes one file for longer."""


def cache_home() -> Path:
    """Return the folder for what can be made again: ~/.cache/voice-skill, or under XDG_CACHE_HOME."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "voice-skill"


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write the file whole or not at all; what was there before stays until then. Raises OSError.

    private: readable by its owner alone.
    """
    draft = path.with_name(f".{uuid.uuid4().hex}{UNFINISHED}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:  # also ^C: nothing half-written is left behind
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def write_output(path: Path, content: bytes) -> None:
    """Write a file that a person asked for: whole or not at all; what a link leads to, not the link.

    A device or a pipe (/dev/stdout) is written to directly. Raises VoiceSkillError when it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            _write_special(path, content)
        else:
            write_atomically(path.resolve(), content)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError | ValueError) -> VoiceSkillError:
    """Return what tells a person that a file or folder cannot be written, and how to mend it."""
    code = getattr(error, "errno", None)
    problem = f"{path} cannot be written: {getattr(error, 'strerror', None) or error}"
    if code == errno.ENOENT and not path.parent.is_dir():
        return UsageError(f"the folder {path.parent} does not exist", "Create it, or name another place")
    if code in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return MissingError(problem, "Free some space, or name another place")
    return UsageError(problem, "Name another place")


def _write_special(path: Path, content: bytes) -> None:
    # Non-blocking only while opening: a named pipe that nobody reads is an error, not a wait without end.
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(content)


def keep_newest(folder: Path, suffix: str, most: int) -> None:
    """Delete all but the newest files of a kind, and what writers that were broken off left there."""
    now = time.time()
    for draft in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            if now - draft.stat().st_mtime > ABANDONED_S:
                draft.unlink()
    aged: list[tuple[float, Path]] = []
    for path in folder.glob(f"*{suffix}"):
        with contextlib.suppress(OSError):  # another process may have deleted it
            aged.append((path.stat().st_mtime, path))
    for _, path in sorted(aged, reverse=True)[most:]:
        path.unlink(missing_ok=True)
