"""The compiled grammar of a pack, kept on disk: reading it takes milliseconds, compiling it half a second."""

import hashlib
import io
import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_skill.dialog.schema import Phrases, RedFlag, SlotLists
from voice_skill.hearing.automaton import Network
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.packed import PackedNodes
from voice_skill.memory import building
from voice_skill.storage import cache_home, keep_newest, write_atomically

log = logging.getLogger(__name__)

KEPT = 8
"""Grammars that are kept; those unused longest go first."""

SUFFIX = ".grammar"

_MAGIC = b"voice-skill grammar 1\n"
_DIGEST_BYTES = 32
_SEPARATOR = "\0"
_PACKAGE = Path(__file__).resolve().parent.parent
_CODE = ("hearing/*.py", "understanding/normalize.py", "understanding/templates.py", "understanding/words.py")
"""What decides how a template is compiled."""


def grammar_of(
    phrases: Mapping[str, Phrases],
    slots: SlotLists,
    red_flags: Mapping[str, RedFlag],
    *,
    keep: bool = True,
    folder: Path | None = None,
) -> Grammar:
    """Return the grammar of a pack's parts, as `Grammar.of_pack` compiles it.

    keep: use what was compiled before, and keep what is compiled now, in `folder` (by default in the user's
    cache folder). Several processes may do so at once. A file that is damaged is compiled anew; one that
    cannot be written is done without. Raises UsageError for a template that cannot be read.
    """
    if not keep:
        return _compiled(phrases, slots, red_flags)
    folder = folder or cache_home() / "grammar"
    file = folder / (_fingerprint(phrases, slots, red_flags) + SUFFIX)
    grammar = _recall(file)
    if grammar is None:
        grammar = _compiled(phrases, slots, red_flags)
        _remember(file, grammar)
    return grammar


def _compiled(phrases: Mapping[str, Phrases], slots: SlotLists, red_flags: Mapping[str, RedFlag]) -> Grammar:
    with building():
        grammar = Grammar.of_pack(phrases, slots, red_flags)
        grammar.network.seal()
    return grammar


def to_bytes(grammar: Grammar) -> bytes:
    """Return a compiled grammar as `from_bytes` reads it: a digest, then arrays."""
    arrays: dict[str, Any] = {
        "words": _letters(sorted(grammar.words)),
        "lists": _letters(grammar.network.lists),
        "roots": np.array(list(grammar.network.lists.values()), np.int32),
    }
    nodes = grammar.network.seal()
    arrays |= {**nodes.table, "texts": _letters(nodes.texts)}
    out = io.BytesIO()
    np.savez(out, **arrays)
    payload = out.getvalue()
    return _MAGIC + hashlib.sha256(payload).digest() + payload


def from_bytes(content: bytes) -> Grammar:
    """Return the grammar. Raises ValueError when the content is not what `to_bytes` returned."""
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = content[start:]
    if content[:start] != _MAGIC + hashlib.sha256(payload).digest():
        raise ValueError("it is damaged, or was written by another version")
    with np.load(io.BytesIO(payload), allow_pickle=False) as file:
        table = {name: file[name] for name in file.files}
    texts, words, names = (_texts(table.pop(name)) for name in ("texts", "words", "lists"))
    lists = dict(zip(names, table.pop("roots").tolist(), strict=True))
    return Grammar.sealed(Network.sealed(PackedNodes(table, texts), lists), frozenset(words))


def _letters(texts: Iterable[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(_SEPARATOR.join(texts).encode(), np.uint8)


def _texts(letters: npt.NDArray[np.uint8]) -> list[str]:
    return letters.tobytes().decode().split(_SEPARATOR) if len(letters) else []


def _fingerprint(phrases: Mapping[str, Phrases], slots: SlotLists, red_flags: Mapping[str, RedFlag]) -> str:
    """Return a name for all that the compiled grammar depends on: the templates and the code."""
    digest = hashlib.sha256(version("hassil").encode())
    for name, said in phrases.items():
        digest.update(repr((name, said.phrases, said.examples)).encode())
    for name, flag in red_flags.items():
        digest.update(repr((name, flag.phrases, flag.examples)).encode())
    digest.update(repr(slots).encode())
    for pattern in _CODE:
        for source in sorted(_PACKAGE.glob(pattern)):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _recall(file: Path) -> Grammar | None:
    try:
        grammar = from_bytes(file.read_bytes())
        file.touch()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.info("compiling the grammar again: %s: %s", file, error)
        return None
    return grammar


def _remember(file: Path, grammar: Grammar) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(file, to_bytes(grammar), private=True)
        keep_newest(file.parent, SUFFIX, KEPT)
    except OSError as error:
        log.info("the compiled grammar is not kept for next time: %s", error)
