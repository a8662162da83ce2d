"""Can the voices be understood? Every sentence of a pack is spoken, and heard again.

    .venv/bin/python -m benchmarks.intelligibility [PACK] [--voice piper|pyttsx3] [--every N]

The recogniser (Moonshine tiny) hears freely: it is told the words that occur in the pack, not its sentences.
Its own mistakes count as well, so the figure is an upper bound. Word error rate: substitutions, insertions
and deletions over the words of the text, both in normal form (numbers as words, contractions written out).
"""

import argparse
import json
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from voice_skill.dialog.pack import check_pack, find_pack
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.transcription import transcribe
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.understanding.normalize import normal_form
from voice_skill.workshop.rendering import sentences_of

WORST = 20


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
    voice = CachedVoice(create_voice(options.voice), default_folder())
    recognizer, gate = create_recognizer("moonshine", "en"), SpeechGate()
    recognizer.load()
    gate.load()
    recognizer.use_phrases(sorted({word for text in wanted for word in normal_form(text).split()}))
    rows = []
    for text in wanted:
        sound = voice.render(text, VoiceSettings(rate=options.rate))
        heard = transcribe(recognizer, gate, sound).text
        said, got = normal_form(text).split(), normal_form(heard).split()
        rows.append((Levenshtein.distance(said, got), len(said), text, heard))
    voice.close()
    errors, words = sum(row[0] for row in rows), sum(row[1] for row in rows)
    whole = sum(not row[0] for row in rows)
    rate = 100 * errors / words
    print(f"{options.voice}: {len(rows)} sentences, {words} words, word error rate {rate:.2f} %")
    print(f"{whole} sentences without a mistake ({100 * whole / len(rows):.1f} %). The worst {WORST}:")
    for wrong, count, text, heard in sorted(rows, key=lambda row: -row[0] / row[1])[:WORST]:
        print(f"  {100 * wrong / count:3.0f} %  {text!r} -> {heard!r}")
    if options.json:
        report = {"voice": options.voice, "sentences": len(rows), "words": words, "errors": errors}
        options.json.write_text(json.dumps(report))


if __name__ == "__main__":
    main()
