"""How words sound, as one letter a sound, and how easily one sound is taken for another. English.

Pronunciations are those of the CMU Pronouncing Dictionary that ship with the program; a word that is not
among them is read letter by letter.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from voice_skill.understanding.repair import PRONUNCIATIONS, alike, pronunciations

EVERY_WORD = PRONUNCIATIONS.with_name("every_word.txt")
"""One word a line, in the order of the alphabet, and its pronunciations, one letter a sound; made by
`benchmarks/pronunciations.py`."""

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

VOWELS = "axVweEIAiyoOuU"
CONSONANTS = "bCdDfghJklmnNprsStvWYzZ"
KINDS = ("mnN", "WrlY", "sSCzZJf", "ptkbdg")
"""Consonants made alike: nasals, glides, hisses, stops."""

SAME_BUT_VOICE, VOWEL_FOR_VOWEL, SAME_KIND, OTHER_CONSONANT, OTHER = 0.35, 0.5, 0.6, 0.9, 1.2
"""Costs of one sound heard for another."""

WEAK, STRONG = 0.5, 0.75
"""Cost of a vowel or an h, and of any other sound, that is heard but not said, or said but not heard."""

SOUNDS = VOWELS + CONSONANTS
NONE = len(SOUNDS)
"""Fills up the rows of words shorter than the longest."""

_NUMBER = {sound: number for number, sound in enumerate(SOUNDS)}
_SPELT = (
    *(("ch", "C"), ("sh", "S"), ("th", "f"), ("ph", "f"), ("ng", "N"), ("ck", "k"), ("ee", "y"), ("oo", "U")),
    *(("ea", "y"), ("ow", "w"), ("ou", "w"), ("ai", "A"), ("ay", "A"), ("qu", "kW"), ("x", "ks"), ("c", "k")),
    *(("j", "J"), ("y", "y"), ("a", "x"), ("e", "e"), ("i", "i"), ("o", "a"), ("u", "V"), ("w", "W")),
    ("q", "k"),
)


@cache
def sounds_of(word: str) -> tuple[tuple[int, ...], ...]:
    """Return the pronunciations of a word, each as numbers of sounds; () for a number in digits."""
    if word.isdigit():
        return ()
    known = pronunciations().get(word) or _looked_up(word)
    if not known and word.endswith("'s"):
        return tuple((*said, _NUMBER["z"]) for said in sounds_of(word[:-2]))
    numbers = (tuple(_NUMBER[s] for s in said if s in _NUMBER) for said in known or (_read_out(word),))
    return tuple(said for said in numbers if said)


def sounds_of_all(words: Iterable[str]) -> tuple[int, ...]:
    """Return the sounds of a text, each word in its first pronunciation."""
    return tuple(sound for word in words for said in sounds_of(word)[:1] for sound in said)


def distances(heard: Sequence[int], said: Sequence[Sequence[int]]) -> Floats:
    """Return how far each of some texts is from a text heard, as the cost of turning one into the other."""
    if not said:
        return np.zeros(0, np.float32)
    table, lengths = padded(said)
    if not len(heard):
        return _costs_of_silence(table)[lengths, np.arange(len(table))]
    return costs(heard, table, lengths)[:, -1]


def padded(said: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Return texts as one table, (texts, longest), and the length of each."""
    lengths = np.array([len(sounds) for sounds in said], np.int64)
    table = np.full((len(said), int(lengths.max(initial=0))), NONE, np.int64)
    for row, sounds in enumerate(said):
        table[row, : len(sounds)] = sounds
    return table, lengths


def costs(heard: Sequence[int], table: Ids, lengths: Ids) -> Floats:
    """Return the cost at which each text was heard as the first n+1 sounds of `heard`, (texts, n).

    The weighted edit distance of Wagner and Fischer, worked out for all texts at once.
    """
    longest = int(lengths.max(initial=0))
    table = table[:, :longest]
    said = np.ascontiguousarray(table.T)
    dropped = DROPPED.take(said)
    column = _costs_of_silence(table)
    grown, spare = np.empty_like(column), np.empty_like(column[0])
    every = np.arange(len(table))
    found = np.empty((len(table), len(heard)), np.float32)
    mistaken = {sound: MISTAKEN[sound].take(said) for sound in set(heard)}
    for place, sound in enumerate(heard):
        np.add(column[0], DROPPED[sound], out=grown[0])
        either = column[:-1] + mistaken[sound]
        np.minimum(either, column[1:] + DROPPED[sound], out=grown[1:])
        for before, here, cost in zip(grown[:-1], grown[1:], dropped, strict=True):
            np.add(before, cost, out=spare)
            np.minimum(here, spare, out=here)
        column, grown = grown, column
        found[:, place] = column[lengths, every]
    return found


def _costs_of_silence(table: Ids) -> Floats:
    """Return the cost of hearing nothing for the first n sounds of each text, (longest + 1, texts)."""
    column = np.zeros((table.shape[1] + 1, len(table)), np.float32)
    np.cumsum(DROPPED[table].T, axis=0, out=column[1:])
    return column


@cache
def _every_word() -> bytes:
    return EVERY_WORD.read_bytes()


def _looked_up(word: str) -> tuple[str, ...]:
    """Return the pronunciations that stand in EVERY_WORD, found by halving; () if there are none."""
    lines, wanted = _every_word(), word.encode()
    low, high = 0, len(lines)
    while low < high:
        begin = max(low, lines.rfind(b"\n", low, (low + high) // 2) + 1)
        line = lines[begin : lines.index(b"\n", begin)]
        found, *codes = line.split()
        if found == wanted:
            return tuple(code.decode() for code in codes)
        low, high = (begin + len(line) + 1, high) if found < wanted else (low, begin)
    return ()


def _read_out(word: str) -> str:
    sounds = ""
    while word:
        spelt, sound = next(((s, n) for s, n in _SPELT if word.startswith(s)), (word[0], word[0]))
        sounds += sound
        word = word[len(spelt) :]
    return sounds


def _cost(heard: str, said: str) -> float:
    if heard == said:
        return 0.0
    if heard != "h" and said != "h" and alike(heard) == alike(said):
        return SAME_BUT_VOICE
    vowels = (heard in VOWELS) + (said in VOWELS)
    if vowels:
        return VOWEL_FOR_VOWEL if vowels == 2 else OTHER
    return SAME_KIND if any(heard in kind and said in kind for kind in KINDS) else OTHER_CONSONANT


MISTAKEN: Floats = np.array(
    [[_cost(heard, said) for said in SOUNDS] + [OTHER] for heard in SOUNDS], np.float32
)
"""Cost of each sound heard for each sound said."""

DROPPED: Floats = np.array([WEAK if s in VOWELS + "h" else STRONG for s in SOUNDS] + [0.0], np.float32)
"""Cost of each sound that only one of two texts has."""
