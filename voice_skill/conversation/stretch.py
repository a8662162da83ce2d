"""One stretch of speech, and what is known of it so far."""

from dataclasses import dataclass, field
from threading import Event

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Frame, Samples
from voice_skill.conversation.ahead import LONG_S, Ahead
from voice_skill.conversation.jobs import Job
from voice_skill.conversation.thinking import Earlier, Thought
from voice_skill.dialog.state import Action
from voice_skill.hearing.gate import WINDOW
from voice_skill.hearing.turns import Turn, TurnDetector

ONSET_S = 0.03
"""Voiced sound that makes the assistant hold its breath while it speaks."""

LAST_SOUND_S, LAST_SOUND_WITHIN_S = 0.09, 0.4
"""So much voiced sound does, so soon after an answer began: less is the last "t" of what is answered."""

SURE_FOR_S = 0.5
"""A stretch that begins so soon after somebody was heard beyond doubt is theirs."""

RINGS_S = 0.08
"""So long the assistant's own voice rings in a room after it fell silent."""

ALONE = 2
"""Sounds, of 32 ms, that must be heard in the silence after it held its breath."""

TALK = 4
"""So many of these sounds are talk that goes on, whether the assistant speaks or not."""

SHORTEST_S = 0.18
"""Nobody says a command in less, counted from when they were told from the assistant's voice; a scrap of that
voice may be so short."""

TONE_AFTER_S = 0.4
"""So long after the last sound a tone says that it was heard, if the answer takes longer."""

EXCUSES_EVERY_S = 60.0
"""While no conversation runs, it says no more often than this that it failed to hear something."""

MIDWAY_S = 1.2
"""Talk without a pause is looked at so often."""

MAKES_UP_ITS_MIND_S = 0.5
"""Silence after which words that make no sense so far do not hold the assistant's speech any longer."""

JOIN_S = 1.2
"""Whoever speaks so soon after an answer began had not finished."""

LISTENS_S, AT_MOST_S = 0.7, 5.0
"""After the devices were lost it listens for so long before it says again what was cut off, and longer while
somebody speaks: its own voice hides them until the echo canceller has learnt the room."""

WARY_S = 6.0
"""After talk that was not for it, the assistant does not hold its breath for sounds for so long."""


def onset(answered_ago: float) -> float:
    """Return the voiced sound, in seconds, that makes the assistant hold its breath while it speaks."""
    return LAST_SOUND_S if answered_ago < LAST_SOUND_WITHIN_S else ONSET_S


@dataclass(slots=True)
class Stretch:
    """One stretch of speech, from its first sound to the decision what to do with it.

    into_speech: the assistant was speaking when it began. clear: its voice was not heard then. alone: sounds
    of it that came while the assistant held its breath (held), and so were somebody else's. others:
    somebody else was heard beyond doubt. number, job,
    thought: the last sound of it that was looked at, and what came of that. ignored: it is not for the
    assistant. interrupted: what the assistant left unsaid for it. final: it is over, and waits for a thought.
    voiced: the last sound of it that was heard. given_up: nobody waits for what the job brings. samples,
    lead: as in `Turn`. ahead: what was made out so far, see `Ahead`.
    """

    began: float
    into_speech: bool
    clear: bool
    earlier: Earlier | None = None
    alone: int = 0
    sounded: int = -1
    others: bool = False
    held: bool = False
    number: int = -1
    voiced: int = -1
    looked_at: float = 0.0
    asked: int = -1
    job: Job[Thought] | None = None
    thought: Thought | None = None
    samples: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    lead: int = 0
    ignored: bool = False
    interrupted: list[Action | str] | None = None
    final: bool = False
    toned: bool = False
    given_up: Event = field(default_factory=Event)
    ahead: Ahead = field(default_factory=Ahead)

    @property
    def surely_somebody(self) -> bool:
        """Tell whether it cannot be what is left of the assistant's own voice."""
        return not self.doubtful or (self.alone > 0 and self.looked_at >= SHORTEST_S)

    @property
    def mostly_alone(self) -> bool:
        """Tell whether most of it came while the assistant was silent."""
        return self.alone * WINDOW / SAMPLE_RATE > self.looked_at / 2

    @property
    def doubtful(self) -> bool:
        """Tell whether it may be a word of the assistant's own, cut off when it held its breath."""
        return not self.others and self.alone < ALONE

    @property
    def own_lead(self) -> int:
        """The samples at its beginning with the assistant's own voice: none unless said into it."""
        return self.lead if self.into_speech else 0

    def due(self, turns: TurnDetector, look: float, *, busy: bool) -> bool:
        """Tell whether what was said so far is to be looked at: in a pause of `look` seconds that is new.

        busy: the assistant speaks, or is about to; then also now and then in talk without a pause.
        """
        if turns.lasts >= LONG_S:
            return False
        paused = turns.silence >= look and self.asked != turns.last_voiced
        return paused or (busy and turns.lasts - self.looked_at > MIDWAY_S)

    def give_up(self) -> None:
        """Let go of what was made out so far: it is not all, or not wanted."""
        self.given_up.set()
        self.ahead.stop()
        self.job = self.thought = None

    def sounds(self, turn: Turn) -> None:
        """Take the sound of it, as far as it was heard."""
        self.samples, self.lead = turn.samples, turn.lead

    def hear(self, frame: Frame, sounded: int, silent_since: float) -> None:
        """Take a frame while it goes on.

        sounded: number of the last sound so far. silent_since: when the assistant, holding its breath, fell
        silent; infinity while it does not.
        """
        self.voiced = sounded
        self.others = self.others or frame.others
        self.held = self.held or silent_since < float("inf")
        if frame.time > silent_since + RINGS_S:
            self.alone += sounded not in (self.sounded, -1)
            self.sounded = sounded
