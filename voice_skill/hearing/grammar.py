"""The grammar of a pack: everything that may be said, compiled from its sentence templates and lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from hassil.errors import HassilError
from hassil.expression import Alternative, Expression, ListReference, Permutation, TextChunk
from hassil.expression import Group as HassilGroup
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voice_skill.dialog.schema import MOST_PERMUTED, Phrases, RedFlag, SlotLists
from voice_skill.errors import UsageError
from voice_skill.hearing.automaton import AGAIN, Network
from voice_skill.hearing.covering import covering_sentences
from voice_skill.hearing.readings import Outlook, Reader, Reading, without_stammer
from voice_skill.hearing.word_states import WordState, WordStates
from voice_skill.understanding.normalize import normal_form, unheard_letters
from voice_skill.understanding.templates import NOTATION, expand

BEFORE = (
    *("um", "uh", "er", "erm", "ah", "oh", "ow", "ouch", "ooh", "hm", "hey", "hello", "hi", "okay", "well"),
    *("so", "right", "now", "and", "but", "yes", "no", "sorry", "please", "can you", "could you"),
    *("can i ask", "can you tell me", "could you tell me", "tell me", "excuse me", "i want to know"),
)
"""What people say before they come to the point, in normal form."""

BETWEEN = frozenset(("um", "uh", "er", "erm", "ah", "hm"))
"""What people say while they look for a word."""

CORRECTIONS = (
    "no",
    "no no",
    "sorry",
    "no sorry",
    "wait",
    "no wait",
    "i mean",
    "no i mean",
    "actually",
    "or rather",
)
"""What people say between what they said of a list and what they mean: "my left, no, right calf"."""

AFTER = (
    *("please", "now", "then", "though", "thanks", "thank you", "um", "uh", "ow", "ouch", "oh", "again"),
    *("right now", "okay"),
)
"""What people add."""


_ASIDE = frozenset(phrase.split()[0] for phrase in chain(AFTER, CORRECTIONS))
"""Their first words. Now and then one begins the rest of a sentence: "aleve or advil"."""

MOST_AROUND = 3
"""Phrases before a sentence, and after it. With any number of them, a search in noise would find no end."""

SHOWN = 60
"""Letters of a template that an error shows."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What may be said for one meaning: a template in hassil's notation."""

    template: str
    intent: str


