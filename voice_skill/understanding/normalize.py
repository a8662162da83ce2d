"""Bring what was heard into one form: lower case, words written out, clauses marked, stammers removed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from voice_skill.understanding.words import (
    CONTRACTIONS,
    EDGE_WORDS,
    FILLER_PHRASES,
    FILLERS,
    IS_AFTER,
    NUMBERS,
    SPELLINGS,
    SUFFIXES,
    TENS,
)

MAX_WORDS = 400
"""A longer monologue is understood from its first and last halves of this many words."""

MOST_PIECES = 100
"""A monologue is searched for red flags in at most this many pieces of `MAX_WORDS` words."""

_OVERLAP = 40

LONGEST_WORD = 32
"""Letters; what is longer is no word, but a key that was held down, and comparing it takes long."""

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*'?|'(?:em|cause)|\d+|[.,;:!?…—]+|\n")
_SPELT = re.compile(r"\b(?:[a-z]\. ?){3,}")
"""An abbreviation as some recognisers write it: "A. L. S."."""
_LETTERS = re.compile(r"[^\W\d_]+")
_APOSTROPHES = dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x60), "'")
_BREAKS = ("but", "although", "though", "however", "because", "and", "now", "so", "then", "since")
_LONGEST_STAMMER = 3


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one utterance and, for each, the number of the sentence and the clause it stands in.

    text is as it was heard; words[i] stands in sentence sentences[i] and clause clauses[i].
    """

    text: str
    words: tuple[str, ...]
    sentences: tuple[int, ...]
    clauses: tuple[int, ...]
    questions: frozenset[int] = frozenset()

    @property
    def plain(self) -> str:
        """The words joined by single spaces."""
        return " ".join(self.words)

    def in_clause(self, clause: int) -> tuple[str, ...]:
        """Return the words of one clause."""
        return tuple(word for word, of in zip(self.words, self.clauses, strict=True) if of == clause)


def normalize(text: str) -> Words:
    """Return the words of `text` in their one form."""
    words: list[str] = []
    sentences: list[int] = []
    clauses: list[int] = []
    questions: set[int] = set()
    sentence = clause = 0
    for token in _tokens(text):
        if not token[0].isalnum() and token[0] != "'":
            clause += 1
            if token[0] in ".!?\n…":
                if "?" in token:
                    questions.add(sentence)
                sentence += 1
            continue
        for word in _written_out(token, words[-1] if words else ""):
            if word in _BREAKS:
                clause += 1
            words.append(word)
            sentences.append(sentence)
            clauses.append(clause)
    keep = _without_stammer(words)
    return Words(
        text,
        tuple(words[i] for i in keep),
        tuple(sentences[i] for i in keep),
        tuple(clauses[i] for i in keep),
        frozenset(questions),
    )


def pieces(text: str) -> Iterator[Words]:
    """Yield all of a long text in pieces that overlap; a short text is one piece."""
    words = text.split()
    step = MAX_WORDS // 2 - _OVERLAP
    for first in range(0, min(max(1, len(words) - _OVERLAP), MOST_PIECES * step), step):
        yield normalize(" ".join(words[first : first + step + _OVERLAP]) if len(words) > step else text)


@cache
def normal_form(text: str) -> str:
    """Return `text` as `normalize` writes it, without marks: for templates, rules and lists."""
    return normalize(text).plain


def unheard_letters(text: str) -> str:
    """Return the first word, or part of one, in letters that are left out of the normal form; "" if none."""
    found = next((run for run in _LETTERS.findall(_plain(text)) if not run.isascii()), "")
    return unicodedata.normalize("NFC", found)


def without_fillers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop interjections everywhere, and polite or hesitant words at both ends."""
    core = [word for word in words if word not in FILLERS]
    changed = True
    while changed and core:
        changed = False
        for phrase in _FILLER_RUNS:
            n = len(phrase)
            if len(core) > n and tuple(core[:n]) == phrase:
                core, changed = core[n:], True
            elif len(core) > n and tuple(core[-n:]) == phrase:
                core, changed = core[:-n], True
    if core == ["what"] and not {"then", "now"}.isdisjoint(words):  # "and then what?" is not "what?"
        return ("then", "what")
    return tuple(core)


def _plain(text: str) -> str:
    """Return the text in small letters without accents."""
    if text.isascii():
        return text.replace("`", "'").lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def _tokens(text: str) -> list[str]:
    found = _TOKEN.findall(_SPELT.sub(_joined, _plain(text)).replace("-", " "))
    tokens = [token[:LONGEST_WORD] for token in found if len(token) <= LONGEST_WORD or not token.isalpha()]
    if len(tokens) > MAX_WORDS:
        tokens = [*tokens[: MAX_WORDS // 2], ".", *tokens[-MAX_WORDS // 2 :]]
    return tokens


def _joined(spelt: re.Match[str]) -> str:
    """Return an abbreviation as one word; its last full stop ends the sentence."""
    return re.sub(r"[^a-z]", "", spelt[0]) + ". "


def _written_out(token: str, before: str) -> list[str]:
    if token.isalpha() and token not in CONTRACTIONS:  # nearly all are
        return [SPELLINGS.get(token, token)]
    if token.isdigit():
        return [_number(token)]
    if token in CONTRACTIONS:
        return [SPELLINGS.get(word, word) for word in CONTRACTIONS[token].split()]
    if token.startswith(("t'", "th'")) and token.rpartition("'")[2]:
        return ["the", *_written_out(token.partition("'")[2], "the")]
    if token.endswith("in'") and len(token) >= 5:
        token = token[:-1] + "g"
    token = token.strip("'") if token not in ("'em", "'cause") else token
    for suffix, full in SUFFIXES.items():
        if token.endswith(suffix):
            return [*_written_out(token[: -len(suffix)], before), full.strip()]
    if token.endswith("'s"):
        head = token[:-2]
        return [SPELLINGS.get(head, head), "is" if head in IS_AFTER else "s"]
    word = token.replace("'", "")
    return [SPELLINGS.get(word, word)] if word else []


def _number(digits: str) -> str:
    value = int(digits[:6])
    if value < len(NUMBERS):
        return NUMBERS[value]
    if value < 100 and value % 10 == 0:
        return TENS[value // 10]
    return digits[:6]


def _without_stammer(words: list[str]) -> list[int]:
    """Return the positions to keep: of "my my calf" or "I can't I can't" one round stays."""
    if len(set(words)) == len(words):
        return list(range(len(words)))
    keep: list[int] = []
    for i, _ in enumerate(words):
        keep.append(i)
        for n in range(1, _LONGEST_STAMMER + 1):
            tail = [words[j] for j in keep[-2 * n :]]
            if len(tail) == 2 * n and tail[:n] == tail[n:]:
                del keep[-2 * n : -n]
                break
    return keep


_FILLER_RUNS = tuple(
    sorted(
        {tuple(normal_form(phrase).split()) for phrase in FILLER_PHRASES} | {(word,) for word in EDGE_WORDS},
        key=lambda run: (-len(run), run),
    )
)
