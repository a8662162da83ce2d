"""`voice-skill ask`: one question in, the whole answer out."""

import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from voice_skill.audio.files import read_audio, write_wav
from voice_skill.audio.frames import Sound, join, silence
from voice_skill.cli.common import JsonOption, note, out, verbosity, with_settings
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.errors import EngineError, MissingError, UsageError
from voice_skill.hearing.recognizer import Transcript, transcript_as_json
from voice_skill.learning import understander_of
from voice_skill.mouth import Mouth
from voice_skill.session import Answer, Session, answer, as_json, as_sure_as

PAUSE_S = 0.6
"""Between two steps of an answer that is spoken in one go."""

LONGEST_TEXT = 1000
"""Characters; nobody asks a longer question, and a file given by mistake should say so."""


@with_settings
def ask(
    settings: Settings,
    text: Annotated[
        str | None, typer.Option("--text", metavar="T", help="The question, typed.", show_default=False)
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option("--audio", metavar="F", help="The question, recorded: WAV or FLAC.", show_default=False),
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", metavar="A.wav", help="Write the spoken answer there.", show_default=False),
    ] = None,
    as_json_: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if nothing was understood.")] = False,
) -> None:
    """Answer one question, typed or recorded; the answer is spoken.

    Examples:
    voice-skill ask --text "my calf is cramping"
    voice-skill ask --audio question.wav --out answer.wav --json
    """
    if (text is None) == (audio is None):
        raise UsageError("give one question: --text T or --audio F, and not both")
    if text is not None and len(text) > LONGEST_TEXT:
        raise UsageError(
            f"the question has {len(text)} characters; at most {LONGEST_TEXT} are taken", "Ask it shorter"
        )
    if out_file is not None and (os.path.isdir(out_file) or not os.path.isdir(out_file.parent)):  # noqa: PTH112 - never raises
        raise UsageError(f"{out_file} cannot be written", "Name a WAV file in a folder that exists")
    asked = _Question(settings, text, audio, word_times=as_json_ and bool(verbosity()))
    asked.speak(out_file)
    if as_json_:
        typer.echo(json.dumps(asked.as_json(), ensure_ascii=False))
    else:
        asked.show(out_file)
    if strict and asked.answer.meaning.intent in (None, "out_of_scope"):
        raise typer.Exit(1)


class _Question:
    """One question on its way through the rooms, with a stopwatch."""

    def __init__(self, settings: Settings, text: str | None, audio: Path | None, *, word_times: bool) -> None:
        sound = read_audio(audio) if audio is not None else None
        self.pack = load_pack(settings.pack)
        self.mouth = Mouth(settings, self.pack.info.language)
        understander = understander_of(self.pack, keep=settings.cache, tell=note)
        session = Session(self.pack, understander, settings.region)
        self.recognizer = ""
        self.ms: dict[str, int] = {"recognise": 0}
        self.heard, sure = (text or "").strip(), 1.0
        self.transcript = Transcript(self.heard)
        if sound is not None:
            ears = Ears(settings, self.pack, understander, word_times=word_times)
            ears.load()
            self.recognizer = ears.recognizer.name
            start = time.perf_counter()
            self.transcript = ears.transcribe(sound, session.context)
            self.heard, sure = self.transcript.text, self.transcript.confidence
            self._lap("recognise", start)
        start = time.perf_counter()
        self.answer: Answer = as_sure_as(answer(session, self.heard, self.transcript.suspected), sure)
        self._lap("understand", start)

    def _lap(self, stage: str, start: float) -> None:
        self.ms[stage] = round(1000 * (time.perf_counter() - start))

    def speak(self, out_file: Path | None) -> None:
        """Say the answer aloud where there is a loudspeaker, and into the file if one is named."""
        start = time.perf_counter()
        sounds: list[Sound] = []
        for line in self._lines():
            for sound in self.mouth.render(line):
                if not sounds:
                    self._lap("first_sound", start)
                sounds.append(sound)
            sounds.append(silence(PAUSE_S, sounds[-1].rate))
        if out_file is not None:
            write_wav(out_file, join(sounds, sounds[0].rate))
        try:
            self.mouth.play(sounds)
        except (MissingError, EngineError) as error:
            note(f"Not spoken aloud: {error}")
        finally:
            self.mouth.close()

    def _lines(self) -> list[str]:
        steps = [step.line for step in self.answer.steps]
        return [line.text for line in (*self.answer.reply, *steps, *self.answer.question)]

    def as_json(self) -> dict[str, object]:
        """Return the contract's object, which engines ran, and with -v all that the recogniser tells."""
        engines = {"recognizer": self.recognizer or None, "voice": self.mouth.voice.name}
        more = {"recognised": transcript_as_json(self.transcript)} if self.recognizer and verbosity() else {}
        return {**as_json(self.answer, self.heard, self.ms), "engines": engines, **more}

    def show(self, out_file: Path | None) -> None:
        """Show a person what was heard, understood and answered."""
        meaning, turn = self.answer.meaning, self.answer.turn
        slots = "".join(f", {slot} {value}" for slot, value in meaning.slots.items())
        rows = {"Heard": f"“{self.heard}”" if self.heard else "nothing"}
        if meaning.intent:
            urgency = "" if turn.urgency == "none" else f", urgency: {turn.urgency}"
            rows["Understood"] = f"{meaning.intent}{slots}{urgency} ({meaning.confidence:.0%} sure)"
        rows["Answer"] = self.answer.text
        for number, step in enumerate(self.answer.steps, 1):
            rows[f"  step {number}"] = step.line.text + (f" ({step.hold_s} s)" if step.hold_s else "")
        if self.answer.question:
            rows["Question"] = " ".join(line.text for line in self.answer.question)
        rows["Sources"] = ", ".join(self.answer.sources) or "none needed"
        if out_file is not None:
            rows["Spoken into"] = str(out_file)
        if verbosity():
            rows["Engines"] = ", ".join(filter(None, (self.recognizer, self.mouth.voice.name)))
            rows["Took"] = ", ".join(f"{stage} {ms} ms" for stage, ms in self.ms.items())
        table = Table.grid(padding=(0, 2, 0, 0))
        for name, value in rows.items():
            table.add_row(f"[bold]{name}[/]", escape(value))
        out.print(table)
