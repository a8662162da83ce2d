"""The first draft of a pack: small, working, and full of comments."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from voice_skill.errors import UsageError
from voice_skill.storage import unwritable, write_atomically
from voice_skill.workshop.schemas import FOLDER, as_text, hint, schemas


def new_pack(folder: Path) -> list[Path]:
    """Write a small pack into a new or empty folder; return its files. Raises UsageError if it cannot."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is there already, and not an empty folder", "Name a new folder")
        written = [_write(folder / name, text) for name, text in _contents()]
        for kind, schema in schemas().items():
            _write(folder / FOLDER / f"{kind}.json", as_text(schema))
    except OSError as error:
        raise unwritable(folder, error) from error
    return written


def _contents() -> Iterator[tuple[str, str]]:
    for file in _yaml(files("voice_skill.workshop").joinpath("template"), ""):
        name, text = file
        kind, _, rest = name.partition("/")
        yield name, hint(kind.removesuffix(".yaml"), 1 if rest else 0) + text


def _yaml(folder: Traversable, before: str) -> Iterator[tuple[str, str]]:
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            yield from _yaml(item, f"{before}{item.name}/")
        elif item.name.endswith(".yaml"):
            yield before + item.name, item.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    return path
