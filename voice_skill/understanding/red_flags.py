"""Signs of an emergency in what was said: found by the pack's rules, before and apart from any intent.

A sign counts unless it is denied ("no chest pain"), long past ("last year I had a clot"), or only asked
about ("is chest pain a sign of ..."). In doubt it counts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from voice_skill.dialog.schema import RedFlag
from voice_skill.understanding.normalize import Words
from voice_skill.understanding.rules import Heard, Rule, RuleBook, Run, Span, stretches

Level = Literal["urgent", "emergency"]
Mood = Literal["now", "asked", "past", "denied"]

NEGATIONS = frozenset("no not never without nor neither none denies hardly".split())
_LIGHT = frozenset(
    "a an any sudden bad severe other more much kind of sign signs symptom symptoms trouble problem problems "
    "issues or nor real new obvious".split()
)
"""Words that may stand between "no" and what it denies."""

_LIGHT_AFTER_NOT = _LIGHT | frozenset(
    "the my his her your their have has had having got get getting been be being feel feeling feels seem "
    "seems look looks in on at with anything like experiencing noticed".split()
)
"""Words that may stand between any other negation and what it denies."""

_NOT_A_DENIAL = {("not", word) for word in ("sure", "only", "think", "know", "believe")} | {("no", "wait")}

_PAST = re.compile(
    r"\b(last (year|summer|winter|spring|autumn|christmas|decade)|(years|decades) ago|(a|one|two|three) year ago|"
    r"in the past|used to|when i was (a|young|little|pregnant|at|in)|as a (child|kid|boy|girl)|once had|"
    r"months ago|years back|history of|in (19|20)\d\d|when (he|she) was alive)\b"
)
_PRESENT = re.compile(
    r"\b(now|again|today|tonight|currently|still|this (morning|afternoon|evening|minute)|at the moment|"
    r"am|is|are|feels|hurts|can not|keeps|have got|has got|started|just)\b"
)
_ASKS = re.compile(
    r"^(and |so |but |also |then |well )*"
    r"(is|are|am|can|could|does|do|did|what|which|how|why|when|would|should|will|might|who|where)\b"
)
_ABOUT = re.compile(
    r"\b(signs?|symptoms?|means?|causes?|makes?|caused|lead to|leads? to|difference between|happens? (if|when)|"
    r"what if|(do|should|would) (i|you|we) do (if|when|for)|risk of|chances? of|can you (get|have)|do (you|people) get|"
    r"gives? (you|me|people)|brings? on|related to|connected|linked|associated|look out for|watch (out )?for|"
    r"(know|tell|sure) (if|whether|when|it|that|a)|recogni[sz]e|spot|prevent|avoid|what is|what are|should i worry if|"
    r"treat|common|normal to|part of|from taking|side effects?|when should|if (i|you|someone|somebody) (get|had|have|gets))\b"
)
_PERSONAL = re.compile(
    r"\b(my|i am|i have got|i have|i can not|i feel|i keep|i just|i took|he|she|his|him|her|they are|we|our|me now|"
    r"this (pain|is|one)|right now|these)\b"
)
_FRAME = re.compile(
    r"\b((how|when) (do|would|can|could|should|will) (i|we|you) (know|tell|spot|recognise|recognize)( it)?|"
    r"what if (i|my|he|she)( have| had| get| got| can not)?|if (i|my|he|she|you)( ever| should)? (get|got|had|have|start|stop)s?|"
    r"(what )?should (i|we) (do|look|watch|worry|call|ring|go|be)|do i need|i (have )?(heard|read)|can i (have|take|get))\b"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A red flag whose words were heard, and the rule that fits.

    mood: said of now, only asked about, of the past, or denied (which includes the words of an `unless`).
    """

    flag: str
    level: Level
    mood: Mood
    rule: str


@dataclass(frozen=True, slots=True)
class _FlagRules:
    flag: str
    level: Level
    said: list[Rule]
    unless: list[Rule]


