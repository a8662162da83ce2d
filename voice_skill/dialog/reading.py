"""Reading the files of a dialog pack, each on its own: YAML, known keys, right types."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voice_skill.dialog.positions import Document, KeyPath, YamlProblem, read
from voice_skill.dialog.schema import (
    Conversation,
    Exercise,
    Name,
    PackInfo,
    Phrases,
    Prompts,
    RedFlag,
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
}
FOLDERS: Mapping[str, TypeAdapter[Any]] = {
    "phrases": TypeAdapter(dict[Name, Phrases]),
    "answers": TypeAdapter(dict[Name, Topic]),
    "exercises": TypeAdapter(dict[Name, Exercise]),
    "conversations": TypeAdapter(list[Conversation]),
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a pack. file: relative to the pack. line: from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Draft:
    """A pack while it is read: what was understood so far, and what is wrong."""

    path: Path
    parts: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, KeyPath], tuple[str, int]] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, part: str, where: KeyPath, message: str) -> None:
        """Note a problem at a part of the pack, e.g. ("answers", ("massage", "answers", 0))."""
        file = self.owner(part, where)
        document = self.documents.get(file)
        self.problems.append(Problem(file, document.line(where) if document else 1, message))

    def owner(self, part: str, where: KeyPath) -> str:
        """Return the file in which that entry of a part stands."""
        for length in (1, 0):
            place = self.places.get((part, where[:length]))
            if place:
                return place[0]
        return f"{part}.yaml"


def read_pack(path: Path) -> Draft:
    """Read every file of a pack on its own: YAML, known keys, right types."""
    draft = Draft(path)
    for file, adapter in FILES.items():
        part = file.removesuffix(".yaml")
        draft.parts[part] = _read_file(draft, file, adapter, part)
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
    path = draft.path / file
    if not path.is_file():
        draft.problems.append(Problem(file, 1, "this file is missing from the pack"))
        return None
    try:
        document = read(path)
    except YamlProblem as problem:
        draft.problems.append(Problem(file, problem.line, problem.message))
        return None
    draft.documents[file] = document
    draft.places[(part, ())] = (file, 1)
    if isinstance(document.data, dict) and part in FOLDERS:
        for key in document.data:
            first = draft.places.get((part, (key,)))
            if first:
                message = f"'{key}' stands in {first[0]} already (line {first[1]})"
                draft.problems.append(Problem(file, document.line((key,)), message))
            draft.places[(part, (key,))] = (file, document.line((key,)))
    try:
        return adapter.validate_python(document.data)
    except ValidationError as error:
        draft.problems.extend(_explain(file, document, adapter, error))
        return None


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
                message = f"unknown key '{name}'" + (f"; did you mean '{close[0]}'?" if close else "")
            case "missing":
                message = f"the key '{name}' is missing"
                where = where[:-1]
            case "string_pattern_mismatch":
                message = (
                    f"'{detail['input']}' is not a valid name here (expected {detail['ctx']['pattern']})"
                )
            case _:
                inside = ".".join(str(step) for step in where)
                message = f"{inside}: {detail['msg'].removeprefix('Value error, ')}".removeprefix(": ")
        yield Problem(file, document.line(where), message)


def _known_keys(adapter: TypeAdapter[Any]) -> set[str]:
    schema = adapter.json_schema()
    models = [schema, *schema.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}


def _report_strangers(draft: Draft) -> None:
    """Report files that nothing reads: most often a misspelt name."""
    known = {*FILES, *FOLDERS}
    for path in sorted(draft.path.glob("*")):
        if path.name in known or path.name.startswith((".", "README")):
            continue
        close = difflib.get_close_matches(path.name, sorted(known), 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        draft.problems.append(Problem(path.name, 1, f"nothing reads this{hint}"))
