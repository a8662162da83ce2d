r"""How long one waits for what was said, from the moment it is asked for, and from the last sound.

    .venv/bin/python -m benchmarks.latency ORDERS [--most 60] [--json OUT.json] [--picture OUT.png]

ORDERS is a folder of spoken orders (see `orders.py`). Each recording is played to the recogniser as it was
spoken: the clock of the recording runs, and the recogniser's work takes on it what it really takes. The ways:

    baseline   waits for a second of silence, then decodes the whole once
    asked      decodes when it is asked, 200 ms after the last sound
    sketched   the same, after a sketch of what was said until 400 ms before the last sound
    ahead      guesses in every pause, 90 ms after it begins, with such a sketch, and is asked 200 ms after
               the last sound; a guess that is still running when the next one is due lets that one wait

Run it alone on the machine: what else runs adds to the figures.
"""

import argparse
import time
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.orders import Menu, read_orders
from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.hearing.gate import WINDOW, SpeechGate
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.recognizer import Draft

LOOK_S, ASK_S, BASELINE_S = 0.09, 0.2, 1.0
SKETCHED_S = 0.4
"""How long before a pause the last sketch begins: as often as they are made, with the time that one takes."""
LEAD_S = 0.3
"""Sound kept before the first word and after the last."""

WAYS = ("baseline", "asked", "sketched", "ahead")
GROUPS = {"up to 4 s": (0.0, 4.0), "4 to 8 s": (4.0, 8.5)}
Row = dict[str, Any]


def voiced(gate: SpeechGate, samples: Samples) -> list[int]:
    """Return the windows in which somebody speaks."""
    gate.reset()
    windows = range(0, len(samples) - WINDOW, WINDOW)
    return [
        at // WINDOW for at in windows if gate.probability(samples[at : at + WINDOW]) >= gate.settings.stay
    ]


def looks(windows: list[int]) -> list[float]:
    """Return when the recording pauses long enough for a guess, in seconds; the last is after the end."""
    second = WINDOW / SAMPLE_RATE
    ends = [
        (now + 1) * second
        for now, after in zip(windows, [*windows[1:], 10**9], strict=True)
        if (after - now - 1) * second >= LOOK_S
    ]
    return [end + LOOK_S for end in ends]


def took(recognizer: MoonshineRecognizer, samples: Samples, draft: Draft = ()) -> float:
    """Return the seconds that the recognition of a sound takes. draft: a sketch of its beginning."""
    recognizer.reset()
    recognizer.begin_with(draft)
    recognizer.accept(samples)
    start = time.perf_counter()
    recognizer.finish()
    return time.perf_counter() - start


def row(recognizer: MoonshineRecognizer, gate: SpeechGate, samples: Samples) -> Row | None:
    """Return the seconds from the last sound to the result, by way."""
    windows = voiced(gate, samples)
    if not windows:
        return None
    first = max(0, windows[0] * WINDOW - round(LEAD_S * SAMPLE_RATE))
    last = (windows[-1] + 1) * WINDOW

    def heard_until(seconds: float) -> Samples:
        return samples[first : round(seconds * SAMPLE_RATE)]

    def sketch(end: float) -> Draft:
        return recognizer.sketch(heard_until(max(first / SAMPLE_RATE, end - SKETCHED_S)))

    end = last / SAMPLE_RATE
    whole = took(recognizer, heard_until(end + LEAD_S))
    free_at = 0.0
    for look in looks(windows):
        free_at = max(free_at, look) + took(recognizer, heard_until(look), sketch(look - LOOK_S))
    return {
        "seconds": (last - first) / SAMPLE_RATE,
        "baseline": BASELINE_S + whole,
        "asked": ASK_S + took(recognizer, heard_until(end + ASK_S)),
        "sketched": ASK_S + took(recognizer, heard_until(end + ASK_S), sketch(end)),
        "ahead": max(ASK_S, free_at - end),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("orders", type=Path)
    parser.add_argument("--most", type=int, default=60, help="recordings used")
    parser.add_argument("--threads", type=int, default=2, help="of the recogniser")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    recognizer, gate = MoonshineRecognizer(threads=options.threads), SpeechGate()
    recognizer.use_grammar(Menu.read(options.orders).grammar())
    recognizer.load()
    orders = read_orders(options.orders, "report", options.most)
    rows = [found for order in orders if (found := row(recognizer, gate, order.sound.samples))]
    result: Row = {
        "data": f"{options.orders.name}, report half, clean",
        "n": len(rows),
        "threads": options.threads,
        "groups": {},
    }
    print("milliseconds, median and 95th percentile; from the last sound, and from the moment asked")
    for group, (low, high) in GROUPS.items():
        of_group = [found for found in rows if low < found["seconds"] <= high]
        result["groups"][group] = {"n": len(of_group)}
        for way in WAYS:
            waits = BASELINE_S if way == "baseline" else ASK_S
            sound = [1000 * found[way] for found in of_group]
            asked = [value - 1000 * waits for value in sound]
            cells = {
                "from_sound": [round(figures.quantile(sound, share)) for share in (0.5, 0.95)],
                "from_asked": [round(figures.quantile(asked, share)) for share in (0.5, 0.95)],
            }
            result["groups"][group][way] = cells
            shown = "   ".join(f"{median:5} {worst:5}" for median, worst in cells.values())
            print(f"{group:>9}  n={len(of_group):<4} {way:>8}  {shown}")
    result["rows"] = rows
    figures.write(options.json, result)
    with figures.picture(options.picture, f"From the last sound to the words (n={len(rows)})") as axes:
        if axes is not None:
            for way in WAYS:
                values = sorted(1000 * found[way] for found in rows)
                axes.plot(values, [(n + 1) / len(values) for n in range(len(values))], label=way)
            axes.set_xlabel("milliseconds")
            axes.set_ylabel("share of recordings")
            axes.legend()


if __name__ == "__main__":
    main()
