r"""How many sentences of the cramp pack's own grammar are heard and understood, by voice and by room.

    .venv/bin/python -m benchmarks.cramp_commands --noise NOISE.flac [--n 120] [--of topics|flags] \
        [--json OUT.json] [--picture OUT.png]

Sentences that the English pack's templates yield, each spoken by one of the voices in turn (piper, eSpeak NG,
and flite and festival where Debian's packages are installed), go through gate, recogniser and understanding.
Right: the intent, every slot, and the urgency are those of the sentence as text. With `--of flags` they are
signs of an emergency; right is what raises the alarm, and what is asked about is counted besides. The rooms:

    clean     as it was spoken
    10 dB     noise mixed in, over the whole clip
    3 m away  a simulated room: after the direct sound a tail of decaying noise, as loud, that falls by
              60 dB in half a second
    quiet     40 dB below full scale

The sentences are drawn anew for every `--seed`; those that calibrated the confidence had another.
"""

import argparse
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from tests.voices import VOICES, speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.ears import Ears
from voice_skill.evaluation import add_noise
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.understanding.meaning import Meaning
from voice_skill.understanding.templates import Template, expand

FESTIVAL = {"festival-male": "kal_diphone", "festival-female": "cmu_us_slt_arctic_hts"}
REVERBERATION_S = 0.5
QUIET_DB = -40.0
ROOMS = ("clean", "10 dB", "3 m away", "quiet")


def sentences(pack: Pack, n: int, seed: int, of: str = "topics") -> list[str]:
    """Return sentences of the templates of the pack's topics or red flags, as many of each as can be."""
    rng = random.Random(seed)
    lists = {
        name: [said for texts in values.values() for text in texts for said in expand(text)]
        for name, values in pack.slots.items()
    }
    told = pack.phrases if of == "topics" else pack.red_flags
    by_intent = {name: [Template(text) for text in one.phrases] for name, one in told.items() if one.phrases}
    drawn: dict[str, None] = {}
    intents = list(by_intent)
    for number in range(20 * n):
        text = rng.choice(by_intent[intents[number % len(intents)]]).sample(rng, lists)
        if text:
            drawn[text] = None
        if len(drawn) == n:
            break
    return list(drawn)


def voices() -> tuple[str, ...]:
    return (*VOICES, *(FESTIVAL if shutil.which("text2wave") else ()))


def spoken(text: str, voice: str) -> Sound:
    if voice not in FESTIVAL:
        return speak(text, voice)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        command = ["text2wave", "-eval", f"(voice_{FESTIVAL[voice]})", "-o", str(out)]
        subprocess.run(command, check=True, input=text.encode(), capture_output=True)
        return read_audio(out).at(SAMPLE_RATE)


def in_room(sound: Sound, room: str, noise: Sound, seed: int) -> Sound:
    samples = sound.samples.astype(np.float64)
    rng = np.random.default_rng(seed)
    if room == "10 dB":
        return add_noise(sound, noise, 10, seed)
    if room == "3 m away":
        time = np.arange(round(REVERBERATION_S * SAMPLE_RATE)) / SAMPLE_RATE
        tail = rng.normal(0, 1, len(time)) * 10 ** (-3 * time / REVERBERATION_S)
        tail /= np.sqrt(np.sum(tail**2))
        echo = np.convolve(samples, np.concatenate([[1.0], np.zeros(80), tail]))
        samples = echo * (np.abs(samples).max() / max(1.0, float(np.abs(echo).max())))
    if room == "quiet":
        samples *= 10 ** (QUIET_DB / 20) * 32767 / max(1.0, float(np.abs(samples).max()))
    return Sound(np.clip(samples, -32768, 32767).astype(np.int16))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--noise", type=Path, required=True)
    parser.add_argument("--n", type=int, default=120, help="sentences")
    parser.add_argument("--of", choices=["topics", "flags"], default="topics", help="whose sentences")
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--rooms", nargs="*", default=ROOMS, choices=ROOMS)
    parser.add_argument("--failures", action="store_true", help="show what went wrong")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    pack = load_pack("en")
    understander = understander_of(pack)
    ways = {
        "free": Ears(Settings(recognizer="moonshine"), pack),
        "held": Ears(Settings(recognizer="moonshine"), pack, understander),
    }
    for ears in ways.values():
        ears.load()
    texts = sentences(pack, options.n, options.seed, options.of)
    result: dict[str, Any] = {
        "data": f"English pack, {options.of}, seed {options.seed}; voices: {', '.join(voices())}",
        "n": len(texts),
        "rooms": {},
    }
    for room in options.rooms:
        result["rooms"][room] = _room(room, texts, ways, Session(pack, understander), options)
        figures.write(options.json, result)
    _draw(options.picture, result)


