"""How a sentence in normal form is written by a recognition model: "it is gone" as "It's gone." English."""

from collections.abc import Sequence

from voice_skill.understanding.words import IS_AFTER, SUFFIXES

ASKING = frozenset(
    (
        *("what", "how", "why", "when", "where", "who", "which", "can", "could", "do", "does", "did", "is"),
        *("are", "am", "was", "should", "shall", "would", "will", "may", "has", "any"),
    )
)
"""First words of a question."""

_PRONOUNS = frozenset(("i", "you", "he", "she", "it", "we", "they", "that"))
_NOT = {"can": "can't", "will": "won't"}
_NEGATED = frozenset(
    ("do", "does", "did", "is", "are", "was", "were", "has", "had", "could", "would", "should")
)
_HAVE = "'ve"
_AFTER_HAVE = frozenset(("got", "been", "had", "done", "tried"))


def written(words: Sequence[str]) -> str:
    """Return the sentence with its contractions, a capital, and a mark at its end."""
    text = " ".join("I" + word[1:] if word == "i" or word[:2] == "i'" else word for word in _joined(words))
    return text[:1].upper() + text[1:] + ("?" if words[0] in ASKING else ".")


def _joined(words: Sequence[str]) -> list[str]:
    """Join the words that are spoken as one."""
    joined: list[str] = []
    at = 0
    while at < len(words):
        word, after, later = words[at], *([*words[at + 1 : at + 3], "", ""][:2])
        one = _contraction(word, after, later)
        joined.append(one or word)
        at += 2 if one else 1
    return joined


def _contraction(word: str, after: str, later: str) -> str:
    """Return what two words are contracted to before a later one, or ""."""
    if after == "not":
        return _NOT.get(word) or (word + "n't" if word in _NEGATED else "")
    if after == "is" and later and word in IS_AFTER:
        return word + "'s"
    if word not in _PRONOUNS:
        return ""
    short = next((short for short, full in SUFFIXES.items() if full == " " + after), "")
    return word + short if short and (short != _HAVE or later in _AFTER_HAVE) else ""
