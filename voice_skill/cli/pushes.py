"""Push to talk: the Enter key, or a command whose every line is a push (a button on a GPIO pin, say)."""

import contextlib
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator

from voice_skill.config import Settings
from voice_skill.conversation.wake import OnPush
from voice_skill.errors import MissingError


@contextlib.contextmanager
def pushes_of(settings: Settings) -> Iterator[OnPush | None]:
    """Yield what tells of pushes while the block runs; None unless the settings ask for push to talk.

    Raises MissingError when the command cannot be started.
    """
    if settings.wake != "push":
        yield None
        return
    wake = OnPush()
    with contextlib.ExitStack() as closing:
        lines: Iterable[str] = sys.stdin
        if settings.push_command:
            process = _start(settings.push_command)
            closing.callback(process.wait)
            closing.callback(process.terminate)
            lines = process.stdout or ()
        threading.Thread(target=_follow, args=[lines, wake], name="pushes", daemon=True).start()
        yield wake


def _follow(lines: Iterable[str], wake: OnPush) -> None:
    for _ in lines:
        wake.push()


def _start(command: str) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(  # noqa: S603 - the command is the user's own
            shlex.split(command), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
    except (OSError, ValueError) as error:
        raise MissingError(f"push_command cannot be started: {error}", "Check it in the settings") from error
