"""Text preparation: what is written in a pack becomes what a person would say."""

import re
import unicodedata

from voice_skill.speaking.numbers import with_digits_apart, with_numbers_spelled

LONGEST_SENTENCE = 160
"""Characters, ten seconds; longer ones are cut at a comma or a space: one breath, and a bounded memory."""

_WITH_VOWELS = """
    AED ALS BMI CKD CPR CT DNA DVT ECG ED EKG EMS EMT ENT ER EU FAQ GI GP HIV HSE IBS IV
    MND MRI MS NHS OTC PAD PE PT PVD QR RLS TIA TV UK UN US USA UTI
"""
SPELLED = frozenset(_WITH_VOWELS.split())
"""Abbreviations with vowels in them that are said letter by letter; those without are so anyway."""


def spoken(text: str) -> str:
    """Return `text` as a person says it, ready for a voice; "" when nothing in it can be said.

    Numbers, units and abbreviations are spelled out; markup, web addresses, emoji and control characters
    go. Preparing what is prepared changes nothing.
    """
    text = _plain(text)
    for pattern, words in _ABBREVIATIONS:
        text = pattern.sub(words, text)
    text = with_numbers_spelled(text)
    for pattern, words in _SYMBOLS:
        text = pattern.sub(words, text)
    text = _CAPITALS.sub(_say_letters, text)
    for pattern, words in _TIDY:
        text = pattern.sub(words, text)
    text = with_digits_apart(text.strip(" ,;:-"))
    return text if any(character.isalpha() for character in text) else ""


def sentences(text: str) -> list[str]:
    """Return `text` prepared by `spoken`, sentence by sentence."""
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", spoken(text)):
        found += _pieces(sentence)
    return [sentence for sentence in found if any(character.isalpha() for character in sentence)]


def _pieces(sentence: str) -> list[str]:
    pieces = []
    while len(sentence) > LONGEST_SENTENCE:
        head = sentence[:LONGEST_SENTENCE]
        cut = max(head.rfind(mark) + 1 for mark in ",;:") or head.rfind(" ") + 1 or LONGEST_SENTENCE
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*pieces, sentence] if sentence else pieces


Replacement = tuple[re.Pattern[str], str]

_URL = re.compile(
    r"<?\b(?:https?://|ftp://|www\.)[^\s<>]*[^\s<>.,;:!?)\]'\"]>?/?|\b[\w.+-]+@[\w-]+\.[\w.-]*\w"
)
_MARKUP: list[Replacement] = [
    (re.compile(r"<!--.{0,2000}?-->", re.DOTALL), " "),
    (re.compile(r"</?[A-Za-z][^<>]{0,500}>|<[?!][^<>]{0,500}>"), " "),
    (re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}\)"), r"\1"),
    (re.compile(r"\[(?:S\d+(?:[ ,-]+S?\d+)*|\d+)\]"), " "),
    (re.compile(r"^\s*(?:[-*_=]{3,}|```.*)\s*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*+•]|\d{1,2}[.)]|#{1,6}|>(?![ \t]*\d))[ \t]+", re.MULTILINE), "\n\n"),
    (re.compile(r"(?<=[^\s.!?,:;])[ \t]*\n\s*\n\s*"), ". "),
]


def _plain(text: str) -> str:
    """Return `text` without markup, addresses, emoji and control characters, in one line."""
    text = re.sub(r"(?<=\d)(?=[¼-¾⅐-⅞])", " ", text)
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n")).replace("\u2044", "/")
    text = text.translate(_LOOKALIKES)
    text = "".join(_western_digit(character) for character in text if _is_sayable(character))
    text = _URL.sub(" ", text).strip()
    for pattern, words in _MARKUP:
        text = pattern.sub(words, text)
    return re.sub(r"\s+", " ", text)


