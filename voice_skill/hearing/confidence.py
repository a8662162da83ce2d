"""How sure it is that a sentence of the grammar is what was said, and not just the nearest thing to it.

The same sound is also heard freely. The less likely the sentence is beside the free text, the more letters
they differ in, and the shorter the sound, the more probably it was not said. (The lead before the next
meaning, and how far the speech stands out of the noise, were tried as well; they told nothing more.)
"""

import math
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from voice_skill.hearing.constrained import Found

WEIGHTS = (2.74, -0.23, -6.21, -3.72, 2.57)
"""Of 1, and of the figures of `Evidence` in their order: a logistic regression that
`benchmarks/calibrate_hearing.py` fitted on spoken orders, spoken cramp questions and unrelated speech."""


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
        total = sum(weight * figure for weight, figure in zip(WEIGHTS, self.figures, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
