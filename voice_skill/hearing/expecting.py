"""What a conversation expects to hear next: short answers to its question, and words that steer it.

A word alone has little sound to be known by: "stop" is heard as "stuff", "my foot" as "my fault". But while
an exercise is led, or a question is open, few short sentences are likely. They make a grammar of their own,
so small that the search cannot lose its way in it.
"""

from dataclasses import dataclass

from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Phrases
from voice_skill.dialog.words import STEERING
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.understanding.meaning import Context

ANSWER = "answer:"
"""With the name of a slot: the intent of a sentence that is no more than an answer to the question for it."""

UNSURE = "unsure"
"""The intent of "I don't know"."""

FRAME = "[in|for|it is|it is in|it is for] [my|the|a|an|his|her|both|both my]"
"""What people say before the name of a thing they were asked for."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Short sentences that are likely now. answer: the intent of those that answer the question, if any."""

    grammar: Grammar
    answer: str


class Expectations:
    """Tells what a pack's dialog expects in a context. Grammars are compiled once and kept.

    keep: also on disk, see `grammar_of`.
    """

    def __init__(self, pack: Pack, *, keep: bool = True) -> None:
        self._pack, self._keep = pack, keep
        self._grammars: dict[frozenset[str], Grammar] = {}

    def prepare(self) -> None:
        """Compile what is expected most, so that nobody waits for it in the conversation."""
        self.of(Context(in_session=True))

    def of(self, context: Context | None) -> Expected | None:
        """Return what is expected in a context; None outside a conversation, where nothing is."""
        if context is None or not (context.in_session or context.expecting or context.asking_slot):
            return None
        intents = STEERING.union(context.expecting).intersection(self._pack.phrases)
        if intents not in self._grammars:
            self._grammars[intents] = self._compiled(intents)
        answer = ANSWER + context.asking_slot if context.asking_slot else ""
        return Expected(self._grammars[intents], answer)

    def _compiled(self, intents: frozenset[str]) -> Grammar:
        """Return a grammar of the templates of some intents, and of the answers to every question for a slot.

        Without examples: those are long.
        """
        phrases, prompts = self._pack.phrases, self._pack.prompts
        said = {intent: phrases[intent].phrases for intent in sorted(intents)}
        said |= {ANSWER + slot: [self._answer(slot)] for slot in prompts.ask if slot in self._pack.slots}
        if prompts.unsure_words:
            said[UNSURE] = [f"[i|i am] ({'|'.join(prompts.unsure_words)})"]
        of_intent = {intent: Phrases(phrases=templates) for intent, templates in said.items()}
        return grammar_of(of_intent, self._pack.slots, {}, keep=self._keep)

    def _answer(self, slot: str) -> str:
        """Return the template of what people answer when they are asked for a slot."""
        place = self._pack.hints.place
        sided = place is not None and place.slot == slot and place.side in self._pack.slots
        return f"{FRAME} [{{{place.side}}}] {{{slot}}}" if place and sided else f"{FRAME} {{{slot}}}"
