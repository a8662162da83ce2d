"""Can the voices be understood? Every sentence of a pack is spoken, and heard again.

    .venv/bin/python -m benchmarks.intelligibility [PACK] [--voice piper|pyttsx3] [--every N]

The recogniser (Moonshine tiny) hears freely: it is told the words that occur in the pack, not its sentences.
Its own mistakes count as well, so the figures are upper bounds.

Word error rate: substitutions, insertions and deletions over the words of the text, both in normal form
(numbers as words, contractions written out, a word written in two or joined is the same word). "By sound"
leaves out words that a dictionary gives the same pronunciation as the one that was said: no voice can make
"heel" and "heal" sound different, and the listener's spelling is not its fault.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.dialog.pack import check_pack, find_pack
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.transcription import transcribe
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.text import spoken
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.repair import PRONUNCIATIONS
from voice_skill.workshop.rendering import sentences_of

WORST = 20

QUIET = silence(0.4).samples
"""Before and after each sentence, as in a room: the recogniser loses sounds that begin with the recording."""

Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence. errors: wrong words as written, and by sound. count: words that were said."""

    text: str
    heard: str
    errors: int
    by_sound: int
    count: int


def words_of(text: str) -> list[str]:
    """Return the words of a text in normal form, numbers written out ("999" as three digits)."""
    apart = re.sub(r"\d{3,}", lambda digits: " ".join(digits[0]), text)
    return normal_form(spoken(apart)).split()


def errors(said: Words, heard: Words, *, by_sound: bool) -> int:
    """Return the fewest words to change, add or take out; a word may have been written in two or joined."""

    def same(first: Words, second: Words) -> bool:
        joined, other = "".join(first), "".join(second)
        return joined == other or (by_sound and not _sounds(first).isdisjoint(_sounds(second)))

    far = len(said) + len(heard)
    least = [[far] * (len(heard) + 1) for _ in range(len(said) + 1)]
    least[0][0] = 0
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            for n, m in ((1, 1), (1, 2), (2, 1), (2, 2)):
                if n <= i and m <= j:
                    wrong = 0 if same(said[i - n : i], heard[j - m : j]) else max(n, m)
                    least[i][j] = min(least[i][j], least[i - n][j - m] + wrong)
            if i:
                least[i][j] = min(least[i][j], least[i - 1][j] + 1)
            if j:
                least[i][j] = min(least[i][j], least[i][j - 1] + 1)
    return least[-1][-1]


@cache
def _pronunciations() -> dict[str, list[str]]:
    lines = PRONUNCIATIONS.read_text(encoding="utf-8").splitlines()
    return {word: codes for word, *codes in map(str.split, lines)}


def _sounds(words: Words) -> set[str]:
    """Return the ways in which words in a row are pronounced; none if one of them is in no dictionary."""
    ways = {""}
    for word in words:
        ways = {before + code for before in ways for code in _pronunciations().get(word, ())}
    return ways


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pack", nargs="?", default="en")
    parser.add_argument("--voice", choices=["piper", "pyttsx3"], default="piper")
    parser.add_argument("--every", type=int, default=1, help="use each Nth sentence")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    draft = check_pack(find_pack(options.pack))
    wanted = [one for one in sentences_of(draft, [""]) if not one.startswith("About ")][:: options.every]
    rows = listened(wanted, options.voice, options.rate)
    _report(options.voice, rows)
    if options.json:
        total = {"errors": sum(row.errors for row in rows), "by_sound": sum(row.by_sound for row in rows)}
        words = sum(row.count for row in rows)
        options.json.write_text(json.dumps({"voice": options.voice, "words": words, **total}))


def listened(wanted: list[str], name: str, rate: float) -> list[Row]:
    """Return how each sentence is heard when this voice says it."""
    voice = CachedVoice(create_voice(name), default_folder())  # type: ignore[arg-type]
    recognizer, gate = create_recognizer("moonshine", "en"), SpeechGate()
    recognizer.load()
    gate.load()
    recognizer.use_phrases(sorted({word for text in wanted for word in normal_form(text).split()}))
    rows = []
    for text in wanted:
        sound = voice.render(text, VoiceSettings(rate=rate)).at(SAMPLE_RATE).samples
        heard = transcribe(recognizer, gate, Sound(np.concatenate([QUIET, sound, QUIET]), SAMPLE_RATE)).text
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
