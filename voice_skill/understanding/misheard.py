"""Names that a recogniser did not know, found again by their sound: "I be profane" is ibuprofen. English.

Two runs of words sound alike here when their consonants do: voiced and unvoiced ones are the same, vowels and
word boundaries do not count.
"""

import re
from collections.abc import Iterable
from functools import cache

from rapidfuzz.fuzz import ratio

from voice_skill.understanding.normalize import Words
from voice_skill.understanding.words import listed

LONGEST = 4
"""Words that one name may have been heard as, at most."""

FEWEST = 4
"""Consonants that a name must have, one more if it was heard as several words; fewer agree by chance."""

SPELT_ALIKE = 0.66
"""How alike the letters must be besides, from 0 to 1."""

CALF = listed("cough cuff cat cap cart carve half caff cav gaff")
"""What recognisers make of "calf"."""

_BEFORE_CALF = listed("my me the left right her his other")
_CRAMPING = ("cramp", "gramp", "spasm", "seiz", "knott", "lock", "charley")

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
    """

    def __init__(self, names: Iterable[str], known: frozenset[str]) -> None:
        self._known = known
        self._names: dict[str, str] = {}
        for name in names:
            if len(sound(name)) >= FEWEST:
                self._names.setdefault(sound(name), name)

    def restore(self, heard: Words) -> Words:
        """Return the words with the names that were meant in place of what was heard."""
        words: list[str] = []
        origins: list[int] = []
        at = 0
        while at < len(heard.words):
            taken, meant = self._name_at(heard.words, at)
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
        return 1, ["calf" if _is_calf(words, at) else words[at]]


def _is_calf(words: tuple[str, ...], at: int) -> bool:
    if words[at] not in CALF or not at or words[at - 1] not in _BEFORE_CALF:
        return False
    near = [*words[at + 1 : at + 4], *words[max(0, at - 5) : at - 1]]
    return any(word.startswith(_CRAMPING) for word in near)
