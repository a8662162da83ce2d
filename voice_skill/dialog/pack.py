"""A dialog pack, and how it is found and loaded: a folder of YAML in, a checked `Pack` out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from voice_skill.dialog.checks import check_references
from voice_skill.dialog.hints import Hints
from voice_skill.dialog.reading import TUNING, Draft, read_pack
from voice_skill.dialog.schema import (
    Conversation,
    Exercise,
    PackInfo,
    Phrases,
    Prompts,
    RedFlag,
    SlotLists,
    Source,
    Topic,
)
from voice_skill.dialog.words import BEYOND, STEERING
from voice_skill.errors import MissingError, PackError, UsageError


@dataclass(frozen=True, slots=True)
class Pack:
    """A dialog pack. Every mapping is by name, in the order of the files."""

    path: Path
    info: PackInfo
    prompts: Prompts
    hints: Hints = field(default_factory=Hints)
    sources: dict[str, Source] = field(default_factory=dict)
    slots: SlotLists = field(default_factory=dict)
    phrases: dict[str, Phrases] = field(default_factory=dict)
    red_flags: dict[str, RedFlag] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    exercises: dict[str, Exercise] = field(default_factory=dict)
    conversations: list[Conversation] = field(default_factory=list)

    @property
    def intents(self) -> set[str]:
        """The names of everything that can be meant."""
        return {*self.topics, *self.phrases, *STEERING, *BEYOND}

    @property
    def tuning(self) -> Path | None:
        """The file by which recognition is tuned to the pack, if the pack brings one."""
        file = self.path / TUNING
        inside = file.is_file() and file.resolve().is_relative_to(self.path.resolve())
        return file if inside else None


def builtin_packs() -> Path:
    """Return the folder of the packs that come with the program (installed, or in the source tree)."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "dialogs"
    return installed if installed.is_dir() else package.parent / "dialogs"


def find_pack(name: str | Path) -> Path:
    """Return the folder of a pack named by its language or name ("en"), or by its path."""
    given = Path(name)
    if not str(name):
        raise UsageError("the name of the dialog pack is empty", "Give a folder or a name")
    if given.is_dir():
        if not (given / "pack.yaml").is_file():
            raise UsageError(f"{given} is not a dialog pack: it has no pack.yaml")
        return given
    inside = builtin_packs() / str(name)
    if inside.is_dir() and given.name == str(name):
        return inside
    if given.exists():
        raise UsageError(f"{given} is a file; a dialog pack is a folder with a pack.yaml in it")
    known = ", ".join(sorted(p.name for p in builtin_packs().glob("*") if (p / "pack.yaml").is_file()))
    raise MissingError(f"there is no dialog pack '{name}'", f"Give a folder, or one of: {known}")


def load_pack(name: str | Path) -> Pack:
    """Return the pack. Raises PackError with all its problems, MissingError when it is not there."""
    draft = check_pack(find_pack(name))
    if draft.problems:
        raise PackError(
            [
                f"{draft.path / problem.file}:{problem.line}:{problem.column}: {problem.message}"
                for problem in sorted(draft.problems)
            ]
        )
    return assemble(draft)


def check_pack(path: Path) -> Draft:
    """Read a pack and check all of it; the draft's `problems` says what is wrong."""
    draft = read_pack(path)
    check_references(draft)
    return draft


def assemble(draft: Draft) -> Pack:
    """Return the pack of a draft without problems."""
    parts = draft.parts
    sayings = parts["sayings"]
    return Pack(
        path=draft.path,
        info=parts["pack"],
        prompts=parts["prompts"],
        hints=parts["hints"],
        sources=parts["sources"],
        slots=parts["slots"],
        phrases={name: _with_sayings(of, sayings.get(name)) for name, of in parts["phrases"].items()},
        red_flags={name: _with_sayings(of, sayings.get(name)) for name, of in parts["red_flags"].items()},
        topics=parts["answers"],
        exercises=parts["exercises"],
        conversations=parts["conversations"],
    )


Said = TypeVar("Said", Phrases, RedFlag)


def _with_sayings(of: Said, sayings: Sequence[str] | None) -> Said:
    if sayings is None:
        return of
    return of.model_copy(update={"sayings": of.sayings + list(sayings)})
