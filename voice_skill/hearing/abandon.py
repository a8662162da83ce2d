"""Work that nobody waits for any more is given up, between two steps of a network."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

_local = threading.local()


class Abandoned(Exception):  # noqa: N818 - no error: somebody wanted it so
    """The work of this thread was given up."""


@contextmanager
def unless(given_up: Callable[[], bool]) -> Iterator[None]:
    """Have `check` raise Abandoned in this thread once `given_up` tells so, while the block runs."""
    _local.given_up = given_up
    try:
        yield
    finally:
        _local.given_up = None


def check() -> None:
    """Raise Abandoned if nobody waits for this thread's work any more."""
    given_up = getattr(_local, "given_up", None)
    if given_up is not None and given_up():
        raise Abandoned


def side_by_side(*works: Callable[[], T]) -> list[T]:
    """Return what each of some works returns, in their order; the first is done in this thread.

    The others have threads of their own, which end before this returns or raises. They are given up when this
    thread's work is. What a work raises is raised here.
    """
    given_up = getattr(_local, "given_up", None)

    def done(work: Callable[[], T]) -> T:
        _local.given_up = given_up
        return work()

    first, *others = works
    with ThreadPoolExecutor(max(1, len(others))) as threads:
        beside = [threads.submit(done, work) for work in others]
        return [first(), *(one.result() for one in beside)]
