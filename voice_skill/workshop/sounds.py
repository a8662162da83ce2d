"""Which words sound alike? A rough key: what a small recogniser in a noisy room cannot tell apart is one."""

import re
from functools import cache

from voice_skill.understanding.normalize import normal_form

_RULES = [
    (re.compile(pattern), key)
    for pattern, key in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^y(?=[aeiou])", "Y"),
        (r"^ps", "s"),
        (r"^x", "s"),
        (r"mb$", "m"),
        (r"(?<=[aeiou])lf", "f"),
        (r"(?<=[ao])l(?=[km])", ""),
        (r"(?<=[aeiou])gh(?:t)", "t"),
        (r"gh", ""),
        (r"ph", "f"),
        (r"tch|ch|sh|sch|dg|j|ti(?=on)|ci(?=a|ou)", "X"),
        (r"th", "t"),
        (r"qu(?=[aeio])", "kw"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])|z|ss", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"(?<=.)e$|(?<=.)es$", ""),
        (r"[aeiou]*(?:ee|ea|ie|ei|i|y)[aeiou]*", "i"),
        (r"[aeiou]*(?:oo|ou|u)[aeiou]*", "u"),
        (r"[aeou]*o[aeou]*", "o"),
        (r"[ae]+", "a"),
        (r"(.)\1+", r"\1"),
        (r"(?<=[aiou])h", ""),
    )
]


@cache
def _word_key(word: str) -> str:
    key = word
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    return key


def sound_key(text: str) -> str:
    """Return a key that is the same for texts that sound alike; "" when there are no words.

    Vowels are four, and z is s. Word boundaries are not heard and do not count.
    """
    return "".join(map(_word_key, normal_form(text).split()))


def alike(text: str, other: str) -> bool:
    """Tell whether two texts cannot be told apart by their sound."""
    return sound_key(text) == sound_key(other)


def near_key(text: str) -> str:
    """Return a key that is the same for texts that are easily taken for each other, "" without words.

    As `sound_key`, but voiced and unvoiced consonants are one, and so are m and n: "pill" and "bill".
    """
    return re.sub(r"(.)\1+", r"\1", sound_key(text).translate(_VOICELESS))


_VOICELESS = str.maketrans("bdgvn", "ptkfm")
