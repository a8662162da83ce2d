r"""Short answers and commands while a conversation runs: heard with and without what the dialog expects.

    .venv/bin/python -m benchmarks.commands_in_context --noise NOISE.flac --unrelated FOLDER \
        [--half report] [--rooms clean "10 dB"] [--every 1] [--clips 60] [--json OUT.json] [--picture OUT.png]

"Stop", "my foot", "it's worse" and others are spoken by the voices of the tests at the moments of a
conversation where they belong (`benchmarks/situations.py`), go through gate and recogniser, once told nothing
and once told what the dialog expects then, and are understood in the context of that moment. Right: intent
and slots are those of the same words as text. What the dialog does with them is not looked at.

    false takes   recordings of people saying other things, while an exercise is led: taken for anything
                  about the subject, and taken for a word that steers
    flags         signs of an emergency, said in answer to "where is it?": raised, or asked about

Voices by turns are for development (the weights in `hearing/confidence.py` were fitted on them) and for the
report; so are the recordings, by a hash of their names.
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.cramp_commands import in_room
from benchmarks.orders import is_for_development
from benchmarks.situations import SAID, situations
from tests.red_flag_sentences import EMERGENCIES
from tests.voices import VOICES, speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.words import STEERING
from voice_skill.ears import Ears
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Meaning

ROOMS = ("clean", "10 dB")
WAYS = ("without", "with")
Row = dict[str, Any]


class Listener:
    """The program's ears and understanding at the moments of a conversation."""

    def __init__(self) -> None:
        pack = load_pack("en")
        understander = understander_of(pack)
        self.sessions = situations(pack, understander)
        self._ears = Ears(Settings(recognizer="moonshine"), pack, understander)
        self._ears.load()

    def heard(self, sound: Sound, session: Session) -> dict[str, Meaning]:
        """Return what is understood in each of WAYS."""
        meanings = {}
        for way in WAYS:
            told = self._ears.transcribe(sound, session.context if way == "with" else None)
            meanings[way] = session.understand(told.text, heard=told.confidence, suspected=told.suspected)
        return meanings


def commands(listener: Listener, options: argparse.Namespace) -> Iterator[Row]:
    """Yield whether each command by each voice in each room is understood, by way."""
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE)
    cases = [(moment, text, voice) for moment in SAID for text in SAID[moment] for voice in options.voices]
    for number, (moment, text, voice) in list(enumerate(cases))[:: options.every]:
        session = listener.sessions[moment]
        meant = session.understand(text)
        for room in options.rooms:
            heard = listener.heard(in_room(speak(text, voice), room, noise, number), session)
            right = {way: _same(got, meant) for way, got in heard.items()}
            if options.failures and not right["with"]:
                got = heard["with"]
                print(f"  {moment}, {room}, {voice}: {text!r} heard {got.text!r} -> {got.intent}")
            yield {"moment": moment, "room": room, "voice": voice, "right": right}


def _same(got: Meaning, meant: Meaning) -> bool:
    return (got.intent, dict(got.slots), got.urgency) == (meant.intent, dict(meant.slots), meant.urgency)


def false_takes(listener: Listener, options: argparse.Namespace) -> Row:
    """Return how much of other talk is taken for something while an exercise is led, by way."""
    develop = options.half == "develop"
    files = [path for path in options.unrelated.iterdir() if is_for_development(path.name) == develop]
    files.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    taken, steering = Counter[str](), Counter[str]()
    seconds = 0.0
    for path in files[: options.clips]:
        sound = read_audio(path)
        seconds += sound.seconds
        for way, meaning in listener.heard(sound, listener.sessions["led"]).items():
            taken[way] += meaning.intent not in (None, OUT_OF_SCOPE)
            steering[way] += meaning.intent in STEERING
            if options.failures and meaning.intent not in (None, OUT_OF_SCOPE):
                print(f"  {way}: {meaning.text!r} -> {meaning.intent}")
    return {
        "n": len(files[: options.clips]),
        "minutes": seconds / 60,
        **{way: {"taken": taken[way], "steering": steering[way]} for way in WAYS},
    }


