"""Write the sentences that the recogniser is tuned with. See the package's page.

    .venv/bin/python -m benchmarks.tuning.sentences OTHER.txt SAID.json

From the English pack: sentences that its templates yield, and its sayings. Those that a benchmark measures
with are left out. Besides, short remarks of words drawn by chance, such as a call to somebody or to another
machine: tuned without them, the network heard "he's swallowed" in other people's wake words.
"""

import argparse
import json
import random
import re
from itertools import chain
from pathlib import Path

from benchmarks.cramp_commands import sentences
from voice_skill import understanding
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.understanding.normalize import normal_form

OF_TOPICS, OF_FLAGS, OTHERS, SHORT = 6500, 1800, 3800, 2800
LONGEST, LONGEST_OTHER = 18, 12
"""Words of a saying, and of a sentence about something else."""

MEASURED = {"topics": (101, 777, 888, 2026), "flags": (31, 77, 2026)}
"""Seeds of `cramp_commands` whose sentences are kept for measuring."""

MOST_MEASURED = 160
SENTENCES = Path(__file__).parent.parent / "data"

WORDS = Path(understanding.__file__).parent / "data"
COMMON = 0.6
"""Share of the words of short remarks that are common ones; the others are names and rarer ones."""

BEGINNINGS = {
    "Hey|Okay|Hello|Hi|Oh": 25,
    "": 55,
    "He's|She's|I want|I'm|They're|It's|We|The|My|That's|You|Do you|What|Now|Not|Play|Turn off|Call": 20,
}
"""How short remarks begin, and the share of each kind."""

WAKE_WORDS = {
    "alexa",
    "amelia",
    "athena",
    "chatterbox",
    "computer",
    "distraught",
    "jarvis",
    "savant",
    "vermont",
}
WAKE_WORDS |= {"boy", "glass", "mirror", "smart", "snow", "view"}
"""Words of the recordings that measure how often other talk is answered: none of them is learnt."""

QUESTION = re.compile(
    r"(what|how|can|could|should|is|are|do|does|why|when|where|will|would|may|which|who|am|did|has|have)\b",
    re.IGNORECASE,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    pack, rng = load_pack("en"), random.Random(5)
    others = args.other.read_text(encoding="utf-8").splitlines()
    others = [one for one in others if 2 <= len(one.split()) <= LONGEST_OTHER]
    said = [
        *sentences(pack, OF_TOPICS, 4242),
        *sentences(pack, OF_FLAGS, 4243, "flags"),
        *sayings(pack),
        *rng.sample(others, min(OTHERS, len(others))),
        *short_remarks(rng),
    ]
    measured = measured_with(pack)
    kept = [as_written(one) for one in said if normal_form(one) not in measured]
    rng.shuffle(kept)
    args.out.write_text(json.dumps(kept, indent=0), encoding="utf-8")
    print(f"{len(kept)} sentences, {len(said) - len(kept)} left out: benchmarks measure with them")


def sayings(pack: Pack) -> list[str]:
    """Return all sentences that the pack learns from."""
    of_topics = (of.sayings for of in pack.phrases.values())
    of_flags = (of.sayings for of in pack.red_flags.values())
    said = chain.from_iterable((*of_topics, *of_flags))
    return [one for one in said if len(one.split()) <= LONGEST]


def short_remarks(rng: random.Random) -> list[str]:
    """Return remarks of one word to four."""

    def words(file: str) -> list[str]:
        lines = (WORDS / file).read_text(encoding="utf-8").split("\n")
        first = (line.split()[0] for line in lines if line)
        return [one for one in first if re.fullmatch("[a-z]{3,12}", one) and one not in WAKE_WORDS]

    common, rare = words("words.txt"), words("pronunciations.txt")
    remarks = []
    for begins in rng.choices(list(BEGINNINGS), list(BEGINNINGS.values()), k=SHORT):
        begin = rng.choice(begins.split("|"))
        count = 1 if begin else rng.choice([1, 1, 2, 2, 3])
        more = [rng.choice(common if rng.random() < COMMON else rare) for _ in range(count)]
        remarks.append(" ".join(filter(None, [begin, *more])))
    return remarks


def measured_with(pack: Pack) -> set[str]:
    """Return what benchmarks measure with, in normal form."""
    drawn = [
        one
        for of, seeds in MEASURED.items()
        for seed in seeds
        for one in sentences(pack, MOST_MEASURED, seed, of)
    ]
    lines = (line for file in sorted(SENTENCES.glob("*.jsonl")) for line in file.open(encoding="utf-8"))
    rows = [json.loads(line) for line in lines if line.strip()]
    return {normal_form(one) for one in (*drawn, *(row["text"] for row in rows if "text" in row))}


def as_written(said: str) -> str:
    """Return a sentence with the capitals and marks that the network writes."""
    text = re.sub(r"\bi\b", "I", said.strip())
    text = text[0].upper() + text[1:]
    if text[-1] in ".?!":
        return text
    return text + ("?" if QUESTION.match(text) else ".")


if __name__ == "__main__":
    main()
