r"""The own voice taken out of what is heard: the program's echo canceller beside WebRTC's.

    python -m benchmarks.conversation.cancellers [--json OUT.json]

The assistant speaks; a person says a command into the middle of it, while it goes on speaking. In the rooms
of pyroomacoustics, the loudspeaker distorts (tanh), comes 30 ms late, its clock runs 100 ppm fast. Told of
each canceller: by how many dB the assistant's voice gets softer while it speaks alone (from its third second
on); how much of what is heard during the command is the person's voice, as a ratio to all the rest, in dB;
and how many commands are then understood. WebRTC's is livekit's AudioProcessingModule (of `[bench]`).
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import figures
from benchmarks.conversation.rooms import ROOMS, shoebox
from tests.test_conversation import House
from tests.voices import speak
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame, Samples, join

OWN = (
    "Sit down, and straighten your leg.",
    "Pull your toes towards you, gently.",
    "Hold it there, and keep breathing.",
)
COMMANDS = ("Stop.", "Louder.", "My chest hurts.", "How much longer?")
VOICES = ("piper-slow", "espeak-male")
ECHO_DB = (0, 10)
SAID_AT_S, ALONE_FROM_S = 4.0, 2.0
DELAY, DRIFT = round(0.03 * SAMPLE_RATE), 1e-4
TEN_MS = SAMPLE_RATE // 100

Canceller = Callable[[Samples, Samples], Samples]
"""What was heard and what was played, of the same length, to what is left."""


def nothing(heard: Samples, played: Samples) -> Samples:  # noqa: ARG001
    """Leave everything as it is."""
    return heard


def ours(heard: Samples, played: Samples) -> Samples:
    """Use the program's own canceller."""
    canceller, left = EchoCanceller(), []
    for at in range(0, len(heard) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        now = slice(at, at + FRAME_SAMPLES)
        canceller.played.add(played[now], SAMPLE_RATE, (at + DELAY) / SAMPLE_RATE)
        left.append(canceller.clean(Frame(heard[now], at / SAMPLE_RATE)).samples)
    return np.concatenate(left)


def webrtc(heard: Samples, played: Samples) -> Samples:
    """Use WebRTC's, told of the delay."""
    from livekit import rtc

    module = rtc.AudioProcessingModule(
        echo_cancellation=True, noise_suppression=False, high_pass_filter=True, auto_gain_control=False
    )
    module.set_stream_delay_ms(round(1000 * DELAY / SAMPLE_RATE))
    left = []
    for at in range(0, len(heard) - TEN_MS + 1, TEN_MS):
        now = slice(at, at + TEN_MS)
        module.process_reverse_stream(rtc.AudioFrame(played[now].tobytes(), SAMPLE_RATE, 1, TEN_MS))
        frame = rtc.AudioFrame(heard[now].tobytes(), SAMPLE_RATE, 1, TEN_MS)
        module.process_stream(frame)
        left.append(np.frombuffer(frame.data, np.int16).copy())
    return np.concatenate(left)


CANCELLERS: dict[str, Canceller] = {"none": nothing, "voice-skill": ours, "WebRTC": webrtc}


def scene(played: Samples, command: Samples, room: int, echo_db: float) -> tuple[Samples, Samples]:
    """Return what the microphone hears, and of that the person alone."""
    places = np.arange(len(played)) * (1 + DRIFT)
    audible = np.interp(places, np.arange(len(played)), played.astype(float))
    distorted = 16_000 * np.tanh(audible / 16_000)
    echo = np.convolve(distorted, shoebox(room) * 10 ** (echo_db / 20))[: len(played) - DELAY]
    person = np.zeros(len(played))
    begin = round(SAID_AT_S * SAMPLE_RATE)
    person[begin : begin + len(command)] = command
    heard = person + np.random.default_rng(room).normal(0, 5, len(played))
    heard[DELAY:] += echo
    return _samples(heard), _samples(person)


def row(
    house: House, name: str, played: Samples, said: tuple[str, str], place: tuple[int, float]
) -> dict[str, Any]:
    """Return what one canceller makes of one scene. said: text and voice. place: room and echo in dB."""
    text, voice = said
    command = speak(text, voice).samples
    heard, person = scene(played, command, *place)
    left = CANCELLERS[name](heard, played)
    alone = slice(round(ALONE_FROM_S * SAMPLE_RATE), round(SAID_AT_S * SAMPLE_RATE))
    during = slice(alone.stop, alone.stop + len(command) + round(0.1 * SAMPLE_RATE))
    around = left[during.start - round(0.3 * SAMPLE_RATE) : during.stop + round(0.3 * SAMPLE_RATE)]
    meaning = house.understander.understand(house.ears.recognise(around).text)
    wanted = house.understander.understand(text)
    return {
        "canceller": name,
        "room": ROOMS[place[0]].name,
        "echo_db": place[1],
        "voice": voice,
        "text": text,
        "removed_db": _db(heard[alone]) - _db(left[alone]),
        "person_db": share_db(left[during], person, during.start),
        "understood": meaning.intent == wanted.intent,
    }


def share_db(left: Samples, person: Samples, begin: int) -> float:
    """Return the power of the person's voice in what is left, to that of all the rest; the lag is found."""
    best = 0.0
    for lag in range(0, round(0.05 * SAMPLE_RATE), 4):
        voice = person[begin - lag : begin - lag + len(left)].astype(float)
        product = float(voice @ left.astype(float))
        best = max(best, product**2 / ((float(voice @ voice) + 1) * (float(left.astype(float) @ left) + 1)))
    return float(10 * np.log10(max(best, 1e-6) / max(1 - best, 1e-6)))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of each canceller, by the level of the echo."""
    table: dict[str, Any] = {}
    for name in CANCELLERS:
        for echo_db in ECHO_DB:
            some = [one for one in rows if (one["canceller"], one["echo_db"]) == (name, echo_db)]
            table[f"{name}, echo {echo_db} dB above the person"] = {
                "removed_db": round(float(np.median([one["removed_db"] for one in some])), 1),
                "person_db": round(float(np.median([one["person_db"] for one in some])), 1),
                "understood": f"{sum(one['understood'] for one in some)} of {len(some)}",
            }
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    house = House()
    played = join([speak(sentence) for sentence in OWN]).samples
    rows = []
    for number, (text, voice) in enumerate((text, voice) for text in COMMANDS for voice in VOICES):
        for echo_db in ECHO_DB:
            place = number % len(ROOMS), echo_db
            rows += [row(house, name, played, (text, voice), place) for name in CANCELLERS]
    result = summary(rows)
    print(json.dumps(result, indent=1))
    figures.write(given.json, {"summary": result, "rows": rows})


def _samples(sound: npt.NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(sound), -32767, 32767).astype(np.int16)


def _db(sound: Samples) -> float:
    return 10 * float(np.log10(np.mean(sound.astype(float) ** 2) + 1))


if __name__ == "__main__":
    main()
