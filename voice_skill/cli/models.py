"""`voice-skill models`: what there is to hear and to speak with, and how more is installed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from voice_skill.cli.common import JsonOption, err, out, with_settings
from voice_skill.config import Settings
from voice_skill.errors import UsageError
from voice_skill.hearing.install import Progress as InstallProgress
from voice_skill.hearing.install import install as install_model
from voice_skill.hearing.inventory import Item, inventory

INTERRUPTED = 130
"""The exit code of a program ended by ^C."""

app = typer.Typer(help="Recognition models and voices: what is there, and how to get more.")

RegistryOption = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        metavar="FILE",
        help="Your own list of models, in the form of models.yaml.",
        show_default=False,
    ),
]


@app.callback(invoke_without_command=True)
@with_settings
def _no_command(
    settings: Settings,
    context: typer.Context,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """List, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        _list(settings, registry, as_json=as_json)
    elif registry is not None:
        command = f"voice-skill models {context.invoked_subcommand} --registry {registry}"
        raise UsageError("--registry stands behind the command", f"Write: {command}")


@app.command("list")
@with_settings
def list_models(
    settings: Settings,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Show the models and voices: there or not, how large, under which licence."""
    _list(settings, registry, as_json=as_json)


def _list(settings: Settings, registry: Path | None, *, as_json: bool) -> None:
    items = inventory(settings.models, registry)
    if as_json:
        typer.echo(json.dumps([item.as_dict() for item in items]))
    else:
        _show(items)


@app.command("install")
@with_settings
def install(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in: voice-skill models list.")],
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="The model's zip file; nothing is fetched.", show_default=False
        ),
    ] = None,
    registry: RegistryOption = None,
) -> None:
    """Fetch a model, check it and put it in place. The only command that uses the network."""
    try:
        with _progress_bar() as progress:
            done = install_model(
                name, models_dir=settings.models, from_file=from_file, registry=registry, progress=progress
            )
    except KeyboardInterrupt:
        err.print(
            "voice-skill: interrupted. The same command goes on where this one stopped.", soft_wrap=True
        )
        raise typer.Exit(INTERRUPTED) from None
    state = "is already installed" if done.already else "installed"
    out.print(f"{name} {state} in {done.path}", soft_wrap=True, markup=False)


def _show(items: list[Item]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("size", no_wrap=True, justify="right")
    for heading in ("licence", "state", "what"):
        table.add_column(heading)
    for item in items:
        size = f"{item.size / 1e6:.0f} MB" if item.size else "?"
        what = f"{item.kind}, {item.title}"
        table.add_row(item.name, size, item.licence, item.state, what)
    out.print(table)
    for item in items:
        if item.note:
            out.print(f"{item.name}: {item.note}", soft_wrap=True, markup=False)


@contextmanager
def _progress_bar() -> Iterator[InstallProgress]:
    """Show one bar for each stage, on standard error."""
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, completed=done)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
