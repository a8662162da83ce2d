"""Which pieces of a recognition model's vocabulary may come next, so that a text stays within a grammar.

Any way of spelling the words in pieces is allowed, with or without capitals, commas and hyphens.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.tokenizer import WORD_START, Tokenizer
from voice_skill.hearing.word_states import WordState

MOST_STATES = 2_000
"""States kept; beyond that, all are forgotten before the next search and worked out anew."""

Ids = npt.NDArray[np.int32]

_PIECE = re.compile(r"( ?)[\"“]?([a-z0-9']*)[.,?!;:…\"”]*")


Step = tuple[WordState, str, bool]
Packed = tuple[Ids, Ids, list[Step]]
"""The fields tokens, leads and steps of `Spelled`."""


@dataclass(slots=True, eq=False)
class Spelled:
    """A text so far: the state after its whole words, and the letters of the word begun.

    tokens: the pieces that may come next. steps: what they lead to, and whether that completes the word
    begun. leads: for each piece, its place in `steps`. ends: the text may end here.
    """

    state: WordState
    letters: str
    tokens: Ids
    leads: Ids
    steps: list[Step]
    ends: bool

    def onward(self, place: int) -> Step:
        """Return what the piece tokens[place] leads to."""
        return self.steps[int(self.leads[place])]


class Speller:
    """Spells the sentences of one grammar in the pieces of one vocabulary.

    like: a speller in the same pieces, whose table of them is shared.
    """

    def __init__(self, tokenizer: Tokenizer, grammar: Grammar, *, like: "Speller | None" = None) -> None:
        self.grammar = grammar
        self._tokens: Mapping[str, list[int]] = like._tokens if like else _by_spelling(tokenizer)
        self._known: dict[tuple[WordState, str], Spelled] = {}
        self._next_words: dict[WordState, Packed] = {}

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
            self._next_words.clear()
            self.grammar.forget()

    def _worked_out(self, state: WordState, letters: str) -> Spelled:
        after = state.after(letters) if letters else None
        ways: dict[Step, list[int]] = defaultdict(list)
        for begun, tokens in self._spell(state, letters, ""):
            ways[state, begun, False] += tokens
        if not letters:
            for begun, tokens in self._spell(state, "", " "):
                ways[state, begun, False] += tokens
        if after is not None or (not letters and state is not self.grammar.start):
            ways[state, letters, False] += self._tokens[""]
        tokens_, leads, steps = _packed(ways)
        if after is not None:
            next_tokens, next_leads, next_steps = self._next_word(after)
            tokens_ = np.concatenate([tokens_, next_tokens])
            leads = np.concatenate([leads, next_leads + len(steps)])
            steps += next_steps
        ends = after.final if after is not None else not letters and state.final
        return Spelled(state, letters, tokens_, leads, steps, ends)

    def _next_word(self, state: WordState) -> Packed:
        """Return the pieces that begin a word after the last one is complete; worked out once for a state."""
        if state not in self._next_words:
            ways: dict[Step, list[int]] = {(state, "", True): self._tokens[" "]}
            ways |= {(state, begun, True): tokens for begun, tokens in self._spell(state, "", " ")}
            self._next_words[state] = _packed(ways)
        return self._next_words[state]

    def _spell(self, state: WordState, letters: str, gap: str) -> Iterator[tuple[str, list[int]]]:
        """Yield each way a word begun can go on by one piece: the letters then, and the pieces that do it."""
        words = state.words
        reached = {
            word[:end]: None
            for word in words[bisect_left(words, letters) : bisect_left(words, letters + "\x7f")]
            for end in range(len(letters) + 1, len(word) + 1)
        }
        for begun in reached:
            tokens = self._tokens.get(gap + begun[len(letters) :])
            if tokens:
                yield begun, tokens


def _by_spelling(tokenizer: Tokenizer) -> dict[str, list[int]]:
    """Return the pieces that count for the same letters."""
    tokens: dict[str, list[int]] = defaultdict(list)
    for token in range(len(tokenizer)):
        text = plain(tokenizer, token)
        if text is not None:
            tokens[text].append(token)
    return tokens


def _packed(ways: Mapping[Step, list[int]]) -> Packed:
    counts = [len(tokens) for tokens in ways.values()]
    tokens = np.fromiter(chain.from_iterable(ways.values()), np.int32, sum(counts))
    return tokens, np.repeat(np.arange(len(ways), dtype=np.int32), counts), list(ways)


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
