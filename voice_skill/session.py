"""One conversation: understanding and dialog together, in words. No sound, no threads, no clock."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from voice_skill.dialog.dialog import Dialog
from voice_skill.dialog.own_words import OwnWords
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.state import Heard, Line, Say, State, TimerEnded, TimerName, Turn
from voice_skill.dialog.words import STEERING
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Context, Meaning
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.understander import Understander
from voice_skill.understanding.words import listed

Notice = Literal["microphone_gone", "microphone_back", "missed_that", "recording"]
"""What the program may have to say of itself; see the prompts of these names."""

CHATTER_WORDS = 9
"""Off the subject, more words than these are talk with somebody else, or a film."""

OWN_WORDS = 4
"""Words from which on a sentence is recognised as the program's own; a shorter one may be anybody's."""

ADDRESSED_FROM = 0.59
"""Confidence from which talk in a room where no conversation runs is taken to be for the assistant."""


SURE_FROM = 0.4
"""Confidence in words and meaning together from which such talk is answered. Of the sounds that
`benchmarks.calibrate_hearing` draws, it leaves 30 answers out, and 22 of them would be wrong."""

WEIGHT_OF_HEARING = 0.4
"""Power to which the confidence in the words is taken for the confidence in an answer: many a word that is
misheard changes no meaning. Fitted to 240 spoken sentences; of 260 others, half in noise, the calibration
error fell from 0.15 to 0.06 with it (`voice-skill evaluate` prints what is stated, and what is right)."""

HARDLY_HEARD = 0.2
"""Below this confidence in the words, a sign of an emergency in a few words that name nobody is believed when
it is said again. Of 576 short signs by 16 synthetic voices, clean, quiet, and in noise at 10 and 5 dB, it was
stated for 3 such, all of them at 5 dB; of other people's talk for 3 of 4 that were none."""

SOMEBODY = listed("i i'm i've i'd i'll my me mine myself he he's his him she she's her they their them")
"""Talk that may tell of an emergency names somebody; a film, football and the weather do not."""

IN_NEED = listed(
    "help please call ambulance not no can't cannot won't isn't doesn't nothing somebody someone "
    "mum mum's mom mom's dad dad's nan nan's gran gran's baby baby's wife husband son daughter"
)
"""Words of people in need, as few as they say: nobody waits for them to say so again."""

FEWEST_WORDS = 4
"""Shorter remarks in a room where no conversation runs are too little to build a doubt on."""


def _words(meaning: Meaning) -> list[str]:
    return re.findall(r"[\w']+", meaning.text.lower().replace("\u2019", "'"))


def _may_be_an_alarm(meaning: Meaning) -> bool:
    """Tell whether a doubt about a red flag is worth asking about when nobody has spoken to us yet."""
    words = _words(meaning)
    about_somebody = len(words) >= FEWEST_WORDS and not SOMEBODY.isdisjoint(words)
    a_name_called = len(words) == 1
    return bool(meaning.doubt) and ((meaning.misheard and not a_name_called) or about_somebody)


