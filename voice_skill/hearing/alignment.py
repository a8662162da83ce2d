"""When each word of a text was said.

The network tells no times. But hide the sound from some moment on, and the pieces said after that moment
become unlikely: a piece was said when the sound up to there first makes it about as likely as the whole
sound does. All moments are asked about in one pass.
"""

from collections.abc import Sequence

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.moonshine_model import Encoded, MoonshineModel
from voice_skill.hearing.recognizer import Word
from voice_skill.hearing.spelling import plain

STEP_S = 0.16
"""Seconds between two moments that are asked about."""

AS_LIKELY = 0.5
"""Share of its probability in the whole sound from which on a piece counts as heard."""

MOST_MOMENTS = 64
"""Moments asked about at once: more sound is asked about more coarsely, so that the memory stays bounded."""


def word_times(model: MoonshineModel, encoded: Encoded, tokens: Sequence[int]) -> tuple[Word, ...]:
    """Return the words of a text of this sound, with times in seconds from its first sample.

    A word ends where it becomes recognisable and begins where the one before it ended, both to about a fifth
    of a second; they never run backwards.
    """
    if not tokens:
        return ()
    seconds = encoded.samples / SAMPLE_RATE
    length = encoded.states.shape[1]
    moments = max(1, min(MOST_MOMENTS, round(seconds / STEP_S)))
    cuts = np.linspace(0, length, moments + 1).round().astype(int)[1:]
    states = np.repeat(encoded.states, moments, axis=0)
    for row, cut in enumerate(cuts):
        states[row, cut:] = 0
    odds = model.piece_scores(states, encoded, [tokens] * moments)
    unheard = np.exp(odds - odds[-1]) < AS_LIKELY
    # The first moment after the last at which the piece was not to be heard yet.
    first = np.where(unheard.any(axis=0), moments - np.argmax(unheard[::-1], axis=0), 0)
    ends = np.maximum.accumulate(cuts[np.minimum(first, moments - 1)] / length * seconds)
    return _words(model, tokens, [float(end) for end in ends])


def _words(model: MoonshineModel, tokens: Sequence[int], ends: Sequence[float]) -> tuple[Word, ...]:
    """Put pieces together into words."""
    words: list[Word] = []
    letters, start, end = "", 0.0, 0.0
    for token, heard in zip(tokens, ends, strict=False):
        text = plain(model.tokenizer, token) or ""
        if text.startswith(" ") and letters:
            words.append(Word(letters, start, end))
            letters, start = "", end
        letters += text.strip()
        if text.strip():
            end = heard
    return (*words, Word(letters, start, end)) if letters else tuple(words)
