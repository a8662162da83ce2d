"""Work that nobody waits for any more is given up, between two steps of a network."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
