"""`voice-skill evaluate`: run a data set, print accuracy and latency."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import Sound
from voice_skill.cli.common import JsonOption, err, note, out, with_settings
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.errors import UsageError
from voice_skill.evaluation import Row, read_rows, run, summarise
from voice_skill.hearing.recognizer import Transcript
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.storage import unwritable

QUIETEST_DB, LOUDEST_DB = -60.0, 100.0
"""Levels of speech over noise that can be mixed."""

MOST_NAMED = 5
"""Names of unknown intents in one line."""


@with_settings
def evaluate(
    settings: Settings,
    data: Annotated[Path, typer.Argument(metavar="DATA.jsonl", help="Rows of text or audio with labels.")],
    results: Annotated[
        Path | None, typer.Option("--results", metavar="OUT.jsonl", help="Write each row with what came out.")
    ] = None,
    noise: Annotated[
        Path | None, typer.Option("--noise", metavar="F", help="Mix this recording into every clip.")
    ] = None,
    snr: Annotated[float, typer.Option("--snr", metavar="DB", help="Level of speech over noise.")] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Run a labelled data set (JSON lines) and print accuracy and latency.

    Example: voice-skill evaluate questions.jsonl --results out.jsonl
    """
    if not QUIETEST_DB <= snr <= LOUDEST_DB:
        raise UsageError(f"--snr {snr:g} is no level of speech over noise", "Give -60 to 100 (decibels)")
    if results is not None and results.exists() and data.exists() and results.samefile(data):
        raise UsageError(f"--results would write over the data set {data}", "Name another file")
    rows = read_rows(data)
    bench = _Bench(settings, needs_ears=any("audio" in row for row in rows))
    if unknown := sorted({row["intent"] for row in rows if row.get("intent")} - bench.pack.intents):
        listed = ", ".join(unknown[:MOST_NAMED]) + (", ..." if len(unknown) > MOST_NAMED else "")
        note(f"intents of {data} that the pack has not, and that are never right: {listed}")
    mixed = (read_audio(noise, max_seconds=3600), snr) if noise is not None else None
    going = run(rows, data.parent, bench.session, bench.hear, mixed)
    shown = track(
        going, "Evaluating", total=len(rows), console=err, transient=True, disable=not err.is_terminal
    )
    done, stopped = _collect(shown, results)
    summary = summarise(done)
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        _show(summary)
    if stopped:
        note(f"Stopped after {len(done)} of {len(rows)} rows.")
        raise typer.Exit(130)


def _collect(rows: Iterable[Row], results: Path | None) -> tuple[list[Row], bool]:
    """Return the rows that were run, and whether Ctrl-C came first; what is done is in the file already."""
    done: list[Row] = []
    with _written_to(results or Path(os.devnull)) as write:
        try:
            for row in rows:
                done.append(row)
                write(json.dumps(row, ensure_ascii=False) + "\n")
        except KeyboardInterrupt:
            return done, True
    return done, False


@contextlib.contextmanager
def _written_to(path: Path) -> Iterator[Callable[[str], None]]:
    """Yield what writes a line into the file at once. Raises VoiceSkillError if it cannot be written."""
    try:
        file = path.open("wb")
    except OSError as error:
        raise unwritable(path, error) from error

    def write(line: str) -> None:
        try:
            file.write(line.encode())
            file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):
                file.close()  # a second try at what could not be written
            raise unwritable(path, error) from error

    with file:
        yield write


class _Bench:
    """The rooms a data set needs, opened once."""

    def __init__(self, settings: Settings, *, needs_ears: bool) -> None:
        self._settings = settings
        self.pack = load_pack(settings.pack)
        self._understander = understander_of(self.pack, keep=settings.cache, tell=note)
        if needs_ears:
            self._ears.load()

    @cached_property
    def _ears(self) -> Ears:
        return Ears(self._settings, self.pack, self._understander)

    def hear(self, sound: Sound) -> Transcript:
        return self._ears.transcribe(sound)

    def session(self) -> Session:
        return Session(self.pack, self._understander, self._settings.region)


def _show(summary: Row) -> None:
    table = Table("figure", "value", box=None, pad_edge=False)
    for name, value in summary.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {inner}" for key, inner in value.items())
        table.add_row(name, str(shown))
    out.print(table)
