"""How sure it is that a sentence of the grammar is what was said, and not just the nearest thing to it.

The same sound is also heard freely. The less likely the sentence is beside the free text, the more letters
they differ in, the shorter and the noisier the sound, and the nearer another sentence comes, the more
probably it was not said.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.constrained import Found

WEIGHTS = (3.27, -0.48, -5.8, -3.03, 1.74, 0.0, 0.0)
"""Of 1, and of the figures of `Evidence` in their order: a logistic regression that
`benchmarks/calibrate_hearing.py` fitted on spoken orders, spoken cramp questions and unrelated speech."""

WIDEST_LEAD = 10.0
"""A lead beyond this says no more than this."""

CLEAREST_DB = 40.0
"""Speech that stands out of its background more than this is as clear as can be."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sounding:
    """What is known of a sound without its words.

    length: natural logarithm of its seconds. clear: how far its loud moments stand out of its quiet ones,
    in tens of decibels, 0..4.
    """

    length: float
    clear: float

    @classmethod
    def of(cls, samples: Floats) -> "Sounding":
        """Measure mono sound at 16 kHz, shape (n,)."""
        width = SAMPLE_RATE // 50
        whole = samples[: len(samples) - len(samples) % width].reshape(-1, width)
        power = np.square(whole).mean(axis=1) if len(whole) else np.ones(1)
        quiet, loud = np.quantile(power, (0.1, 0.9)) + 1e-10
        decibels = min(CLEAREST_DB, 10 * math.log10(loud / quiet))
        return cls(math.log(max(len(samples) / SAMPLE_RATE, 0.1)), decibels / 10)


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
    sounding: of the sound. lead: how far its score is before that of the best sentence that means something
    else; less than nothing where it is behind.
    """

    behind: float
    unlike: float
    uneven: float
    sounding: Sounding
    lead: float

    @classmethod
    def of(cls, found: Found, free: Free, sounding: Sounding, lead: float) -> "Evidence":
        """Compare a sentence with the free text of the same sound."""
        held = "".join(found.words)
        longer = max(len(held), len(free.letters), 1)
        return cls(
            behind=(free.odds - found.score) / max(1, min(len(found.tokens), free.pieces)),
            unlike=Levenshtein.distance(held, free.letters) / longer,
            uneven=abs(len(held) - len(free.letters)) / longer,
            sounding=sounding,
            lead=max(-WIDEST_LEAD, min(WIDEST_LEAD, lead)),
        )

    @property
    def figures(self) -> tuple[float, ...]:
        """The figures in the order of WEIGHTS, after the constant 1."""
        sounding = self.sounding
        return (1.0, self.behind, self.unlike, self.uneven, sounding.length, sounding.clear, self.lead)

    @property
    def confidence(self) -> float:
        """The probability, 0..1, that the sentence means what was meant."""
        return probability(self.figures)


def probability(figures: tuple[float, ...]) -> float:
    """Return the probability, 0..1, that figures of evidence speak for."""
    total = sum(weight * figure for weight, figure in zip(WEIGHTS, figures, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
