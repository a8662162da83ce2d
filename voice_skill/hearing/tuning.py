"""The network's weights, tuned to what a pack is about: the words, the accents and the noise of its people.

The weights come in a Python package that is not ours. A pack keeps how the tuned ones differ from them, byte
by byte; `benchmarks/tuning` makes that of the English pack and tells how.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_skill.errors import MissingError

Bytes = npt.NDArray[np.uint8]

HEADER = 1024
"""Bytes that an array takes in a file besides its content, at most."""


def tuned(content: bytes, name: str, differences: Path) -> bytes:
    """Return the tuned form of a file of the network, of the same length.

    content: of the file called `name`. What the differences were not made for, weights of somebody's own,
    comes back as it is. Raises MissingError when the differences cannot be read.
    """
    try:
        return _tuned(content, name, differences)
    except (OSError, ValueError, TypeError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        problem = f"The tuning of the recogniser is broken: {differences} ({error})"
        raise MissingError(problem, "Take it anew from where the pack came from, or remove it") from error


def _tuned(content: bytes, name: str, differences: Path) -> bytes:
    wanted = {f"{name}.npy", f"{_checksum_key(name)}.npy"}
    with zipfile.ZipFile(differences) as archive:
        sizes = [one.file_size for one in archive.infolist() if one.filename in wanted]
    if any(size > len(content) + HEADER for size in sizes):
        return content  # never unpack more than what it is for
    with np.load(differences) as kept:
        if name not in kept or int(kept[_checksum_key(name)]) != zlib.crc32(content):
            return content
        difference = kept[name]
    if difference.dtype != np.uint8 or difference.shape != (len(content),):
        raise ValueError(f"{name} has another form than the weights")
    new: Bytes = np.frombuffer(content, np.uint8) + difference
    return new.tobytes()


def write_differences(path: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    """Write the differences between files as the package has them and as they are tuned, by name."""
    kept: dict[str, Any] = {}
    for name, (original, new) in files.items():
        kept[name] = np.frombuffer(new, np.uint8) - np.frombuffer(original, np.uint8)
        kept[_checksum_key(name)] = np.array(zlib.crc32(original))
    np.savez_compressed(path, **kept)


def _checksum_key(name: str) -> str:
    """Return the name under which the checksum of the original file is kept."""
    return f"{name}.crc32"
