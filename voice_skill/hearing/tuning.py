"""The network's weights, tuned to what people say about cramps and to noise.

The weights come in a Python package that is not ours; what is kept here is only how the tuned ones differ
from them, byte by byte. `benchmarks/tuning` makes the file anew and tells how it was tuned.
"""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

DIFFERENCES = Path(__file__).parent / "data" / "tuning.npz"


def tuned(content: bytes, name: str, differences: Path = DIFFERENCES) -> bytes:
    """Return the tuned form of a file of the network, of the same length.

    content: of the file called `name`. What the differences were not made for, weights of somebody's own,
    comes back as it is.
    """
    with np.load(differences) as kept:
        if name not in kept or int(kept[checksum_key(name)]) != zlib.crc32(content):
            return content
        new: Bytes = np.frombuffer(content, np.uint8) + kept[name]
    return new.tobytes()


def write_differences(path: Path, files: dict[str, tuple[bytes, bytes]]) -> None:
    """Write the differences between files as the package has them and as they are tuned, by name."""
    kept: dict[str, Any] = {}
    for name, (original, new) in files.items():
        kept[name] = np.frombuffer(new, np.uint8) - np.frombuffer(original, np.uint8)
        kept[checksum_key(name)] = np.array(zlib.crc32(original))
    np.savez_compressed(path, **kept)


def checksum_key(name: str) -> str:
    """Return the name under which the checksum of the original file is kept."""
    return f"{name}.crc32"
