"""Listening ahead: while somebody speaks, what they said so far is sketched, so that the end is quick."""

import math
from collections.abc import Callable
from threading import Event

from voice_skill.audio.frames import Samples
from voice_skill.conversation.jobs import Doer, Job
from voice_skill.hearing.recognizer import Draft
from voice_skill.hearing.turns import TurnDetector

EVERY_S = 0.3
"""New sound that is worth a new sketch."""

LONG_S = 10.0
"""A longer turn is only looked at when it is over: the work grows with its length."""

Sketch = Callable[[Samples, Draft, Callable[[], bool]], Draft]
"""Makes a sketch of sound, from an earlier one; told whether it is given up. See `Thinker.sketch`."""


class Ahead:
    """The sketch of one stretch of speech; it grows while that goes on, and is forgotten with it."""

    def __init__(self) -> None:
        self.draft: Draft = ()
        self._lasted, self._every = 0.0, EVERY_S
        self._job: Job[Draft] | None = None
        self._given_up = Event()

    def go_on(self, turns: TurnDetector, listener: Doer, sketch: Sketch) -> None:
        """Sketch what was said so far, if that is more than before and the last sketch is done.

        Not in a pause: there what was said is soon looked at in earnest.
        """
        done = self._job is not None and self._job.done
        self._collect()
        if done:  # on a slow machine half of the time is left for other work
            self._every = max(EVERY_S, 2 * (turns.lasts - self._lasted))
        due = not turns.silence and self._lasted + self._every <= turns.lasts < LONG_S
        if self._job is None and due:
            self._lasted, self._given_up = turns.lasts, Event()
            given = turns.so_far().samples, self.draft, self._given_up.is_set
            self._job = listener.submit(lambda: sketch(*given))

    def stop(self) -> Draft:
        """Return the sketch as it is: now somebody waits for what was really said."""
        self._collect()
        self._given_up.set()
        self._job = None
        return self.draft

    def _collect(self) -> None:
        if self._job is not None and self._job.done:
            if self._job.error is None:
                self.draft = self._job.result
            else:  # whoever recognises it in earnest will tell
                self._lasted = math.inf
            self._job = None
