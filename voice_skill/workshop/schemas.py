"""JSON Schema for the files of a pack, so that editors complete and check them while somebody types."""

import json
from typing import Any

from voice_skill.dialog.reading import FILES, FOLDERS

DRAFT = "https://json-schema.org/draft/2020-12/schema"

FOLDER = ".schema"
"""Where `pack new` puts them, beside the files that they are for; a pack ignores it."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return a JSON Schema for each kind of file: "pack", "answers", "exercises" and so on."""
    adapters = {file.removesuffix(".yaml"): adapter for file, adapter in FILES.items()} | dict(FOLDERS)
    return {
        name: {
            "$schema": DRAFT,
            "title": f"{name} of a dialog pack",
            **adapter.json_schema(mode="validation"),
        }
        for name, adapter in adapters.items()
    }


def as_text(schema: dict[str, Any]) -> str:
    """Return a schema as it stands in a file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def hint(kind: str, depth: int) -> str:
    """Return the comment line by which an editor finds the schema. depth: folders below the pack."""
    return f"# yaml-language-server: $schema={'../' * depth}{FOLDER}/{kind}.json\n"
