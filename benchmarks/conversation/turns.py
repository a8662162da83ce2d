r"""Who gets to speak: cut-offs, barge-in in simulated rooms, sounds that are no interruption, other talk.

    python -m benchmarks.conversation.turns [--quick] [--only PART] [--unseen] \
        [--unrelated DIR --clips N --noise F] [--minutes M --first-room N] [--out results.json]

Runs the program's own code with its real recogniser and voice in a room without time
(`tests/virtual_room.py`): sound cards and threads are simulated, recognition is taken to last 0.1 s. Rooms
are made of exponentially decaying noise; the loudspeaker distorts (tanh) and its clock runs 100 ppm fast.
With --unseen it is interrupted in the rooms of pyroomacoustics, by two voices: nothing was tuned on these.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.conversation.questions import COMMANDS, NO_COMMANDS, PAUSED
from benchmarks.conversation.rooms import decaying, shoebox
from tests.test_conversation import House
from tests.virtual_room import Room
from tests.voices import speak
from voice_skill.audio.files import read_audio
from voice_skill.audio.frames import SAMPLE_RATE, Sound, join, silence
from voice_skill.evaluation import add_noise
from voice_skill.events import Interrupted, Saying, TurnHeard

VOICES = ("piper", "espeak-british", "piper-fast", "espeak-female")
GAPS_S = (0.4, 0.8, 1.2)
ECHO_DB = (0, 10)
REVERBERATION_S = (0.2, 0.4)
BEGIN_S = 1.0
"""When the person first speaks."""

LONGEST_S = 60.0
"""It begins its first step long before."""

NOISE_DB = 10.0
"""By so much the noise is softer than other people's talk."""

INTO_S = 1.2
"""So far into a sentence it is interrupted."""


def cut_offs(house: House, quick: bool) -> dict[str, object]:
    cut, asked, unanswered = [], 0, 0
    for voice in VOICES[: 1 if quick else 2]:
        for first, second in PAUSED:
            for gap in GAPS_S:
                room = house.room(echo=None)
                sound = join([speak(first, voice), silence(max(0.05, gap - 0.28)), speak(second, voice)])
                end = room.sound(sound, 1.0)
                room.run(end + 2.5)
                asked += 1
                answered = room.next_sound(1.0)
                unanswered += int(answered == float("inf"))
                if answered < end - 0.05:
                    cut.append([voice, first, second, gap, round(float(end - answered), 2)])
    return {"n": asked, "cut_off": len(cut), "unanswered": unanswered, "which": cut}


def speaking_room(house: House, response: np.ndarray, *, early: bool = False) -> Room:
    """Return a room where the assistant is in the middle of a sentence.

    early: of the first it says there; else of the first step, when it has spoken for some six seconds.
    """
    room = house.room(echo=response, distorts=True, drift=1e-4)
    room.say("My calf is cramping.", BEGIN_S)
    role = "answer" if early else "step"
    while role not in [event.say.role for _, event in room.events if isinstance(event, Saying)]:
        if room.now > LONGEST_S:
            raise RuntimeError(f"it never came to its {role}: did it interrupt itself? {room.events}")
        room.run(room.now + 0.1)
    room.run(room.now + INTO_S)
    return room


def seen(number: int) -> np.ndarray:
    """Return the response of one of the rooms that thresholds were chosen in."""
    return decaying(REVERBERATION_S[number % 2], number)


