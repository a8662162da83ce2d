"""What was meant by what a recogniser wrote: "a tight pane in my chessed" is a pain in the chest. English.

A noisy channel: words in a row may stand for others that sound the same, or that they make when joined;
which is likelier, the pack's own sentences tell (word pairs, smoothed after Witten and Bell, Computational
Linguistics 17(4), 1991). What was heard stays unless something else is a great deal likelier. Only words with
a known pronunciation are weighed; names that no dictionary holds were found by `misheard` before.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise, product
from math import log
from pathlib import Path

from voice_skill.understanding.normalize import Words
from voice_skill.understanding.sentences import common_ranks
from voice_skill.understanding.words import NUMBERS, TENS

PRONUNCIATIONS = Path(__file__).parent / "data" / "pronunciations.txt"
"""One word a line and its pronunciations, one letter a sound; made by `benchmarks/pronunciations.py`."""

SAME = 4.5
"""How much likelier, as a natural logarithm, words must be that sound the same as what was heard."""
ALIKE = 9.0
"""The same for words that sound nearly the same: voiced and unvoiced consonants are one, and like vowels."""
JOINED = 1.5
"""The same for a word that was written in two."""
MORE_WORDS = 1.0
"""And for each word that was heard more than one."""

KNOWN = 1.0
"""And for a word that the pack knows itself."""

LONGEST = 60
"""Words of a text, at most; a longer one is talk, not a recogniser's mistake."""
SPAN = 3
"""Words in a row that may stand for others."""

_FROM_PACK = 0.8
_COMMON = 0.02
_RANK_OF_RARE = 200
_RAREST = 2e-7
_SHORTEST = 2
_START, _END = "<s>", "</s>"
_KEPT = frozenset((*"smtx", *NUMBERS, *TENS))
"""Never mistaken: letters that stand by themselves ("my leg's", "two a m", "the trail x"), and numbers."""
_ALIKE = str.maketrans("dDzZJvgbNxVEyU", "ttsSCfkpnaaaiu", "h")

Run = tuple[str, ...]


@cache
def alike(code: str) -> str:
    """Return a pronunciation in which sounds that are easily taken for each other are the same."""
    return re.sub(r"(.)\1+", r"\1", code.translate(_ALIKE))


class Repair:
    """Puts the words back that were meant. sentences: words in normal form, as the pack has them."""

    def __init__(self, sentences: Iterable[Run]) -> None:
        self._pairs: Counter[Run] = Counter()
        for words in sentences:
            self._pairs.update(pairwise((_START, *words, _END)))
        self._words: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        for (first, second), count in self._pairs.items():
            self._words[second] += count
            self._before[first] += count
        self._followers = Counter(first for first, _ in self._pairs)
        self._total = max(1, self._words.total())
        self._ranks = common_ranks()
        self._said = pronunciations()
        # Dictionaries for their order: of readings that are as likely, every run takes the same one.
        self._same: dict[str, dict[str, None]] = defaultdict(dict)
        self._alike: dict[str, dict[str, None]] = defaultdict(dict)
        for word in sorted(self._words):
            for code in self._said.get(word, ()):
                self._same[code][word] = None
                self._alike[alike(code)][word] = None

    def restore(self, heard: Words) -> Words:
        """Return the words that were most likely meant."""
        words = heard.words
        if len(words) > LONGEST:
            return heard
        origins: list[int] = []
        meant: list[str] = []
        for run, start in self._likeliest(words):
            meant += run
            origins += [start] * len(run)
        if tuple(meant) == words:
            return heard
        sentences = tuple(heard.sentences[at] for at in origins)
        clauses = tuple(heard.clauses[at] for at in origins)
        return Words(heard.text, tuple(meant), sentences, clauses, heard.questions)

    def _likeliest(self, words: Run) -> list[tuple[Run, int]]:
        """Return runs of words, each with the position of what was heard for it (Viterbi)."""
        best: list[dict[str, tuple[float, list[tuple[Run, int]]]]] = [{} for _ in range(len(words) + 1)]
        best[0] = {_START: (0.0, [])}
        for at in range(len(words)):
            for run, taken, cost in self._readings(words, at):
                there = best[at + taken]
                for before, (score, path) in best[at].items():
                    total, last = score - cost, before
                    for word in run:
                        total += self._chance(word, last)
                        last = word
                    if last not in there or there[last][0] < total:
                        there[last] = total, [*path, (run, at)]
        ends = best[-1].items()
        return max((score + self._chance(_END, last), path) for last, (score, path) in ends)[1]

    def _readings(self, words: Run, at: int) -> Iterator[tuple[Run, int, float]]:
        """Yield what may have been meant from `at` on: the words, how many were heard, and the cost."""
        yield (words[at],), 1, 0.0
        for taken in range(1, min(SPAN, len(words) - at) + 1):
            run = words[at : at + taken]
            if not _KEPT.isdisjoint(run):
                continue
            joined = "".join(run)
            if taken > 1:
                for word in dict.fromkeys((joined, re.sub(r"([^aeiou])\1", r"\1", joined))):
                    if word in self._words and len(word) > _SHORTEST:
                        yield (word,), taken, JOINED
                if all(word in self._words for word in run):
                    continue
            more = MORE_WORDS * (taken - 1) if taken > 1 else KNOWN * (run[0] in self._words)
            for meant in self._sounding(run, self._same):
                yield meant, taken, SAME + more
            if taken == 1 or any(word not in self._ranks for word in run):
                for meant in self._sounding(run, self._alike):
                    yield meant, taken, ALIKE + more

    def _sounding(self, run: Run, known: dict[str, dict[str, None]]) -> Iterator[Run]:
        """Yield one word, or two for two, that sounds like the run."""
        if not all(word in self._said for word in run):
            return
        exact = known is self._same
        for codes in product(*(self._said[word] for word in run)):
            code = re.sub(r"(.)\1+", r"\1", "".join([codes[0], *(c.removeprefix("h") for c in codes[1:])]))
            code = code if exact else alike(code)
            if len(code) < _SHORTEST:
                continue
            yield from ((word,) for word in known.get(code, ()) if (word,) != run)
            if len(run) == 2:
                for cut in range(_SHORTEST, len(code) - 1):
                    for first, second in product(known.get(code[:cut], ()), known.get(code[cut:], ())):
                        if (first, second) != run:
                            yield first, second

    def _chance(self, word: str, before: str) -> float:
        """Return the log-probability of a word after another."""
        rank = self._ranks.get(word)
        common = _COMMON / (_RANK_OF_RARE + rank) if rank is not None else _RAREST
        alone = _FROM_PACK * self._words[word] / self._total + common
        seen = self._before[before]
        if not seen:
            return log(alone)
        pairs = seen / (seen + self._followers[before])
        return log(pairs * self._pairs[before, word] / seen + (1 - pairs) * alone)


@cache
def pronunciations() -> dict[str, Run]:
    """Return the pronunciations of each word that ships with the program, one letter a sound."""
    lines = PRONUNCIATIONS.read_text(encoding="utf-8").splitlines() if PRONUNCIATIONS.exists() else ()
    return {word: tuple(codes) for word, *codes in map(str.split, lines)}
