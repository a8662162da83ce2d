"""Files of our own: where they lie, and how they are written so that nothing half-written is ever seen."""

import contextlib
import os
import time
import uuid
from pathlib import Path

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
