"""Time that only goes forward, and goes on while the machine sleeps."""

import time
from collections.abc import Callable

from voice_skill.dialog.state import TimerName

FORGET_AFTER_S = 120.0
"""Silence after which the person is gone and everything about them is forgotten."""

ASLEEP_S = 60.0
"""A timer that is so late ended while the machine was asleep: whoever it was for is gone."""

Clock = Callable[[], float]
"""Seconds since some moment; never set back."""


def boot_time() -> float:
    """Return seconds that count on while the machine is suspended; monotonic where there is no such clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Timers:
    """The dialog's timers. They end only when somebody asks, so none of them interrupts anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[TimerName, float] = {}

    def __bool__(self) -> bool:
        return bool(self._ends)

    def start(self, name: TimerName, seconds: float) -> None:
        """Start a timer; one of the same name is replaced."""
        self._ends[name] = self._clock() + seconds

    def cancel(self) -> None:
        """Let none of them end."""
        self._ends.clear()

    def left(self, name: TimerName) -> float | None:
        """Return the seconds until a timer ends, None when it does not run."""
        end = self._ends.get(name)
        return None if end is None else end - self._clock()

    def overdue(self) -> float:
        """Return by how many seconds the earliest timer is late, 0.0 if none is."""
        return max(0.0, self._clock() - min(self._ends.values())) if self._ends else 0.0

    def take_due(self) -> TimerName | None:
        """Return the earliest timer that has ended, and forget it."""
        now = self._clock()
        due = min(((end, name) for name, end in self._ends.items() if end <= now), default=None)
        if due is None:
            return None
        del self._ends[due[1]]
        return due[1]
