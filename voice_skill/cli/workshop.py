"""`voice-skill pack new`, `show`, `schema`: the workshop of those who write packs."""

from pathlib import Path
from typing import Annotated

import typer

from voice_skill.cli.common import err, note, out, with_settings
from voice_skill.cli.packs import PackArgument
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.errors import MissingError
from voice_skill.storage import unwritable, write_atomically, write_output
from voice_skill.workshop.page import Speak, page
from voice_skill.workshop.scaffold import new_pack
from voice_skill.workshop.schemas import as_text, schemas

app = typer.Typer(no_args_is_help=True, help="Write a dialog pack: begin one, look at it, help your editor.")


@app.command("new")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")],
) -> None:
    """Begin a pack: a small one that works, with comments in every file.

    Example: voice-skill pack new my-pack
    """
    for path in new_pack(folder):
        out.print(str(path), soft_wrap=True)
    out.print(f"A small pack that works. Try: voice-skill check {folder}", soft_wrap=True)


@app.command("show")
@with_settings
def show(
    settings: Settings,
    folder: PackArgument = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", metavar="F.html", help="Where to.", show_default="NAME.html")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Without spoken samples.")] = False,
) -> None:
    """Write the whole pack as one HTML page: to read, to listen to, to print and to sign.

    Example: voice-skill pack show my-pack --region uk --out my-pack.html
    """
    pack = load_pack(folder or settings.pack)
    target = out_file or Path(f"{pack.info.name}.html")
    html = page(pack, settings.region, None if silent else _speaker(settings, pack))
    write_output(target, html.encode())
    out.print(f"{target}: {len(html.encode()) / 2**20:.1f} MB. Open it in a browser.", soft_wrap=True)


def _speaker(settings: Settings, pack: Pack) -> Speak | None:
    """Return who speaks the samples; None, with a note, on a machine without a voice."""
    from voice_skill.audio.frames import Sound, join
    from voice_skill.mouth import Mouth

    try:
        mouth = Mouth(settings, pack.info.language)
        mouth.load()
    except MissingError as error:
        note(f"the page has no spoken samples: {error}")
        return None

    def speak(text: str) -> Sound:
        sounds = list(mouth.render(text))
        return join(sounds, sounds[0].rate)

    if err.is_terminal:
        note("speaking the samples ...")
    return speak


@app.command("schema")
def schema(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to put the schemas, one for each kind of file.")
    ],
) -> None:
    """Write JSON Schemas of the pack's files, so that an editor completes and checks while you type.

    Example: voice-skill pack schema my-pack/.schema
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, one in schemas().items():
            write_atomically(folder / f"{name}.json", as_text(one).encode())
            out.print(str(folder / f"{name}.json"), soft_wrap=True)
    except OSError as error:
        raise unwritable(folder, error) from error