class Session:
    """A running conversation over a pack. Build the pack's Understander once and share it."""

    def __init__(self, pack: Pack, understander: Understander, region: str = "") -> None:
        self._dialog = Dialog(pack, region)
        self.write = self._dialog.write
        self._understander = understander
        self.pack = pack
        self.state = State()
        self._off_subject = 0

    @cached_property
    def _own_words(self) -> OwnWords:
        """What the program says itself: its own advice is no alarm, however late it hears it."""
        return OwnWords(self.pack, self.write)

    @property
    def context(self) -> Context:
        """Return what helps to understand what is said now."""
        return self._dialog.context(self.state)

    def understand(
        self, text: str, context: Context | None = None, heard: float = 1.0, suspected: str = ""
    ) -> Meaning:
        """Return what the words mean at this point of the conversation, or in another context.

        heard: how sure the recogniser is of the words, 0..1. suspected: a sign of an emergency that may have
        been said instead; it leaves a doubt.
        """
        if not text.strip() or self._just_said(text):
            return Meaning("", None)
        meaning = self._understander.understand(text, context or self.context)
        if suspected and meaning.urgency == "none" and not meaning.doubt:
            other = self._understander.understand(suspected)
            sign = other.slots.get("flag", other.doubt)
            meaning = replace(meaning, doubt=sign, misheard=bool(sign))
        alarming = bool(meaning.doubt) or meaning.urgency in ("urgent", "emergency")
        if alarming and self._own_words.are(text):
            return Meaning("", None)
        return replace(meaning, heard=heard)

    def preview(self, meaning: Meaning, state: State) -> str:
        """Return the words that would be said first if this were said now; nothing changes."""
        said = [one for one in self._dialog.step(state, Heard(meaning)).actions if isinstance(one, Say)]
        return said[0].lines[0].text if said and said[0].lines else ""

    def notice(self, name: Notice) -> Say | None:
        """Return what the program says of itself, None if the pack has no words for it."""
        text: str | None = getattr(self.pack.prompts, name)
        return Say(self.write.fixed([text]), "prompt") if text else None

    @property
    def asking(self) -> bool:
        """Tell whether a question to the person is open."""
        return self.state.phase in ("asking", "checking", "offering") or bool(self.state.doubt)

    @property
    def running(self) -> bool:
        """Tell whether there is anything to forget."""
        return self.state != State(used=self.state.used)

    def addressed(self, meaning: Meaning) -> bool:
        """Tell whether talk in the room is meant for the assistant.

        While a conversation runs, everything is but long or repeated talk off the subject. Otherwise only
        what is clearly about the pack's subject: a "yes" across the room, a film, a guess, words that were
        hardly heard are not. The words of a red flag always are.
        """
        if meaning.intent is None:
            return False
        if self.running:
            chatter = self._off_subject or len(meaning.text.split()) > CHATTER_WORDS
            return meaning.intent != OUT_OF_SCOPE or bool(meaning.doubt) or not chatter
        if meaning.plainly_grave:
            return True
        if _may_be_an_alarm(meaning):
            return meaning.heard >= SURE_FROM
        about = meaning.intent != OUT_OF_SCOPE and meaning.intent not in STEERING
        sure = meaning.confidence * meaning.heard
        return about and meaning.confidence >= ADDRESSED_FROM and sure >= SURE_FROM

    def hardly_heard(self, meaning: Meaning) -> bool:
        """Tell whether a sign of an emergency may be none: a few words of nobody, across a noisy room."""
        words = _words(meaning)
        lone = len(words) < FEWEST_WORDS and SOMEBODY.union(IN_NEED).isdisjoint(words)
        return not self.running and lone and meaning.heard < HARDLY_HEARD

    def hear(self, meaning: Meaning, hold_left: float | None = None) -> Turn:
        """Take what was meant and return what follows."""
        self._off_subject = self._off_subject + 1 if meaning.intent == OUT_OF_SCOPE else 0
        return self._take(self._dialog.step(self.state, Heard(meaning, hold_left)))

    def timer_ended(self, name: TimerName) -> Turn:
        """Take a timer's end and return what follows."""
        return self._take(self._dialog.step(self.state, TimerEnded(name)))

    def forget(self) -> None:
        """Forget the person."""
        self._off_subject = 0
        self.state = State()

    def _just_said(self, text: str) -> bool:
        """Tell whether the words are a whole sentence of the last turn: the program hears itself."""
        heard = normal_form(text)
        return len(heard.split()) >= OWN_WORDS and any(
            heard == normal_form(sentence)
            for line in self.state.last
            for sentence in (line.text, *re.split(r"(?<=[.?!])\s+", line.text))
        )

    def _take(self, turn: Turn) -> Turn:
        self.state = turn.state
        return turn


@dataclass(frozen=True, slots=True)
class Step:
    """One guided step of a one-shot answer: what is said, and the seconds to hold."""

    line: Line
    hold_s: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer to one question, as `ask` gives it.

    reply: said first. steps: said then. question: asked at the end ("" if none).
    """

    meaning: Meaning
    turn: Turn
    reply: tuple[Line, ...]
    steps: tuple[Step, ...]
    question: tuple[Line, ...]

    @property
    def text(self) -> str:
        """Return the words spoken first."""
        return " ".join(line.text for line in self.reply)

    @property
    def sources(self) -> list[str]:
        """Return every source of what is said, each once, in order."""
        lines = [*self.reply, *(step.line for step in self.steps)]
        return list(dict.fromkeys(source for line in lines for source in line.sources))


def answer(session: Session, text: str, suspected: str = "") -> Answer:
    """Return the whole answer to one question put to a fresh session; suspected: see `Session.understand`."""
    meaning = session.understand(text, suspected=suspected)
    turn = session.hear(meaning)
    said = [action for action in turn.actions if isinstance(action, Say)]
    reply = tuple(line for say in said if say.role not in ("step", "question") for line in say.lines)
    question = tuple(line for say in said if say.role == "question" for line in say.lines)
    exercise = session.pack.exercises.get(turn.state.exercise)
    steps = tuple(
        Step(session.write.line(step), step.hold_s) for step in (exercise.steps if exercise else ())
    )
    return Answer(meaning, turn, reply or question, steps, question if reply else ())


def as_sure_as(answer: Answer, heard: float) -> Answer:
    """Return an answer to words of which the recogniser was sure with probability `heard`, 0..1."""
    confidence = round(answer.meaning.confidence * heard**WEIGHT_OF_HEARING, 3)
    return replace(answer, meaning=replace(answer.meaning, confidence=confidence))


def as_json(answer: Answer, heard: str, ms: dict[str, int]) -> dict[str, object]:
    """Return the answer in the form of `ask --json`. ms: how long each stage took, in milliseconds."""
    return {
        "heard": heard,
        "intent": answer.meaning.intent,
        "slots": dict(answer.meaning.slots),
        "urgency": answer.turn.urgency,
        "confidence": round(answer.meaning.confidence, 3),
        "clarify": answer.turn.clarify,
        "reply": answer.text,
        "question": " ".join(line.text for line in answer.question),
        "steps": [{"say": step.line.text, "hold_s": step.hold_s} for step in answer.steps],
        "sources": answer.sources,
        "ms": ms,
    }
