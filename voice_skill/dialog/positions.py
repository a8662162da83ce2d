"""YAML with places: plain data from a safe loader, and where each part of it stands.

Only what a pack needs of YAML is read: no tags, no anchors, no `yes` that turns into a truth value, no date
that turns into something else than its letters.
"""

import re
import stat
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

KeyPath = tuple[Hashable, ...]

LARGEST_FILE = 4 * 2**20
"""Bytes; a pack of ten thousand phrases has under one megabyte."""


class Place(NamedTuple):
    """Line and column in a file, both counted from 1."""

    line: int
    column: int


class YamlProblem(Exception):  # noqa: N818 - a report about a text, collected rather than raised to the user
    """The text is not YAML that we read. line, column: counted from 1."""

    def __init__(self, line: int, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file. data: plain Python. places: key path -> where that key or item stands."""

    path: Path
    data: Any
    places: dict[KeyPath, Place]

    def place(self, where: KeyPath) -> Place:
        """Return the place of the nearest enclosing part that has one."""
        for length in range(len(where), -1, -1):
            found = self.places.get(where[:length])
            if found is not None:
                return found
        return Place(1, 1)

    def line(self, where: KeyPath) -> int:
        """Return the line of the nearest enclosing part that has one."""
        return self.place(where).line


class _Resolving:
    """What a plain word may turn into: a number, true or false, nothing. All else stays text (YAML 1.2)."""

    yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern, starts in (
                ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
                ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
                ("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), "-+0123456789"),
                ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), "~nN"),
            )
            if first in starts
        ]
        for first in "tTfF-+0123456789~nN"
    } | {"": [("tag:yaml.org,2002:null", re.compile(r"^$"))]}


class _SlowLoader(_Resolving, yaml.SafeLoader):
    """Slower, and says better what is wrong."""


class _FastLoader(_Resolving, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml reads a pack ten times as fast."""


def read(path: Path) -> Document:
    """Read one file. Raises YamlProblem: no plain file, too large, not UTF-8, not the YAML that we read."""
    text = _text(path)
    try:
        data, places = _parse(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _plainly(error.problem or error.context or "broken YAML")
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlProblem(line, problem, column) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise YamlProblem(
            line, f"a character that no text has (code {ord(text[error.position])})", column
        ) from error
    except yaml.YAMLError as error:
        raise YamlProblem(1, str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise YamlProblem(1, "nested too deeply to be read") from error
    except ValueError as error:
        raise YamlProblem(1, f"a value that cannot be read ({error})") from error
    return Document(path, data, places)


def expected(message: str) -> str:
    """Return what a validation library says was expected, as the writer of a file understands it."""
    if "valid dictionary" in message:
        return "has to hold keys with their values, as in 'name: value'"
    return message.removeprefix("Value error, ").replace("Input should be", "has to be")


def _text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise YamlProblem(1, "this is no file with text in it")
        if status.st_size > LARGEST_FILE:
            size = status.st_size / 2**20
            limit = LARGEST_FILE // 2**20
            raise YamlProblem(
                1, f"too large ({size:.0f} MB; at most {limit} MB): split it into several files"
            )
        content = path.read_bytes()
    except OSError as error:
        raise YamlProblem(1, f"cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlProblem(line, f"not UTF-8 text (byte {error.start}); save the file as UTF-8") from error


def _plainly(problem: str) -> str:
    """Return the parser's words as the writer of a pack understands them."""
    if "could not determine a constructor" in problem:
        return "tags (words that begin with '!') have no meaning here: remove it, or put quotes around it"
    if "found character '\\t'" in problem:
        return f"{problem}: indent with spaces, not with tabs"
    return problem


def _parse(text: str) -> tuple[Any, dict[KeyPath, Place]]:
    try:
        return _load(_FastLoader(text))
    except yaml.reader.ReaderError:
        raise
    except yaml.YAMLError:
        return _load(_SlowLoader(text))


def _load(loader: Any) -> tuple[Any, dict[KeyPath, Place]]:
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        collected = _Collector()
        collected.take(node, ())
        return loader.construct_document(node), collected.places
    finally:
        loader.dispose()


class _Collector:
    """Notes where everything stands; refuses a key that stands twice, and aliases: they grow without end."""

    def __init__(self) -> None:
        self.places: dict[KeyPath, Place] = {}
        self._met: set[int] = set()

    def take(self, node: yaml.Node, where: KeyPath) -> None:
        mark = node.start_mark
        if id(node) in self._met:
            raise YamlProblem(
                mark.line + 1,
                "written once with '&' and used again with '*': write it out in each place",
                mark.column + 1,
            )
        self._met.add(id(node))
        self.places.setdefault(where, Place(mark.line + 1, mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, where)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.take(item, (*where, index))

    def _mapping(self, node: yaml.MappingNode, where: KeyPath) -> None:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node)
            place = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in seen:
                message = f"the key '{key}' stands twice (first in line {seen[key]})"
                raise YamlProblem(place.line, message, place.column)
            seen[key] = place.line
            self.places[(*where, key)] = place
            self.take(value_node, (*where, key))
