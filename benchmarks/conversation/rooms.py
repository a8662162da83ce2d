"""Rooms for the benchmarks: how the loudspeaker is heard at the microphone, as impulse responses.

`decaying` makes one of decaying noise. `shoebox` has pyroomacoustics (of the extra `[bench]`) work out the
reflections in a room of six walls, with the assistant on a bedside table or a counter.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_skill.audio.frames import SAMPLE_RATE

Response = npt.NDArray[np.float64]

APART_M = 0.12
"""From loudspeaker to microphone: both are in one small box."""


@dataclass(frozen=True, slots=True)
class Walls:
    """A room of six walls. size_m: length, width, height. reverberation_s: until it is 60 dB softer."""

    name: str
    size_m: tuple[float, float, float]
    reverberation_s: float
    box_m: tuple[float, float, float]


ROOMS = (
    Walls("bedroom", (4.0, 3.2, 2.5), 0.3, (0.5, 0.6, 0.6)),
    Walls("living room", (6.0, 4.5, 2.6), 0.45, (2.0, 1.0, 0.8)),
    Walls("tiled bathroom", (2.4, 2.0, 2.4), 0.5, (0.8, 0.4, 1.0)),
    Walls("pharmacy", (9.0, 7.0, 3.0), 0.6, (4.5, 2.0, 1.1)),
)


def decaying(reverberation_s: float, seed: int) -> Response:
    """Return a response of decaying noise that begins after 8 ms."""
    count = round(reverberation_s * SAMPLE_RATE)
    decay = np.exp(-6.9 * np.arange(count) / count)
    response = np.random.default_rng(seed).normal(size=count) * decay
    response[0] = 6.0
    return np.concatenate([np.zeros(128), response / np.sqrt((response**2).sum())])


@functools.cache
def shoebox(number: int) -> Response:
    """Return the response of room `number` of ROOMS, counted on and on from 0, by the image source method."""
    import pyroomacoustics

    walls = ROOMS[number % len(ROOMS)]
    absorption, order = pyroomacoustics.inverse_sabine(walls.reverberation_s, walls.size_m)
    material = pyroomacoustics.Material(absorption)
    room = pyroomacoustics.ShoeBox(walls.size_m, fs=SAMPLE_RATE, materials=material, max_order=min(order, 17))
    x, y, z = walls.box_m
    room.add_source([x, y, z])
    room.add_microphone([x + APART_M, y, z])
    room.compute_rir()
    response: Response = np.asarray(room.rir[0][0], float)[: round(walls.reverberation_s * SAMPLE_RATE)]
    response /= np.sqrt((response**2).sum())
    return response
