"""`voice-skill devices`: the sound devices there are."""

import json

import typer
from rich.table import Table

from voice_skill.audio.devices import list_devices
from voice_skill.cli.common import JsonOption, out, with_settings
from voice_skill.config import Settings


@with_settings
def devices(
    settings: Settings,
    as_json: JsonOption = False,
) -> None:
    """List microphones and loudspeakers; the name or number goes into the settings file."""
    found = list_devices()
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in found]))
        return
    table = Table("no.", "name", "in", "out", "rate", "system", "used as", box=None, pad_edge=False)
    for one in found:
        default = {"microphone": one.default_input, "loudspeaker": one.default_output}
        chosen = {"microphone": settings.microphone, "loudspeaker": settings.loudspeaker}
        uses = [f"{use} (default)" for use, yes in default.items() if yes]
        uses += [f"{use} (your settings)" for use, name in chosen.items() if name in (one.index, one.name)]
        row = (one.index, one.name, one.inputs, one.outputs, f"{one.rate:.0f} Hz", one.host, ", ".join(uses))
        table.add_row(*map(str, row))
    out.print(table)
