"""Thousands of turns, faster than time, with faults in between: is every question answered, does it grow.

    python -m benchmarks.conversation.soak [--turns 1000] [--real] [--json OUT.json]

The program's own code in a room without time (`tests/virtual_room.py`), with its real voice, speech gate and
echo canceller. What was said is told to it in place of recognition, which would take most of the time; with
--real the recogniser hears it. Every tenth turn brings a fault: the recogniser or the voice raises errors,
the devices are lost, the machine sleeps, somebody drops a pan. A question must be answered, or the fault
said; after two minutes of silence nothing may be left over.
"""

import argparse
import contextlib
import gc
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
from benchmarks.conversation.questions import COMMANDS, QUESTIONS
from tests.test_conversation import House
from tests.virtual_room import Room
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound
from voice_skill.conversation.interruptions import interrupts
from voice_skill.conversation.stretch import Stretch
from voice_skill.conversation.thinking import Thought
from voice_skill.errors import EngineError
from voice_skill.events import Ended, Event, Fault, Understood
from voice_skill.hearing.recognizer import Draft, Transcript
from voice_skill.session import Session
from voice_skill.speaking.cache import CachedVoice
from voice_skill.speaking.piper import PiperVoice
from voice_skill.understanding.meaning import Context

FAULT_EVERY = 10
SILENCE_EVERY = 100
BEGINS_S = 0.3
"""The person speaks so long after a turn began, or after the noise of its fault."""

ROOM_ECHO = np.zeros(400)
ROOM_ECHO[[100, 250, 399]] = 0.5, 0.2, 0.1
SPEECH_BYTES = 2**28
"""All that it says in a soak, so that no time goes into saying it again."""


class Told:
    """In place of a recogniser: is told what is being said."""

    def __init__(self) -> None:
        self.text = ""
        self.broken = False

    def recognise(self, speech: Samples, _context: Context | None = None, _draft: Draft = ()) -> Transcript:
        if self.broken:
            raise EngineError("out of memory")
        return Transcript(self.text if len(speech) > 0.3 * SAMPLE_RATE else "")

    def sketch(self, _speech: Samples, before: Draft = ()) -> Draft:
        return before


