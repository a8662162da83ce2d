"""Word rules as a clinician writes them: `chest|ribs + tight*|crush*|can't ... breathe`.

A rule is groups joined by " + "; every group must be heard, in any order, within one stretch of speech
(`STRETCH` words). A group is alternatives joined by "|". An alternative is one or more words in a row, where
    word*    any word that begins so
    #        any number from nine on
    ...      up to `GAP` other words may stand here
    {list}   anything that a slot list says
Contractions, spelling, hesitations and words like "very" make no difference.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from voice_skill.understanding.normalize import Words, normal_form
from voice_skill.understanding.words import FILLERS, NUMBERS, TENS, listed

COMPLAINT = "complaint"
"""Stands for any name of what the pack is about."""

STRETCH = 18
GAP = 4

MANY = frozenset(NUMBERS[9:]) | frozenset(TENS[2:]) | listed("hundred dozen dozens")
"""Number words that "#" stands for; digits from nine on are the others."""

SKIPPED = FILLERS | listed(
    "really very so just quite totally absolutely completely even actually proper awfully terribly pretty "
    "rather extremely"
)
"""Words that rules and speech are compared without."""

_REFERENCE = re.compile(r"\{([a-z_]+)\}")
_FUZZY_FROM = 5
_FUZZY_TWO_FROM = 9

Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Where one alternative was heard: positions in `Heard.words`, without what stands for its "..."."""

    words: tuple[int, ...]

    @property
    def start(self) -> int:
        """Position of the first word."""
        return self.words[0]

    @property
    def end(self) -> int:
        """Position after the last word."""
        return self.words[-1] + 1


@dataclass(frozen=True, slots=True)
class Heard:
    """The words that count, what else each may have been, and where they stand.

    told: the words, with COMPLAINT in place of each name of what the pack is about.
    """

    words: Run
    told: Run
    forms: tuple[tuple[str, ...], ...]
    sentences: tuple[int, ...]
    clauses: tuple[int, ...]


class Rule:
    """One rule: for each group, the alternatives in words."""

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]]) -> None:
        self.text = text
        self.groups = [
            frozenset(run for alternative in group.split("|") for run in _runs(alternative, lists))
            for group in re.split(r"\s\+\s", text)
        ]
        if not all(self.groups):
            raise ValueError(f"the rule {text!r} has an empty group")


def rule_problem(text: str, lists: Mapping[str, Sequence[str]]) -> str | None:
    """Return what is wrong with a rule, in words for the person who wrote it; None when it can be read.

    lists: slot list -> everything that may be said for it.
    """
    for group in re.split(r"\s\+\s", text):
        for alternative in group.split("|"):
            problem = _alternative_problem(alternative.strip(), lists)
            if problem:
                return f"{problem} in the rule {text!r}"
    return None


class RuleBook:
    """Finds, in one pass, where the alternatives of many rules are heard."""

    def __init__(
        self,
        rules: Iterable[Rule],
        ordinary: frozenset[str] = frozenset(),
        complaints: frozenset[str] = frozenset(),
    ) -> None:
        self._complaints = complaints
        runs = {run for rule in rules for group in rule.groups for run in group}
        self._by_word: dict[str, list[Run]] = defaultdict(list)
        self._by_prefix: dict[str, list[Run]] = defaultdict(list)
        for run in sorted(runs):
            first = run[0]
            (self._by_prefix if first.endswith("*") else self._by_word)[first.rstrip("*")].append(run)
        literal = {word for run in runs for word in run if word not in ("...", "#")}
        self.vocabulary = frozenset(word.rstrip("*") for word in literal)
        self._ordinary = ordinary | self.vocabulary
        self._prefixes = tuple(word[:-1] for word in literal if word.endswith("*"))
        self._targets = sorted(word for word in literal if len(word) >= _FUZZY_FROM and word[-1] != "*")

    def hear(self, heard: Words) -> Heard:
        """Return the words that rules are compared with."""
        keep = [i for i, word in enumerate(heard.words) if word not in SKIPPED]
        words = tuple(heard.words[i] for i in keep)
        return Heard(
            words,
            tuple(COMPLAINT if word in self._complaints else word for word in words),
            tuple((word, *self._misheard(word)) for word in words),
            tuple(heard.sentences[i] for i in keep),
            tuple(heard.clauses[i] for i in keep),
        )

    def spans(self, heard: Heard) -> dict[Run, list[Span]]:
        """Return where each alternative is heard."""
        found: dict[Run, list[Span]] = defaultdict(list)
        for at, forms in enumerate(heard.forms):
            for form in forms:
                for run in self._starting_with(form):
                    span = _span_of(run, heard.forms, at)
                    if span:
                        found[run].append(span)
        return found

    def _starting_with(self, word: str) -> Iterator[Run]:
        yield from self._by_word.get(word, ())
        if _is_many(word):
            yield from self._by_word.get("#", ())
        for n in range(1, len(word) + 1):
            yield from self._by_prefix.get(word[:n], ())

    def _misheard(self, word: str) -> list[str]:
        if len(word) < _FUZZY_FROM or word in self._ordinary or word.startswith(self._prefixes):
            return []
        limit = 2 if len(word) >= _FUZZY_TWO_FROM else 1
        return [
            target
            for target in self._targets
            if target[0] == word[0] and DamerauLevenshtein.distance(word, target, score_cutoff=limit) <= limit
        ]


