"""Everything that a pack says: every text with its place, and as it is said in each region."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voice_skill.dialog.checks import prompt_lines, statements
from voice_skill.dialog.positions import KeyPath
from voice_skill.dialog.reading import Draft
from voice_skill.dialog.schema import PackInfo, Statement
from voice_skill.workshop.speakable import split_sentences

PLACEHOLDER = re.compile(r"\{(\w+)\}")
FILLED_LATER = frozenset({"first", "second", "seconds", "exercise"})
"""Placeholders of prompts that the dialog fills."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the pack. part, where: its place. unit: the topic, exercise or flag that it belongs to."""

    part: str
    where: KeyPath
    text: str
    unit: str


def texts(draft: Draft) -> Iterator[Text]:
    """Yield every text that the pack may say."""
    for part, where, statement in statements(draft):
        yield Text(part, (*where, "text"), statement.text, str(where[0]))
    for name, exercise in draft.parts["exercises"].items():
        for index, step in enumerate(exercise.steps):
            for at, text in enumerate(step.during):
                yield Text("exercises", (name, "steps", index, "during", at), text, name)
    for name, sign in (draft.parts["red_flags"] or {}).items():
        if sign.question:
            yield Text("red_flags", (name, "question"), sign.question, name)
    for name, lines in prompt_lines(draft.parts["prompts"]):
        for index, line in enumerate(lines):
            if not isinstance(line, Statement):
                yield Text("prompts", (name, index), line, name)


def ways(text: Text, draft: Draft) -> list[str]:
    """Return the text as it is said in each region, each way once; what cannot be filled stays as it is."""
    info = draft.parts["pack"]
    if info is None:
        return [text.text]
    fillings = _later_words(text, draft)
    said = [
        fill(text.text, {**region.words, **later}) for region in info.regions.values() for later in fillings
    ]
    return list(dict.fromkeys(said))


def fill(text: str, known: Mapping[str, str]) -> str:
    """Return the text with each `{name}` that is known replaced."""
    return PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)


def every_sentence(draft: Draft, info: PackInfo, region: str = "") -> list[str]:
    """Return every text of the pack as it is said in one region ("" is the default), each once.

    Without a sentence that names two topics ("did you mean ..., or ...?"): one for each pair.
    """
    known = info.regions[region or info.default_region].words
    said = (
        fill(sentence, {**known, **later})
        for text in texts(draft)
        for sentence in _spoken_ahead(text.text)
        for later in _later_words(text, draft)
    )
    return list(dict.fromkeys(said))


def _spoken_ahead(text: str) -> list[str]:
    if "{first}" not in text:
        return [text]
    return [one for one in split_sentences(text) if not {"first", "second"} <= set(PLACEHOLDER.findall(one))]


def _later_words(text: Text, draft: Draft) -> list[dict[str, str]]:
    """Return what the dialog may fill into a prompt: each exercise that is offered, each pair of topics."""
    names = FILLED_LATER.intersection(PLACEHOLDER.findall(text.text)) if text.part == "prompts" else ()
    if "exercise" in names:
        return [{"exercise": title} for title in _offered(draft, text.unit)]
    if "first" in names or "second" in names:
        titles = [topic.title for topic in draft.parts["answers"].values()]
        return [{"first": title, "second": title} for title in titles] or [{}]
    if "seconds" in names:
        holds = {step.hold_s for one in draft.parts["exercises"].values() for step in one.steps}
        return [{"seconds": str(number)} for number in range(1, max(holds, default=0) + 1)] or [{}]
    return [{}]


def _offered(draft: Draft, prompt: str) -> list[str]:
    exercises = draft.parts["exercises"]
    answers = [answer for topic in draft.parts["answers"].values() for answer in topic.answers]
    if prompt == "offer_next":
        names = [exercise.next for exercise in exercises.values()]
    else:
        names = [exercise.then for exercise in exercises.values()] + [answer.offer for answer in answers]
    return list(dict.fromkeys(exercises[name].title for name in names if name in exercises)) or [""]
