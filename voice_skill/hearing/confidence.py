"""How sure it is that what was heard is what was said: of a sentence of the grammar, and of free text.

The same sound is heard twice: held to the grammar, and freely. The less likely a sentence of the grammar is
beside the free text, the more letters they differ in, and the shorter the sound, the more probably it was not
said. Free text is the surer, the likelier its pieces are, the more of them there are, the further the speech
stands out of the noise, and if it happens to be a sentence of the grammar. (Tried as well, and told nothing
more: the lead of the best sentence before the next meaning, the least likely piece, the speed of speech.)
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from voice_skill.hearing.constrained import Found

Floats = npt.NDArray[np.float32]

WEIGHTS = (2.74, -0.23, -6.21, -3.72, 2.57)
"""Of 1, and of the figures of `Evidence` in their order: a logistic regression that
`benchmarks/calibrate_hearing.py` fitted on spoken orders, spoken cramp questions and unrelated speech."""

FREE_WEIGHTS = (-1.6, 3.0, 0.9, 1.9, 1.1)
"""The same of the figures of `FreeEvidence`."""

WINDOW = 480
"""Samples whose loudness is looked at to tell speech from the noise behind it: 30 ms."""


@dataclass(frozen=True, slots=True)
class Free:
    """What was heard freely. letters: without marks and spaces. odds: its log-probability. pieces: count."""

    letters: str
    odds: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence of the grammar.

    behind: how far its log-probability is behind that of the free text, for each piece of the shorter one.
    unlike: letters in which the two differ; uneven: letters that one has more; both as a share of the longer.
    length: natural logarithm of the sound's seconds.
    """

    behind: float
    unlike: float
    uneven: float
    length: float

    @classmethod
    def of(cls, found: Found, free: Free, seconds: float) -> "Evidence":
        """Compare a sentence with the free text of the same sound."""
        held = "".join(found.words)
        longer = max(len(held), len(free.letters), 1)
        return cls(
            behind=(free.odds - found.score) / max(1, min(len(found.tokens), free.pieces)),
            unlike=Levenshtein.distance(held, free.letters) / longer,
            uneven=abs(len(held) - len(free.letters)) / longer,
            length=math.log(max(seconds, 0.1)),
        )

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of WEIGHTS, after the constant 1."""
        return (1.0, self.behind, self.unlike, self.uneven, self.length)

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the sentence means what was meant."""
        return _probability(WEIGHTS, self.figures)


@dataclass(frozen=True, slots=True)
class FreeEvidence:
    """What speaks for a free text.

    likely: the mean log-probability of its pieces. length: natural logarithm of their number. clear: how far
    the loud moments of the sound stand out of the quiet ones, in units of 100 dB. inside: it is a sentence of
    the grammar.
    """

    likely: float
    length: float
    clear: float
    inside: bool = False

    @classmethod
    def of(cls, odds: float, pieces: int, samples: Floats, *, inside: bool) -> "FreeEvidence":
        """Look at a text of this sound (-1..1, 16 kHz). odds: the text's log-probability."""
        pieces = max(1, pieces)
        return cls(odds / pieces, math.log(pieces), clearness(samples) / 100, inside)

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of FREE_WEIGHTS, after the constant 1."""
        return (1.0, self.likely, self.length, self.clear, float(self.inside))

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the text means what was meant."""
        return _probability(FREE_WEIGHTS, self.figures)


def clearness(samples: Floats) -> float:
    """Return by how many dB the loud tenth of a sound (-1..1) is louder than the quiet tenth."""
    windows = samples[: len(samples) // WINDOW * WINDOW].astype(np.float64).reshape(-1, WINDOW)
    if not len(windows):
        return 0.0
    power = np.mean(np.square(windows), axis=1) + 1e-9  # about one step of 16 bits: digital silence has none
    quiet, loud = np.quantile(power, (0.1, 0.9))
    return float(10 * np.log10(loud / quiet))


def _probability(weights: tuple[float, ...], figures: tuple[float, ...]) -> float:
    total = sum(weight * figure for weight, figure in zip(weights, figures, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
