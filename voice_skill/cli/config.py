"""`voice-skill config`: the settings, explained and checked."""

import json
from pathlib import Path
from typing import Annotated

import typer

from voice_skill.cli.common import out, with_settings
from voice_skill.config import Settings, default_file, load_settings
from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import load_pack

app = typer.Typer(no_args_is_help=True, help="Show or check the settings.")


@app.command("show")
@with_settings
def show(settings: Settings) -> None:
    """Print every option with its value and what it does: a settings file as it could be."""
    typer.echo("# Settings of voice-skill. Lies at " + str(default_file()))
    typer.echo("\n".join(_lines(settings)))


@app.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(help="The file.", show_default="the usual one")] = None,
) -> None:
    """Check a settings file: a mistake is told with file and line, and a pack or region that is not there."""
    settings = load_settings(file)
    Writer(load_pack(settings.pack), settings.region)  # both are known
    path = file or default_file()
    out.print(f"[green]{path} is good.[/]" if path.is_file() else f"There is no {path}; all is as usual.")


def _lines(settings: Settings) -> list[str]:
    lines = []
    for name, field in Settings.model_fields.items():
        value = json.dumps(settings.model_dump(mode="json")[name], ensure_ascii=False)
        lines.append(f"{name + ': ' + value:<28}# {field.description}")
    return lines
