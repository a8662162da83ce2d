"""How sure it is that what was heard is what was said: of a sentence of the grammar, and of free text.

The same sound is heard twice: held to the grammar, and freely. The more sounds the two differ in, the shorter
they are, and the further the sentence's log-probability is behind, the more probably it is just the nearest
sentence, and not the one that was said; in noise the free text has wrong sounds all the same. Free text is
the surer, the likelier its pieces are, the more of them there are, the further the speech stands out of the
noise, and if it is a sentence of the grammar.
(Tried as well, and told nothing more: letters in place of sounds, how long it took, the lead of the best
sentence before the next meaning, the least likely piece, the speed of speech.)
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from voice_skill.hearing.constrained import Found

Floats = npt.NDArray[np.float32]

WEIGHTS = (-0.04, -7.2, -1.12, -1.51, 1.97, -5.27, 0.94)
"""Of 1, and of the figures of `Evidence` in their order: a logistic regression that
`benchmarks/calibrate_hearing.py` fitted on spoken orders, spoken cramp questions and unrelated speech."""

FREE_WEIGHTS = (-1.52, 3.62, 1.31, 0.7, 3.56)
"""The same of the figures of `FreeEvidence`."""

EXPECTED_WEIGHTS = (5.47, 0.49, -0.13, -2.65, 3.27, 1.28)
"""The same of the figures of `ExpectedEvidence`; `benchmarks/calibrate_expected.py` fitted them."""

WINDOW = 480
"""Samples whose loudness is looked at to tell speech from the noise behind it: 30 ms."""


@dataclass(frozen=True, slots=True)
class Free:
    """What was heard freely. letters: without marks and spaces. odds: its log-probability. pieces: count.

    clear: see `clearness`.
    """

    letters: str
    odds: float
    pieces: int
    clear: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence of the grammar.

    unlike: cost of the sounds in which it and the free text differ (see `sounds`); uneven: sounds that one
    has more; both as a share of the longer. wrong: that cost, in tens. length: natural logarithm of the
    longer one's sounds. clear: see `clearness`. behind: its log-probability less the free text's, by the free
    text's pieces.
    """

    unlike: float
    uneven: float
    wrong: float
    length: float
    clear: float
    behind: float

    @classmethod
    def of(cls, score: float, sounds: int, differ: float, heard: float, free: Free) -> "Evidence":
        """Compare a sentence with the free text of the same sound.

        score: the sentence's log-probability. sounds: how many it has. differ: cost of turning the text into
        it. heard: how many sounds the text has. (Both on the average, if there are several.)
        """
        longer = max(float(sounds), heard, 1.0)
        return cls(
            unlike=differ / longer,
            uneven=abs(sounds - heard) / longer,
            wrong=differ / 10,
            length=math.log(longer),
            clear=free.clear,
            behind=(score - free.odds) / max(1, free.pieces),
        )

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of WEIGHTS, after the constant 1."""
        return (1.0, self.unlike, self.uneven, self.wrong, self.length, self.clear, self.behind)

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the sentence means what was meant."""
        return _probability(WEIGHTS, self.figures)


@dataclass(frozen=True, slots=True)
class FreeEvidence:
    """What speaks for a free text.

    likely: the mean log-probability of its pieces. length: natural logarithm of their number. clear: see
    `clearness`. inside: it is a sentence of the grammar.
    """

    likely: float
    length: float
    clear: float
    inside: bool = False

    @classmethod
    def of(cls, odds: float, pieces: int, samples: Floats, *, inside: bool) -> "FreeEvidence":
        """Look at a text of this sound (-1..1, 16 kHz). odds: the text's log-probability."""
        pieces = max(1, pieces)
        return cls(odds / pieces, math.log(pieces), clearness(samples), inside)

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of FREE_WEIGHTS, after the constant 1."""
        return (1.0, self.likely, self.length, self.clear, float(self.inside))

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the text means what was meant."""
        return _probability(FREE_WEIGHTS, self.figures)


@dataclass(frozen=True, slots=True)
class ExpectedEvidence:
    """What speaks for a short sentence that a conversation expects.

    ahead: by how much its log-probability exceeds the free text's, mostly less than 0. length: natural
    logarithm of its letters. unlike: letters in which the two differ, as a share of the longer. likely: mean
    log-probability of the free text's pieces. answers: it answers the open
    question for a slot.
    """

    ahead: float
    length: float
    unlike: float
    likely: float
    answers: bool

    @classmethod
    def of(cls, found: Found, free: Free, *, answers: bool) -> "ExpectedEvidence":
        """Compare a sentence with the free text of the same sound."""
        held = "".join(found.words)
        return cls(
            ahead=found.score - free.odds,
            length=math.log(len(held)),
            unlike=Levenshtein.distance(held, free.letters) / max(len(held), len(free.letters)),
            likely=free.odds / max(1, free.pieces),
            answers=answers,
        )

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of EXPECTED_WEIGHTS, after the constant 1."""
        return (1.0, self.ahead, self.length, self.unlike, self.likely, float(self.answers))

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the sentence means what was meant."""
        return _probability(EXPECTED_WEIGHTS, self.figures)


def clearness(samples: Floats) -> float:
    """Return how far the loud tenth of a sound (-1..1) is above the quiet tenth, in units of 100 dB."""
    windows = samples[: len(samples) // WINDOW * WINDOW].astype(np.float64).reshape(-1, WINDOW)
    if not len(windows):
        return 0.0
    power = np.mean(np.square(windows), axis=1) + 1e-9  # about one step of 16 bits: digital silence has none
    quiet, loud = np.quantile(power, (0.1, 0.9))
    return float(np.log10(loud / quiet)) / 10


def _probability(weights: tuple[float, ...], figures: tuple[float, ...]) -> float:
    total = sum(weight * figure for weight, figure in zip(weights, figures, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
