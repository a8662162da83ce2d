"""How long `voice-skill check` takes on a pack of many phrases.

    .venv/bin/python -m benchmarks.check_time [--phrases 10000] [--runs 3]

The pack is the English one, with more examples for each of its topics: made from its templates by chance,
always the same ones, so that they look as phrases do.
"""

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import yaml

from voice_skill.dialog.pack import find_pack, load_pack
from voice_skill.understanding.templates import Template, expand
from voice_skill.workshop.check import full_check


def grown(folder: Path, phrases: int) -> int:
    """Write the English pack with more examples into a folder; return how many phrases it has."""
    shutil.copytree(find_pack("en"), folder)
    pack = load_pack("en")
    lists = {
        name: [way for said in values.values() for text in said for way in expand(text)]
        for name, values in pack.slots.items()
    }
    rng = random.Random(11)
    templates = [(intent, Template(text)) for intent, of in pack.phrases.items() for text in of.phrases]
    count = sum(len(of.phrases) + len(of.examples) for of in pack.phrases.values())
    more: dict[str, set[str]] = {}
    while count < phrases:
        intent, template = rng.choice(templates)
        said = template.sample(rng, lists)
        if said and said not in more.setdefault(intent, set()):
            more[intent].add(said)
            count += 1
    for file in sorted((folder / "phrases").glob("*.yaml")):
        data = yaml.safe_load(file.read_text())
        for intent, of in data.items():
            key = "yes" if intent is True else "no" if intent is False else intent
            of["examples"] = [*of.get("examples", []), *sorted(more.get(key, ()))]
        file.write_text(yaml.safe_dump(data, width=200))
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--phrases", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pack"
        count = grown(folder, options.phrases)
        times, busy = [], []
        for _ in range(options.runs):
            start, worked = time.perf_counter(), time.process_time()
            draft = full_check(folder)
            times.append(time.perf_counter() - start)
            busy.append(time.process_time() - worked)
        print(
            f"{count} phrases: {statistics.median(times):.2f} s (median of {options.runs}), "
            f"of which the processor worked {statistics.median(busy):.2f} s; "
            f"{len(draft.problems)} problems"
        )


if __name__ == "__main__":
    main()
