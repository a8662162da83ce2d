"""What people may say: claimed by two topics, alike in sound, used by nothing, rules that are unreadable."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hassil.errors import HassilError
from hassil.expression import ListReference
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_expression

from voice_skill.dialog.checks import permutes_too_much, references
from voice_skill.dialog.positions import KeyPath
from voice_skill.dialog.reading import Draft
from voice_skill.dialog.schema import RedFlag
from voice_skill.hearing.grammar import Sentence
from voice_skill.understanding.normalize import normal_form, normalize
from voice_skill.understanding.red_flags import RedFlagFinder
from voice_skill.understanding.rules import rule_problem
from voice_skill.understanding.templates import Template
from voice_skill.workshop.overlaps import MARKS, overlaps
from voice_skill.workshop.sounds import alike, near_key

MOST_WAYS = 400
"""Ways of saying one template that are compared by sound."""

FLAG_SAMPLES = 60
"""Sentences of each template of a red flag that the rules are tried with."""

_SEED = 4

FEW_UNUSED = frozenset({"unknown", "other"})
"""Values that need no answer of their own: they are what the answer for any case is for."""

_RULE_LIST = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that people say. intent: of a red flag it is "flag:" and its name."""

    template: str
    intent: str
    part: str
    where: KeyPath

    @property
    def owner(self) -> str:
        """Return what the phrase belongs to, in words."""
        return f"the red flag '{self.intent[5:]}'" if self.intent.startswith("flag:") else f"'{self.intent}'"


def check_phrases(draft: Draft) -> None:
    """Add to the draft what would be understood in two ways, and what is never used."""
    lists = _lists(draft)
    _check_rules(draft, lists)
    for phrase in _phrases(draft):
        if not MARKS.search(phrase.template) and not normal_form(phrase.template):
            message = f"no word of '{phrase.template[:40]}' can be heard: write it in Latin letters"
            draft.report(phrase.part, phrase.where, message, "template")
    said = [phrase for phrase in _phrases(draft) if _readable(phrase, lists)]
    _check_flag_phrases(draft, said, lists)
    _check_overlaps(draft, said, lists)
    _check_sounds(draft, said, lists)
    _check_values(draft)


def _lists(draft: Draft) -> dict[str, list[tuple[str, str]]]:
    """Return for each slot list what may be said, in normal form, and the value it stands for."""
    return {
        name: [(way, value) for value, said in values.items() for text in said for way in _ways(text)]
        for name, values in (draft.parts["slots"] or {}).items()
    }


def _ways(template: str) -> Iterator[str]:
    """Yield what a template without lists stands for; nothing if it cannot be read (reported elsewhere)."""
    if not MARKS.search(template):
        yield normal_form(template)
        return
    try:
        expression = parse_sentence(template).expression
    except (HassilError, ParseError, ValueError, RecursionError, AssertionError):
        return
    if not any(isinstance(one, ListReference) for one in references(expression)):
        yield from dict.fromkeys(map(normal_form, islice(sample_expression(expression), MOST_WAYS)))


def _phrases(draft: Draft) -> Iterator[Phrase]:
    for intent, of in draft.parts["phrases"].items():
        for kind in ("phrases", "examples"):
            for index, text in enumerate(getattr(of, kind)):
                if kind == "phrases" or not MARKS.search(text):
                    yield Phrase(text, intent, "phrases", (intent, kind, index))
    for name, flag in (draft.parts["red_flags"] or {}).items():
        for kind in ("phrases", "examples"):
            for index, text in enumerate(getattr(flag, kind)):
                if kind == "phrases" or not MARKS.search(text):
                    yield Phrase(text, f"flag:{name}", "red_flags", (name, kind, index))


def _readable(phrase: Phrase, lists: dict[str, list[tuple[str, str]]]) -> bool:
    if not MARKS.search(phrase.template):
        return bool(normal_form(phrase.template))
    try:
        expression = parse_sentence(phrase.template).expression
        used = list(references(expression))
    except (HassilError, ParseError, ValueError, RecursionError, AssertionError):
        return False
    return not permutes_too_much(expression) and all(
        isinstance(one, ListReference) and one.list_name in lists for one in used
    )


def _heard_by_rule(draft: Draft, phrase: Phrase, lists: dict[str, list[tuple[str, str]]]) -> bool:
    """Tell whether a rule hears this sign of an emergency: rules come before phrases, nothing is unclear."""
    if not phrase.intent.startswith("flag:"):
        return False
    finder = _finder(draft, phrase.intent[5:], lists)
    # What a template of a red flag stands for is heard, or it is reported.
    return finder is None or "phrases" in phrase.where or _is_heard(finder, phrase.template)


def _finder(draft: Draft, name: str, lists: dict[str, list[tuple[str, str]]]) -> RedFlagFinder | None:
    """Return what hears one red flag; None if a rule of it cannot be read, which is reported elsewhere."""
    flag = draft.parts["red_flags"][name]
    known = {name: [said for said, _ in entries] for name, entries in lists.items()}
    if any(rule_problem(rule, known) for rule in (*flag.said, *flag.unless)):
        return None
    complaints = frozenset(draft.parts["hints"].complaints if draft.parts["hints"] else ())
    return RedFlagFinder({name: flag}, known, complaints=complaints)


def _is_heard(finder: RedFlagFinder, text: str) -> bool:
    return any(sign.mood == "now" for sign in finder.find(normalize(text)))