_LOOKALIKES = str.maketrans(
    "\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb`\u2010\u2011\u2012\u2212\u00d7",
    '\'\'""""" ----x',
)
"""Typographic quotes, hyphens, minus and times signs."""


def _is_sayable(character: str) -> bool:
    """Emoji are symbols (So, Sk), their parts marks and formats; what is left of C is control."""
    if character in "\n\t°":
        return True
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("So", "Sk", "Me") and not "\ufe00" <= character <= "\ufe0f"


def _western_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _abbreviation(written: str, said: str) -> Replacement:
    return re.compile(rf"(?<![\w.]){written}(?!\w)"), said


_ABBREVIATIONS: list[Replacement] = [
    _abbreviation(r"e\. ?g\.,?", "for example,"),
    _abbreviation(r"i\. ?e\.,?", "that is,"),
    _abbreviation(r"etc\.(?=\s+[a-z]|\s*[,;)])", "and so on"),
    _abbreviation(r"etc\.?", "and so on."),
    _abbreviation(r"vs\.?", "versus"),
    _abbreviation(r"(?:approx|appr)\.", "approximately"),
    _abbreviation(r"incl\.", "including"),
    _abbreviation(r"esp\.", "especially"),
    _abbreviation(r"Dr\.?", "Doctor"),
    _abbreviation(r"Mr\.?", "Mister"),
    _abbreviation(r"Mrs\.?", "Missis"),
    _abbreviation(r"Prof\.?", "Professor"),
    _abbreviation(r"w/o", "without"),
    _abbreviation(r"w/", "with"),
    (re.compile(r"\b(and)/(or)\b", re.IGNORECASE), r"\1 \2"),
    (re.compile(r"\b([A-Z]) ?& ?([A-Z])\b"), r"\1-and-\2"),
    (re.compile(r"\b([A-Z])\.(?:([A-Z])\.)(?:([A-Z])\.)?"), r"\1\2\3"),
    (re.compile(r"\bNSAID(s?)\b"), r"en-said\1"),
]

_SYMBOLS: list[Replacement] = [
    (re.compile(r"°\s?C\b"), "degrees Celsius"),
    (re.compile(r"°\s?F\b"), "degrees Fahrenheit"),
    (re.compile(r"°"), " degrees "),
    (re.compile(r"%"), " percent "),
    (re.compile(r"&"), " and "),
    (re.compile(r"(?<=\w) \+ (?=\w)"), " plus "),
    (re.compile(r"="), " equals "),
    (re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])"), " or "),
    (re.compile(r"->|\s+-+\s+|[\u2013\u2014\u2015]|\.{3,}|[()\[\]{}|]"), ", "),
    (re.compile(r"(?<!\w)'|'(?!\w)"), " "),
    (re.compile(r"[^\w\s.,;:!?'-]|_"), " "),
]

_CAPITALS = re.compile(r"(?<![\w-])([A-Z]{2,5})(s?)(?![\w-])")


def _say_letters(match: re.Match[str]) -> str:
    word, plural = match[1], match[2]
    if word not in SPELLED and set(word) & set("AEIOUY"):
        return match[0]
    letters = " ".join(word).replace("A ", "A-")
    # A single A would be read as the article.
    letters = re.sub(r" A$", "-A", letters)
    return f"{letters}'s" if plural else letters


_TIDY: list[Replacement] = [
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s-+\s"), ", "),
    (re.compile(r"\s+(?=[.,;:!?])"), ""),
    (re.compile(r"[,;:](?=[,;:.!?])"), ""),
    (re.compile(r"(?<=[,;:])[.,;:]+"), ""),
    (re.compile(r"([.!?])[.,;:]+"), r"\1"),
    (re.compile(r"(?<=[.!?]) [.,;:!? ]+(?=\w)"), " "),
    (re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])"), ", "),
    (re.compile(r"(?<=[^\W\d_])[.:](?=[^\W\d_])"), " "),
    (re.compile(r"^[\s.,;:!?-]+"), ""),
]
