"""Speak labelled sentences with several voices: makes a data set of sound for `voice-skill evaluate`.

    python -m benchmarks.speak_sentences DATA.jsonl OUT_FOLDER [--every 3 --from 0] [--voices A,B]
    voice-skill evaluate OUT_FOLDER/data.jsonl [--noise NOISE.flac --snr 10]

DATA has one JSON object a line, with "text" and labels; each is spoken by the next voice in turn. OUT_FOLDER
gets one WAV for each and `data.jsonl` with the same labels, "audio" in place of "text", and "said" and
"voice" besides.
"""

import argparse
import json
from itertools import cycle
from pathlib import Path

import soundfile

from tests.voices import VOICES, speak
from voice_skill.audio.frames import SAMPLE_RATE

PAUSE_S = 0.3
"""Silence after each sentence."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--voices", default=",".join(VOICES), help="names, joined by commas")
    args = parser.parse_args()
    voices = args.voices.split(",")
    unknown = set(voices) - set(VOICES)
    if unknown:
        parser.error(f"no voice {min(unknown)!r}; there are {', '.join(VOICES)}")
    lines = [line for line in args.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    args.out.mkdir(parents=True, exist_ok=True)
    rows = [
        _spoken(json.loads(line), voice, args.out)
        for line, voice in zip(lines[args.first :: args.every], cycle(voices), strict=False)
    ]
    (args.out / "data.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} sentences spoken by {min(len(voices), len(rows))} voices in {args.out}")


def _spoken(row: dict[str, object], voice: str, folder: Path) -> dict[str, object]:
    said = str(row.pop("text"))
    file = f"{row['id']}.wav"
    sound = speak(said, voice, silence_after=PAUSE_S)
    soundfile.write(folder / file, sound.samples, SAMPLE_RATE)
    return {**row, "audio": file, "said": said, "voice": voice}


if __name__ == "__main__":
    main()
