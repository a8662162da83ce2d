"""What must hold between the files of a pack: references, templates, sources, coverage, ways that end."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hassil.errors import HassilError
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voice_skill.dialog.hints import names_in
from voice_skill.dialog.positions import KeyPath
from voice_skill.dialog.reading import Draft
from voice_skill.dialog.schema import MOST_PERMUTED, SEED_SOURCE, Answer, Prompts, Statement, Step
from voice_skill.dialog.words import BEYOND, STEERING
from voice_skill.understanding.normalize import unheard_letters
from voice_skill.understanding.templates import NOTATION


def check_references(draft: Draft) -> None:
    """Add to the draft every problem between its parts, as far as they could be read."""
    _check_slots(draft)
    _check_phrases(draft)
    _check_flags(draft)
    _check_sayings(draft)
    _check_topics(draft)
    _check_exercises(draft)
    _check_statements(draft)
    _check_info(draft)
    _check_conversations(draft)
    _check_hints(draft)


def coverage(draft: Draft) -> dict[int, list[str]]:
    """Return for each statement of the source document where it is said, as "file:line"."""
    info = draft.parts["pack"]
    said: dict[int, list[str]] = {n: [] for n in range(1, (info.statements if info else 0) + 1)}
    for part, where, statement in statements(draft):
        for source in statement.sources:
            match = SEED_SOURCE.match(source)
            if match:
                file, place = draft.place(part, where)
                said.setdefault(int(match[1]), []).append(f"{file}:{place.line}")
    return said


def statements(draft: Draft) -> Iterator[tuple[str, KeyPath, Statement | Step]]:
    """Yield every sourced text of the pack with its place."""
    for intent, topic in draft.parts["answers"].items():
        for index, answer in enumerate(topic.answers):
            yield from _each("answers", (intent, "answers", index, "say"), answer.say)
            yield from _each("answers", (intent, "answers", index, "more"), answer.more)
            yield from _each("answers", (intent, "answers", index, "how_long"), answer.how_long)
    for name, exercise in draft.parts["exercises"].items():
        yield from _each("exercises", (name, "steps"), exercise.steps)
        for outcome in ("better", "not_better", "worse"):
            yield from _each("exercises", (name, outcome), getattr(exercise, outcome))
    for flag, sign in (draft.parts["red_flags"] or {}).items():
        yield from _each("red_flags", (flag, "say"), sign.say)
        yield from _each("red_flags", (flag, "if_now"), sign.if_now)
    for name, lines in prompt_lines(draft.parts["prompts"]):
        said = [(index, line) for index, line in enumerate(lines) if isinstance(line, Statement)]
        yield from (("prompts", (name, index), line) for index, line in said)


def prompt_lines(prompts: Prompts | None) -> Iterator[tuple[str, Sequence[str | Statement]]]:
    """Yield the name of each prompt and its variants; those asked for a slot come as "ask" and "narrow"."""
    for name in Prompts.model_fields if prompts else ():
        value = getattr(prompts, name)
        if name in ("worse_words", "unsure_words") or not value:
            continue
        for lines in value.values() if isinstance(value, dict) else [value]:
            yield name, lines if isinstance(lines, list) else [lines]


def _each(
    part: str, where: KeyPath, texts: Sequence[Statement | Step]
) -> Iterator[tuple[str, KeyPath, Statement | Step]]:
    for index, statement in enumerate(texts):
        yield part, (*where, index), statement


def _check_statements(draft: Draft) -> None:
    info, known = draft.parts["pack"], draft.names("sources")
    limit = info.statements if info else None
    used: set[str] = set()
    for part, where, statement in statements(draft):
        used.update(statement.sources)
        for source in statement.sources:
            seed = SEED_SOURCE.match(source)
            if seed and limit is not None and int(seed[1]) > limit:
                message = f"there is no statement {source}; the source document ends at S{limit}"
                draft.report(part, (*where, "sources"), message, "source")
            elif not seed and source not in known and "sources" not in draft.unread:
                message = f"unknown source '{source}'{_did_you_mean(source, known)}"
                draft.report(part, (*where, "sources"), message, "source")
    if draft.problems:
        return  # what is left out because of another mistake would be missed here for nothing
    for number, places in coverage(draft).items():
        if not places:
            draft.report("pack", ("statements",), f"statement S{number} is said nowhere", "coverage")
    for source in draft.parts["sources"]:
        if source not in used:
            draft.report("sources", (source,), f"no statement refers to the source '{source}'", "source")


def _check_slots(draft: Draft) -> None:
    for slot, values in (draft.parts["slots"] or {}).items():
        for value, said in values.items():
            for index, template in enumerate(said):
                _check_template(draft, "slots", (slot, value, index), template)


def _check_phrases(draft: Draft) -> None:
    answered = {*draft.names("answers"), *STEERING, *BEYOND}
    for intent, phrases in draft.parts["phrases"].items():
        if intent not in answered and "answers" not in draft.unread:
            hint = _did_you_mean(intent, answered)
            draft.report("phrases", (intent,), f"'{intent}' has phrases but no answer{hint}", "unreachable")
        for index, template in enumerate(phrases.phrases):
            _check_template(draft, "phrases", (intent, "phrases", index), template)
        for index, example in enumerate(phrases.examples):
            _check_letters(draft, "phrases", (intent, "examples", index), example)
    for intent in draft.parts["answers"]:
        if intent not in draft.names("phrases") and "phrases" not in draft.unread:
            message = f"'{intent}' has an answer but no phrases: nobody can ask for it"
            draft.report("answers", (intent,), message, "unreachable")


def _check_flags(draft: Draft) -> None:
    for name, flag in (draft.parts["red_flags"] or {}).items():
        for index, template in enumerate(flag.phrases):
            _check_template(draft, "red_flags", (name, "phrases", index), template)


def _check_sayings(draft: Draft) -> None:
    known = {*draft.names("phrases"), *draft.names("red_flags")}
    for name, sayings in draft.parts["sayings"].items():
        if not draft.unread & {"phrases", "red_flags"}:
            _check_name(draft, ("sayings", (name,)), name, known, "topic or red flag")
        for index, saying in enumerate(sayings):
            _check_letters(draft, "sayings", (name, index), saying)


def _check_template(draft: Draft, part: str, where: KeyPath, template: str) -> None:
    if NOTATION.isdisjoint(template) and template.strip():
        _check_letters(draft, part, where, template)
        return
    try:
        expression = _parsed(template)
    except (HassilError, ParseError, ValueError) as error:
        draft.report(part, where, f"the template cannot be read: {error}", "template")
        return
    _check_letters(draft, part, where, template)
    if _may_be_nothing(expression):
        message = f"'{template[:40]}' stands for nothing as well: leave one word outside of the [ ]"
        draft.report(part, where, message, "template")
    if permutes_too_much(expression):
        message = f"more than {MOST_PERMUTED} parts in any order (a;b) are too many to search"
        draft.report(part, where, message, "template")
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            message = f"<{reference.rule_name}> is not known; packs have no rules"
            draft.report(part, where, message, "template")
        elif part == "slots":
            message = f"a list cannot name another: write out what '{{{reference.list_name}}}' stands for"
            draft.report(part, where, message, "template")
        elif reference.list_name not in draft.names("slots") and "slots" not in draft.unread:
            hint = _did_you_mean(reference.list_name, draft.names("slots"))
            draft.report(part, where, f"unknown slot list '{{{reference.list_name}}}'{hint}", "template")


def _parsed(template: str) -> Expression:
    """Return what a template says. Raises ValueError, or an error of the parser's own."""
    try:
        return parse_sentence(template).expression
    except AssertionError as error:
        raise ValueError(f"'{template[:40]}' has nothing between its marks") from error
    except RecursionError as error:
        raise ValueError("its parts are nested too deeply") from error