def stops_after(room: Room, begin: float) -> float:
    """Return the seconds from `begin` until nothing is heard for a quarter of a second."""
    loud = np.abs(room.heard.astype(int)) > 200
    at = round(begin * SAMPLE_RATE)
    while at < len(loud) and loud[at : at + SAMPLE_RATE // 4].any():
        at += 160
    return at / SAMPLE_RATE - begin


def barge_in(house: House, quick: bool, *, unseen: bool) -> dict[str, object]:
    """Interrupt it in the middle of a sentence. unseen: in other rooms, by other voices."""
    voices = VOICES[2:] if unseen else VOICES[: 2 if quick else 4]
    responses = shoebox if unseen else seen
    stops: list[float] = []
    rows: list[list[Any]] = []
    for number, (voice, text) in enumerate((v, t) for v in voices for t in COMMANDS):
        for echo_db in ECHO_DB:
            early = number % 4 == 3
            response = responses(number) * 10 ** (echo_db / 20)
            room = speaking_room(house, response, early=early)
            now = room.now
            sound = speak(text, voice)
            onset = np.flatnonzero(np.abs(sound.samples.astype(int)) > 300)[0] / SAMPLE_RATE
            room.sound(sound, now)
            room.run(now + 4)
            since = [event for at, event in room.events if at > now]
            heard = any(isinstance(event, Interrupted) for event in since) and any(
                isinstance(event, Saying) for event in since
            )
            stops.append(stops_after(room, now + onset))
            texts = [event.text for event in since if isinstance(event, TurnHeard)]
            rows.append(
                [voice, text, echo_db, "early" if early else "", round(float(stops[-1]), 2), heard, texts]
            )
    return {
        "n": len(rows),
        "interrupted": sum(row[5] for row in rows),
        "stop_ms": _percentiles(stops),
        "stop_ms_after_its_first_sentence": _percentiles([row[4] for row in rows if not row[3]]),
        "by_echo_db": {str(db): sum(row[5] for row in rows if row[2] == db) for db in ECHO_DB},
        "early": [sum(row[5] for row in rows if row[3]), sum(1 for row in rows if row[3])],
        "missed": [row for row in rows if not row[5]],
    }


def _percentiles(seconds: list[float]) -> dict[str, int]:
    return {f"p{p}": round(1000 * float(np.percentile(seconds, p))) for p in (50, 95)}


def no_interruptions(house: House, quick: bool) -> dict[str, object]:
    wrong, count = [], 0
    for voice in VOICES[: 2 if quick else 4]:
        for number, text in enumerate(NO_COMMANDS):
            room = speaking_room(house, decaying(0.3, number))
            now = room.now
            room.say(text, now, voice)
            room.run(now + 5)
            count += 1
            stopped = [e.text for at, e in room.events if isinstance(e, Interrupted) and at > now]
            if stopped:
                wrong.append([voice, text, stopped])
    return {"n": count, "interrupted": len(wrong), "which": wrong}


def own_speech(house: House, minutes: float, first: int) -> dict[str, object]:
    """Let it lead exercise after exercise, each in another loud room, with nobody else there.

    held: how often it fell silent for a moment because it took its own voice for somebody's.
    """
    spoken, held, which = 0.0, 0, []
    seed = first
    while spoken < 60 * minutes:
        room = house.room(echo=decaying(0.3, seed) * 10 ** (6 / 20), distorts=True, drift=1e-4)
        room.say("My calf is cramping.", BEGIN_S)
        room.run(BEGIN_S + 2.5)
        hold = room.conversation.performer.hold
        holds: list[float] = []

        def counted(hold: Callable[[], None] = hold, holds: list[float] = holds, room: Room = room) -> None:
            holds.append(room.now)
            hold()

        room.conversation.performer.hold = counted  # type: ignore[method-assign]
        room.run(BEGIN_S + 110)
        spoken += speech_s(room.heard)
        held += len(holds)
        which += [
            [seed, round(at, 1), e.text]
            for at, e in room.events
            if isinstance(e, Interrupted) and at > BEGIN_S + 2
        ]
        seed += 1
    return {
        "minutes_of_own_speech": round(spoken / 60, 1),
        "self_interruptions": len(which),
        "held": held,
        "which": which,
    }


def speech_s(samples: np.ndarray) -> float:
    """Return how many seconds of a recording are sound, short gaps between words included."""
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600).astype(int)
    return float((np.abs(blocks).max(axis=1) > 300).sum() / 10)


def unrelated(house: House, folder: Path, clips: int, noise: Sound | None) -> dict[str, object]:
    """Play recordings of other talk, one after the other. noise: 10 dB softer, also in their pauses."""
    room = house.room(echo=None)
    answers, speech, begun = [], 0.0, room.now
    files = sorted(one for one in folder.rglob("*") if one.suffix in (".wav", ".flac"))
    chosen = np.random.default_rng(11).permutation(len(files))[:clips]
    for number in chosen:
        talk = read_audio(files[number]).at(SAMPLE_RATE)
        sound = join([silence(1.0), talk, silence(2.0)])
        if noise is not None:
            share = 10 * np.log10(talk.seconds / sound.seconds)  # the level is that of the whole
            sound = add_noise(sound, noise, NOISE_DB + float(share), seed=int(number))
        room.events.clear()
        begin = room.now
        room.sound(sound, begin)
        room.run(begin + sound.seconds)
        speech += talk.seconds
        if room.said():
            answers.append([files[number].name, room.said()[-1][1][:60]])
            room.conversation.forget()
    return {
        "clips": len(chosen),
        "in_noise": noise is not None,
        "minutes": round((room.now - begun) / 60, 1),
        "minutes_of_recordings": round(speech / 60, 1),
        "answers": len(answers),
        "which": answers,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a quarter of everything")
    parser.add_argument("--unseen", action="store_true", help="interrupt it where nothing was tuned")
    parser.add_argument("--unrelated", type=Path, help="folder with recordings of other talk")
    parser.add_argument("--clips", type=int, default=600, help="so many of them at most, in any order")
    parser.add_argument("--noise", type=Path, help="for the other talk: what is heard behind it")
    parser.add_argument("--only", default="", help="one part: cut_offs, barge_in, ...")
    parser.add_argument("--minutes", type=float, default=10, help="of its own speech")
    parser.add_argument(
        "--first-room", type=int, default=0, help="for its own speech: another number, other rooms"
    )
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    house = House()
    noise = read_audio(given.noise, max_seconds=3600).at(SAMPLE_RATE) if given.noise else None
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "cut_offs": lambda: cut_offs(house, given.quick),
        "barge_in": lambda: barge_in(house, given.quick, unseen=given.unseen),
        "no_interruption": lambda: no_interruptions(house, given.quick),
        "own_speech": lambda: own_speech(house, 2 if given.quick else given.minutes, given.first_room),
    }
    if given.unrelated:
        clips = 100 if given.quick else given.clips
        parts["unrelated"] = lambda: unrelated(house, given.unrelated, clips, noise)
    results = {}
    for name, part in parts.items():
        if given.only not in ("", name):
            continue
        results[name] = part()
        print(name, json.dumps(results[name]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
