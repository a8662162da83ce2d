"""Errors that a person meets: one line that says what is wrong and how to mend it, and an exit code."""

from typing import ClassVar


class VoiceSkillError(Exception):
    """Something a person can mend. ``str()`` of it is the one line that is printed.

    ``problem`` says what and where, ``fix`` (may be empty) says how to mend it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, fix: str = "") -> None:
        super().__init__(f"{problem.rstrip('.')}. {fix}" if fix else problem)
        self.problem = problem
        self.fix = fix


class UsageError(VoiceSkillError):
    """Wrong use: a bad option, an unreadable input file, a text that is too long (exit code 2)."""

    exit_code = 2


class AudioFileError(UsageError):
    """A recording that cannot be used: not audio, empty, too long (exit code 2)."""


class PackError(UsageError):
    """A dialog pack with mistakes in it; ``problems`` are ``file:line: message`` (exit code 2)."""

    def __init__(self, problems: list[str]) -> None:
        first = problems[0] if problems else "the pack is broken"
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(first + more, "See them all with: voice-skill check PACK")
        self.problems = problems


class MissingError(VoiceSkillError):
    """Something needed is not there: a device, a model, a library, a file of the pack (exit code 3)."""

    exit_code = 3


class EngineError(VoiceSkillError):
    """A recogniser or a voice failed while working (exit code 3)."""

    exit_code = 3
