"""`voice-skill render`: speak a whole pack ahead of its use."""

import json
import time
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from voice_skill.cli.common import JsonOption, err, note, out, with_settings
from voice_skill.cli.packs import PackArgument
from voice_skill.config import Settings
from voice_skill.dialog.pack import check_pack, find_pack
from voice_skill.errors import MissingError, PackError, UsageError
from voice_skill.workshop.rendering import Job, Rendered, missing, render, sentences_of
from voice_skill.workshop.speakable import MAX_SECONDS


@with_settings
def render_pack(
    settings: Settings,
    folder: PackArgument = None,
    all_regions: Annotated[
        bool, typer.Option("--all-regions", help="The words of every region, not only the one that is set.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=64, help="Processes.", show_default="processors")
    ] = None,
    proof: Annotated[
        bool,
        typer.Option(
            "--proof",
            help="Listen to every sentence; say it again, in up to five ways, until each word is heard.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Speak every sentence of a pack into the cache, so that the first sound of any answer is there at once.

    What is there already is left alone. Ctrl-C keeps what is done; the next run goes on from there.

    With --proof every sentence is listened to; the clearest way of saying it is kept, and what is still not
    clear is listed.

    Example: voice-skill render my-pack --region uk
    """
    draft = check_pack(find_pack(folder or settings.pack))
    if draft.problems:
        raise PackError([f"{draft.path}/{problem}" for problem in sorted(draft.problems)])
    if not settings.cache:
        raise UsageError(
            "the settings say `cache: false`, so nothing would be kept", "Take that out to render"
        )
    info = draft.parts["pack"]
    regions = list(info.regions) if all_regions else [settings.region]
    job = Job.of(settings, info.language)
    wanted = sentences_of(draft, regions)
    if proof:
        job = job.proved(wanted)
    todo = wanted if proof else missing(job, wanted)
    start = time.perf_counter()
    done = _watch(job, todo, jobs)
    spent = time.perf_counter() - start
    lost = missing(job, [one.text for one in done])
    if lost:
        raise MissingError(
            f"{len(lost)} of {len(done)} sentences could not be kept in {job.folder}",
            "See whether the disk is full, and who owns the folder",
        )
    _report(Outcome(job.engine, len(wanted), len(todo), done, spent), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How rendering went. wanted, todo: sentences, all and those not there yet. spent: seconds."""

    engine: str
    wanted: int
    todo: int
    done: list[Rendered]
    spent: float

    @property
    def long(self) -> list[Rendered]:
        """Sentences that take too long to say."""
        return [one for one in self.done if one.seconds > MAX_SECONDS]

    @property
    def unclear(self) -> list[Rendered]:
        """Sentences that were listened to, and heard otherwise in every way of saying them."""
        return [one for one in self.done if one.heard]

    @property
    def speech_s(self) -> float:
        """Length of what was rendered, in seconds."""
        return sum(one.seconds for one in self.done)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    """Say how it went. Raises typer.Exit if not all is done or well."""
    done = len(outcome.done)
    if as_json:
        report = {
            "voice": outcome.engine,
            "sentences": outcome.wanted,
            "rendered": done,
            "left": outcome.todo - done,
            "seconds": round(outcome.spent, 2),
            "speech_s": round(outcome.speech_s, 1),
            "too_long": [{"text": one.text, "seconds": round(one.seconds, 2)} for one in outcome.long],
            "unclear": [{"text": one.text, "heard": one.heard} for one in outcome.unclear],
        }
        typer.echo(json.dumps(report))
    else:
        out.print(
            f"{outcome.wanted} sentences, {outcome.wanted - outcome.todo} were there, {done} rendered "
            f"by {outcome.engine}: {outcome.speech_s:.0f} s of speech in {outcome.spent:.1f} s.",
            soft_wrap=True,
        )
        for one in outcome.unclear:
            note(f"heard as {one.heard!r}: {one.text}")
        for one in outcome.long:
            note(f"takes {one.seconds:.1f} s to say (at most {MAX_SECONDS:.0f}): {one.text}")
    if done < outcome.todo or outcome.long:
        raise typer.Exit(1)


def _watch(job: Job, todo: list[str], jobs: int | None) -> list[Rendered]:
    """Render with a progress bar where somebody watches."""
    done: list[Rendered] = []
    bar = Progress(
        TextColumn("rendering"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with bar:
        task = bar.add_task("rendering", total=len(todo))
        try:
            for one in render(job, todo, jobs):
                done.append(one)
                bar.advance(task)
        except KeyboardInterrupt:
            note(f"stopped; {len(done)} of {len(todo)} sentences are done and kept. Run it again to go on")
    return done
