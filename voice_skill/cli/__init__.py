"""The commands: `voice-skill ask`, `listen`, `say`, `evaluate`, `check`, `test`, `devices`, `models`."""

import contextlib
import io
import os
import sys
import traceback
from pathlib import Path

from voice_skill.errors import MissingError, VoiceSkillError

INTERRUPTED = 130
"""Exit code after Ctrl-C where a command does not take it for its ordinary end."""


def main() -> None:
    """Run the program; whatever goes wrong is one line on standard error and an exit code."""
    try:
        _prepare_streams()
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _prepare_streams() -> None:
    """Take streams that are closed, and terminals that lack some of our letters."""
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # the next file opened must not become one of them
        pass
    os.close(spare)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("r+"))  # noqa: SIM115 - open as long as the program runs
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run() -> int:
    from voice_skill.cli.app import app  # takes a while, and Ctrl-C may come at any time

    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except VoiceSkillError as error:
        return _complain(error)
    except (BrokenPipeError, SystemExit) as error:
        # The reader of our output went away (`| head -1`): nothing left to say, and nobody to say it to.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        _drop_output()
        return 0
    except OSError as error:
        if error.filename is not None:
            return _unexpected(error)
        _drop_output()  # every file of ours is written with its own care; this one is standard output
        return _complain(
            MissingError(f"what is printed cannot be written: {error.strerror}", "Free some space")
        )
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback in a person's face
        return _unexpected(error)
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Send what is still to be printed nowhere, so that leaving does not fail over it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _complain(error: VoiceSkillError) -> int:
    from voice_skill.cli.common import error_line

    _show_traceback()
    error_line(str(error))
    return error.exit_code


def _unexpected(error: Exception) -> int:
    from voice_skill.cli.common import error_line

    describe = getattr(error, "format_message", None)
    if describe is not None and not describe():  # no command given: the help was shown
        return 2
    if describe is not None:  # wrong use, as the command-line parser says it
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "voice-skill"
        error_line(f"{describe().rstrip('.')}. See: {command} --help")
        return 2
    _show_traceback()
    error_line(
        f"something went wrong inside: {type(error).__name__}: {error}. Run again with -vv to see where"
    )
    return 1


def _show_traceback() -> None:
    from voice_skill.cli.common import verbosity

    if verbosity() >= 2:
        traceback.print_exc()