class RedFlagFinder:
    """Finds red flags. lists: phrases of the slot lists; ordinary: words never taken for misheard ones."""

    def __init__(
        self,
        red_flags: Mapping[str, RedFlag],
        lists: Mapping[str, Sequence[str]],
        ordinary: frozenset[str] = frozenset(),
    ) -> None:
        self._flags = [
            _FlagRules(
                name,
                flag.level,
                [Rule(text, lists) for text in flag.said],
                [Rule(text, lists) for text in flag.unless],
            )
            for name, flag in red_flags.items()
        ]
        self._flags.sort(key=lambda flag: flag.level != "emergency")
        self._book = RuleBook(
            (rule for flag in self._flags for rule in [*flag.said, *flag.unless]), ordinary
        )
        self.vocabulary = self._book.vocabulary

    def find(self, words: Words) -> list[Sign]:
        """Return the signs that were heard, the gravest first, those of now before those asked about."""
        heard = self._book.hear(words)
        spans = self._book.spans(heard)
        signs = [sign for flag in self._flags for sign in self._signs(flag, heard, spans)]
        return sorted(signs, key=lambda sign: (sign.mood != "now", sign.level != "emergency"))

    def _signs(self, flag: _FlagRules, heard: Heard, spans: Mapping[Run, list[Span]]) -> list[Sign]:
        harmless = {
            at
            for rule in flag.unless
            for stretch in stretches([_of_group(group, spans) for group in rule.groups])
            for span in stretch
            for at in range(span.start, span.end)
        }
        best: Sign | None = None
        for rule in flag.said:
            groups = [_of_group(group, spans) for group in rule.groups]
            if not all(groups):
                continue
            best = best or Sign(flag.flag, flag.level, "denied", rule.text)
            groups = [
                [s for s in group if not harmless.intersection(range(s.start, s.end)) and not denied(heard, s)]
                for group in groups
            ]
            for stretch in stretches(groups):
                sign = Sign(flag.flag, flag.level, _mood(heard, stretch), rule.text)
                if sign.mood == "now":
                    return [sign]
                best = sign
        return [best] if best else []


def denied(heard: Heard, span: Span) -> bool:
    """Say whether a negation stands before the span with nothing but small words between."""
    for at in range(span.start - 1, -1, -1):
        word = heard.words[at]
        if heard.clauses[at] != heard.clauses[span.start]:
            return False
        if word in NEGATIONS:
            return _denies(heard.words, at, span.start)
        if word in ("or", "nor") and _follows_a_denial(heard, at):
            return True
        if word not in _LIGHT_AFTER_NOT:
            return False
    return False


def _denies(words: tuple[str, ...], at: int, start: int) -> bool:
    between = words[at + 1 : start]
    if words[at : at + 2] in _NOT_A_DENIAL:
        return False
    if words[at] == "not" and at and words[at - 1] in ("can", "could"):
        return "any" in between
    return words[at] != "no" or _LIGHT.issuperset(between)


def _follows_a_denial(heard: Heard, at: int) -> bool:
    """Say whether what stands before "or" at `at` is denied: "no chest pain or fever" denies both."""
    before = range(at - 1, max(-1, at - 8), -1)
    same = [i for i in before if heard.clauses[i] == heard.clauses[at]]
    return any(heard.words[i] in NEGATIONS and heard.words[i - 1 : i] != ("can",) for i in same)


def _of_group(group: frozenset[Run], spans: Mapping[Run, list[Span]]) -> list[Span]:
    return [span for run in group if run in spans for span in spans[run]]


def _mood(heard: Heard, stretch: list[Span]) -> Mood:
    first = min(span.start for span in stretch)
    last = max(span.end for span in stretch) - 1
    if _only_asked(heard, heard.sentences[first]) and heard.sentences[first] == heard.sentences[last]:
        return "asked"
    if all(_is_past(heard, heard.clauses[span.start]) for span in stretch):
        return "past"
    return "now"


def _only_asked(heard: Heard, sentence: int) -> bool:
    text = " ".join(w for w, s in zip(heard.words, heard.sentences, strict=True) if s == sentence)
    if not (_ASKS.search(text) and _ABOUT.search(text)):
        return False
    return not _PERSONAL.search(_FRAME.sub(" ", text))


def _is_past(heard: Heard, clause: int) -> bool:
    """Say whether a clause tells of long ago and of nothing present."""
    text = " ".join(w for w, c in zip(heard.words, heard.clauses, strict=True) if c == clause)
    return bool(_PAST.search(text)) and not _PRESENT.search(text)
