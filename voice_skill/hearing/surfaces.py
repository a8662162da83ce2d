"""How words are spoken: "i am" also as "i'm", "thirty" also written "30", "belly" also as "tummy"."""

from collections import defaultdict
from collections.abc import Mapping

from voice_skill.understanding.words import CONTRACTIONS, NUMBERS, SPELLINGS, SUFFIXES, TENS

Spoken = tuple[str, tuple[str, ...]]
"""What is spoken, and the words of the normal form that it stands for after the first."""

_SHORTENED = (
    *("i", "you", "he", "she", "it", "we", "they", "that", "this", "there", "here", "what", "who", "where"),
    *("how", "when", "why", "something", "everything"),
)
_NEGATED = (
    *("do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "could", "would", "should"),
    *("must", "need"),
)


def _surfaces() -> Mapping[str, list[Spoken]]:
    pairs = {spoken: words for spoken, words in CONTRACTIONS.items() if words}
    pairs |= SPELLINGS
    for word in _SHORTENED:
        pairs |= {word + short: word + full for short, full in SUFFIXES.items() if short != "n't"}
        pairs[word + "'s"] = word + " is"
    pairs |= {word + "n't": word + " not" for word in _NEGATED}
    pairs |= {str(number): word for number, word in enumerate(NUMBERS)}
    pairs |= {str(10 * number): word for number, word in enumerate(TENS) if number}
    found: dict[str, list[Spoken]] = defaultdict(list)
    for spoken, words in pairs.items():
        first, *rest = words.split()
        found[first].append((spoken, tuple(rest)))
    return found


SURFACES = _surfaces()
"""First word of the normal form -> what may be spoken in its place."""

SHORT = {"is": "'s", "has": "'s", "s": "'s"}
"""Words that shrink to an ending of the word before them, whatever it is: "my calf's cramping"."""


def meanings(spoken: str) -> list[tuple[str, ...]]:
    """Return the words of the normal form that a spoken word can stand for, itself included."""
    found = [(spoken,), *_STANDS_FOR.get(spoken, ())]
    if spoken.endswith("'s"):
        found += [(spoken[:-2], full) for full in SHORT]
    return list(dict.fromkeys(found))


_STANDS_FOR: dict[str, list[tuple[str, ...]]] = defaultdict(list)
for _first, _ways in SURFACES.items():
    for _spoken, _rest in _ways:
        _STANDS_FOR[_spoken].append((_first, *_rest))
