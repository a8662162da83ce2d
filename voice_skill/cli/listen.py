"""`voice-skill listen`: the hands-free conversation."""

import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from voice_skill.assistant import Assistant, Glance
from voice_skill.audio.recorder import LONGEST_S, Recorder
from voice_skill.cli.common import JsonOption, err, note, out, verbosity, with_settings
from voice_skill.cli.pushes import pushes_of
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.events import (
    Ended,
    Event,
    Fault,
    Interrupted,
    Interruptible,
    Mended,
    Ready,
    Saying,
    TurnHeard,
    Understood,
)
from voice_skill.service import notify

METER_CELLS = 20
MOST_LETTERS = 40
"""Of the last words in the status line."""

QUIETEST_DB, LOUDEST_DB = -60.0, -10.0


@with_settings
def listen(
    settings: Settings,
    as_json: JsonOption = False,
    status: Annotated[bool, typer.Option("--status", help="Keep a line with level and state.")] = False,
    debug_audio: Annotated[
        Path | None,
        typer.Option(
            "--debug-audio", metavar="DIR", help="Record what is heard and said, at most 10 minutes."
        ),
    ] = None,
) -> None:
    """Listen on the microphone and answer aloud, until Ctrl-C.

    Say what hurts: "ow, my calf is cramping". Then "next", "repeat", "slower", "wait", "stop", at any time.
    With --json every event is one line of JSON.
    """
    note("Getting ready ...")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: what it started is ended
    show = _print_json if as_json else _show

    def watch(event: Event) -> None:
        if isinstance(event, Ready):
            notify("READY=1")
        try:
            show(event)
        except BrokenPipeError:
            raise
        except OSError:
            pass  # a full disk where its output goes is no reason to leave somebody alone

    try:
        with pushes_of(settings) as wake, _recording(debug_audio) as recorder:
            assistant = Assistant(
                settings,
                load_pack(settings.pack),
                watch,
                wake=wake,
                each_second=lambda: notify("WATCHDOG=1"),
                recorder=recorder,
            )
            with _status_line(assistant) if status and not as_json else contextlib.nullcontext():
                assistant.run()
    except KeyboardInterrupt:
        note("Stopped.")


@contextlib.contextmanager
def _recording(folder: Path | None) -> Iterator[Recorder | None]:
    if folder is None:
        yield None
        return
    with Recorder(folder, datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")) as recorder:
        note(f"Recording into {recorder.file}, for at most {LONGEST_S / 60:.0f} minutes.")
        yield recorder


def _show(event: Event) -> None:
    verbose, faults = verbosity(), out if out.is_terminal else err
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
        case Interruptible(by) if verbose:
            what = {"all": "what is meant for it", "stop_words": "only stop words and emergencies"}
            out.print(f"[dim]its speech is interrupted by[/] {what.get(by, 'nothing')}")
        case Fault(part, problem):
            faults.print(f"[yellow]{part}:[/] {escape(problem)}")
        case Mended(part):
            faults.print(f"[green]{part}: works again[/]")
        case Ended():
            out.print("[dim]Forgotten. Listening.[/]")


def _print_json(event: Event) -> None:
    fields = asdict(event) if is_dataclass(event) else {}
    typer.echo(json.dumps({"event": type(event).__name__, **fields}, ensure_ascii=False))


@contextlib.contextmanager
def _status_line(assistant: Assistant) -> Iterator[None]:
    with Live(
        get_renderable=lambda: status_line(assistant.glance()),
        console=out,
        refresh_per_second=8,
        transient=True,
    ):
        yield


def status_line(glance: Glance) -> Text:
    """Return the line that `--status` keeps: level meter, what goes on, seconds to hold, last words."""
    share = (glance.level_db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)
    cells = round(METER_CELLS * min(1.0, max(0.0, share)))
    hold = "" if glance.hold_left is None else f"  hold {max(0, round(glance.hold_left))} s"
    meter = "█" * cells + "·" * (METER_CELLS - cells)
    words = glance.words if len(glance.words) <= MOST_LETTERS else glance.words[: MOST_LETTERS - 1] + "…"
    said = f"  “{words}”" if words else ""
    return Text.assemble((meter, "green"), "  ", (glance.doing, "bold"), hold, (said, "dim"))
