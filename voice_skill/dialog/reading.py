"""Reading the files of a dialog pack, each on its own: YAML, known keys, right types."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voice_skill.dialog.hints import Hints
from voice_skill.dialog.positions import Document, KeyPath, Place, YamlProblem, expected, read
from voice_skill.dialog.schema import (
    Conversation,
    Exercise,
    Name,
    PackInfo,
    Phrases,
    Prompts,
    RedFlag,
    Sayings,
    SlotLists,
    Source,
    Topic,
)

FILES: Mapping[str, TypeAdapter[Any]] = {
    "pack.yaml": TypeAdapter(PackInfo),
    "sources.yaml": TypeAdapter(dict[str, Source]),
    "slots.yaml": TypeAdapter(SlotLists),
    "red_flags.yaml": TypeAdapter(dict[Name, RedFlag]),
    "prompts.yaml": TypeAdapter(Prompts),
    "hints.yaml": TypeAdapter(Hints),
}
OPTIONAL: Mapping[str, Any] = {"hints.yaml": Hints()}
"""Files that a pack may lack, and what stands for them then."""
TUNING = "hearing.npz"
"""File by which recognition is tuned to the pack; see `hearing/tuning.py`."""

FOLDERS: Mapping[str, TypeAdapter[Any]] = {
    "phrases": TypeAdapter(dict[Name, Phrases]),
    "sayings": TypeAdapter(dict[Name, Sayings]),
    "answers": TypeAdapter(dict[Name, Topic]),
    "exercises": TypeAdapter(dict[Name, Exercise]),
    "conversations": TypeAdapter(list[Conversation]),
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a pack. file: relative to the pack. line, column: from 1. rule: which check found it."""

    file: str
    line: int
    column: int
    message: str
    rule: str = "file"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(slots=True)
class Draft:
    """A pack while it is read: what was understood so far, and what is wrong.

    parts: what could be read; entries with mistakes are left out. broken: the names of those, by part.
    unread: parts of which a file could not be read at all, so that nothing can be said about what is missing.
    """

    path: Path
    parts: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, KeyPath], tuple[str, KeyPath]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def report(self, part: str, where: KeyPath, message: str, rule: str = "reference") -> None:
        """Note a problem at a part of the pack, e.g. ("answers", ("causes", "answers", 0))."""
        file, place = self.place(part, where)
        self.problems.append(Problem(file, *place, message, rule))

    def place(self, part: str, where: KeyPath) -> tuple[str, Place]:
        """Return the file and the place in it where that entry of a part stands."""
        file, start = self.places.get((part, where[:1])) or self.places.get((part, ())) or ("", ())
        if not file:
            return f"{part}.yaml", Place(1, 1)
        inside = (*start, *where[1:]) if start else where
        document = self.documents.get(file)
        return file, document.place(inside) if document else Place(1, 1)

    def names(self, part: str) -> set[str]:
        """Return every name that the part defines, also of entries with mistakes."""
        return set(self.parts.get(part) or ()) | self.broken.get(part, set())


def read_pack(path: Path) -> Draft:
    """Read every file of a pack on its own: YAML, known keys, right types."""
    draft = Draft(path)
    for file, adapter in FILES.items():
        part = file.removesuffix(".yaml")
        left_out = file in OPTIONAL and not (path / file).exists()
        draft.parts[part] = OPTIONAL[file] if left_out else _read_file(draft, file, adapter, part)
    for folder, adapter in FOLDERS.items():
        merged: Any = [] if folder == "conversations" else {}
        for item in _yaml_files(path / folder):
            data = _read_file(draft, f"{folder}/{item.name}", adapter, folder)
            if isinstance(merged, list):
                merged.extend(data or [])
            else:
                merged.update(data or {})
        draft.parts[folder] = merged
    _report_strangers(draft)
    return draft


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml")) if folder.is_dir() else []


