"""When a rule hears a sign, does the sentence speak of it? What asking first would cost, and what it spares.

    python -m benchmarks.second_opinion [--pack en] [--seed 1] [--json OUT.json]

Half of the pack's sayings are left out of learning. Of that half, those are counted that raise an alarm when
nothing is asked about first: grave ones (sayings of a red flag) and harmless ones (sayings of a topic). The
table shows how many of both would be asked about instead, by threshold for the whole sentence
(`UNLIKE_ANY_FLAG`).
"""

import argparse
import random
from pathlib import Path
from typing import NamedTuple

from benchmarks import figures
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.understanding import Understander
from voice_skill.understanding.intents import FLAG_INTENT
from voice_skill.understanding.understander import UNLIKE_ANY_FLAG

THRESHOLDS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)


class Said(NamedTuple):
    """A saying that was left out, and whether it is one of a red flag."""

    text: str
    grave: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pack", default="en")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    learnt, left_out = halves(load_pack(given.pack), given.seed)
    raised = alarming(learnt, left_out, 0.0)
    grave = sum(said.grave for said in raised)
    harmless = len(raised) - grave
    print(f"left out {len(left_out)}; alarms without asking: {grave} grave, {harmless} harmless")
    print("threshold  grave asked about       harmless asked about")
    rows = []
    for threshold in THRESHOLDS:
        kept = alarming(learnt, raised, threshold)
        of_grave = grave - sum(said.grave for said in kept)
        of_harmless = len(raised) - len(kept) - of_grave
        low, high = figures.wilson(of_grave, grave)
        mark = "  in use" if threshold == UNLIKE_ANY_FLAG else ""
        print(f"{threshold:<10} {of_grave:>4} [{low:.1%}, {high:.1%}]   {of_harmless:>4}{mark}")
        rows.append({"threshold": threshold, "grave": of_grave, "harmless": of_harmless})
    figures.write(given.json, {"grave": grave, "harmless": harmless, "asked": rows})


def halves(pack: Pack, seed: int) -> tuple[Understander, list[Said]]:
    """Return an understander that learnt half of the sayings, and the other half."""
    rng = random.Random(seed)
    left_out: list[Said] = []

    def half(sayings: list[str], *, grave: bool) -> list[str]:
        shuffled = rng.sample(sayings, len(sayings))
        left_out.extend(Said(text, grave) for text in shuffled[::2])
        return shuffled[1::2]

    phrases = {
        name: of.model_copy(update={"sayings": half(of.sayings, grave=False)})
        for name, of in pack.phrases.items()
    }
    red_flags = {
        name: of.model_copy(update={"sayings": half(of.sayings, grave=True)})
        for name, of in pack.red_flags.items()
    }
    return Understander(phrases, pack.slots, red_flags, pack.hints), left_out


def alarming(learnt: Understander, sayings: list[Said], threshold: float) -> list[Said]:
    """Return the sayings that raise an alarm with this threshold; with 0 nothing is asked about first."""
    learnt.unlike_any_flag = threshold
    return [said for said in sayings if learnt.understand(said.text).intent in FLAG_INTENT.values()]


if __name__ == "__main__":
    main()
