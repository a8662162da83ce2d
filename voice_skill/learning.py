"""The understanding of a pack, learnt once and kept: learning takes longer than the rest of the start."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from voice_skill import understanding
from voice_skill.dialog.pack import Pack
from voice_skill.storage import cache_home, write_atomically
from voice_skill.understanding.likeness import Likeness
from voice_skill.understanding.understander import Understander

LEARNING = "Learning what people say in this pack: half a minute or so, once for each change of it ..."

log = logging.getLogger(__name__)

KEPT = 8
"""Packs whose learning is kept; those unused longest go first."""


def understander_of(
    pack: Pack, *, keep: bool = True, tell: Callable[[str], None] | None = None
) -> Understander:
    """Return the understander of a pack.

    keep: use what was learnt before, and keep what is learnt now, in the user's cache folder.
    tell: called with one line before anything is learnt, since that takes half a minute or so.
    """
    if not keep:
        if tell:
            tell(LEARNING)
        return Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)
    file = cache_home() / "understanding" / f"{_fingerprint(pack)}.npz"
    learnt = _recall(file)
    if learnt is None and tell:
        tell(LEARNING)
    understander = Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints, learnt)
    if not file.exists():
        _remember(file, understander.likeness)
    return understander


def _fingerprint(pack: Pack) -> str:
    """Return a name for all that the learning depends on: the phrases, the code and the sentence encoder."""
    digest = hashlib.sha256()
    for parts in (pack.phrases, pack.red_flags):
        for name, part in parts.items():
            digest.update(f"{name}={part.model_dump_json()}\n".encode())
    digest.update(repr(pack.slots).encode())
    digest.update(pack.hints.model_dump_json().encode())
    code = Path(str(understanding.__file__)).parent
    for source in sorted([*code.glob("*.py"), *code.glob("data/*")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _recall(file: Path) -> Likeness | None:
    try:
        return Likeness.from_bytes(file.read_bytes())
    except OSError:
        return None
    except ValueError as error:
        log.info("learning the pack again: %s: %s", file, error)
        file.unlink(missing_ok=True)
        return None


def _remember(file: Path, likeness: Likeness) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(file, likeness.to_bytes(), private=True)
        for old in sorted(file.parent.glob("*.npz"), key=lambda path: -path.stat().st_mtime)[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.info("what was learnt is not kept for next time: %s", error)