def _check_flag_phrases(draft: Draft, said: list[Phrase], lists: dict[str, list[tuple[str, str]]]) -> None:
    """Report templates of a red flag that stand for sentences which no rule of it hears."""
    known = {name: [way for way, _ in entries] for name, entries in lists.items()}
    templates = [one for one in said if one.part == "red_flags" and "phrases" in one.where]
    finders = {one.intent: _finder(draft, one.intent[5:], lists) for one in templates}
    for phrase in templates:
        rng = random.Random(_SEED)  # noqa: S311 - the same samples every time, nothing secret
        template, finder = Template(phrase.template), finders[phrase.intent]
        samples = dict.fromkeys(template.sample(rng, known) for _ in range(FLAG_SAMPLES))
        missed = [text for text in samples if finder is not None and not _is_heard(finder, text)]
        if missed:
            message = f"no rule under `said` hears '{missed[0]}', for which this template stands"
            draft.report(phrase.part, phrase.where, message, "rule")


def _check_rules(draft: Draft, lists: dict[str, list[tuple[str, str]]]) -> None:
    known = {name: [said for said, _ in entries] for name, entries in lists.items()}
    for name, flag in (draft.parts["red_flags"] or {}).items():
        for key in ("said", "unless"):
            for index, rule in enumerate(getattr(flag, key)):
                problem = rule_problem(rule, known)
                if problem and "slots" not in draft.unread:
                    draft.report("red_flags", (name, key, index), problem, "rule")


def _check_overlaps(draft: Draft, said: list[Phrase], lists: dict[str, list[tuple[str, str]]]) -> None:
    info = draft.parts["pack"]
    shared = {frozenset(pair) for pair in info.shared_phrases} if info else set()
    used: set[frozenset[str]] = set()
    for overlap in overlaps([Sentence(one.template, one.intent) for one in said], lists):
        first, second = (said[number] for number in overlap.sentences)
        pair = frozenset({first.intent, second.intent})
        used.add(pair)
        if pair in shared or any(_heard_by_rule(draft, one, lists) for one in (first, second)):
            continue
        file, place = draft.place(first.part, first.where)
        message = (
            f"'{overlap.said}' belongs to {second.owner} and to {first.owner} ({file}:{place.line}): "
            "which of the two is meant?"
        )
        draft.report(second.part, second.where, message, "overlap")
    for index, names in enumerate(info.shared_phrases if info else ()):
        if frozenset(names) not in used and not draft.problems:
            message = f"'{names[0]}' and '{names[1]}' share no phrase: take this out"
            draft.report("pack", ("shared_phrases", index), message, "overlap")


def _check_sounds(draft: Draft, said: list[Phrase], lists: dict[str, list[tuple[str, str]]]) -> None:
    info = draft.parts["pack"]
    groups, pairs = (info.word_groups, info.shared_phrases) if info else ((), ())
    for name, entries in lists.items():
        heard: dict[str, tuple[str, str]] = {}
        for text, value in entries:
            other, whose = heard.setdefault(near_key(text), (text, value))
            if whose != value and other != text and (name not in groups or alike(text, other)):
                message = f"'{text}' ({value}) {_how_like(text, other)} '{other}' ({whose})"
                draft.report("slots", (name, value), message, "sound")
    shared = {frozenset(pair) for pair in pairs}
    by_sound: dict[str, list[tuple[str, Phrase]]] = defaultdict(list)
    for phrase in said:
        for way in _ways(phrase.template):
            by_sound[near_key(way)].append((way, phrase))
    for near in by_sound.values():
        first, owner = near[0]
        for text, phrase in near[1:]:
            known = frozenset({phrase.intent, owner.intent})
            if len(known) == 1 or text == first or (known in shared and not alike(text, first)):
                continue
            message = f"'{text}' {_how_like(text, first)} '{first}' of {owner.owner}"
            draft.report(phrase.part, phrase.where, message, "sound")
            break


def _how_like(text: str, other: str) -> str:
    return "sounds like" if alike(text, other) else "is easily heard as"


def _check_values(draft: Draft) -> None:
    """Report lists that nothing names, and values for which an answer was forgotten."""
    answers = draft.parts["answers"]
    if draft.broken.keys() & {"answers", "phrases"} or draft.unread & {"answers", "phrases"}:
        return
    decided: dict[str, set[str]] = defaultdict(set)
    for topic in answers.values():
        for answer in topic.answers:
            for slot, values in answer.when.items():
                decided[slot].update(values)
    groups = draft.parts["pack"].word_groups if draft.parts["pack"] else ()
    named = {*decided, *groups, *(topic.ask for topic in answers.values()), *_lists_named(draft)}
    for slot, values in (draft.parts["slots"] or {}).items():
        if slot not in named:
            draft.report("slots", (slot,), f"nothing uses the list '{slot}'", "unused")
        for value in values:
            if len(decided[slot]) > 2 and value not in decided[slot] | FEW_UNUSED:
                message = f"no answer is for {slot} '{value}': add one with `when`, or take the value out"
                draft.report("slots", (slot, value), message, "unused")


def _lists_named(draft: Draft) -> Iterator[str]:
    for of in draft.parts["phrases"].values():
        for template in of.phrases:
            yield from _RULE_LIST.findall(template)
    for flag in (draft.parts["red_flags"] or {}).values():
        yield from _rule_lists(flag)


def _rule_lists(flag: RedFlag) -> Iterator[str]:
    for rule in (*flag.said, *flag.unless, *flag.phrases):
        yield from _RULE_LIST.findall(rule)
