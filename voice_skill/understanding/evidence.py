"""Words that speak for a red flag by themselves: "breath" for breathing, "stung" for an allergic reaction.

Likeness alone is too easily struck by a few stray words; a red flag needs such words too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from voice_skill.dialog.schema import Phrases, RedFlag
from voice_skill.understanding.normalize import normal_form, without_fillers

TELLING = 8.0
"""How many times as often as in harmless sentences a word must occur among a flag's examples."""

EVERYDAY = 0.012
"""Share of harmless sentences from which on a word tells nothing, however often a flag has it."""

ITS_OWN_FROM = 0.15
"""Share of a flag's examples from which on a word is its very own: "chest", "breath"."""

_RULE_COUNTS = 0.5
"""A word of a rule counts as much as in this many examples."""
_SHORTEST = 3
_NOT_WORDS = re.compile(r"\{\w+\}|\.\.\.|[|+*#]")
_ENDING = re.compile(r"(ings?|ed|es|s|ly|e)$")
_SHORTEST_WITH_ENDING = 5


class Evidence:
    """The telling words of each red flag of a pack."""

    def __init__(self, phrases: Mapping[str, Phrases], red_flags: Mapping[str, RedFlag]) -> None:
        harmless = [set(_stems(text)) for of in phrases.values() for text in of.examples]
        usual = Counter(stem for stems in harmless for stem in stems)
        n = max(1, len(harmless))
        everyday = {stem for stem, count in usual.items() if count > EVERYDAY * n}
        self._telling: dict[str, frozenset[str]] = {}
        self._its_own: dict[str, frozenset[str]] = {}
        for name, flag in red_flags.items():
            said = Counter(stem for text in flag.examples for stem in set(_stems(text)))
            ruled = {stem for rule in flag.said for stem in _stems(_NOT_WORDS.sub(" ", rule))}
            self._its_own[name] = frozenset(
                stem
                for stem, count in said.items()
                if count >= ITS_OWN_FROM * len(flag.examples) and stem not in everyday
            )
            self._telling[name] = frozenset(
                stem
                for stem in {*said, *ruled} - everyday
                if len(stem) >= _SHORTEST
                and (said[stem] + _RULE_COUNTS * (stem in ruled)) / max(1, len(flag.examples))
                >= TELLING * (usual[stem] + 1) / n
            )

    def count(self, words: Iterable[str], flag: str) -> int:
        """Return how many of the words, in normal form, tell of the flag; each counts once."""
        return len(self._telling[flag].intersection(map(_stem, words)))

    def weight(self, words: Iterable[str], flag: str) -> int:
        """Return the same, but the flag's very own words count twice."""
        telling = self._telling[flag].intersection(map(_stem, words))
        return len(telling) + len(telling & self._its_own[flag])


def _stems(text: str) -> Iterator[str]:
    return map(_stem, without_fillers(tuple(normal_form(text).split())))


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) >= _SHORTEST_WITH_ENDING else word
