"""Memory that was freed goes back to the system."""

import contextlib
import ctypes


def return_free_memory() -> None:
    """Give back what is free: glibc would keep up to 150 MB of what rendering or opening a model took."""
    with contextlib.suppress(AttributeError):  # only glibc has this
        ctypes.CDLL(None).malloc_trim(0)
