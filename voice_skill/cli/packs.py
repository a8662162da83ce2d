"""`voice-skill check` and `voice-skill test`: the workshop of those who write packs."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from voice_skill.cli.common import JsonOption, error_line, out, verbosity, with_settings
from voice_skill.config import Settings
from voice_skill.dialog.checks import coverage
from voice_skill.dialog.pack import find_pack, load_pack
from voice_skill.dialog.reading import Draft
from voice_skill.learning import understander_of
from voice_skill.rehearsal import Outcome, rehearse
from voice_skill.workshop.check import full_check

PackArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PACK]", help="A pack's folder, or a built-in one.", show_default="en"),
]


@with_settings
def check(
    settings: Settings,
    folder: PackArgument = None,
    covered: Annotated[
        bool, typer.Option("--coverage", help="Show where each statement of the source document is said.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a dialog pack; problems come as `file:line:column: message`, exit code 1 if there are any.

    Example: voice-skill check my-pack
    """
    draft = full_check(find_pack(settings.pack if folder is None else folder))
    problems = draft.problems
    if as_json:
        report: dict[str, object] = {"pack": str(draft.path), "problems": [asdict(one) for one in problems]}
        if covered:
            report["coverage"] = {f"S{number}": places for number, places in coverage(draft).items()}
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(f"{draft.path}/{problem}")
        if covered:
            _show_coverage(draft)
        if not problems:
            out.print(f"{draft.path}: no problems. {_count(draft)}", soft_wrap=True)
    if problems:
        if not as_json:
            error_line(f"{len(problems)} problem(s) in {draft.path}; mend the lines above and check again")
        raise typer.Exit(1)


def _count(draft: Draft) -> str:
    parts = draft.parts
    phrases = sum(len(one.phrases) + len(one.examples) for one in parts["phrases"].values())
    return (
        f"{len(parts['answers'])} topics, {phrases} phrases, {len(parts['exercises'])} exercises, "
        f"{len(parts['red_flags'])} red flags, {len(parts['conversations'])} conversations."
    )


def _show_coverage(draft: Draft) -> None:
    table = Table("statement", "said in", box=None, pad_edge=False)
    for number, places in coverage(draft).items():
        table.add_row(f"S{number}", ", ".join(places))
    out.print(table)


@with_settings
def test(
    settings: Settings,
    folder: PackArgument = None,
    speech: Annotated[
        bool, typer.Option("--speech", help="Speak what people say, and hear it, instead of reading it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the conversations that a pack brings as its own tests; exit code 1 if one goes wrong.

    Example: voice-skill test my-pack -v
    """
    loaded = load_pack(folder or settings.pack)
    understander = understander_of(loaded, keep=settings.cache)
    if speech:
        from voice_skill.workshop.stage import Stage  # opens engines

        stage = Stage(settings, loaded, understander)
        outcomes = list(rehearse(loaded, understander, stage.hear))
        stage.close()
    else:
        outcomes = list(rehearse(loaded, understander))
    failed = [one for one in outcomes if one.failures]
    if as_json:
        rows = [
            {"name": one.name, "failures": list(one.failures), "heard": [list(pair) for pair in one.heard]}
            for one in outcomes
        ]
        typer.echo(json.dumps({"n": len(outcomes), "failed": len(failed), "conversations": rows}))
    else:
        _show_outcomes(outcomes if verbosity() else failed)
        by = f" ({stage.names})" if speech else ""
        out.print(f"{len(outcomes) - len(failed)} of {len(outcomes)} conversations went as written{by}.")
    if failed:
        raise typer.Exit(1)


def _show_outcomes(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        out.print(f"[{'red' if one.failures else 'green'}]{'✗' if one.failures else '✓'}[/] ", end="")
        out.print(one.name, markup=False)
        for failure in one.failures:
            out.print(f"    {failure}", markup=False, soft_wrap=True)
