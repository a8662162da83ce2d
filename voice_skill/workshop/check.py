"""Everything that can be checked about a pack, in one run."""

from pathlib import Path

from voice_skill.dialog.pack import check_pack
from voice_skill.dialog.reading import Draft
from voice_skill.workshop.phrase_checks import check_phrases
from voice_skill.workshop.speech_checks import check_speech
from voice_skill.workshop.translation import check_translation
from voice_skill.workshop.tuning_check import check_tuning


def full_check(path: Path) -> Draft:
    """Read a pack and check all of it; the draft's `problems` says what is wrong, each once."""
    draft = check_pack(path)
    check_speech(draft)
    check_phrases(draft)
    check_translation(draft)
    check_tuning(draft)
    draft.problems = sorted(set(draft.problems))
    return draft
