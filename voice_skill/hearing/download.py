"""Fetches one file, however often the connection breaks. Only `models install` comes here."""

import http.client
import os
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from voice_skill import __version__
from voice_skill.errors import MissingError

PATIENCE_S = (1.0, 2.0, 4.0, 8.0)
"""Waits between tries; after the last one that gained nothing, the download is given up."""

SILENCE_S = 30.0
"""A server that sends nothing for so long counts as gone."""

Answer = http.client.HTTPResponse

_BLOCK = 1 << 16
_GAIN = 1 << 20  # bytes that make a try worth the same patience again
_PASSING = {408, 416, 425, 429, 500, 502, 503, 504}


def download(url: str, part: Path, size: int, progress: Callable[[int], None], fix: str = "") -> None:
    """Fetch `url` into the file `part` of exactly `size` bytes, going on where an earlier try stopped.

    `progress` is told how many bytes are there. A file beside it, `part` + ".tag", remembers which version
    of the address the bytes are of. Whatever happens, `part` stays, to be resumed. Raises MissingError with
    this `fix` when the server does not have the file, has another size, or does not answer; OSError when the
    disk fails.
    """
    at_first = _size(part)
    waits = list(PATIENCE_S)
    while (before := _size(part)) != size:
        progress(before)
        try:
            with _ask(url, part, size) as answer:
                _store(answer, part, size, progress)
        except _Failure as failure:
            if _size(part) - before >= _GAIN:
                waits = list(PATIENCE_S)
            # A server that was never reached is not waited for: there is no connection.
            hopeless = failure.final or (failure.unreachable and _size(part) == at_first)
            if hopeless or not waits:
                raise MissingError(f"could not fetch {url}: {failure}", fix) from failure
            time.sleep(waits.pop(0))
    progress(size)


def forget(part: Path) -> None:
    """Remove an unfinished download."""
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)


class _Failure(Exception):  # noqa: N818 - not an error yet: most are tried again
    """One try that did not end with the whole file."""

    def __init__(self, reason: object, *, final: bool = False, unreachable: bool = False) -> None:
        super().__init__(str(reason) or type(reason).__name__)
        self.final = final
        self.unreachable = unreachable


def _ask(url: str, part: Path, size: int) -> Answer:
    """Return the server's answer: the missing bytes if it is willing, else all."""
    headers = {"User-Agent": f"voice-skill/{__version__}", "Accept-Encoding": "identity"}
    have = _size(part)
    if have > size:
        forget(part)
    elif have:
        headers["Range"] = f"bytes={have}-"
        version = _version(part)
        if version:
            headers["If-Range"] = version
    try:
        # The list of models admits http and https only.
        request = Request(url, headers=headers)  # noqa: S310
        answer: Answer = urlopen(request, timeout=SILENCE_S)  # noqa: S310
    except HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            forget(part)
        reason = f"the server says {error.code} {error.reason}"
        raise _Failure(reason, final=error.code not in _PASSING) from error
    except URLError as error:
        raise _Failure(error.reason, unreachable=True) from error
    except (http.client.HTTPException, OSError) as error:
        raise _Failure(error) from error
    except ValueError as error:
        raise _Failure(f"it is no address ({error})", final=True) from error
    return answer


def _store(answer: Answer, part: Path, size: int, progress: Callable[[int], None]) -> None:
    """Write what the server sends to the end of `part`, or over it when the server starts anew."""
    have = _size(part) if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
    offered = _offered(answer, have)
    if offered is not None and offered != size:
        reason = f"the server's file has {offered} bytes, the list of models says {size}"
        raise _Failure(reason, final=True)
    if not have:
        _remember_version(answer, part)
    with part.open("ab" if have else "wb") as sink:
        while have < size and (block := _read(answer, size - have)):
            sink.write(block)
            have += len(block)
            progress(have)
        sink.flush()
        os.fsync(sink.fileno())
    if have < size:
        raise _Failure("the connection broke off")


def _read(answer: Answer, most: int) -> bytes:
    try:
        return answer.read1(min(most, _BLOCK))
    except (http.client.HTTPException, OSError) as error:
        raise _Failure(error) from error


def _offered(answer: Answer, have: int) -> int | None:
    """Return how many bytes the whole file has, as far as the answer tells."""
    if not have:
        length = answer.headers.get("Content-Length")
        return int(length) if length and length.isdigit() else None
    told = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if told is None or int(told[1]) != have:
        raise _Failure("the server sent another part of the file than was asked for")
    return None if told[2] == "*" else int(told[2])


def _remember_version(answer: Answer, part: Path) -> None:
    """Keep what identifies these bytes, so that a later try does not go on with other ones."""
    etag = answer.headers.get("ETag", "")
    version = etag if etag.startswith('"') else answer.headers.get("Last-Modified", "")
    if version:
        _tag(part).write_text(version, encoding="utf-8")
    else:
        _tag(part).unlink(missing_ok=True)


def _version(part: Path) -> str:
    """Return what the bytes of `part` are a version of; "" if unknown (or unreadable after a power cut)."""
    text = _tag(part).read_text(encoding="utf-8", errors="replace") if _tag(part).exists() else ""
    return text if text.isascii() and text.isprintable() else ""


def _tag(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
