r"""Interrupted in real time on a real sound server, where the microphone hears the loudspeaker, too.

    python -m benchmarks.conversation.live_barge_in [--times 20] [--echo 1.0] [--json OUT.json]

The whole program on a private PulseAudio. A loopback carries what the loudspeaker plays to the microphone. It
is asked about a cramp, and interrupted some seconds into its answer, by two voices in turn. Told is how often
it was, and after how long the loudspeaker is silent, read from the recordings of both. The microphone hears
the person at the loudness of its own voice; --echo makes that louder or softer. While the person is asked
nothing, its own voice is all that it hears: how often it interrupted itself is told as well.
"""

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from benchmarks.conversation.latency import Bench, ours
from benchmarks.conversation.live_soak import Watch
from benchmarks.conversation.questions import COMMANDS
from tests.voices import speak
from voice_skill.assistant import Assistant
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.events import Interrupted, Saying

VOICES = ("piper-fast", "espeak-female")
LATEST_S = 12.0
"""It begins its answer before."""

INTO_S = (1.5, 4.0, 6.5)
"""So far into its answer it is interrupted, in turn."""

LOUD = 300
QUIET_S = 0.25


def run(assistant: Assistant, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assistant._step()


def interruption(bench: Bench, assistant: Assistant, watch: Watch, number: int) -> dict[str, Any]:
    """Ask, wait for the answer, interrupt it."""
    text, voice = COMMANDS[number % len(COMMANDS)], VOICES[number // len(COMMANDS) % len(VOICES)]
    begun = time.monotonic()
    bench.ask(speak("My calf is cramping."))
    while not watch.any(Saying, begun) and time.monotonic() < begun + LATEST_S:
        assistant._step()
    answered = time.monotonic()
    run(assistant, INTO_S[number % len(INTO_S)])
    while not assistant.conversation.performer.speaking and time.monotonic() < answered + LATEST_S:
        assistant._step()
    run(assistant, 0.3)
    itself, said = watch.any(Interrupted, answered), time.monotonic()
    sound = speak(text, voice)
    bench.ask(sound).poll()
    run(assistant, sound.seconds + 2.5)
    row = {
        "text": text,
        "voice": voice,
        "heard": watch.any(Interrupted, said),
        "itself": itself,
        "stopped_ms": stopped_ms(bench, sound, said),
    }
    assistant.conversation.forget()
    run(assistant, 1.5)
    return row


def stopped_ms(bench: Bench, sound: Sound, said: float) -> int | None:
    """Return the milliseconds from the first voiced sample of a person to the loudspeaker's silence.

    None if it was silent just then, between two sentences, or did not fall silent.
    """
    heard = bench.into.since(said).astype(float)
    pattern = sound.at(SAMPLE_RATE).samples.astype(float)
    size = len(heard) + len(pattern)
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(pattern, size)), size)
    begin = int(np.argmax(match[: len(heard)])) + int(np.flatnonzero(np.abs(pattern) > LOUD)[0])
    loud = np.abs(bench.out.since(said).astype(int)) > LOUD
    if not loud[begin : begin + round(0.03 * SAMPLE_RATE)].any():
        return None
    for at in range(begin, len(loud) - round(QUIET_S * SAMPLE_RATE), 160):
        if not loud[at : at + round(QUIET_S * SAMPLE_RATE)].any():
            return round(1000 * (at - begin) / SAMPLE_RATE)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--echo", type=float, default=1.0, help="gain from loudspeaker to microphone")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    watch, rows = Watch(), []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        bench = Bench(Path(folder), closing)
        loopback = ("source=spk.monitor", "sink=micsink", "latency_msec=20", "adjust_time=0")
        bench.server.control("load-module", "module-loopback", *loopback)
        inputs = bench.server.control("list", "short", "sink-inputs").split()
        bench.server.control("set-sink-input-volume", inputs[0], f"{round(65536 * given.echo ** (1 / 3))}")
        assistant = closing.enter_context(ours(watch, cold=False))
        for number in range(given.times):
            rows.append(interruption(bench, assistant, watch, number))
            print(rows[-1], flush=True)
    stopped = [row["stopped_ms"] for row in rows if row["heard"] and row["stopped_ms"] is not None]
    result = {
        "n": len(rows),
        "heard": sum(row["heard"] for row in rows),
        "interrupted_itself": sum(row["itself"] for row in rows),
        "stopped_ms": {"p50": figures.quantile(stopped, 0.5), "p95": figures.quantile(stopped, 0.95)},
    }
    print(json.dumps(result, indent=1))
    figures.write(given.json, result | {"rows": rows})


if __name__ == "__main__":
    main()