class Soak:
    def __init__(self, seed: int, *, real: bool) -> None:
        self.house = House()
        self.house.voice = CachedVoice(PiperVoice(variation=0.0), None, memory_bytes=SPEECH_BYTES)
        self.told = Told()
        if not real:
            self.house.ears = self.told  # type: ignore[assignment]
        self.room: Room = self.house.room(echo=ROOM_ECHO, drift=5e-5)
        self.rng = np.random.default_rng(seed)
        self.count: Counter[str] = Counter()
        self.wrong: list[list[Any]] = []
        self.judged: list[object] = []
        self._note_what_interrupts()
        self.faults: dict[str, Callable[[], None]] = {
            "recogniser": self._break_recogniser,
            "voice": self._break_voice,
            "devices": self.room.lose_devices,
            "sleep": lambda: self.room.sleep(float(self.rng.uniform(60, 30_000))),
            "pan": self._drop_a_pan,
        }

    def turn(self, number: int) -> None:
        self._start_over()
        self.judged = []
        room, fault = self.room, ""
        if number % FAULT_EVERY == 5:
            fault = str(self.rng.choice(list(self.faults)))
            self.count[f"fault: {fault}"] += 1
        command = room.conversation.session.running and self.rng.random() < 0.5
        text = str(self.rng.choice(COMMANDS if command else QUESTIONS))
        for_it = self._for_it(text, falls_silent=fault == "devices")
        self.told.text = ""
        if fault:
            self.faults[fault]()
        begins = room.now + BEGINS_S
        end = room.say(text, begins, "piper")
        room.run(begins)
        self.told.text = text
        room.run(end + 5.0)
        self._mend()
        self.count["commands" if command else "questions"] += 1
        events = [event for at, event in room.events if at > begins]
        if any(isinstance(event, Ended) and at < end for at, event in room.events):
            for_it = self._begins(text)
        self.count["not for it"] += not for_it
        if for_it and not any(map(_answers, events)):
            told = [f"{at - begins:.2f} s {event}" for at, event in room.events]
            self.wrong.append([number, text, fault, told, self.judged])
        self.told.text = ""
        room.run(room.now + float(self.rng.uniform(0, 6)))
        if number % SILENCE_EVERY == SILENCE_EVERY - 1:
            self._be_silent(number)

    def _note_what_interrupts(self) -> None:
        """Keep, of what was said last into its speech, why that interrupts it or does not."""
        conversation = self.room.conversation
        interrupts = conversation._interrupts

        def noted(stretch: Stretch, thought: Thought) -> bool:
            trusted, saying = conversation._barge_in(), conversation.performer.sentence
            stops = interrupts(stretch, thought)
            self.judged = [stops, trusted, stretch.clear, stretch.alone, stretch.looked_at, saying]
            return stops

        conversation._interrupts = noted  # type: ignore[method-assign]

    def _for_it(self, text: str, *, falls_silent: bool) -> bool:
        """Tell whether what is said now is to be answered; into its speech, only what interrupts is.

        falls_silent: it listens before it says again what was cut off.
        """
        conversation = self.room.conversation
        session = conversation.session
        meaning = session.understand(text)
        into_speech = conversation.performer.busy and not falls_silent
        if into_speech and not interrupts(meaning, session.context, asking=session.asking):
            return False
        return session.running or session.addressed(meaning)

    def _begins(self, text: str) -> bool:
        """Tell whether a conversation may begin with a text."""
        nobody_yet = Session(self.house.pack, self.house.understander, "uk")
        return nobody_yet.addressed(nobody_yet.understand(text))

    def _be_silent(self, number: int) -> None:
        """Leave it alone until it must have forgotten everything."""
        self.room.run(self.room.now + 240)
        conversation = self.room.conversation
        if conversation.session.running or conversation.active or conversation.timers:
            self.wrong.append([number, "silence", "something is left over", conversation.doing])

    def _start_over(self) -> None:
        """Let the room itself forget what it keeps for tests."""
        room = self.room
        room.begun = room.clock()
        room.heard = np.zeros(0, np.int16)
        room.events.clear()
        room._talk = np.zeros(60 * SAMPLE_RATE, np.int16)

    def _break_recogniser(self) -> None:
        self.told.broken = True

    def _break_voice(self) -> None:
        """Let the voice fail for whatever it has not said before."""
        voice = self.house.voice

        def failing(*_: object) -> Sound:
            raise EngineError("no sound came out")

        self._voice_render = voice.render
        voice.render = failing  # type: ignore[assignment,method-assign]

    def _drop_a_pan(self) -> None:
        burst = self.rng.normal(0, 9000, 6000) * np.exp(-np.arange(6000) / 1500)
        self.room.sound(Sound(np.clip(burst, -32767, 32767).astype(np.int16)), self.room.now)
        self.room.run(self.room.now + 1.0)

    def _mend(self) -> None:
        self.told.broken = False
        if "_voice_render" in self.__dict__:
            self.house.voice.render = self._voice_render  # type: ignore[method-assign]
            del self._voice_render


def _answers(event: Event) -> bool:
    """Tell whether a question is answered, or why it cannot be."""
    return isinstance(event, Fault) or (isinstance(event, Understood) and event.answered)


def resident_mb() -> float:
    """Return the memory of this process that lies in RAM, garbage collected before."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="with the real recogniser; much slower")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    soak = Soak(given.seed, real=given.real)
    for text in (*QUESTIONS, *COMMANDS):
        speak(text)
    memory: list[float] = []
    begun, virtual = time.monotonic(), soak.room.clock()
    with contextlib.suppress(KeyboardInterrupt):  # what was measured until then is told
        for number in range(given.turns):
            seen = len(soak.wrong)
            soak.turn(number)
            for wrong in soak.wrong[seen:]:
                print(f"wrong: {wrong}", file=sys.stderr, flush=True)
            if number % max(1, given.turns // 20) == 0:
                memory.append(round(resident_mb(), 1))
                print(f"turn {number}: {memory[-1]} MB, {len(soak.wrong)} wrong", file=sys.stderr, flush=True)
    memory.append(round(resident_mb(), 1))
    result = {
        "turns": soak.count["commands"] + soak.count["questions"],
        "hours": round((soak.room.clock() - virtual) / 3600, 1),
        "minutes_taken": round((time.monotonic() - begun) / 60, 1),
        **soak.count,
        "unanswered_or_left_over": len(soak.wrong),
        "which": soak.wrong[:20],
        "resident_mb": memory,
    }
    print(json.dumps(result, indent=1))
    figures.write(given.json, result)


if __name__ == "__main__":
    main()
