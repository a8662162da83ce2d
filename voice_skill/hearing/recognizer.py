"""What a recogniser is: one small protocol that every engine fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from voice_skill.audio.frames import Samples
from voice_skill.hearing.readings import Outlook, Reading

if TYPE_CHECKING:
    from voice_skill.hearing.expecting import Expected
    from voice_skill.hearing.grammar import Grammar


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the first sample accepted since `reset`."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One sentence that the sound may be.

    score: the higher the likelier; comparable within one sound only. confidence: that it was said, 0..1,
    calibrated. readings: what it can mean, with slots; () for a free text.
    """

    text: str
    score: float
    confidence: float
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised. `text` is "" when nothing was; `words` is empty where an engine has no times.

    alternatives: other texts that the same sound may have been, and that must not be lost.
    confidence: that the words mean what was said, 0..1, as far as the recogniser can tell; else 1.0.
    otherwise: the same of the first alternative.
    again: what a doubtful text is heard as when the sound is played slower and faster.
    suspected: a sign of an emergency that the sound may hold although the text does not.
    hypotheses: the n best sentences of a grammar, the likeliest first, taken or not; () without a grammar,
    and for sound so long that it is recognised piece by piece.
    outlook: what can follow the text in a sentence of the grammar, if there is one.
    """

    text: str
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    confidence: float = 1.0
    otherwise: float = 1.0
    again: tuple[str, ...] = ()
    suspected: str = ""
    outlook: Outlook = "unknown"


def transcript_as_json(heard: Transcript) -> dict[str, object]:
    """Return what was recognised as plain values: times in seconds, confidences 0..1, logarithmic scores."""
    return {
        "confidence": round(heard.confidence, 3),
        "words": [
            {"text": word.text, "start": round(word.start, 2), "end": round(word.end, 2)}
            for word in heard.words
        ],
        "alternatives": list(heard.alternatives),
        "hypotheses": [
            {
                "text": one.text,
                "score": round(one.score, 2),
                "confidence": round(one.confidence, 3),
                "readings": [{"intent": r.intent, "slots": dict(r.slots)} for r in one.readings],
            }
            for one in heard.hypotheses
        ],
    }


class Recognizer(Protocol):
    """A speech recogniser. Constructing one is cheap; `load` opens the model (idempotent).

    One utterance is: `reset`, `accept` as often as sound comes, `finish`. Not safe for use by two threads.
    """

    name: str
    """As in `--recognizer`: "moonshine" or "vosk"."""

    def load(self) -> None:
        """Open the model. Raises MissingError with the fix when it is not there."""
        ...

    def use_phrases(self, phrases: Sequence[str]) -> None:
        """Tell what may be said (plain lower-case phrases); an engine without a grammar ignores it."""
        ...

    def reset(self) -> None:
        """Forget the utterance so far."""
        ...

    def accept(self, samples: Samples) -> None:
        """Take the next piece of the utterance: int16, mono, 16 kHz, any length."""
        ...

    def partial(self) -> str:
        """Return the words so far; "" for an engine that only knows at the end."""
        ...

    def finish(self) -> Transcript:
        """End the utterance, return what was said, and be ready for the next one."""
        ...

    def close(self) -> None:
        """Free the model's memory; `load` opens it again."""
        ...


@runtime_checkable
class TakesTuning(Protocol):
    """A recogniser whose network can be tuned to a pack."""

    def tune(self, tuning: Path | None) -> None:
        """Hear with weights tuned by this file, from the next `load` on."""


@runtime_checkable
class TakesGrammar(Protocol):
    """A recogniser that can be told what may be said as a whole, and tells that from other speech."""

    def use_grammar(self, grammar: "Grammar | None") -> None:
        """Hold what is heard to a grammar where it fits; with None, hear freely."""
        ...


Draft = tuple[int, ...]
"""Pieces of text, as one recogniser numbers them, that an utterance may begin with."""


@runtime_checkable
class HearsAhead(Protocol):
    """A recogniser that is faster at the end if it has listened to the beginning before."""

    def sketch(self, speech: Samples, before: Draft = ()) -> Draft:
        """Return roughly what is said so far. before: the sketch of a shorter beginning."""
        ...

    def begin_with(self, draft: Draft) -> None:
        """Tell how the utterance since `reset` may begin; what is not so is not taken."""
        ...


@runtime_checkable
class TakesExpectation(Protocol):
    """A recogniser that hears short sentences better when it is told that they are likely."""

    def expect(self, expected: "Expected | None") -> None:
        """Tell which short sentences are likely until the next call; None: no more than anything else."""
        ...
