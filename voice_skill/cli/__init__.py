"""The commands: `voice-skill ask`, `listen`, `say`, `evaluate`, `check`, `test`, `devices`, `models`."""

import sys
import traceback

from voice_skill.errors import VoiceSkillError

INTERRUPTED = 130
"""Exit code after Ctrl-C where a command does not take it for its ordinary end."""


def main() -> None:
    """Run the program; whatever goes wrong is one line on standard error and an exit code."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run() -> None:
    from voice_skill.cli.app import app  # takes a while, and Ctrl-C may come at any time
    from voice_skill.cli.common import error_line

    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except VoiceSkillError as error:
        _show_traceback()
        error_line(str(error))
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing left to say, and nobody to say it to
        code = 0
    except Exception as error:  # noqa: BLE001 - the last line of defence against a traceback in a person's face
        code = _unexpected(error)
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(error: Exception) -> int:
    from voice_skill.cli.common import error_line

    describe = getattr(error, "format_message", None)
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
