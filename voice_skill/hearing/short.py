"""Hearing short sentences that are expected: the likeliest of a small grammar, and how sure that is."""

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from voice_skill.hearing.confidence import ExpectedEvidence, Free
from voice_skill.hearing.constrained import Found, search
from voice_skill.hearing.expecting import ANSWER
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.spelling import Speller

LETTER_COST = 0.5
"""What a letter in which a sentence differs from the free text takes from its score."""

AHEAD = 3.0
"""What an answer to the open question has ahead of words that steer: a log-probability."""

LEEWAY = 12.0
"""How far a sentence's log-probability may stay behind the free text's."""

MOST_PIECES = 14
"""Pieces of free text beyond which it is no short sentence."""


@dataclass(frozen=True, slots=True)
class Short:
    """A short sentence that was expected. confidence: that it was said, 0..1."""

    text: str
    tokens: tuple[int, ...]
    words: tuple[str, ...]
    evidence: ExpectedEvidence

    @property
    def confidence(self) -> float:
        """The probability that it means what was meant."""
        return self.evidence.confidence


class ShortHearing:
    """Holds what one model hears to a small grammar. like: a speller of the same model's pieces."""

    def __init__(self, model: MoonshineModel, grammar: Grammar, like: Speller) -> None:
        self._model = model
        self._speller = Speller(model.tokenizer, grammar, like=like)

    def hear(self, started: tuple[Floats, Memory], free: Free, answer: str) -> Short | None:
        """Return the sentence that a sound most likely is; None if none comes near.

        started: what the model's `start` returned for the sound. free: what is heard in it freely. answer:
        the intent of the sentences that answer the open question; answers to other questions do not count.
        """
        if free.pieces > MOST_PIECES:
            return None
        found = search(self._model, started, self._speller, floor=free.odds - LEEWAY)
        intents = {one.words: self._intents(one) for one in found}
        found = [
            one for one in found if answer in intents[one.words] or not _only_answers(intents[one.words])
        ]
        if not found:
            return None
        best = max(found, key=lambda one: _score(one, free) + AHEAD * (answer in intents[one.words]))
        evidence = ExpectedEvidence.of(best, free, answers=answer in intents[best.words])
        return Short(self._model.tokenizer.decode(best.tokens), best.tokens, best.words, evidence)

    def _intents(self, found: Found) -> frozenset[str]:
        return frozenset(reading.intent for reading in self._speller.grammar.read(found.words))


def _only_answers(intents: frozenset[str]) -> bool:
    return all(intent.startswith(ANSWER) for intent in intents)


def _score(found: Found, free: Free) -> float:
    return found.score - LETTER_COST * Levenshtein.distance("".join(found.words), free.letters)