def _room(
    room: str,
    texts: list[str],
    ways: dict[str, Ears],
    session: Session,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Run one room, print its line, return its figures by way."""
    noise = read_audio(options.noise, max_seconds=3600).at(SAMPLE_RATE)
    right, asked = dict.fromkeys(ways, 0), 0
    families: dict[str, list[bool]] = {}
    for number, text in enumerate(texts):
        voice = voices()[number % len(voices())]
        sound = in_room(spoken(text, voice), room, noise, number)
        meant = session.understand(text)
        for name, ears in ways.items():
            transcript = ears.transcribe(sound)
            heard = transcript.text
            got = session.understand(heard, suspected=transcript.suspected)
            same = is_right(got, meant)
            right[name] += same
            asked += name == "held" and not same and bool(got.doubt)
            if name == "held":
                families.setdefault(voice.split("-")[0], []).append(same)
            if options.failures and name == "held" and not same:
                print(f"  {voice}: {text!r} -> {meant.intent}\n      heard {heard!r} -> {got.intent}")
    cells: dict[str, dict[str, Any]] = {}
    for name, count in right.items():
        low, high = figures.wilson(count, len(texts))
        cells[name] = {"right": count / len(texts), "interval": [low, high]}
    shown = "   ".join(
        f"{name} {c['right']:6.1%} [{c['interval'][0]:.1%}, {c['interval'][1]:.1%}]"
        for name, c in cells.items()
    )
    by_family = {family: [sum(of), len(of)] for family, of in families.items()}
    print(f"{room:>8}  n={len(texts)}  {shown}   held by synthesiser: {by_family}", flush=True)
    if options.of == "flags":
        print(f"{'':>8}  asked about besides: {asked}")
    return {**cells, "held by synthesiser": by_family, "asked": asked}


def is_right(got: Meaning, meant: Meaning) -> bool:
    """Tell whether what was heard means the same; of a sign of an emergency, whether an alarm is raised."""
    if meant.urgency != "none":
        return got.urgency != "none"
    return (got.intent, dict(got.slots), got.urgency) == (meant.intent, dict(meant.slots), meant.urgency)


def _draw(path: Path | None, result: dict[str, Any]) -> None:
    with figures.picture(path, f"Sentences of the pack, heard and understood (n={result['n']})") as axes:
        if axes is None:
            return
        rooms = result["rooms"]
        for offset, name in ((-0.2, "free"), (0.2, "held")):
            at = [place + offset for place in range(len(rooms))]
            shares = [100 * rooms[room][name]["right"] for room in rooms]
            low = [s - 100 * rooms[r][name]["interval"][0] for s, r in zip(shares, rooms, strict=True)]
            high = [100 * rooms[r][name]["interval"][1] - s for s, r in zip(shares, rooms, strict=True)]
            axes.bar(at, shares, 0.38, yerr=[low, high], capsize=3, label=name)
        axes.set_xticks(range(len(rooms)), list(rooms))
        axes.set_ylabel("intent, slots and urgency right, %")
        axes.legend(loc="lower left")


if __name__ == "__main__":
    main()
