"""From sound to what was meant and how long to wait for more: one job for the recogniser's thread."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.conversation.completeness import Completeness
from voice_skill.dialog.state import State
from voice_skill.hearing.abandon import Abandoned, unless
from voice_skill.hearing.recognizer import Draft, Transcript
from voice_skill.session import Session
from voice_skill.understanding.meaning import URGENCIES, Context, Meaning

TAIL = np.zeros(round(0.1 * SAMPLE_RATE), np.int16)
"""Silence that is put after what is looked at early: a recogniser garbles a word that ends with the sound."""

DOUBTFUL = 0.6
"""Confidence in the words below which they are looked for again, without what came before them."""

BEFORE_S = (0.15, 0.05)
"""So long before somebody was noticed they may have begun: tried one after the other."""


class Hears(Protocol):
    """Recognises the sound of a turn; see `ears.Ears`."""

    def recognise(self, speech: Samples, context: Context | None = None, draft: Draft = ()) -> Transcript:
        """Return what was said: 16 kHz, mono. context: what the dialog expects. draft: of its beginning."""
        ...

    def sketch(self, speech: Samples, before: Draft = ()) -> Draft:
        """Return roughly what was said so far. before: the sketch of a shorter beginning."""
        ...


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the person had said when the answer began, and the dialog's state then."""

    samples: Samples
    state: State
    context: Context
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Thought:
    """What a stretch of speech means. wait: the silence after which that is all, in seconds.

    joined: what it means together with what was said before the answer began, None without such a thing.
    opening: what would be answered first.
    """

    meaning: Meaning
    wait: float
    joined: Meaning | None = None
    opening: str = ""


class Thinker:
    """Recognises and understands. `think` changes nothing and runs in the recogniser's thread."""

    def __init__(self, ears: Hears, session: Session, completeness: Completeness) -> None:
        self._ears = ears
        self._session = session
        self._completeness = completeness

    def think(  # noqa: PLR0913, PLR0917 - all that is known of what was heard
        self,
        samples: Samples,
        state: State,
        context: Context,
        earlier: Earlier | None,
        given_up: Callable[[], bool] = lambda: False,
        lead: int = 0,
        draft: Draft = (),
    ) -> Thought:
        """Return what was said, in the light of the dialog's state.

        given_up: tells that nobody waits for it any more; then what is returned means nothing. lead: in so
        many samples at the beginning hardly more is heard than the assistant's own voice. draft: what
        `sketch` made of the beginning.
        """
        try:
            with unless(given_up):
                return self._think(samples, state, context, earlier, lead, draft)
        except Abandoned:
            return Thought(Meaning("", None), float("inf"))

    def sketch(self, samples: Samples, before: Draft, given_up: Callable[[], bool]) -> Draft:
        """Return roughly what was said so far; `before`, the sketch of less, once it is given up."""
        try:
            with unless(given_up):
                return self._ears.sketch(np.concatenate([samples, TAIL]), before)
        except Abandoned:
            return before

    def _think(  # noqa: PLR0913, PLR0917 - see `think`
        self,
        samples: Samples,
        state: State,
        context: Context,
        earlier: Earlier | None,
        lead: int,
        draft: Draft,
    ) -> Thought:
        meaning, heard = self._hear(samples, context, draft)
        for seconds in BEFORE_S:
            before = lead - round(seconds * SAMPLE_RATE)
            if before > 0 and _sureness(heard) < DOUBTFUL:
                again = self._hear(samples[before:], context)
                if _counts(*again):
                    meaning, heard = max((meaning, heard), again, key=_weight)
        wait = self._completeness.wait(meaning, context, heard.alternatives, heard.outlook)
        joined = None
        if earlier is not None:
            whole = np.concatenate([earlier.samples, samples, TAIL])
            both = self._ears.recognise(whole, earlier.context)
            joined = self._session.understand(both.text, earlier.context, both.confidence, both.suspected)
        opening = ""
        if meaning.intent is not None:
            opening = self._session.preview(meaning, state)
        return Thought(meaning, wait, joined, opening)

    def _hear(self, samples: Samples, context: Context, draft: Draft = ()) -> tuple[Meaning, Transcript]:
        heard = self._ears.recognise(np.concatenate([samples, TAIL]), context, draft)
        return self._session.understand(heard.text, context, heard.confidence, heard.suspected), heard


def _sureness(heard: Transcript) -> float:
    return heard.confidence if heard.text else 0.0


def _counts(meaning: Meaning, heard: Transcript) -> bool:
    """Tell whether a second hearing may take the place of the first: one doubt for another is no gain."""
    return _sureness(heard) >= DOUBTFUL or meaning.urgency != "none"


def _weight(heard: tuple[Meaning, Transcript]) -> tuple[int, bool, float]:
    """Return what makes one of two hearings count: what is graver, then what is surer."""
    meaning, transcript = heard
    return URGENCIES.index(meaning.urgency), bool(meaning.doubt), _sureness(transcript)
