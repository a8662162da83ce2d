"""Names that a recogniser did not know, found again by their sound: "I be profane" is ibuprofen. English.

For what no dictionary holds: names of the pack, by their consonants alone, and what the pack itself tells of
spellings and mis-hearings. It comes first; ordinary words that were taken for others are `repair`'s.

Two runs of words sound alike here when their consonants do: voiced and unvoiced ones are the same, vowels and
word boundaries do not count.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from rapidfuzz.fuzz import ratio

from voice_skill.dialog.hints import Misheard
from voice_skill.understanding.normalize import Words

LONGEST = 4
"""Words that one name may have been heard as, at most."""

FEWEST = 4
"""Consonants that a name must have, one more if it was heard as several words; fewer agree by chance."""

SPELT_ALIKE = 0.66
"""How alike the letters must be besides, from 0 to 1."""

_SAME_SOUND = (
    (r"ph", "f"), (r"kn|gn", "n"), (r"[sc]h", "s"), (r"th", "t"), (r"ck|qu|q", "k"), (r"x", "ks"),
    (r"c(?=[eiy])", "s"), (r"c|g", "k"), (r"b", "p"), (r"d", "t"), (r"v", "f"), (r"z|j", "s"),
)  # fmt: skip


@cache
def sound(text: str) -> str:
    """Return the consonants of some words as they sound, "a" first if they begin with a vowel.

    >>> sound("ibuprofen") == sound("i be profane")
    True
    """
    letters = re.sub(r"[^a-z]", "", text)
    for pattern, letter in _SAME_SOUND:
        letters = re.sub(pattern, letter, letters)
    first = "a" if letters[:1] in tuple("aeiouy") else ""
    consonants = re.sub(r"[aeiouyhw]", "", letters)
    return first + re.sub(r"(.)\1+", r"\1", consonants)


class Ear:
    """Finds names again. names: in normal form; known: every word that the pack knows.

    What is heard as a name holds at least one word that the pack does not know.
    spellings: word as written -> word meant. misheard: word meant -> what is heard for it, and where.
    """

    def __init__(
        self,
        names: Iterable[str],
        known: frozenset[str],
        spellings: Mapping[str, str] | None = None,
        misheard: Mapping[str, Misheard] | None = None,
    ) -> None:
        self._known = known
        self._spellings = spellings or {}
        self._misheard = [
            (meant, frozenset(of.heard), frozenset(of.after), tuple(of.near))
            for meant, of in (misheard or {}).items()
        ]
        self._names: dict[str, str] = {}
        for name in names:
            if len(sound(name)) >= FEWEST:
                self._names.setdefault(sound(name), name)

    def restore(self, heard: Words) -> Words:
        """Return the words with the names that were meant in place of what was heard."""
        words: list[str] = []
        origins: list[int] = []
        spelt = self.spelt(heard.words)
        at = 0
        while at < len(spelt):
            taken, meant = self._name_at(spelt, at)
            words += meant
            origins += [at] * len(meant)
            at += taken
        return Words(
            heard.text,
            tuple(words),
            tuple(heard.sentences[i] for i in origins),
            tuple(heard.clauses[i] for i in origins),
            heard.questions,
        )

    def spelt(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words as the pack spells them."""
        return tuple(self._spellings.get(word, word) for word in words)

    def _name_at(self, words: tuple[str, ...], at: int) -> tuple[int, list[str]]:
        """Return how many words from `at` on were meant as what."""
        for n in range(min(LONGEST, len(words) - at), 0, -1):
            run = words[at : at + n]
            if self._known.issuperset(run):
                continue
            consonants = sound(" ".join(run))
            name = self._names.get(consonants) if n == 1 or len(consonants) > FEWEST else None
            if name and ratio(name.replace(" ", ""), "".join(run)) >= 100 * SPELT_ALIKE:
                return n, name.split()
        return 1, [self._meant(words, at)]

    def _meant(self, words: tuple[str, ...], at: int) -> str:
        before, near = words[max(0, at - 1) : at], (*words[at + 1 : at + 4], *words[max(0, at - 5) : at])
        for meant, heard, after, signs in self._misheard:
            if words[at] in heard and after.intersection(before) and any(w.startswith(signs) for w in near):
                return meant
        return words[at]
