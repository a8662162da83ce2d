"""How a text sounds to somebody who only hears it: how long it takes, how hard it is to follow."""

import re
from collections.abc import Collection, Iterable

MAX_WORDS = 20
"""Words in one sentence: more than that is more than one breath."""

MAX_SECONDS = 7.0
"""Length of one sentence as spoken; what is longer is forgotten before it ends."""

MAX_ITEMS = 3
"""Things in one spoken list."""

MAX_GRADE = 5.5
"""Years of school that a text may need: a child of ten or eleven follows it."""

ENOUGH_WORDS = 30
"""Words from which on the reading level of a text means anything."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SILENT_END = re.compile(r"(?<=[^aeiouyl])es$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$")
_VOWELS = re.compile(r"[aeiouy]+")
_APART = re.compile(r"i[aou](?=[^nu]|$)|(?<=[cst])ia|eo(?!u)|io(?!u?n)")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; each is one breath."""
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", text.strip()) if sentence]


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """Return about how many syllables an English word has, at least 1."""
    plain = re.sub(r"'\w+$", "", word.casefold())
    if len(plain) <= 3:
        return 1
    stem = _SILENT_END.sub("", plain)
    return max(1, len(_VOWELS.findall(stem)) + len(_APART.findall(stem)))


def seconds(sentence: str) -> float:
    """Return about how long a sentence takes to say.

    Fitted by least squares on 246 sentences spoken by Piper's voice "joe" (0.2 s off on average);
    `voice-skill render` measures the sound itself.
    """
    count = sum(map(syllables, words(sentence)))
    pauses = len(re.findall(r"[,;:]", sentence))
    return 0.43 + 0.071 * count + 0.29 * pauses + 0.030 * len(sentence)


def speaking_time(text: str) -> float:
    """Return about how long a text takes to say, sentence after sentence."""
    return sum(seconds(sentence) for sentence in split_sentences(text))


def grade(texts: Iterable[str], known: Collection[str] = ()) -> float | None:
    """Return the Flesch-Kincaid grade of texts: years of school that following them needs.

    Kincaid et al. 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59. known: long words that
    everybody knows here; they count two syllables at most. None if the texts are too short to tell.
    """
    said = [sentence for text in texts for sentence in split_sentences(text)]
    easy = {word.casefold() for word in known}
    counts = [
        min(2, syllables(word)) if word.casefold() in easy else syllables(word)
        for sentence in said
        for word in words(sentence)
    ]
    if len(counts) < ENOUGH_WORDS:
        return None
    return 0.39 * len(counts) / len(said) + 11.8 * sum(counts) / len(counts) - 15.59


_JOIN = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_OPENS_CLAUSE = frozenset(
    [
        "if",
        "when",
        "while",
        "with",
        "without",
        "for",
        "from",
        "after",
        "before",
        "in",
        "at",
        "on",
        "as",
        "but",
        "also",
        "then",
        "so",
        "unless",
        "until",
        "because",
    ]
)
_LONGEST_ITEM = 3


def longest_list(sentence: str) -> int:
    """Return how many things the longest list in a sentence names ("a, b, c and d": 4); 0 without a list.

    A list is short items joined by commas and a last "and" or "or". What comes before the first comma is its
    first item, unless it opens a clause ("If you fall, ...").
    """
    parts = [part.strip() for part in re.split(r"[,;:]", sentence)]
    return max((_items_until(parts, at) for at, part in enumerate(parts) if _JOIN.search(part)), default=0)


def _items_until(parts: list[str], at: int) -> int:
    """Return how many items a list has whose last "and" or "or" stands in parts[at]."""
    inside = [item for item in _JOIN.split(parts[at]) if item.strip()]
    count = len(inside)
    for index in range(at - 1, -1, -1):
        item = parts[index].split()
        opens = bool(item) and (item[0].casefold() in _OPENS_CLAUSE or item[0].endswith("ing"))
        if index == 0:
            following = parts[1].split()
            return count + (not opens or len(following) == 1)
        if not item or opens or len(item) > _LONGEST_ITEM:
            return count
        count += 1
        if _JOIN.search(parts[index]):
            return count
    return count
