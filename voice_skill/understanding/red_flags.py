"""Signs of an emergency in what was said: found by the pack's rules, before and apart from any intent.

A sign counts unless it is denied ("no chest pain"), long past ("last year I had a clot"), or only asked
about ("is chest pain a sign of ..."). In doubt it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from voice_skill.dialog.schema import RedFlag
from voice_skill.errors import PackError
from voice_skill.understanding.moods import (
    believed,
    denied,
    in_order,
    long_ago,
    not_meant,
    only_asked,
    supposed,
)
from voice_skill.understanding.normalize import Words
from voice_skill.understanding.rules import Heard, Rule, RuleBook, Run, Span, rule_problem, stretches

Level = Literal["urgent", "emergency"]
Mood = Literal["now", "asked", "past", "denied", "cleared"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A red flag whose words were heard, and the rule that fits.

    mood: said of now, only asked about, of the past, or denied;
    cleared: the words of an `unless` were heard (`but` holds them), and nothing beyond them fits a rule.
    """

    flag: str
    level: Level
    mood: Mood
    rule: str
    but: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _FlagRules:
    flag: str
    level: Level
    said: list[Rule]
    unless: list[Rule]
    always: bool


class RedFlagFinder:
    """Finds red flags. lists: phrases of the slot lists; ordinary: words never taken for misheard ones.

    complaints: words for what the pack is about.
    Raises PackError for a rule that cannot be read.
    """

    def __init__(
        self,
        red_flags: Mapping[str, RedFlag],
        lists: Mapping[str, Sequence[str]],
        ordinary: frozenset[str] = frozenset(),
        complaints: frozenset[str] = frozenset(),
    ) -> None:
        self._flags = [
            _FlagRules(
                name,
                flag.level,
                _rules(name, flag.said, lists),
                _rules(name, flag.unless, lists),
                flag.always,
            )
            for name, flag in red_flags.items()
        ]
        self._flags.sort(key=lambda flag: flag.level != "emergency")
        rules = (rule for flag in self._flags for rule in [*flag.said, *flag.unless])
        self._book = RuleBook(rules, ordinary, complaints)
        self.vocabulary = self._book.vocabulary

    def find(self, words: Words) -> list[Sign]:
        """Return the signs that were heard, the gravest first, those of now before those asked about."""
        heard = self._book.hear(words)
        spans = self._book.spans(heard)
        signs = [sign for flag in self._flags for sign in self._signs(flag, heard, spans)]
        return sorted(signs, key=lambda sign: (sign.mood != "now", sign.level != "emergency"))

    def _signs(self, flag: _FlagRules, heard: Heard, spans: Mapping[Run, list[Span]]) -> list[Sign]:
        said = [(rule, groups) for rule in flag.said if (groups := _of_rule(rule, spans))]
        harmless = {
            at
            for rule in flag.unless
            for stretch in stretches(_of_rule(rule, spans))
            for span in stretch
            for at in span.words
        }
        but = frozenset(heard.words[at] for at in harmless)
        best = Sign(flag.flag, flag.level, "cleared", "", but) if harmless else None
        for rule, heard_of in said:
            meant = _meant(heard, heard_of)
            # Words of a rule that stand too far apart are no sign, nor one that is denied.
            if (best is None or not best.rule) and any(stretches(heard_of)):
                mood: Mood = "cleared" if any(stretches(meant)) else "denied"
                best = Sign(flag.flag, flag.level, mood, rule.text, but)
            groups = [[s for s in group if harmless.isdisjoint(s.words)] for group in meant]
            for stretch in stretches(groups):
                mood = _mood(heard, stretch)
                mood = "now" if flag.always and mood == "asked" else mood
                sign = Sign(flag.flag, flag.level, mood, rule.text)
                if sign.mood == "now":
                    return [sign]
                best = sign
        return [best] if best else []


def _rules(flag: str, texts: Sequence[str], lists: Mapping[str, Sequence[str]]) -> list[Rule]:
    problems = [problem for text in texts if (problem := rule_problem(text, lists))]
    if problems:
        raise PackError([f"red_flags.yaml: {flag}: {problem}" for problem in problems])
    return [Rule(text, lists) for text in texts]


def _of_rule(rule: Rule, spans: Mapping[Run, list[Span]]) -> list[list[Span]]:
    """Return where the alternatives of each group are heard; nothing unless each is."""
    groups = []
    for group in rule.groups:
        if group.isdisjoint(spans):
            return []
        groups.append([span for run, found in spans.items() if run in group for span in found])
    return groups


def _meant(heard: Heard, groups: list[list[Span]]) -> list[list[Span]]:
    """Return what of each group is neither denied nor said to be in order."""
    told = {at for group in groups for span in group for at in span.words}
    return [
        [s for s in group if not denied(heard, s, told.difference(s.words)) and not in_order(heard, s)]
        for group in groups
    ]


def _mood(heard: Heard, stretch: list[Span]) -> Mood:
    first = min(span.start for span in stretch)
    last = max(span.end for span in stretch) - 1
    if heard.sentences[first] == heard.sentences[last]:
        if only_asked(heard, heard.sentences[first]):
            return "asked"
        if not_meant(heard, first, last):
            return "denied"
    if any(supposed(heard, span.start) or believed(heard, span.start) for span in stretch):
        return "asked"
    if any(long_ago(heard, span.start) for span in stretch):
        return "past"
    return "now"
