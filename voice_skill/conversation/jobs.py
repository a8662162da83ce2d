"""Work that takes longer than the next frame: handed to a thread, its result looked at later."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from voice_skill.errors import EngineError

log = logging.getLogger(__name__)

HUNG_AFTER_S = 20.0
"""Seconds in one job after which its thread is given up; the longest sound takes three."""

T = TypeVar("T")


class Job(Generic[T]):
    """Something that was asked for. `done` is set when there is a result or an error."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: T | None = None
        self.error: Exception | None = None

    @property
    def done(self) -> bool:
        """Tell whether it is over, well or not."""
        return self._done.is_set()

    @property
    def result(self) -> T:
        """Return what came of it. Raises EngineError when nothing did."""
        if self.error is not None or self._result is None:
            raise EngineError(f"{self.error or 'no result'}") from self.error
        return self._result

    def run(self) -> None:
        """Do it, in whatever thread this is."""
        try:
            self._result = self._work()
        except Exception as error:  # noqa: BLE001 - whatever an engine raises, the conversation goes on
            self.error = error
        self._done.set()

    def drop(self, why: str) -> None:
        """End it without a result."""
        self.error = EngineError(why)
        self._done.set()


class Doer(Protocol):
    """Does jobs, one after the other."""

    def submit(self, work: Callable[[], T]) -> Job[T]:
        """Ask for something; returns at once."""
        ...


class Worker:
    """A thread that does jobs in order. With more than `waiting` in its queue the oldest is dropped.

    revive: brings the engine it works with back to life; called in the thread after a job failed.
    """

    def __init__(self, name: str, waiting: int, revive: Callable[[], None]) -> None:
        self._name = name
        self._waiting = waiting
        self._revive = revive
        self._changed = threading.Condition()
        self._jobs: deque[Job[object]] = deque()
        self._current: Job[object] | None = None
        self._since = 0.0
        self._closed = False
        self._generation = 0
        self._thread = self._start()

    def submit(self, work: Callable[[], T]) -> Job[T]:
        """Ask for something; returns at once."""
        job: Job[T] = Job(work)
        with self._changed:
            self._jobs.append(job)  # type: ignore[arg-type]  # results are only ever read from the job itself
            if len(self._jobs) > self._waiting:
                self._jobs.popleft().drop("there was newer work to do")
            self._changed.notify()
        return job

    def check(self) -> str:
        """Give up a thread that hangs or died, and go on with a new one; returns what was wrong, or ""."""
        with self._changed:
            hung = self._current is not None and time.monotonic() - self._since > HUNG_AFTER_S
            if self._closed or (self._thread.is_alive() and not hung):
                return ""
            if self._current is not None:
                self._current.drop("it took too long")
            self._current = None
            self._thread = self._start()
        self.submit(self._revive)
        return f"{self._name} {'hung' if hung else 'died'} and was started again"

    def close(self, timeout: float = 2.0) -> None:
        """Finish the job that runs, drop the others."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
        self._thread.join(timeout)

    def _start(self) -> threading.Thread:
        self._generation += 1
        thread = threading.Thread(target=self._run, args=[self._generation], name=self._name, daemon=True)
        thread.start()
        return thread

    def _run(self, generation: int) -> None:
        while True:
            with self._changed:
                while not (self._jobs or self._closed or self._generation != generation):
                    self._changed.wait()
                if self._closed or self._generation != generation:
                    return
                job = self._current = self._jobs.popleft()
                self._since = time.monotonic()
            job.run()
            if job.error is not None:
                log.info("%s: %s: %s", self._name, type(job.error).__name__, job.error)
                Job(self._revive).run()
            with self._changed:
                if self._generation == generation:
                    self._current = None
