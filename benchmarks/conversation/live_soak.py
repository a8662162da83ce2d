r"""Some minutes in real time, with faults in between: every question is to be answered, or the fault told.

    python -m benchmarks.conversation.live_soak [--minutes 5] [--json OUT.json]

The whole program on a private PulseAudio. Every second question meets a fault, in turn: the sound server dies
and comes back, the microphone falls dumb, the recogniser or the voice raises an error, the recogniser hangs.
A question that meets one must be answered, or the fault told; the next must be answered.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.conversation.latency import Stages, ours
from benchmarks.conversation.questions import QUESTIONS
from benchmarks.conversation.soak import resident_mb
from tests.sound_server import SoundServer
from tests.voices import speak
from voice_skill.assistant import Assistant
from voice_skill.audio.devices import rescan
from voice_skill.audio.files import write_wav
from voice_skill.errors import EngineError
from voice_skill.events import Event, Fault, Mended, Saying

ANSWER_S = 4.0
GONE_S = 3.0
HANGS_S = 23.0
"""Longer than the recogniser's thread is waited for."""


class Watch(Stages):
    """Notes what happens, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[float, Event]] = []

    def watch(self, event: Event) -> None:
        self.events.append((time.monotonic(), event))

    def any(self, kinds: Any, since: float) -> bool:
        return any(isinstance(event, kinds) and at > since for at, event in self.events)


class LiveSoak:
    """The program, its sound server, and what goes wrong with both."""

    def __init__(self, server: SoundServer, assistant: Assistant, watch: Watch) -> None:
        self.server, self.assistant, self.watch = server, assistant, watch
        self.count: Counter[str] = Counter()
        self.wrong: list[list[Any]] = []
        self.faults: dict[str, Callable[[], None]] = {
            "sound server restarted": self._restart_server,
            "recogniser raises": lambda: self._once(assistant._ears, "recognise", _raise),
            "microphone dumb": self._mute,
            "voice raises": lambda: self._once(assistant._mouth.voice, "render", _raise),
            "recogniser hangs": lambda: self._once(assistant._ears, "recognise", lambda: time.sleep(HANGS_S)),
        }

    def turn(self, number: int) -> None:
        """Ask one question, with a fault in every second turn."""
        names = list(self.faults)
        fault = names[number // 2 % len(names)] if number % 2 else ""
        text = QUESTIONS[number % len(QUESTIONS)]
        begun = time.monotonic()
        if fault:
            self.count[f"fault: {fault}"] += 1
            self.faults[fault]()
        self.run(ANSWER_S if "server" in fault or "dumb" in fault else 0.0)
        write_wav(self.server.folder / "question.wav", speak(text))
        player = threading.Thread(
            target=self.server.play_into_microphone, args=[self.server.folder / "question.wav"]
        )
        player.start()
        self.run(speak(text).seconds + ANSWER_S + (HANGS_S if "hangs" in fault else 0.0))
        player.join(10)
        self.count["questions"] += 1
        self.count["answered"] += self.watch.any(Saying, begun)
        self.count["faults told"] += self.watch.any(Fault, begun)
        if not self.watch.any((Saying, Fault), begun):
            self.wrong.append([number, text, fault])
        self.assistant.conversation.forget()
        self.run(0.5)

    def run(self, seconds: float) -> None:
        """Let the program run."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.assistant._step()

    def mended_after(self) -> list[float]:
        """Return the seconds from each loss of the sound to its return."""
        lost, took = 0.0, []
        for at, event in self.watch.events:
            if isinstance(event, Fault) and event.part == "sound":
                lost = at
            elif isinstance(event, Mended):
                took.append(round(at - lost, 1))
        return took

    def _restart_server(self) -> None:
        self.server.stop()
        threading.Timer(GONE_S, self.server.start).start()

    def _mute(self) -> None:
        self.server.control("suspend-source", "mic", "1")
        threading.Timer(GONE_S, lambda: self.server.control("suspend-source", "mic", "0")).start()

    def _once(self, owner: Any, name: str, instead: Callable[[], object]) -> None:
        """Let a method fail the next time, and be itself again."""
        good = getattr(owner, name)

        def failing(*given: Any, **named: Any) -> Any:
            setattr(owner, name, good)
            instead()
            return good(*given, **named)

        setattr(owner, name, failing)


def _raise() -> None:
    raise EngineError("out of memory")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    for text in QUESTIONS:
        speak(text)
    watch, memory = Watch(), []
    with tempfile.TemporaryDirectory() as folder, SoundServer(Path(folder)) as server:
        os.environ.update({name: server.env[name] for name in ("PULSE_SERVER", "ALSA_CONFIG_PATH")})
        rescan()
        with ours(watch, cold=True) as assistant:
            soak = LiveSoak(server, assistant, watch)
            begun = time.monotonic()
            for number in range(10_000):
                if time.monotonic() > begun + 60 * given.minutes:
                    break
                soak.turn(number)
                memory.append(round(resident_mb()))
    result = {
        "minutes": round((time.monotonic() - begun) / 60, 1),
        **soak.count,
        "neither": soak.wrong,
        "sound_back_after_s": soak.mended_after(),
        "resident_mb": memory,
    }
    print(json.dumps(result, indent=1))
    figures.write(given.json, result)


if __name__ == "__main__":
    main()
