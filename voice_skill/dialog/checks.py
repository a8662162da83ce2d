"""What must hold between the files of a pack: references, templates, sources, coverage, sayable sentences."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hassil.errors import HassilError
from hassil.expression import Group, ListReference, RuleReference
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voice_skill.dialog.positions import KeyPath
from voice_skill.dialog.reading import Draft
from voice_skill.dialog.schema import SEED_SOURCE, Statement, Step
from voice_skill.dialog.words import BEYOND, STEERING

MAX_WORDS = 20
"""Words in one spoken sentence: more than that is more than one breath."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
PROMPT_WORDS = frozenset({"first", "second", "seconds", "exercise"})


def check_references(draft: Draft) -> None:
    """Add to the draft every problem between its parts; each part is valid on its own already."""
    _check_slots(draft)
    _check_phrases(draft)
    _check_topics(draft)
    _check_exercises(draft)
    _check_statements(draft)
    if draft.parts["pack"].default_region not in draft.parts["pack"].regions:
        draft.report("pack", ("default_region",), "default_region is not one of the regions")


def coverage(draft: Draft) -> dict[int, list[str]]:
    """Return for each statement of the source document where it is said, as "file:line"."""
    said: dict[int, list[str]] = {n: [] for n in range(1, draft.parts["pack"].statements + 1)}
    for part, where, statement in statements(draft):
        for source in statement.sources:
            match = SEED_SOURCE.match(source)
            if match:
                file = draft.owner(part, where)
                place = f"{file}:{draft.documents[file].line(where)}"
                said.setdefault(int(match[1]), []).append(place)
    return said


def statements(draft: Draft) -> Iterator[tuple[str, KeyPath, Statement | Step]]:
    """Yield every sourced text of the pack with its place."""
    for intent, topic in draft.parts["answers"].items():
        for index, answer in enumerate(topic.answers):
            yield from _each("answers", (intent, "answers", index, "say"), answer.say)
            yield from _each("answers", (intent, "answers", index, "more"), answer.more)
    for name, exercise in draft.parts["exercises"].items():
        yield from _each("exercises", (name, "steps"), exercise.steps)
        yield from _each("exercises", (name, "better"), exercise.better)
        yield from _each("exercises", (name, "not_better"), exercise.not_better)
    for flag, sign in draft.parts["red_flags"].items():
        yield from _each("red_flags", (flag, "say"), sign.say)


def _each(
    part: str, where: KeyPath, texts: Sequence[Statement | Step]
) -> Iterator[tuple[str, KeyPath, Statement | Step]]:
    for index, statement in enumerate(texts):
        yield part, (*where, index), statement


def _check_statements(draft: Draft) -> None:
    known = set(draft.parts["sources"])
    limit = draft.parts["pack"].statements
    for part, where, statement in statements(draft):
        for source in statement.sources:
            seed = SEED_SOURCE.match(source)
            if seed and int(seed[1]) > limit:
                draft.report(
                    part, where, f"there is no statement {source}; the source document ends at S{limit}"
                )
            elif not seed and source not in known:
                draft.report(part, where, f"unknown source '{source}'{_did_you_mean(source, known)}")
        _check_text(draft, part, where, statement.text)
    for number, places in coverage(draft).items():
        if not places:
            draft.report("pack", ("statements",), f"statement S{number} is said nowhere")


def _check_text(draft: Draft, part: str, where: KeyPath, text: str) -> None:
    for name in _PLACEHOLDER.findall(text):
        for region, words in draft.parts["pack"].regions.items():
            if name not in words.words:
                draft.report(part, where, f"'{{{name}}}' is not among the words of region '{region}'")
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if len(sentence.split()) > MAX_WORDS:
            draft.report(
                part, where, f"too long for one breath ({len(sentence.split())} words): {sentence!r}"
            )


def _check_slots(draft: Draft) -> None:
    for slot, values in draft.parts["slots"].items():
        for value, said in values.items():
            for index, template in enumerate(said):
                _check_template(draft, "slots", (slot, value, index), template)


def _check_phrases(draft: Draft) -> None:
    topics = draft.parts["answers"]
    answered = {*topics, *STEERING, *BEYOND}
    for intent, phrases in draft.parts["phrases"].items():
        if intent not in answered:
            draft.report("phrases", (intent,), f"'{intent}' has phrases but no answer")
        for index, template in enumerate(phrases.phrases):
            _check_template(draft, "phrases", (intent, "phrases", index), template)
    for intent in topics:
        if intent not in draft.parts["phrases"]:
            draft.report(
                "answers", (intent,), f"'{intent}' has an answer but no phrases: nobody can ask for it"
            )


def _check_template(draft: Draft, part: str, where: KeyPath, template: str) -> None:
    try:
        expression = parse_sentence(template).expression
    except (HassilError, ParseError, ValueError) as error:
        draft.report(part, where, f"the template cannot be read: {error}")
        return
    for reference in _references(expression):
        if isinstance(reference, RuleReference):
            draft.report(part, where, f"<{reference.rule_name}> is not known; packs have no rules")
        elif reference.list_name not in draft.parts["slots"]:
            hint = _did_you_mean(reference.list_name, draft.parts["slots"])
            draft.report(part, where, f"unknown slot list '{{{reference.list_name}}}'{hint}")


def _references(expression: Any) -> Iterator[Any]:
    if isinstance(expression, (ListReference, RuleReference)):
        yield expression
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _references(item)


def _check_topics(draft: Draft) -> None:
    slots, exercises = draft.parts["slots"], draft.parts["exercises"]
    for intent, topic in draft.parts["answers"].items():
        if topic.ask and topic.ask not in draft.parts["prompts"].ask:
            draft.report("answers", (intent, "ask"), f"prompts.yaml has no question for '{topic.ask}'")
        for index, answer in enumerate(topic.answers):
            where: KeyPath = (intent, "answers", index)
            for slot, values in answer.when.items():
                if slot not in slots:
                    draft.report(
                        "answers", (*where, "when"), f"unknown slot '{slot}'{_did_you_mean(slot, slots)}"
                    )
                    continue
                for value in values:
                    if value not in slots[slot] and value != "unknown":
                        hint = _did_you_mean(value, slots[slot])
                        draft.report("answers", (*where, "when", slot), f"unknown {slot} '{value}'{hint}")
            if answer.exercise and answer.exercise not in exercises:
                hint = _did_you_mean(answer.exercise, exercises)
                draft.report("answers", (*where, "exercise"), f"unknown exercise '{answer.exercise}'{hint}")


def _check_exercises(draft: Draft) -> None:
    exercises = draft.parts["exercises"]
    used = {answer.exercise for topic in draft.parts["answers"].values() for answer in topic.answers}
    used |= {exercise.next for exercise in exercises.values()}
    for name, exercise in exercises.items():
        if exercise.next and exercise.next not in exercises:
            hint = _did_you_mean(exercise.next, exercises)
            draft.report("exercises", (name, "next"), f"unknown exercise '{exercise.next}'{hint}")
        if name not in used:
            draft.report("exercises", (name,), f"no answer and no exercise leads to '{name}'")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
