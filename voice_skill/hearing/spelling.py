"""Which pieces of a recognition model's vocabulary may come next, so that a text stays within a grammar.

Any way of spelling the words in pieces is allowed, with or without capitals, commas and hyphens.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine_model import Ids
from voice_skill.hearing.tokenizer import WORD_START, Tokenizer
from voice_skill.hearing.word_states import WordState

MOST_STATES = 20_000
"""States kept; beyond that, all are forgotten before the next search and worked out anew."""

_PIECE = re.compile(r"( ?)[\"“]?([a-z0-9']*)[.,?!;:…\"”]*")


Step = tuple[WordState, str, bool]


@dataclass(slots=True, eq=False)
class Spelled:
    """A text so far: the state after its whole words, and the letters of the word begun.

    tokens: the pieces that may come next. onward: what each leads to, and whether it completes the word
    begun. ends: the text may end here.
    """

    state: WordState
    letters: str
    tokens: Ids = field(default_factory=lambda: np.zeros(0, np.int64))
    onward: list[Step] = field(default_factory=list)
    ends: bool = False


class Speller:
    """Spells the sentences of one grammar in the pieces of one vocabulary."""

    def __init__(self, tokenizer: Tokenizer, grammar: Grammar) -> None:
        self.grammar = grammar
        self._tokens: dict[str, list[int]] = defaultdict(list)
        for token in range(len(tokenizer)):
            text = plain(tokenizer, token)
            if text is not None:
                self._tokens[text].append(token)
        self._known: dict[tuple[WordState, str], Spelled] = {}

    @property
    def start(self) -> Spelled:
        """The empty text."""
        return self.at(self.grammar.start, "")

    def at(self, state: WordState, letters: str) -> Spelled:
        """Return what there is to know of a text that led here."""
        key = (state, letters)
        if key not in self._known:
            self._known[key] = self._worked_out(state, letters)
        return self._known[key]

    def tidy(self) -> None:
        """Forget what was worked out if it is much."""
        if len(self._known) > MOST_STATES:
            self._known.clear()

    def _worked_out(self, state: WordState, letters: str) -> Spelled:
        after = state.after(letters) if letters else None
        steps = self._spell(state, letters, "")
        if not letters:
            steps += self._spell(state, "", " ")
        if after is not None:
            onward = [(token, (after, "")) for token in self._tokens[" "]] + self._spell(after, "", " ")
        else:
            onward = []
        still = after is not None or (not letters and state is not self.grammar.start)
        marks = self._tokens[""] if still else []
        tokens = [token for token, _ in steps + onward] + marks
        return Spelled(
            state,
            letters,
            np.array(tokens, np.int64),
            [(*to, False) for _, to in steps]
            + [(*to, True) for _, to in onward]
            + [(state, letters, False)] * len(marks),
            ends=after.final if after is not None else not letters and state.final,
        )

    def _spell(self, state: WordState, letters: str, gap: str) -> list[tuple[int, tuple[WordState, str]]]:
        """Return the pieces that go on with a word begun, and where each leads to."""
        words = state.words
        reached = {
            word[:end]: None
            for word in words[bisect_left(words, letters) : bisect_left(words, letters + "\x7f")]
            for end in range(len(letters) + 1, len(word) + 1)
        }
        return [
            (token, (state, prefix))
            for prefix in reached
            for token in self._tokens.get(gap + prefix[len(letters) :], ())
        ]


def plain(tokenizer: Tokenizer, token: int) -> str | None:
    """Return a piece as it counts for spelling: lower case, without marks, a space for a word's start.

    None for a piece that no sentence is spelled with.
    """
    if tokenizer.is_marker(token):
        return None
    raw = tokenizer.pieces[token].replace(WORD_START, b" ")
    try:
        text = raw.decode("utf-8").lower()
    except UnicodeDecodeError:
        return None
    found = _PIECE.fullmatch(text.replace("\u2019", "'").replace("-", " "))
    return None if found is None else found[1] + found[2]


def spoken_words(text: str) -> list[str]:
    """Return the words of a written text as they count for spelling."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("\u2019", "'"))