def _read_file(draft: Draft, file: str, adapter: TypeAdapter[Any], part: str) -> Any:
    document = _document(draft, file)
    if document is None:
        draft.unread.add(part)
        return None
    draft.documents[file] = document
    draft.places[(part, ())] = (file, ())
    if part in FOLDERS:
        _note_entries(draft, file, document, part)
    try:
        return adapter.validate_python(document.data)
    except ValidationError as error:
        draft.problems.extend(_explain(file, document, adapter, error))
    if isinstance(document.data, dict) and part not in ("pack", "prompts", "hints"):
        return _good_entries(draft, part, document.data, adapter)
    draft.unread.add(part)
    return None


def _document(draft: Draft, file: str) -> Document | None:
    path = draft.path / file
    if not path.exists():
        draft.problems.append(Problem(file, 1, 1, "this file is missing from the pack"))
        return None
    if not path.resolve().is_relative_to(draft.path.resolve()):
        draft.problems.append(Problem(file, 1, 1, "a link that leads out of the pack: copy the file into it"))
        return None
    try:
        return read(path)
    except YamlProblem as problem:
        draft.problems.append(Problem(file, problem.line, problem.column, problem.message))
        return None


def _note_entries(draft: Draft, file: str, document: Document, part: str) -> None:
    """Remember in which file each entry stands; a name that stands in two files is a mistake."""
    if isinstance(document.data, list):
        count = sum(1 for known, where in draft.places if known == part and where)
        for index in range(len(document.data)):
            draft.places[(part, (count + index,))] = (file, (index,))
    elif isinstance(document.data, dict):
        for key in document.data:
            first = draft.places.get((part, (key,)))
            if first:
                place = draft.documents[first[0]].place(first[1])
                message = f"'{key}' stands in {first[0]} already (line {place.line})"
                draft.problems.append(Problem(file, *document.place((key,)), message))
            draft.places[(part, (key,))] = (file, (key,))


def _good_entries(draft: Draft, part: str, data: Mapping[str, Any], adapter: TypeAdapter[Any]) -> Any:
    """Return the entries that have no mistake in them, so that the rest of the pack can be checked too."""
    good: dict[str, Any] = {}
    for key, value in data.items():
        try:
            good |= adapter.validate_python({key: value})
        except ValidationError:
            draft.broken.setdefault(part, set()).add(str(key))
    return good


def _explain(
    file: str, document: Document, adapter: TypeAdapter[Any], error: ValidationError
) -> Iterator[Problem]:
    known = sorted(_known_keys(adapter))
    for detail in error.errors(include_url=False):
        where = tuple(step for step in detail["loc"] if step != "[key]")
        name = str(where[-1]) if where else ""
        match detail["type"]:
            case "extra_forbidden":
                close = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                if " " in name:
                    hint = ": a text with a comma in it needs quotes inside { }"
                message = f"unknown key '{name}'{hint}"
            case "missing":
                message = f"the key '{name}' is missing"
                where = where[:-1]
            case "string_pattern_mismatch":
                message = (
                    f"'{detail['input']}' is not what may stand here (expected {detail['ctx']['pattern']})"
                )
            case _:
                inside = ".".join(str(step) for step in where)
                message = f"{inside}: {expected(detail['msg'])}".removeprefix(": ")
        yield Problem(file, *document.place(where), message, "schema")


def _known_keys(adapter: TypeAdapter[Any]) -> set[str]:
    schema = adapter.json_schema()
    models = [schema, *schema.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}


def _report_strangers(draft: Draft) -> None:
    """Report files that nothing reads: most often a misspelt name."""
    known = {*FILES, *FOLDERS, TUNING}
    for path in sorted(draft.path.glob("*")):
        if path.name in known or path.name.startswith((".", "README")):
            continue
        close = difflib.get_close_matches(path.name, sorted(known), 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        draft.problems.append(Problem(path.name, 1, 1, f"nothing reads this{hint}"))
    for folder in FOLDERS:
        for path in sorted((draft.path / folder).glob("*")):
            if path.suffix != ".yaml" and not path.name.startswith((".", "README")):
                message = "nothing reads this: files of a pack end in .yaml"
                draft.problems.append(Problem(f"{folder}/{path.name}", 1, 1, message))
