"""Unpacks a model's archive, trusting nothing in it."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from voice_skill.errors import MissingError

MOST_FILES = 1000
_BLOCK = 1 << 20


def unpack(archive: Path, folder: Path, most_bytes: int, progress: Callable[[int, int], None]) -> None:
    """Write the archive's files into the empty `folder`, without the one folder that may hold them all.

    `progress` is told the bytes written and the bytes in all. Everything is on disk when this returns. Raises
    MissingError, before writing anything, for what is not a zip file, names outside the folder, links, more
    than `most_bytes` bytes or MOST_FILES files; and for a damaged file.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(archive, members, most_bytes)
            prefix = _common_folder(members)
            done, total = 0, sum(member.file_size for member in members)
            for member in members:
                target = folder / PurePosixPath(member.filename).relative_to(prefix)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as source, target.open("xb") as sink:
                    while block := source.read(_BLOCK):
                        sink.write(block)
                        done += len(block)
                        progress(done, total)
                    sink.flush()
                    os.fsync(sink.fileno())
    except (FileExistsError, NotADirectoryError) as error:
        raise _refuse(archive, f"{error.filename} is in it twice") from error
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError) as error:
        raise _refuse(archive, f"it is not a whole zip file ({error})") from error
    _sync_folders(folder)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check(archive: Path, members: list[zipfile.ZipInfo], most_bytes: int) -> None:
    if not members:
        raise _refuse(archive, "it is empty")
    if len(members) > MOST_FILES:
        raise _refuse(archive, f"it holds {len(members)} files, more than {MOST_FILES}")
    # zipfile reads no more of a member than the size it declares, so the declared sizes are a true bound.
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise _refuse(archive, f"it unpacks to {total} bytes, more than the {most_bytes} expected")
    for member in members:
        fault = _member_fault(member)
        if fault:
            raise _refuse(archive, f"{member.orig_filename!r} {fault}")


def _member_fault(member: zipfile.ZipInfo) -> str:
    """Return what makes one member unacceptable, or ""."""
    name = member.orig_filename
    path = PurePosixPath(name)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or not path.parts or any(sign in name for sign in "\\:\0"):
        return "would land outside the model's folder"
    if kind not in {0, stat.S_IFREG}:
        return "is a link or a device, not a file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "is compressed in an unusual way"
    return ""


def _common_folder(members: list[zipfile.ZipInfo]) -> PurePosixPath:
    tops = {PurePosixPath(member.filename).parts[0] for member in members}
    loose = any(len(PurePosixPath(member.filename).parts) == 1 for member in members)
    return PurePosixPath(tops.pop()) if len(tops) == 1 and not loose else PurePosixPath()


def _sync_folders(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        sync_folder(Path(parent))


def _refuse(archive: Path, why: str) -> MissingError:
    return MissingError(
        f"the archive {archive} is refused: {why}", "Fetch it again from the address in models.yaml"
    )
