"""What the program tells Python and the C library about its memory."""

import contextlib
import ctypes
import gc
from collections.abc import Iterator


def return_free_memory() -> None:
    """Give back what is free: glibc would keep up to 150 MB of what rendering or opening a model took."""
    with contextlib.suppress(AttributeError):  # only glibc has this
        ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def building() -> Iterator[None]:
    """Hold back the search for cyclic garbage, half the time, while many objects are made that stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
