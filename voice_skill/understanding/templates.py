"""Sentence templates: does a text match one as a whole, and what may be said according to it.

The notation is hassil's: `[please] (help|ease) my {muscle} [cramp]`. hassil parses it; matching and
sampling are done here on the parsed expression, because only the yes or no is needed, and in microseconds.
"""

import random
from collections.abc import Iterator, Mapping, Sequence

from hassil.expression import Alternative, Expression, ListReference, Permutation, TextChunk
from hassil.expression import Group as HassilGroup
from hassil.expression import Sentence as HassilSentence
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression

from voice_skill.understanding.normalize import normal_form

NOTATION = frozenset("()[]{}<>|;\\")
"""Letters that mean something in hassil's notation; a template without them is one sentence."""

ListPhrases = Mapping[str, Sequence[str]]
"""slot list -> everything that may be said for it, in normal form."""


def expand(template: str) -> list[str]:
    """Return everything that a template without slot lists may stand for, in normal form."""
    if NOTATION.isdisjoint(template):
        return [normal_form(template)]
    expression = parse_sentence(template).expression
    return list(dict.fromkeys(normal_form(text) for text in sample_expression(expression)))


class Template:
    """One sentence template."""

    def __init__(self, template: str) -> None:
        sentence: HassilSentence = parse_sentence(template)
        self.source = template
        self._expression = sentence.expression
        _to_normal_form(self._expression)
        self._required = sentence.get_required_clauses({})

    def may_match(self, words: frozenset[str], text: str) -> bool:
        """Say quickly whether a match is possible at all."""
        return all(any(part in words or part in text for part in clause) for clause in self._required)

    def matches(self, text: str, found: "ListSpans") -> bool:
        """Say whether `text` (normal form) as a whole is what the template describes."""
        return any(text[end:].strip() == "" for end in _ends(self._expression, text, 0, found))

    def sample(self, rng: random.Random, lists: ListPhrases) -> str:
        """Return one thing that may be said, in normal form."""
        return normal_form("".join(_sample(self._expression, rng, lists)))


class ListSpans:
    """Where phrases of the slot lists stand in one text; computed once, used by every template."""

    def __init__(self, text: str, lists: ListPhrases) -> None:
        self._text = text
        self._lists = lists
        self._ends: dict[tuple[str, int], list[int]] = {}

    def ends(self, name: str, start: int) -> list[int]:
        """Return where phrases of the list `name` that begin at character `start` end."""
        key = (name, start)
        if key not in self._ends:
            text = self._text
            self._ends[key] = [
                end
                for phrase in self._lists.get(name, ())
                if text.startswith(phrase, start)
                and ((end := start + len(phrase)) == len(text) or text[end] == " ")
            ]
        return self._ends[key]


def _to_normal_form(expression: Expression) -> None:
    if isinstance(expression, TextChunk):
        text = expression.text
        words = normal_form(text)
        left = " " if text[:1].isspace() else ""
        right = " " if text[-1:].isspace() else ""
        expression.text = f"{left}{words}{right}" if words else left
    elif isinstance(expression, HassilGroup):
        for item in expression.items:
            _to_normal_form(item)


def _ends(expression: Expression, text: str, at: int, found: ListSpans) -> Iterator[int]:
    """Yield every position at which `expression`, begun at `at`, may end."""
    if isinstance(expression, TextChunk):
        end = _chunk_end(expression.text, text, at)
        if end is not None:
            yield end
    elif isinstance(expression, Alternative):
        for item in expression.items:
            yield from _ends(item, text, at, found)
    elif isinstance(expression, Permutation):
        yield from _permutation_ends(expression, text, at, found)
    elif isinstance(expression, HassilGroup):
        places = {at}
        for item in expression.items:
            places = {end for place in places for end in _ends(item, text, place, found)}
        yield from places
    elif isinstance(expression, ListReference):
        start = at + 1 if text[at : at + 1] == " " else at
        yield from found.ends(expression.list_name, start)


def _permutation_ends(group: Permutation, text: str, at: int, found: ListSpans) -> Iterator[int]:
    for item, rest in group.iterate_permutations():
        for end in _ends(item, text, at, found):
            yield from _ends(rest, text, end, found) if rest.items else (end,)


def _chunk_end(chunk: str, text: str, at: int) -> int | None:
    """Match literal text. A space in it is a word boundary, so that optional parts may be left out."""
    words = chunk.strip()
    if chunk[:1] == " " or not words:
        if not _at_boundary(text, at):
            return at if not chunk else None
        at += text[at : at + 1] == " "
    elif text[at : at + 1] == " " and (at == 0 or not chunk):
        at += 1
    if not text.startswith(words, at):
        return None
    at += len(words)
    if chunk[-1:] == " " and words:
        if not _at_boundary(text, at):
            return None
        at += text[at : at + 1] == " "
    return at


def _at_boundary(text: str, at: int) -> bool:
    return at == 0 or at >= len(text) or text[at] == " " or text[at - 1] == " "


def _sample(expression: Expression, rng: random.Random, lists: ListPhrases) -> Iterator[str]:
    if isinstance(expression, TextChunk):
        yield expression.text
    elif isinstance(expression, Alternative):
        yield from _sample(rng.choice(expression.items), rng, lists)
    elif isinstance(expression, HassilGroup):
        for item in expression.items:
            yield from _sample(item, rng, lists)
    elif isinstance(expression, ListReference):
        yield " " + rng.choice(lists.get(expression.list_name) or [""]) + " "
