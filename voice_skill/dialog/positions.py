"""YAML with line numbers: plain data from the safe loader, and where each part of it stands."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

KeyPath = tuple[Hashable, ...]

_FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads a pack ten times as fast


class YamlProblem(Exception):  # noqa: N818 - a report about a text, collected rather than raised to the user
    """The text is not YAML that we read. line: counted from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file. data: plain Python. lines: key path -> line of that key or item, from 1."""

    path: Path
    data: Any
    lines: dict[KeyPath, int]

    def line(self, where: KeyPath) -> int:
        """Return the line of the nearest enclosing part that has one."""
        for length in range(len(where), -1, -1):
            found = self.lines.get(where[:length])
            if found is not None:
                return found
        return 1


def read(path: Path) -> Document:
    """Read one file. Raises YamlProblem: not UTF-8, not YAML, a key given twice, an object tag."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise YamlProblem(1, f"not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    except OSError as error:
        raise YamlProblem(1, f"cannot be read: {error.strerror}") from error
    try:
        data, lines = _parse(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "broken YAML"
        raise YamlProblem(mark.line + 1 if mark else 1, problem) from error
    except yaml.YAMLError as error:
        raise YamlProblem(1, str(error).splitlines()[0]) from error
    except (ValueError, RecursionError) as error:
        raise YamlProblem(1, f"a value that cannot be read ({error})") from error
    return Document(path, data, lines)


def _parse(text: str) -> tuple[Any, dict[KeyPath, int]]:
    try:
        return _load(_FastLoader(text))
    except yaml.YAMLError:
        return _load(yaml.SafeLoader(text))  # slower, and says better what is wrong


def _load(loader: Any) -> tuple[Any, dict[KeyPath, int]]:
    try:
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        if node is None:
            return None, lines
        _collect(node, (), lines)
        return loader.construct_document(node), lines
    finally:
        loader.dispose()


def _collect(node: yaml.Node, where: KeyPath, lines: dict[KeyPath, int]) -> None:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node)
            line = key_node.start_mark.line + 1
            if key in seen:
                raise YamlProblem(line, f"the key '{key}' stands twice (first in line {seen[key]})")
            seen[key] = line
            lines[(*where, key)] = line
            _collect(value_node, (*where, key), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*where, index)] = item.start_mark.line + 1
            _collect(item, (*where, index), lines)