class Grammar:
    """Compiled once for a pack; states are worked out when first needed and kept."""

    def __init__(
        self,
        sentences: Iterable[Sentence],
        lists: Mapping[str, Iterable[tuple[str, str]]],
        *,
        around: bool = True,
    ) -> None:
        """Compile the sentences; around: with what people say before, after, and to correct themselves."""
        self._network = Network()
        self._around = around
        self._sentences = self._network.add_node()  # the first one, for `sealed` to find
        for name, entries in lists.items():
            self._network.add_list(name, entries)
            self._network.lead_in(AGAIN + name, CORRECTIONS, name)
        self._tails: dict[str, int] = {}
        self._may_say(BEFORE if around else (), self._network.start, self._sentences)
        self._may_say(AFTER if around else (), self._network.after, self._network.end)
        for sentence in sentences:
            self._add(sentence)

    @classmethod
    def of_pack(
        cls, phrases: Mapping[str, Phrases], slots: SlotLists, red_flags: Mapping[str, RedFlag]
    ) -> "Grammar":
        """Compile templates and examples of a pack; a red flag's intent is "flag:" and its name."""
        lists = {
            name: [
                (said, value) for value, texts in values.items() for text in texts for said in expand(text)
            ]
            for name, values in slots.items()
        }
        told = [(intent, of.phrases) for intent, of in phrases.items()]
        told += [(f"flag:{name}", flag.phrases) for name, flag in red_flags.items()]
        grammar = cls((Sentence(text, intent) for intent, texts in told for text in texts), lists)
        for intent, of in phrases.items():
            grammar.add_examples(of.examples, intent)
        for name, flag in red_flags.items():
            grammar.add_examples(flag.examples, f"flag:{name}")
        return grammar

    def add_examples(self, texts: Iterable[str], intent: str) -> None:
        """Add whole sentences. Only before the grammar is first used."""
        for text in texts:
            self._add_words(normal_form(text).split(), intent)

    @classmethod
    def sealed(cls, network: Network, words: frozenset[str]) -> "Grammar":
        """Return a grammar that was compiled before: its sealed network, and its words."""
        grammar = cls((), {})
        grammar._network = network
        grammar.__dict__["words"] = words
        return grammar

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that may be said, in normal form."""
        return self._network.words()

    def phrases(self) -> list[str]:
        """Return sentences, in normal form, in which all words and pairs of words of the grammar occur.

        For an engine that takes a list of phrases. What people say around a sentence occurs with some.
        """
        found = covering_sentences(self._network, self._sentences)
        before, after = (BEFORE, AFTER) if self._around else ((), ())
        found += [f"{phrase} {sentence}" for phrase, sentence in zip(before, found, strict=False)]
        found += [f"{sentence} {phrase}" for phrase, sentence in zip(after, found, strict=False)]
        self._network.forget()
        return found

    @property
    def network(self) -> Network:
        """The network of words that was compiled."""
        return self._network

    @property
    def start(self) -> WordState:
        """The state before the first word."""
        return self._states.start

    @cached_property
    def _states(self) -> WordStates:
        self._network.seal()
        return WordStates(self._network, BETWEEN)

    @cached_property
    def _reader(self) -> Reader:
        self._network.seal()
        return Reader(self._network)

    def outlook(self, words: Iterable[str]) -> Outlook:
        """Tell what can follow spoken words (lower case, no marks)."""
        return self._reader.outlook([word for word in words if word not in BETWEEN], _ASIDE)

    def forget(self) -> None:
        """Give back the memory of the states; they are worked out anew when needed. `start` changes."""
        self.__dict__.pop("_states", None)
        self.__dict__.pop("_reader", None)
        self._network.forget()

    def forget_said(self) -> None:
        """Forget the sentences that were read."""
        self._reader.forget()

    def read(self, words: Iterable[str]) -> list[Reading]:
        """Return the intents and slots that spoken words (lower case, no marks) can have; [] if outside.

        Hesitations change nothing, and of what was said twice running once is enough.
        """
        said = [word for word in words if word not in BETWEEN]
        return self._reader.read(said) or self._reader.read(without_stammer(said))

    def _may_say(self, phrases: Iterable[str], node: int, beyond: int) -> None:
        """Let up to MOST_AROUND of the phrases be said between two nodes."""
        said = tuple(phrases)
        for number in range(MOST_AROUND + 1):
            self._network.nodes[node].free.append(beyond)
            onward = self._network.add_node()
            for phrase in said if number < MOST_AROUND else ():
                self._network.nodes[self._network.add_words(node, phrase.split())].free.append(onward)
            node = onward

    def _add_words(self, words: Sequence[str], intent: str) -> None:
        """Add a whole sentence; where it begins like another, it shares the way."""
        if words:
            here = self._network.add_words(self._sentences, words)
            self._network.nodes[here].free.append(self._tail(intent))

    def _add(self, sentence: Sentence) -> None:
        if NOTATION.isdisjoint(sentence.template):
            self._add_words(_words_of(sentence.template) or (), sentence.intent)
            return
        first = self._network.add_node()
        try:
            last = self._compile(parse_sentence(sentence.template).expression, first)
        except (HassilError, ParseError, RecursionError, AssertionError) as error:
            reason = "its parts are nested too deeply" if isinstance(error, RecursionError) else str(error)
            template = _shortened(sentence.template)
            raise UsageError(
                f"the template '{template}' of '{sentence.intent}' cannot be read: {reason}",
                "Run `voice-skill check` on the pack: it tells file and line",
            ) from error
        # What may be said without a word would be heard in every silence.
        if not self._network.joined(first, last):
            self._network.nodes[self._sentences].free.append(first)
            self._network.nodes[last].gaps += (self._tail(sentence.intent),)

    def _tail(self, intent: str) -> int:
        """Return the node where the sentences of an intent end."""
        if intent not in self._tails:
            node = self._tails[intent] = self._network.add_node()
            self._network.nodes[node].label = intent
            self._network.nodes[node].free.append(self._network.after)
        return self._tails[intent]

    def _compile(self, expression: Expression, node: int) -> int:
        """Lead an expression away from a node; return the node where it ends."""
        if isinstance(expression, TextChunk):
            return self._compile_text(expression.text, node)
        if isinstance(expression, ListReference):
            return self._compile_call(expression.list_name, node)
        if isinstance(expression, Permutation):
            if len(expression.items) > MOST_PERMUTED:
                raise ParseError(f"more than {MOST_PERMUTED} parts in any order (a;b) are too many")
            ends = [
                self._compile(rest, self._compile(item, node)) if rest.items else self._compile(item, node)
                for item, rest in expression.iterate_permutations()
            ]
            return self._join(ends)
        if isinstance(expression, Alternative):
            return self._join([self._compile(item, node) for item in expression.items])
        if isinstance(expression, HassilGroup):
            for item in expression.items:
                node = self._compile(item, node)
        return node

    def _compile_text(self, text: str, node: int) -> int:
        words = _words_of(text)
        if words is None:
            return self._network.add_node()  # nothing leads there: a word that cannot be said
        if text[:1].isspace():
            node = self._gap(node)
        for number, word in enumerate(words):
            if number:
                node = self._gap(node)
            after = self._network.add_node()
            self._network.nodes[node].letters.append((word, after))
            node = after
        return self._gap(node) if text[-1:].isspace() and words else node

    def _compile_call(self, name: str, node: int) -> int:
        back = self._network.add_node()
        if name in self._network.lists:
            self._network.nodes[node].calls += ((name, back),)
            if self._around:  # said again after a correction; the last value counts
                self._network.nodes[back].calls += ((AGAIN + name, back),)
        return back

    def _gap(self, node: int) -> int:
        after = self._network.add_node()
        self._network.nodes[node].gaps += (after,)
        return after

    def _join(self, ends: list[int]) -> int:
        after = self._network.add_node()
        for end in ends:
            self._network.nodes[end].free.append(after)
        return after


@lru_cache(maxsize=4096)  # templates share most of their parts
def _words_of(text: str) -> tuple[str, ...] | None:
    """Return a part of a template as words in normal form, None if it cannot be said."""
    return None if unheard_letters(text) else tuple(normal_form(text).split())


def _shortened(template: str) -> str:
    return template if len(template) <= SHOWN else template[:SHOWN] + "…"
