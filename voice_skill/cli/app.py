"""The command-line program, put together from one module a command."""

import typer

from voice_skill import __version__
from voice_skill.cli import (
    ask,
    config,
    devices,
    evaluate,
    listen,
    models,
    packs,
    render,
    say,
    service,
    workshop,
)

app = typer.Typer(
    name="voice-skill",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Hands-free, offline help with a muscle cramp: ask aloud, be led through the relief.",
    epilog="Not a doctor. In an emergency call your emergency number.",
)
app.command("ask")(ask.ask)
app.command("listen")(listen.listen)
app.command("say")(say.say)
app.command("evaluate")(evaluate.evaluate)
app.command("check")(packs.check)
app.command("test")(packs.test)
app.command("render")(render.render_pack)
app.add_typer(workshop.app, name="pack")
app.command("devices")(devices.devices)
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")
app.add_typer(service.app, name="service")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voice-skill {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", help="Show the version.", callback=_show_version, is_eager=True
    ),
) -> None:
    """Take the options before the command."""
