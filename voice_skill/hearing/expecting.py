"""What a conversation expects to hear next: short answers to its question, and words that steer it.

A word alone has little sound to be known by: "stop" is heard as "stuff", "my foot" as "my fault". But while
an exercise is led, or a question is open, few short sentences are likely. They make a grammar of their own,
so small that the search cannot lose its way in it.
"""

from collections.abc import Iterable, Mapping

from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Phrases
from voice_skill.dialog.words import STEERING
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.understanding.meaning import Context

ANSWER = "answer"
"""The intent of a sentence that is no more than an answer to the question for a slot."""

FRAME = "[in|it is|it is in] [my|the|his|her|both|both my]"
"""What people say before the name of a thing they were asked for."""


class Expectations:
    """Tells what a pack's dialog expects in a context. Grammars are compiled once and kept.

    keep: also on disk, see `grammar_of`.
    """

    def __init__(self, pack: Pack, *, keep: bool = True) -> None:
        self._pack, self._keep = pack, keep
        self._grammars: dict[tuple[frozenset[str], str], Grammar] = {}

    def prepare(self) -> None:
        """Compile what is expected most, so that nobody waits for it in the conversation."""
        for slot in ("", *self._pack.prompts.ask):
            self._grammar(STEERING.intersection(self._pack.phrases), slot)

    def of(self, context: Context | None) -> Grammar | None:
        """Return the sentences that are likely in a context; None outside a conversation, where none is."""
        if context is None or not (context.in_session or context.expecting or context.asking_slot):
            return None
        intents = STEERING.union(context.expecting).intersection(self._pack.phrases)
        return self._grammar(intents, context.asking_slot)

    def _grammar(self, intents: frozenset[str], slot: str) -> Grammar:
        key = intents, slot
        if key not in self._grammars:
            said = _templates(self._pack.phrases, intents)
            if slot in self._pack.slots:
                said[ANSWER] = Phrases(phrases=self._answers(slot))
            self._grammars[key] = grammar_of(said, self._pack.slots, {}, keep=self._keep)
        return self._grammars[key]

    def _answers(self, slot: str) -> list[str]:
        """Return templates of what people answer when they are asked for a slot, or that they do not know."""
        place = self._pack.hints.place
        side = (
            f"[{{{place.side}}}] " if place and place.slot == slot and place.side in self._pack.slots else ""
        )
        unsure = self._pack.prompts.unsure_words
        return [f"{FRAME} {side}{{{slot}}}", *([f"[i|i am] ({'|'.join(unsure)})"] if unsure else ())]


def _templates(phrases: Mapping[str, Phrases], intents: Iterable[str]) -> dict[str, Phrases]:
    """Return the templates of some intents, without their examples, which are long."""
    return {intent: Phrases(phrases=phrases[intent].phrases) for intent in sorted(intents)}