def _check_letters(draft: Draft, part: str, where: KeyPath, said: str) -> None:
    letters = unheard_letters(said)
    if letters:
        message = f"'{letters}' cannot be heard: write what people say in the letters a to z"
        draft.report(part, where, message, "template")


def _may_be_nothing(expression: Any) -> bool:
    """Tell whether every word of a parsed template may be left out."""
    if isinstance(expression, Alternative):
        return any(map(_may_be_nothing, expression.items))
    if isinstance(expression, Group):
        return all(map(_may_be_nothing, expression.items))
    return isinstance(expression, TextChunk) and not expression.text.strip()


def permutes_too_much(expression: Any) -> bool:
    """Tell whether a parsed template has an `(a;b)` of more than MOST_PERMUTED parts."""
    if isinstance(expression, Permutation) and len(expression.items) > MOST_PERMUTED:
        return True
    return isinstance(expression, Group) and any(map(permutes_too_much, expression.items))


def references(expression: Any) -> Iterator[Any]:
    """Yield every `{list}` and `<rule>` in a parsed template."""
    if isinstance(expression, (ListReference, RuleReference)):
        yield expression
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from references(item)


def _check_topics(draft: Draft) -> None:
    prompts = draft.parts["prompts"]
    for intent, topic in draft.parts["answers"].items():
        if topic.ask and prompts and topic.ask not in prompts.ask:
            draft.report("answers", (intent, "ask"), f"prompts.yaml has no question for '{topic.ask}'")
        for index, answer in enumerate(topic.answers):
            where: KeyPath = (intent, "answers", index)
            _check_values(draft, "answers", (*where, "when"), answer.when)
            for key in ("exercise", "offer"):
                _check_exercise(draft, "answers", (*where, key), getattr(answer, key))
            for earlier, other in enumerate(topic.answers[:index]):
                if _covers(other, answer):
                    message = f"never said: answer {earlier + 1} of '{intent}' holds whenever this one does"
                    draft.report("answers", (*where, "when"), message, "unreachable")
                    break


