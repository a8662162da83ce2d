"""Tells whether anybody else is heard while the program speaks, or only what is left of its own voice.

What the echo filter leaves is compared with the echo that it removed, band by band. That ratio has a mean and
a spread of its own in every room, learnt here while the program speaks; somebody else raises it in many
bands at once. Until the filter has learnt the room, all the echo that there may be is expected to be left.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Powers = npt.NDArray[np.float64]

EDGES = np.array([6, 10, 14, 19, 25, 33, 43, 56, 73, 95, 124, 160, 210])
"""Bands of speech, as wide as the ear's, in bins of 31 Hz."""

BANDS = len(EDGES) - 1

REVERBERATION = 0.66
"""How much of the echo's power is still in the room a block, 16 ms, later."""

SMEARED = 12
"""Blocks by which the echo may come later than it was played."""

COUPLING = 10.0
"""Power of the echo, of what is played, that is supposed before there is any measurement."""

COUPLED = 0.1
"""Share of that echo that is always expected to be left."""

DISTORTED = 0.01
"""Share of all the echo that a loudspeaker's distortion spreads over every band."""

OVERDRIVEN = 0.2
"""Power of what is played, of full scale, at which the distortion would be as loud as the echo; it grows with
the square of that power, as in a loudspeaker whose travel ends softly."""

FLOOR = 1e-8
LOUD_ENOUGH = 1e-5
"""Power, of full scale, that is the softest voice: -50 dB."""

BLOCKS = 3
"""Blocks over which the ratio is taken: 48 ms."""

UNUSUAL = 1.4
"""Spreads above the mean, over all bands, from which it is somebody else."""

SURELY = 2.25
"""The same, three blocks in a row, that is not reached by any residue."""

LEARNING = 30
"""Blocks of the program's own voice before anything is taken for somebody else's: half a second."""

USUAL_MEAN, USUAL_SPREAD = -22.0, 5.0
"""In decibels, the ratio of what the filter leaves to the echo that is expected, as it is in most rooms, and
its spread, before those of this room are known. A higher mean hides a person in the first seconds; with a
lower one the own voice is taken for a person's more often."""

MEMORY = 0.01
"""Weight of the newest block in what is usual; a tenth of it while somebody else is heard."""

IMPROVES, SINKS = 200, 0.06
"""While the filter still gets better, for these blocks, 3.2 s, the mean sinks with so much weight: the
average of what it left at first would hide a person afterwards."""

STAYS = 16
"""Blocks for which somebody who was heard is supposed to go on: speech has gaps."""


class NearEnd:
    """Judges block after block. `heard` tells whether somebody else is; True while nothing is played."""

    def __init__(self) -> None:
        self._mean = np.full(BANDS, USUAL_MEAN)
        self._spread = np.full(BANDS, USUAL_SPREAD)
        self._echo = np.zeros(BANDS)
        self._microphone = np.full(BANDS, COUPLING * 1e-3)
        self._loudspeaker = np.full(BANDS, 1e-3)
        self._played: deque[Powers] = deque(maxlen=SMEARED)
        self._expected: deque[Powers] = deque(maxlen=BLOCKS)
        self._left: deque[Powers] = deque(maxlen=BLOCKS)
        self._blocks = 0
        self._foreign = 0
        self._stays = self._clipped = 0
        self._clear = self._surely = 0

    @property
    def surely(self) -> bool:
        """Tell whether there is no doubt that somebody else was heard in the last quarter of a second."""
        return self._surely > 0

    def take(
        self, heard: Floats, played: Floats, echo: Floats, left: Floats, *, clipped: bool = False
    ) -> bool:
        """Tell whether somebody else is heard in a block; all are its power spectra, in bins.

        heard: the microphone. played: the loudspeaker. echo: what the filter takes for echo. left: the rest.
        clipped: the microphone was overdriven.
        """
        microphone, loudspeaker, removed, rest = (_bands(one) for one in (heard, played, echo, left))
        self._blocks += 1
        self._played.append(loudspeaker)
        self._echo = np.maximum(removed, REVERBERATION * self._echo)
        smeared = np.max(self._played, axis=0)
        if loudspeaker.sum() > 1e-6:
            self._microphone += 0.016 * microphone
            self._loudspeaker += 0.016 * smeared
        expected = np.maximum(self._echo, COUPLED * self._microphone / self._loudspeaker * smeared)
        distorted = DISTORTED + min(1.0, (float(smeared.sum()) / OVERDRIVEN) ** 2)
        self._expected.append(expected + distorted * expected.sum() + FLOOR)
        self._left.append(rest + 0.1 * FLOOR)
        self._clipped = BLOCKS if clipped else max(0, self._clipped - 1)
        foreign = self._unusual() and not self._clipped  # what is cut off, no filter can foresee
        # Two of three blocks in a row: one alone is a click.
        self._foreign = min(2, self._foreign + 1) if foreign else max(0, self._foreign - 1)
        self._stays = STAYS if self._foreign == 2 else max(0, self._stays - 1)
        return self._stays > 0

    def _unusual(self) -> bool:
        ratio = 10 * np.log10(np.mean(self._left, axis=0) / np.mean(self._expected, axis=0))
        distance = np.clip((ratio - self._mean) / np.maximum(self._spread, 2.0), -1.0, 3.0)
        unusual = bool(distance.mean() > UNUSUAL) and self._blocks > LEARNING
        weight = max(MEMORY, 1 / (self._blocks + 10)) * (0.1 if unusual else 1.0)
        off = np.clip(ratio - self._mean, -12.0, 12.0)
        better = (off < 0) & (self._blocks < IMPROVES)
        self._mean += np.where(better, max(weight, SINKS), weight) * off
        self._spread += weight * (1.25 * np.abs(off) - self._spread)
        loud = float(self._left[-1].sum()) > LOUD_ENOUGH
        self._clear = self._clear + 1 if unusual and loud and distance.mean() > SURELY else 0
        self._surely = STAYS if self._clear >= BLOCKS else max(0, self._surely - 1)
        return unusual and loud


def _bands(spectrum: Floats) -> Powers:
    """Return the power in each band, of full scale."""
    sums: Powers = np.add.reduceat(spectrum.astype(np.float64), EDGES)[:-1]
    return sums / (192 * 512)
