"""Can it be said and followed? Length of sentences, lists, reading level, holds, words of the regions."""

import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from voice_skill.dialog.exercises import COUNTED, cues
from voice_skill.dialog.reading import Draft
from voice_skill.dialog.schema import Step
from voice_skill.workshop.speakable import (
    MAX_GRADE,
    MAX_ITEMS,
    MAX_SECONDS,
    MAX_WORDS,
    grade,
    longest_list,
    seconds,
    speaking_time,
    split_sentences,
)
from voice_skill.workshop.texts import FILLED_LATER, PLACEHOLDER, Text, fill, texts, ways

HOLDING = {
    "en": re.compile(
        r"\b(?:and|then|now)? ?hold(?: it)?(?: there)?(?:$|[.,!])"
        r"|\bkeep it there\b|\bstay (?:there|like that)\b",
        re.IGNORECASE,
    )
}
"""By language: how a step says that a position is to be kept."""


def check_speech(draft: Draft) -> None:
    """Add to the draft what a listener could not follow."""
    units: dict[tuple[str, str], list[Text]] = defaultdict(list)
    for text in texts(draft):
        _check_words(draft, text)
        _check_sentences(draft, text)
        if text.part != "prompts":
            units[text.part, text.unit].append(text)
    _check_reading(draft, units)
    _check_holds(draft)


def _check_words(draft: Draft, text: Text) -> None:
    info = draft.parts["pack"]
    for name in PLACEHOLDER.findall(text.text):
        if text.part == "prompts" and name in FILLED_LATER:
            continue
        for region, words in info.regions.items() if info else ():
            if name not in words.words:
                close = get_close_matches(name, sorted(words.words), 1)
                hint = f"; did you mean '{{{close[0]}}}'?" if close else ""
                message = f"'{{{name}}}' is not among the words of region '{region}'{hint}"
                draft.report(text.part, text.where, message, "region")


def _check_sentences(draft: Draft, text: Text) -> None:
    for way in ways(text, draft):
        messages = [message for sentence in split_sentences(way) for message in _complaints(sentence)]
        for message in messages:
            draft.report(text.part, text.where, message, "speech")
        if messages:
            return  # another region's words would be said to be as long


def _complaints(sentence: str) -> Iterator[str]:
    count = len(sentence.split())
    length = seconds(sentence)
    if count > MAX_WORDS:
        yield f"too long for one breath ({count} words, at most {MAX_WORDS}): {sentence!r}"
    elif length > MAX_SECONDS:
        yield f"takes too long to say (about {length:.1f} s, at most {MAX_SECONDS:.0f}): {sentence!r}"
    items = longest_list(sentence)
    if items > MAX_ITEMS:
        yield f"a list of {items} things, nobody keeps more than {MAX_ITEMS} in mind: {sentence!r}"


def _check_reading(draft: Draft, units: dict[tuple[str, str], list[Text]]) -> None:
    info = draft.parts["pack"]
    if info is None or info.language != "en":
        return  # the measure is made for English
    easy = info.regions.get(info.default_region)
    for (part, unit), said in units.items():
        level = grade((fill(one.text, easy.words if easy else {}) for one in said), info.known_words)
        if level is not None and level > MAX_GRADE:
            message = (
                f"'{unit}' is too hard to follow (reading grade {level:.1f}, at most {MAX_GRADE}): "
                "use shorter words and sentences"
            )
            draft.report(part, (unit,), message, "reading")


def _check_holds(draft: Draft) -> None:
    info = draft.parts["pack"]
    holding = HOLDING.get(info.language) if info else None
    prompts = draft.parts["prompts"]
    counted = prompts is not None and prompts.ten_more is not None
    for name, exercise in draft.parts["exercises"].items():
        for index, step in enumerate(exercise.steps):
            if holding and holding.search(step.text) and not step.hold_s:
                message = "the step says to hold, but has no hold_s: how many seconds?"
                draft.report("exercises", (name, "steps", index), message, "hold")
            if step.during and not step.hold_s:
                message = "something is said during the hold, but the step has no hold_s"
                draft.report("exercises", (name, "steps", index, "during"), message, "hold")
            if step.hold_s and _crowded(step, counted):
                message = (
                    f"a hold of {step.hold_s} s has no room for all that is said in it: "
                    "say less, or put it into another hold"
                )
                draft.report("exercises", (name, "steps", index, "during"), message, "hold")
        if not exercise.ends and not any(step.hold_s for step in exercise.steps):
            message = f"no step of '{name}' has a hold: when would it be asked whether it helps?"
            draft.report("exercises", (name,), message, "hold")


def _crowded(step: Step, counted: bool) -> bool:
    """Tell whether something said in a hold would run into what comes next."""
    said = cues(step, counted=counted)
    if not said:
        return False
    ends = [at for at, _ in said[1:]] + [float(step.hold_s)]
    return any(
        at + speaking_time("Ten more seconds." if text == COUNTED else text) > end
        for (at, text), end in zip(said, ends, strict=True)
    )
