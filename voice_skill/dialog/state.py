"""The dialog's vocabulary: its state, what comes in, and what it wants done. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice_skill.understanding.meaning import Meaning, Urgency

Phase = Literal["idle", "asking", "leading", "paused", "checking", "offering"]
"""idle: nothing runs. asking: a question is open. leading: an exercise runs. checking: "is it easing?"
is open. offering: "shall we try the next one?" is open."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything the dialog remembers, from one input to the next; forgotten at the session's end.

    topic: the intent answered last. slots: what is known of the person. exercise, step: what is led. cue: how
    much of what belongs into the running hold was said. offered: the exercise that an open offer is about.
    narrowed: the second question for a slot was asked already.
    choices: the two intents of an open "did you mean". asking: the slot an open question asks for.
    rest: what "tell me more" would say, times: what "for how long?" would.
    last: what was said last. used: how often each prompt was said.
    flag: the red flag that was said, "" if none. doubt: the red flag an open question asks about, and held:
    what was meant besides, answered if the doubt is cleared. silences: open questions that met silence.
    """

    phase: Phase = "idle"
    topic: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    exercise: str = ""
    step: int = 0
    cue: int = 0
    offered: str = ""
    narrowed: bool = False
    choices: tuple[str, ...] = ()
    asking: str = ""
    rest: tuple["Line", ...] = ()
    times: tuple["Line", ...] = ()
    last: tuple["Line", ...] = ()
    used: Mapping[str, int] = field(default_factory=dict)
    flag: str = ""
    doubt: str = ""
    held: Meaning | None = None
    silences: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """Something to say. sources: ids as in the JSON output ("seed:S41", "nhs:leg-cramps")."""

    text: str
    sources: tuple[str, ...] = ()


# What comes in


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody said something. hold_left: seconds left of the running hold, None when none runs."""

    meaning: Meaning
    hold_left: float | None = None


@dataclass(frozen=True, slots=True)
class TimerEnded:
    """A timer that the dialog started has run out."""

    name: "TimerName"


Input = Heard | TimerEnded

TimerName = Literal["pause", "half", "hold", "answer"]
"""pause: between two steps. half: something is due in a hold. hold: its end. answer: patience for an open
question."""


# What is to be done, in this order


@dataclass(frozen=True, slots=True)
class Say:
    """Speak these lines; the next action waits until they were spoken.

    role: which part of the answer it is. hold_s: for a step, the seconds to hold it.
    """

    lines: tuple[Line, ...]
    role: Literal["answer", "step", "during", "question", "prompt", "emergency"] = "answer"
    hold_s: int = 0


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Bring a TimerEnded after so many seconds; a timer of the same name is replaced."""

    name: TimerName
    seconds: float


@dataclass(frozen=True, slots=True)
class CancelTimers:
    """Let no running timer end."""


@dataclass(frozen=True, slots=True)
class Change:
    """Speak faster or slower (rate), louder or quieter (volume), by a factor."""

    what: Literal["rate", "volume"]
    factor: float


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over: forget its state."""


Action = Say | StartTimer | CancelTimers | Change | End


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of one input. urgency: what the answer carries. clarify: it asks which of two was meant."""

    state: State
    actions: tuple[Action, ...]
    urgency: Urgency = "none"
    clarify: bool = False