def stretches(groups: list[list[Span]]) -> Iterator[list[Span]]:
    """Yield, for each place where all groups are heard within one stretch, one span for each group."""
    if not groups or not all(groups):
        return
    for first in sorted({span for group in groups for span in group}, key=lambda span: span.words):
        chosen = []
        for group in groups:
            near = [s for s in group if s.start >= first.start and s.end <= first.start + STRETCH]
            if not near:
                break
            chosen.append(min(near, key=lambda span: span.words))
        else:
            yield chosen


def _alternative_problem(alternative: str, lists: Mapping[str, Sequence[str]]) -> str | None:
    parts = alternative.split()
    unread = set(re.findall(r"[^\w\s'*.#-]", _REFERENCE.sub("", alternative)))
    unknown = [name for name in _REFERENCE.findall(alternative) if name not in lists]
    if not parts:
        return "an empty group or alternative"
    if unknown:
        return f"{{{unknown[0]}}} names no slot list"
    if unread:
        return f"{min(unread)!r} cannot be read"
    dropped = [
        word for word in normal_form(_REFERENCE.sub("", alternative)).split() if word in SKIPPED - {"s"}
    ]
    if dropped:
        return f"{dropped[0]!r} is never compared; leave it out of {alternative!r}"
    if any("*" in part[:-1] for part in parts):
        return f"'*' inside a word: {alternative!r}"
    if "..." in (parts[0], parts[-1]):
        return f"'...' with no word on one side: {alternative!r}"
    return None


def _runs(alternative: str, lists: Mapping[str, Sequence[str]]) -> list[Run]:
    """Return the words of an alternative, once for each phrase of the lists it names."""
    reference = _REFERENCE.search(alternative)
    if reference:
        name = reference[1]
        if name not in lists:
            raise ValueError(f"the rule word {{{name}}} names no slot list")
        before, after = alternative[: reference.start()], alternative[reference.end() :]
        return [run for phrase in lists[name] for run in _runs(f"{before}{phrase}{after}", lists)]
    run: list[str] = []
    for part in alternative.split():
        if part in ("...", "#"):
            run.append(part)
            continue
        words = [word for word in normal_form(part).split() if word not in SKIPPED]
        if part.endswith("*") and words:
            words[-1] += "*"
        run.extend(words)
    return [tuple(run)] if run else []


def _span_of(run: Run, forms: tuple[tuple[str, ...], ...], at: int) -> Span | None:
    """Return where `run`, begun at `at`, is heard; None when it is not heard there."""
    here, gap = at, 0
    words: list[int] = []
    for n, word in enumerate(run):
        if word == "...":
            gap = GAP
            continue
        for skip in range(gap + 1):
            if here + skip < len(forms) and _is(word, forms[here + skip]):
                here += skip + 1
                words.append(here - 1)
                break
        else:
            return None
        gap = 0
        if n == 0 and here != at + 1:
            return None
    return Span(tuple(words))


def _is_many(word: str) -> bool:
    return word in MANY or (word.isdigit() and int(word) >= len(NUMBERS[:9]))


def _is(word: str, forms: tuple[str, ...]) -> bool:
    if word == "#":
        return any(map(_is_many, forms))
    if word.endswith("*"):
        return any(form.startswith(word[:-1]) for form in forms)
    return word in forms
