r"""One conversation as it was recorded: who spoke when, as a picture.

    python -m benchmarks.conversation.timeline [--picture OUT.png] [--json OUT.json]

In real time on a private PulseAudio, as `latency`: a question, an interruption, a command. The picture shows
what microphone and loudspeaker recorded, and how long each answer took from the last sound of what was said.
"""

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from benchmarks.conversation.latency import LOUD, Bench, Stages, ours
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE

SCRIPT = (("My calf is cramping.", 4.5), ("Wait.", 4.0), ("Go on.", 3.5), ("Stop.", 3.0))
"""What the person says, and the seconds from its beginning to the next."""

BLOCK = SAMPLE_RATE // 100


def converse(bench: Bench, step: Any) -> list[float]:
    """Hold the conversation in real time; returns when each sentence was begun."""
    begun = []
    for text, seconds in SCRIPT:
        begun.append(time.monotonic())
        player = bench.ask(speak(text))
        while time.monotonic() < begun[-1] + seconds:
            step()
        player.wait(10)
    return begun


def envelope(samples: np.ndarray) -> np.ndarray:
    """Return the loudest amplitude of every 10 ms, of full scale."""
    whole = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    loudest: np.ndarray = np.abs(whole.astype(int)).max(axis=1) / 32767
    return loudest


def turns_of(begun: list[float], said: np.ndarray, answered: np.ndarray) -> list[dict[str, Any]]:
    """Return of each sentence when it began and ended, and what came of it, in seconds of the recording.

    silent: when the assistant, if it was speaking, had fallen silent. answer: when it is heard next.
    """
    turns = []
    end_of_all = begun[0] + len(said) / 100
    for (text, _), (begin, after) in zip(SCRIPT, pairwise([*begun, end_of_all]), strict=True):
        first, last = round(100 * (begin - begun[0])), round(100 * (after - begun[0]))
        voiced = np.flatnonzero(said[first:last] > LOUD / 32767)
        if not len(voiced):
            continue
        start, end = first + int(voiced[0]), first + int(voiced[-1]) + 1
        loud = answered > LOUD / 32767
        silent = next((at for at in range(start, last) if not loud[at : at + 25].any()), last)
        heard = np.flatnonzero(loud[silent:last])
        turns.append(
            {
                "text": text,
                "start": start / 100,
                "end": end / 100,
                "silent": silent / 100 if loud[start] else None,
                "answer": (silent + int(heard[0])) / 100 if len(heard) else None,
            }
        )
    return turns


def draw(path: Path | None, turns: list[dict[str, Any]], said: np.ndarray, answered: np.ndarray) -> None:
    """Draw both recordings on one axis of time, the person above and the assistant below."""
    with figures.picture(path, "One conversation, as recorded") as axes:
        if axes is None:
            return
        for sound, sign, name in ((said, 1, "person"), (answered, -1, "voice-skill")):
            scale = 1 / max(0.01, float(sound.max()))
            seconds = np.arange(len(sound)) / 100
            axes.fill_between(seconds, sign * 0.1, sign * (0.1 + 0.6 * scale * sound), label=name)
        for turn in turns:
            axes.text(turn["start"], 0.78, turn["text"], fontsize=8)
            if turn["silent"]:
                after = round(1000 * (turn["silent"] - turn["start"]))
                axes.text(turn["start"], -0.92, f"silent after {after} ms", fontsize=7, color="grey")
            if turn["answer"]:
                wait = round(1000 * (turn["answer"] - turn["end"]))
                axes.axvspan(turn["end"], turn["answer"], color="grey", alpha=0.25, linewidth=0)
                axes.text(turn["answer"], -0.82, f"{wait} ms", fontsize=8)
        axes.set(xlabel="s", ylim=(-1.2, 1), yticks=[])
        axes.legend(loc="lower right", ncols=2, fontsize=8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    for text, _ in SCRIPT:
        speak(text)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        bench = Bench(Path(folder), closing)
        with ours(Stages(), cold=True) as assistant:
            begun = converse(bench, assistant._step)
        said, answered = (envelope(tape.since(begun[0])) for tape in (bench.into, bench.out))
    both = min(len(said), len(answered))
    turns = turns_of(begun, said[:both], answered[:both])
    print(json.dumps(turns, indent=1))
    figures.write(given.json, {"turns": turns})
    draw(given.picture, turns, said[:both], answered[:both])


if __name__ == "__main__":
    main()
