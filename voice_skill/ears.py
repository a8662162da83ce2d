"""Hearing words: the speech gate and the chosen recogniser, put together."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from voice_skill.audio.frames import Samples, Sound
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack
from voice_skill.hearing.expecting import Expectations
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.hearing.recognizer import (
    Draft,
    HearsAhead,
    TakesExpectation,
    TakesGrammar,
    TakesTuning,
    Transcript,
)
from voice_skill.hearing.spelling import spoken_words
from voice_skill.hearing.transcription import recognise, transcribe
from voice_skill.understanding.intents import FLAG_INTENT
from voice_skill.understanding.meaning import URGENCIES, Context, Meaning
from voice_skill.understanding.understander import PERHAPS_A_FLAG, Understander

CLEARLY_HEARD = 0.8
"""Confidence from which on a text beside which another one only resembles a red flag is taken as it is."""

SUSPECTED_FROM = 0.15
"""Confidence from which on a sentence of the grammar that tells of an emergency is a reason to ask, although
another text is likelier."""

Understands = Callable[[str], Meaning]


class Ears:
    """Recognises finished utterances; told once what a pack expects to hear.

    word_times: find out when each word was said as well.

    With an `understander` what is heard is held to the sentences of the pack, where it is sure enough that
    one of them was said; in the context of a conversation also to the short sentences that it expects. The
    understander sees to it that no sign of an emergency is lost that way.
    """

    def __init__(
        self,
        settings: Settings,
        pack: Pack,
        understander: Understander | None = None,
        *,
        word_times: bool = False,
    ) -> None:
        self.recognizer = create_recognizer(
            settings.recognizer,
            pack.info.language,
            settings.models,
            threads=settings.threads,
            word_times=word_times,
        )
        if isinstance(self.recognizer, TakesTuning):
            self.recognizer.tune(pack.tuning)
        self.gate = SpeechGate()
        self._pack, self._keep = pack, settings.cache
        self._understander = understander
        self._grammar: Grammar | None = None
        self._expectations = Expectations(pack, keep=settings.cache)

    def load(self) -> None:
        """Open the models. Raises MissingError when one is not there."""
        self.gate.load()
        self.recognizer.load()
        said = self._pack.phrases, self._pack.slots, self._pack.red_flags
        grammar = grammar_of(*said, keep=self._keep)
        if not isinstance(self.recognizer, TakesGrammar):
            self.recognizer.use_phrases(grammar.phrases())
            return
        self.recognizer.use_phrases(sorted(grammar.words))
        if self._understander is not None:
            self._grammar = grammar
            self.recognizer.use_grammar(grammar)
            self._expectations.prepare()

    def transcribe(self, sound: Sound, context: Context | None = None) -> Transcript:
        """Return what was said; the text is "" when nobody spoke. context: what the dialog expects."""
        self._expect(context)
        return self._gravest(transcribe(self.recognizer, self.gate, sound))

    def recognise(self, speech: Samples, context: Context | None = None, draft: Draft = ()) -> Transcript:
        """Return what was said in a turn, which is known to be speech: 16 kHz, mono.

        context: what the dialog expects; without one, nothing is more likely than anything else. draft: what
        `sketch` made of its beginning.
        """
        self._expect(context)
        heard = self._gravest(recognise(self.recognizer, speech, draft))
        if self._grammar is None:
            return heard
        outlook = self._grammar.outlook(spoken_words(heard.text))
        self._grammar.forget_said()
        return replace(heard, outlook=outlook)

    def sketch(self, speech: Samples, before: Draft = ()) -> Draft:
        """Return roughly what was said so far, for `recognise` to be faster at the end.

        before: the sketch of a shorter beginning. () from a recogniser that does not hear ahead.
        """
        return self.recognizer.sketch(speech, before) if isinstance(self.recognizer, HearsAhead) else ()

    def revive(self) -> None:
        """Open the models anew after a failure."""
        self.recognizer.close()
        self.load()

    def _expect(self, context: Context | None) -> None:
        if isinstance(self.recognizer, TakesExpectation):
            self.recognizer.expect(self._expectations.of(context) if self._understander else None)

    def _gravest(self, heard: Transcript) -> Transcript:
        """Return an alternative that tells of a graver urgency than the text, or `heard`.

        Where the text is likelier, and the very words of a sign are not in the other, it is only suspected.
        """
        if self._understander is None:
            return heard
        understand = cache(self._understander.understand)
        heard = _suspecting(agreement(heard, understand), understand)
        if not heard.alternatives:
            return heard
        plain = understand(heard.text)

        def gravity(one: Transcript) -> tuple[int, bool]:
            meaning = understand(one.text)
            if one is not heard and not _counts(meaning, heard, plain):
                return 0, False
            return URGENCIES.index(meaning.urgency), bool(meaning.doubt)

        others = [Transcript(text, confidence=heard.otherwise) for text in heard.alternatives]
        gravest = max(heard, *others, key=gravity)
        likelier = gravest is not heard and heard.confidence > heard.otherwise
        if likelier and not understand(gravest.text).plainly_grave:
            return replace(heard, suspected=gravest.text)
        return gravest

    def close(self) -> None:
        """Free the models."""
        self.recognizer.close()


def agreement(heard: Transcript, understand: Understands) -> Transcript:
    """Return the text with a sign of an emergency in it, where most ways of hearing the sound have one.

    Where only another one has it, it is suspected.
    """
    if not heard.again or (heard.text and heard.confidence >= CLEARLY_HEARD):
        return heard
    found = [(text, understand(text)) for text in (heard.text, *heard.again)]
    grave = [text for text, meaning in found if meaning.urgency in FLAG_INTENT]
    if not grave or grave[0] == heard.text:
        return heard
    if len(grave) > len(found) / 2:
        others = tuple(filter(None, (*heard.alternatives, heard.text)))
        return replace(heard, text=grave[0], alternatives=others)
    plainly = [text for text, meaning in found if meaning.plainly_grave]
    return replace(heard, suspected=plainly[0]) if plainly else heard


def _suspecting(heard: Transcript, understand: Understands) -> Transcript:
    """Add the sign of an emergency that a doubtful text may be: the best sentence of the grammar."""
    best = heard.hypotheses[0] if heard.hypotheses else None
    if best is None or best.text == heard.text:
        return heard
    doubtful = best.confidence >= SUSPECTED_FROM and heard.confidence < CLEARLY_HEARD
    if doubtful and understand(best.text).plainly_grave:
        return replace(heard, suspected=best.text)
    return heard


def _counts(other: Meaning, heard: Transcript, plain: Meaning) -> bool:
    """Tell whether the red flag in an alternative counts beside the text, which means `plain`.

    The very words of a flag always do; but for the one that the text asks about, whose answer tells what to
    do if it is there. What only resembles a flag must be probable enough, both as words and as a flag; and
    not at all where the text is all but certain.
    """
    if other.plainly_grave:
        return other.slots["flag"] != plain.asked or heard.confidence < heard.otherwise
    if heard.confidence >= CLEARLY_HEARD:
        return False
    probable = min(heard.otherwise, 1 - heard.confidence)
    return other.misheard or probable * _chance_of_flag(other) >= PERHAPS_A_FLAG


def _chance_of_flag(meaning: Meaning) -> float:
    if meaning.urgency in FLAG_INTENT:
        return meaning.confidence
    return sum(one.confidence for one in meaning.candidates if one.intent in FLAG_INTENT.values())
