"""The file that tunes the recogniser has to be the pack's own, whole, and made for the installed weights."""

from voice_skill.dialog.reading import TUNING, Draft, Problem
from voice_skill.errors import MissingError
from voice_skill.hearing.moonshine_model import DECODER, ENCODER, packaged_weights
from voice_skill.hearing.tuning import tuned


def check_tuning(draft: Draft) -> None:
    """Add to the draft what is wrong with the pack's tuning, if it has one."""
    file = draft.path / TUNING
    if not file.exists() and not file.is_symlink():
        return
    if not file.is_file() or not file.resolve().is_relative_to(draft.path.resolve()):
        _report(draft, "this is no file of the pack and is not read: copy the file itself here")
        return
    try:
        originals = {name: (packaged_weights() / name).read_bytes() for name in (ENCODER, DECODER)}
    except (MissingError, OSError):  # without weights there is nothing to tune
        return
    try:
        changed = [name for name, content in originals.items() if tuned(content, name, file) != content]
    except MissingError as error:
        _report(draft, f"this cannot be read: {error}")
        return
    if not changed:
        _report(draft, "this tunes other weights than those installed, and changes nothing")


def _report(draft: Draft, message: str) -> None:
    draft.problems.append(Problem(TUNING, 1, 1, message, "tuning"))
