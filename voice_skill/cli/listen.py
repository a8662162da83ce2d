"""`voice-skill listen`: the hands-free conversation."""

import json
from dataclasses import asdict, is_dataclass

import typer
from rich.markup import escape

from voice_skill.assistant import Assistant
from voice_skill.cli.common import JsonOption, note, out, verbosity, with_settings
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.events import Ended, Event, Fault, Interrupted, Mended, Ready, Saying, TurnHeard, Understood


@with_settings
def listen(
    settings: Settings,
    as_json: JsonOption = False,
) -> None:
    """Listen on the microphone and answer aloud, until Ctrl-C.

    Say what hurts: "ow, my calf is cramping". Then "next", "repeat", "slower", "stop".
    With --json every event is one line of JSON.
    """
    note("Getting ready ...")
    assistant = Assistant(settings, load_pack(settings.pack), _print_json if as_json else _show)
    try:
        assistant.run()
    except KeyboardInterrupt:
        note("Stopped.")


def _show(event: Event) -> None:
    verbose = verbosity()
    match event:
        case Ready():
            engines = f" ({event.recognizer}, {event.voice})" if verbose else ""
            out.print(f"[green]Listening.[/]{engines} Say what hurts. Ctrl-C ends.")
        case TurnHeard(text) if text and verbose:
            out.print(f"[dim]heard[/]      {escape(text)}")
        case Understood(meaning, answered) if verbose:
            fate = "" if answered else " [dim](not for me)[/]"
            out.print(f"[dim]understood[/] {meaning.intent} {meaning.confidence:.0%}{fate}")
        case Saying(say):
            out.print("[bold]" + escape(" ".join(line.text for line in say.lines)) + "[/]")
        case Interrupted() if verbose:
            out.print("[dim]interrupted[/]")
        case Fault(part, problem):
            out.print(f"[yellow]{part}:[/] {escape(problem)}")
        case Mended(part):
            out.print(f"[green]{part}: works again[/]")
        case Ended():
            out.print("[dim]Forgotten. Listening.[/]")


def _print_json(event: Event) -> None:
    fields = asdict(event) if is_dataclass(event) else {}
    typer.echo(json.dumps({"event": type(event).__name__, **fields}, ensure_ascii=False))
