"""`voice-skill say`: speak a text."""

from pathlib import Path
from typing import Annotated

import typer

from voice_skill.audio.files import write_wav
from voice_skill.audio.frames import join
from voice_skill.cli.common import note, verbosity, with_settings
from voice_skill.config import Settings, override
from voice_skill.errors import UsageError
from voice_skill.mouth import Mouth

LONGEST_TEXT = 10_000
"""Characters, ten minutes of speech; whoever gives more has given a file by mistake."""


@with_settings
def say(
    settings: Settings,
    text: Annotated[str, typer.Argument(help="What to say.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="F.wav", help="Write it to a WAV file.")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="0.5 to 2.0; 1.0 is normal.", show_default=False)] = None,
    pitch: Annotated[
        float | None, typer.Option(help="0.5 to 2.0; 1.0 is normal.", show_default=False)
    ] = None,
    volume: Annotated[float | None, typer.Option(help="0.0 to 1.0.", show_default=False)] = None,
) -> None:
    """Speak a text aloud, or into a WAV file.

    Example: voice-skill say "Hold for 30 s." --out hold.wav
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            f"the text has {len(text)} characters; at most {LONGEST_TEXT} are spoken", "Say it in parts"
        )
    chosen = override(settings, rate=rate, pitch=pitch, volume=volume, cache=False)
    mouth = Mouth(chosen, language="en")
    sounds = list(mouth.render(text))
    if not sounds:
        raise UsageError("there is nothing to say in this text", "Give at least one word or number")
    if verbosity():
        note(f"voice: {mouth.voice.name}")
    if out is not None:
        write_wav(out, join(sounds, sounds[0].rate))
    if out is None:
        mouth.play(sounds)