def _check_values(draft: Draft, part: str, where: KeyPath, wanted: dict[str, list[str]]) -> None:
    slots = draft.parts["slots"]
    for slot, values in wanted.items() if slots is not None else ():
        if slot not in slots:
            if slot not in draft.names("slots"):
                draft.report(part, (*where, slot), f"unknown slot '{slot}'{_did_you_mean(slot, slots)}")
            continue
        for value in values:
            if value not in slots[slot] and value != "unknown":
                hint = _did_you_mean(value, slots[slot])
                draft.report(part, (*where, slot), f"unknown {slot} '{value}'{hint}")


def _covers(earlier: Answer, later: Answer) -> bool:
    """Tell whether the earlier answer is taken in every case the later one is for."""
    return all(
        slot in later.when and set(later.when[slot]) <= set(values) for slot, values in earlier.when.items()
    )


def _check_exercise(draft: Draft, part: str, where: KeyPath, name: str | None) -> None:
    known = draft.names("exercises")
    if name and name not in known and "exercises" not in draft.unread:
        draft.report(part, where, f"unknown exercise '{name}'{_did_you_mean(name, known)}")


def _check_exercises(draft: Draft) -> None:
    exercises = draft.parts["exercises"]
    answers = [answer for topic in draft.parts["answers"].values() for answer in topic.answers]
    used = {name for answer in answers for name in (answer.exercise, answer.offer)}
    used |= {name for exercise in exercises.values() for name in (exercise.next, exercise.then)}
    incomplete = draft.broken.keys() & {"answers", "exercises"} or draft.unread & {"answers", "exercises"}
    for name, exercise in exercises.items():
        _check_values(draft, "exercises", (name, "not_for"), exercise.not_for)
        for key in ("next", "then"):
            _check_exercise(draft, "exercises", (name, key), getattr(exercise, key))
        if name not in used and not incomplete:
            message = f"no answer and no exercise leads to '{name}'"
            draft.report("exercises", (name,), message, "unreachable")
        _check_circle(draft, name)


def _check_circle(draft: Draft, name: str) -> None:
    """Report exercises that are offered one after the other without an end to somebody it does not help."""
    exercises = draft.parts["exercises"]
    way = [name]
    while (following := exercises[way[-1]].next) in exercises and following not in way:
        way.append(following)
    if following == name:
        circle = " -> ".join([*way, name])
        message = f"goes round in a circle when it does not help: {circle}"
        draft.report("exercises", (name, "next"), message, "circle")


def _check_info(draft: Draft) -> None:
    """Check the names in pack.yaml, and the slots that prompts.yaml asks for."""
    info, prompts = draft.parts["pack"], draft.parts["prompts"]
    if info and info.default_region not in info.regions:
        draft.report("pack", ("default_region",), "default_region is not one of the regions")
    slots, intents = draft.names("slots"), _intents(draft)
    for key in ("remembered", "word_groups"):
        for index, name in enumerate(getattr(info, key) if info else ()):
            _check_name(draft, ("pack", (key, index)), name, slots, "list")
    for index, pair in enumerate(info.shared_phrases if info else ()):
        for name in pair:
            _check_name(draft, ("pack", ("shared_phrases", index)), name, intents, "topic")
    for key in ("ask", "narrow"):
        for name in getattr(prompts, key) if prompts else ():
            _check_name(draft, ("prompts", (key, name)), name, slots, "slot")


def _intents(draft: Draft) -> set[str]:
    return {*draft.names("answers"), *draft.names("phrases"), *STEERING, *BEYOND}


def _check_name(draft: Draft, at: tuple[str, KeyPath], name: str, known: set[str], kind: str) -> None:
    if name not in known and not draft.unread & {"slots", "answers", "phrases"}:
        draft.report(*at, f"unknown {kind} '{name}'{_did_you_mean(name, known)}")


def _check_conversations(draft: Draft) -> None:
    info = draft.parts["pack"]
    for index, conversation in enumerate(draft.parts["conversations"]):
        where: KeyPath = (index,)
        if conversation.region and info:
            regions = set(info.regions)
            _check_name(draft, ("conversations", (*where, "region")), conversation.region, regions, "region")
        for number, turn in enumerate(conversation.turns):
            inside = (*where, "turns", number, "expect")
            if turn.expect.intent:
                intent = (*inside, "intent")
                _check_name(draft, ("conversations", intent), turn.expect.intent, _intents(draft), "topic")
            slots = {slot: [value] for slot, value in (turn.expect.slots or {}).items() if slot != "flag"}
            _check_values(draft, "conversations", (*inside, "slots"), slots)


def _check_hints(draft: Draft) -> None:
    if draft.parts["hints"] is None:
        return
    known = {"list": draft.names("slots"), "topic": _intents(draft)}
    for where, kind, name in names_in(draft.parts["hints"]):
        if isinstance(name, str):
            _check_name(draft, ("hints", where), name, known[kind], kind)
        elif name[0] in known["list"]:
            _check_values(draft, "hints", where, {name[0]: [name[1]]})


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""
