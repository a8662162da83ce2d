"""`voice-skill service`: run in the background, started with the login and after a failure."""

from pathlib import Path
from typing import Annotated

import typer

from voice_skill import service
from voice_skill.cli.common import out
from voice_skill.config import load_settings

app = typer.Typer(no_args_is_help=True, help="Run in the background (a systemd user service).")


@app.command("install")
def install(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings (YAML).", show_default=False)
    ] = None,
    *,
    show: Annotated[bool, typer.Option("--print", help="Only print the unit.")] = False,
) -> None:
    """Install and start the service."""
    load_settings(config)  # so that a mistake in it is seen now, and not in a log
    if show:
        typer.echo(service.unit(config), nl=False)
    else:
        out.print(f"Installed and started: {service.install(config)}")


@app.command("remove")
def remove() -> None:
    """Stop the service and remove it."""
    out.print("Removed." if service.remove() else "It was not installed.")


@app.command("status")
def status() -> None:
    """Say whether the service runs; exit code 1 if it does not."""
    state = service.state()
    out.print(state)
    if state != "active":
        raise typer.Exit(1)
