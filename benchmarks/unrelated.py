"""How often the assistant answers speech that is not meant for it.

    .venv/bin/python -m benchmarks.unrelated FOLDER [--half report] [--most N] [--json OUT.json]

FOLDER holds recordings of people saying other things. Each goes through gate, recogniser and understanding,
as in a conversation that has not begun; an answer is any meaning but none and "out of scope". The same
recordings are heard freely and held to the English pack, so that it shows what the holding adds. Half of the
recordings, by a hash of their names, served to calibrate the confidence; the other half is reported.
"""

import argparse
import hashlib
import json
from pathlib import Path

from benchmarks.orders import is_for_development
from voice_skill.audio.files import read_audio
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.learning import understander_of
from voice_skill.session import Session


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=["develop", "report", "all"], default="report")
    parser.add_argument("--most", type=int, default=10_000, help="recordings used")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    wanted = {"develop": [True], "report": [False], "all": [True, False]}[options.half]
    files = [path for path in sorted(options.folder.iterdir()) if is_for_development(path.name) in wanted]
    files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    settings, pack = Settings(recognizer="moonshine"), load_pack("en")
    understander = understander_of(pack)
    ways = {"free": Ears(settings, pack), "held": Ears(settings, pack, understander)}
    for ears in ways.values():
        ears.load()
    answered: dict[str, list[dict[str, str]]] = {name: [] for name in ways}
    seconds = 0.0
    for path in files[: options.most]:
        sound = read_audio(path)
        seconds += sound.seconds
        for name, ears in ways.items():
            heard = ears.transcribe(sound)
            session = Session(pack, understander)
            meaning = session.understand(heard.text)
            if session.addressed(meaning):
                answered[name].append(
                    {"heard": heard.text, "intent": meaning.intent or "", "file": path.name}
                )
    hours = seconds / 3600
    print(f"{len(files[: options.most])} recordings, {seconds / 60:.1f} min")
    for name, answers in answered.items():
        print(f"{name}: {len(answers)} answered, {len(answers) / hours:.1f} an hour of such speech")
        for answer in answers:
            print(f"   {answer['heard']!r} -> {answer['intent']}")
    if options.json:
        options.json.write_text(json.dumps({"hours": hours, "answered": answered}, indent=1))


if __name__ == "__main__":
    main()
