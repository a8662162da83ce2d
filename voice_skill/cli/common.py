"""What all commands share: the common options, output, and how settings are put together."""

import inspect
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from rich.console import Console

from voice_skill.config import Settings, load_settings, override

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]

_COMMON: dict[str, tuple[Any, object]] = {
    "config": (
        Annotated[
            Path | None, typer.Option("--config", metavar="FILE", help="Settings (YAML).", show_default=False)
        ],
        None,
    ),
    "pack": (
        Annotated[
            str | None,
            typer.Option("--pack", metavar="DIR", help="Dialog pack: a folder or a name.", show_default="en"),
        ],
        None,
    ),
    "region": (
        Annotated[
            str | None,
            typer.Option("--region", metavar="NAME", help="Whose emergency number.", show_default="all"),
        ],
        None,
    ),
    "recognizer": (
        Annotated[
            str | None,
            typer.Option("--recognizer", metavar="NAME", help="moonshine|vosk|auto", show_default="auto"),
        ],
        None,
    ),
    "voice": (
        Annotated[
            str | None,
            typer.Option("--voice", metavar="NAME", help="piper|pyttsx3|auto", show_default="auto"),
        ],
        None,
    ),
    "verbose": (
        Annotated[
            int,
            typer.Option(
                "-v", "--verbose", count=True, help="Say more; -vv: tracebacks.", show_default=False
            ),
        ],
        0,
    ),
}

_verbosity = 0


def verbosity() -> int:
    """Return how often -v was given."""
    return _verbosity


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all share; it takes the `Settings` they make as its `settings`."""
    hints = get_type_hints(command, include_extras=True)
    own = [one for name, one in inspect.signature(command).parameters.items() if name != "settings"]

    def run(**given: Any) -> None:
        common = {name: given.pop(name) for name in _COMMON}
        command(settings=_settings(**common), **given)

    options = {name: kind for name, (kind, _) in _COMMON.items()}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {**{one.name: hints[one.name] for one in own}, **options}
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        *(one.replace(kind=keyword, annotation=hints[one.name]) for one in own),
        *(
            inspect.Parameter(name, keyword, default=default, annotation=kind)
            for name, (kind, default) in _COMMON.items()
        ),
    ]
    setattr(run, "__signature__", inspect.Signature(parameters))  # noqa: B010 - typer reads the options there
    return run


def _settings(config: Path | None, verbose: int, **given: object) -> Settings:
    global _verbosity  # noqa: PLW0603 - one process, one command line
    _verbosity = verbose
    logging.basicConfig(
        level=(logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)],
        format="%(levelname)s: %(message)s",
    )
    return override(load_settings(config), **given)


def error_line(message: str) -> None:
    """Print one line on standard error."""
    err.print(f"[bold red]voice-skill:[/] {_plain(message)}", soft_wrap=True)


def note(message: str) -> None:
    """Print one line on standard error that is no failure."""
    err.print(f"[dim]{_plain(message)}[/]", soft_wrap=True)


def _plain(message: str) -> str:
    return " ".join(message.split()).replace("[", r"\[")