def flags(listener: Listener, options: argparse.Namespace) -> Row:
    """Return how many signs of an emergency are raised, or asked about, by way."""
    sentences = EMERGENCIES[: options.flags]
    raised = Counter[str]()
    for number, text in enumerate(sentences):
        sound = speak(text, options.voices[number % len(options.voices)])
        for way, meaning in listener.heard(sound, listener.sessions["asked where"]).items():
            raised[way] += meaning.urgency in ("urgent", "emergency") or bool(meaning.doubt)
    return {"n": len(sentences), **{way: raised[way] for way in WAYS}}


def table(rows: list[Row], rooms: tuple[str, ...]) -> dict[str, Any]:
    """Print and return the shares that are right, by moment and room and way."""
    cells: dict[str, Any] = {}
    for moment in (*SAID, "all"):
        for room in rooms:
            some = [row for row in rows if row["room"] == room and moment in (row["moment"], "all")]
            shown = []
            for way in WAYS:
                right = sum(row["right"][way] for row in some)
                low, high = figures.wilson(right, len(some))
                share = right / max(1, len(some))
                cells.setdefault(moment, {}).setdefault(room, {})[way] = {
                    "right": share,
                    "interval": [low, high],
                    "n": len(some),
                }
                shown.append(f"{way} {share:6.1%} [{low:.1%}, {high:.1%}]")
            print(f"{moment:>18}  {room:>6}  n={len(some):<4} {'   '.join(shown)}")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--unrelated", type=Path, required=True)
    parser.add_argument("--half", choices=["develop", "report"], default="report")
    parser.add_argument("--rooms", nargs="*", default=ROOMS, choices=ROOMS)
    parser.add_argument("--every", type=int, default=1, help="only every so many of the commands")
    parser.add_argument("--clips", type=int, default=60, help="recordings of other talk")
    parser.add_argument("--flags", type=int, default=40, help="sentences about emergencies")
    parser.add_argument("--failures", action="store_true", help="show what went wrong")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    options.voices = VOICES[options.half == "report" :: 2]
    listener = Listener()
    rows = list(commands(listener, options))
    result: dict[str, Any] = {
        "data": f"voices: {', '.join(options.voices)}; every {options.every} of the commands",
        "n": len(rows),
        "right": table(rows, tuple(options.rooms)),
        "false takes": false_takes(listener, options),
        "flags": flags(listener, options),
    }
    other, signs = result["false takes"], result["flags"]
    print(f"other talk while an exercise is led: {other['n']} recordings, {other['minutes']:.1f} min")
    for way in WAYS:
        print(
            f"{way:>9}: taken for something {other[way]['taken']}, for a steering word"
            f" {other[way]['steering']}; emergencies raised or asked about {signs[way]} of {signs['n']}"
        )
    figures.write(options.json, result)
    draw(options.picture, result)


def draw(path: Path | None, result: Row) -> None:
    with figures.picture(path, f"Short answers and commands in a conversation (n={result['n']})") as axes:
        if axes is None:
            return
        moments = list(result["right"])
        for offset, way in ((-0.2, "without"), (0.2, "with")):
            shares, low, high = [], [], []
            for moment in moments:
                cells = [room[way] for room in result["right"][moment].values()]
                right = round(sum(cell["right"] * cell["n"] for cell in cells))
                n = sum(cell["n"] for cell in cells)
                under, over = figures.wilson(right, n)
                shares.append(100 * right / max(1, n))
                low.append(shares[-1] - 100 * under)
                high.append(100 * over - shares[-1])
            at = [place + offset for place in range(len(moments))]
            axes.bar(at, shares, 0.38, yerr=[low, high], capsize=3, label=f"{way} what the dialog expects")
        axes.set_xticks(range(len(moments)), moments)
        axes.set_ylabel("understood, %")
        axes.set_ylim(0, 115)
        axes.legend(loc="upper center", ncols=2)


if __name__ == "__main__":
    main()
