"""Hearing with the knowledge of what may be said: the free text and the nearest sentences, weighed.

The model's own score is not the last word. In noise it gives up a sentence half-way, or slips over a short
word, though the free text of the same sound, wrong as it is, has sounds for all of it. So the sentences that
the search found are ranked by their score and by the sounds in which they differ from the free text. Where a
doubt is left, the sound is also played slower and faster: an accent or a voice that the model mishears at one
speed it often hears at another. Sentences that sound like what was heard then are weighed as well.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import soxr

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.hearing.abandon import side_by_side
from voice_skill.hearing.ahead import follow
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.confidence import Evidence, Free, clearness
from voice_skill.hearing.constrained import Found, search
from voice_skill.hearing.decoding import Beam, decode
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel
from voice_skill.hearing.readings import Reading
from voice_skill.hearing.sound_alike import SoundAlikes
from voice_skill.hearing.sounds import distances, sounds_of_all
from voice_skill.hearing.spelling import Speller, spoken_words
from voice_skill.hearing.written import written
from voice_skill.memory import return_free_memory
from voice_skill.understanding.normalize import normal_form

QUICK = 8
"""Sentences followed side by side."""

CLEAR = 0.8
"""Confidence at which no second look is taken."""

PLAUSIBLE = 0.2
"""Confidence from which a second look may settle the doubt."""

SHORT_PIECES, BABBLE = 8, -0.9
"""A text of no more pieces, and its log-probability for each below which it is none. Of 120 short alarms by
the voices of the tests, in quiet and at 10 dB, four are below it, all of them heard wrongly."""

NEARLY_SAID = 4.5
"""Cost of the sounds in which a sentence differs from the free text up to which the other speeds need not be
listened to. Beyond, something like it was said, but more often another sentence of the grammar: of the only
23 such orders, in noise, of the half for development, 8 of 9 that were nearer were right, and 2 of 14.
(A tuned network gained nothing by it in 500 sentences in noise.)"""

SEVERAL_PIECES = 6
"""Pieces of free text from which on it is long enough for the first search to have lost its way. Then an
untuned network takes a second look in any case. Single words about something else are not looked at twice,
unless they make no sense: a cry for help may be in them. (What people say in their own words is far from any
sentence. For a tuned network, looking at that twice only took time: of 300 such sentences, half in noise, it
changed the meaning of none.)"""

CLEARLY_SPOKEN, CLEARLY_SPOKEN_TUNED = -0.13, -0.2
"""Log-probability for each piece from which on the free text is beyond doubt, and no second look is taken:
what it says is just not a sentence of the grammar. In noise it is hardly ever reached."""

SPEEDS = (1.15, 0.85)
"""How long the sound is made to last at the second look."""

ALIKE, LOOKED_AT = 8, 12
"""Sentences weighed because they sound like what was heard, and those looked at for each text heard."""

CLOSE = 0.3
"""Cost of a sound up to which a sentence sounds so much like the free text that a second look is taken."""

VERY_CLOSE = 0.12
"""What a sound may cost in the sentences that are weighed against a text of which each piece is certain."""

TRUSTED = -0.1
"""Log-probability for each piece from which on a text that is no sentence of the grammar is not searched for
again, if each piece is certain and the network tuned."""

RESCORED, KEPT = 6, 6
"""Sentences found by the first look that are weighed again, and those that are scored at all speeds."""

LEEWAY, LEEWAY_PER_SECOND = 8.0, 3.0
"""How far a sentence's log-probability may stay behind the free text's before the search gives it up."""

WRONG_SOUND, SOUND = 4.0, 2.0
"""What a sound in which a sentence wholly differs from the free text takes from its score, and what each of
its sounds adds: the longer a sentence, the less likely each spelling of it. Chosen on sentences of the pack
spoken by the voices of the tests and on spoken orders, in quiet and in noise, of the half for development."""

Words = tuple[str, ...]
Meanings = tuple[Reading, ...]

_SENTENCE_END = re.compile(r"[.?!]+ +")


@dataclass(frozen=True, slots=True)
class Held:
    """One sentence of the grammar that the sound may be.

    text, tokens: as the model spells it. score: of the sound and the free text together; more is likelier.
    confidence: that it was said, 0..1. readings: what it can mean, with slots.
    """

    text: str
    tokens: tuple[int, ...]
    words: tuple[str, ...]
    score: float
    confidence: float
    readings: tuple[Reading, ...]
    evidence: Evidence | None = None


class Looked(NamedTuple):
    """What one sound may be: freely heard, and the nearest sentences of the grammar, best first.

    again: what is heard freely when the sound is played slower and faster; () without a second look.
    """

    free: Beam
    held: tuple[Held, ...]
    again: tuple[str, ...] = ()


class _View:
    """One way to look at a sound. Works out the log-probability of each sentence once."""

    def __init__(self, model: MoonshineModel, started: tuple[Floats, Memory]) -> None:
        self._model = model
        self._started = started
        self._scores: dict[tuple[int, ...], float] = {}

    def scores(self, every: Sequence[Found]) -> list[float]:
        """Return the log-probability of each sentence."""
        new = [one.tokens for one in every if one.tokens not in self._scores]
        if new:
            self._scores |= zip(new, map(float, self._model.score(self._started, new)), strict=True)
        return [self._scores[one.tokens] for one in every]


class _First(NamedTuple):
    """What the first look at a sound found: the free text, its words, and sentences of the grammar."""

    samples: Floats
    view: _View
    free: Free
    words: Words
    found: Sequence[Found]


class _Other(NamedTuple):
    """A sound played at another speed, what is heard freely then, and the sentences that sound like it."""

    view: _View
    text: str
    words: Words
    alike: Sequence[Words]


class GrammarHearing:
    """Holds what one model hears to one grammar."""

    def __init__(self, model: MoonshineModel, grammar: Grammar) -> None:
        self._model = model
        self.grammar = grammar
        self._speller = Speller(model.tokenizer, grammar)
        self._alikes = SoundAlikes(grammar)

    @property
    def speller(self) -> Speller:
        """What spells the grammar's sentences, for others in the same pieces to share."""
        return self._speller

    def hear(
        self,
        samples: Floats,
        started: tuple[Floats, Memory],
        bias: WordBias,
        settled: Callable[[Beam], bool] = lambda _: False,
        draft: Sequence[int] = (),
    ) -> Looked:
        """Return what is heard freely, and the nearest sentences of the grammar.

        There are none when none comes near. samples: the sound, as `model.encode` takes it. started: what the
        model's `start` returned for it. bias: for what is heard freely. settled: told that, it tells
        whether it is known by other means what was said, so that no second look is needed. draft: pieces that
        the text may begin with.
        """
        try:
            certain = follow(self._model, started, draft)
            looked = self._around(certain, samples, started) if certain else None
            return looked or self._hear(samples, started, bias, settled)
        finally:  # what somebody said is not kept
            self._alikes.forget()
            self.grammar.forget_said()

    def _around(self, free: Beam, samples: Floats, started: tuple[Floats, Memory]) -> Looked | None:
        """Return a text of which each piece is certain, and the sentences that sound nearly the same.

        None where it is no sentence, and not to be trusted: an untuned network is too often certain of what
        nobody said.
        """
        words, readings = self._read(free)
        if readings:
            return Looked(free, (self._inside(free, words, readings),))
        if not self._model.tuned or free.odds < TRUSTED * len(free.tokens):
            return None
        alike = self._alikes.nearest(_normal(words), LOOKED_AT, VERY_CLOSE)
        found = _scored(self._new([words], alike, []), [_View(self._model, started)])
        heard = Free("".join(words), free.odds, len(free.tokens), clearness(samples))
        return Looked(free, tuple(self._ranked(found, heard, [words])))

    def _inside(self, free: Beam, words: Words, readings: Meanings) -> Held:
        """Return the free text as the sentence of the grammar that it is."""
        text = self._model.tokenizer.decode(free.tokens)
        return Held(text, free.tokens, words, free.odds, 1.0, readings)

    def _hear(
        self,
        samples: Floats,
        started: tuple[Floats, Memory],
        bias: WordBias,
        settled: Callable[[Beam], bool],
    ) -> Looked:
        free = decode(self._model, started, bias)
        words, readings = self._read(free)
        if readings:
            return Looked(free, (self._inside(free, words, readings),))
        leeway = LEEWAY + LEEWAY_PER_SECOND * len(samples) / SAMPLE_RATE
        found = search(self._model, started, self._speller, QUICK, free.odds - leeway)
        heard = Free("".join(words), free.odds, len(free.tokens), clearness(samples))
        ranked = self._ranked(found, heard, [words])
        beyond_doubt = CLEARLY_SPOKEN_TUNED if self._model.tuned else CLEARLY_SPOKEN
        if _is_clear(ranked) or free.odds >= beyond_doubt * heard.pieces or settled(free):
            return Looked(free, tuple(ranked))
        first = _First(samples, _View(self._model, started), heard, words, found)
        lost = heard.pieces >= SEVERAL_PIECES and not self._model.tuned
        promising = lost or _confidence(ranked) >= PLAUSIBLE or is_babble(free)
        if not (promising or self._sounds_close(words)):
            return Looked(free, tuple(ranked))
        looked = self._second_look(first, bias)
        return_free_memory()
        return Looked(free, *looked)

    def _read(self, free: Beam) -> tuple[Words, tuple[Reading, ...]]:
        """Return the words of a free text, and what they mean if they are sentences of the grammar."""
        text = self._model.tokenizer.decode(free.tokens)
        words = tuple(spoken_words(text))
        readings = tuple(self.grammar.read(words))
        if readings:
            return words, readings
        each = [self.grammar.read(spoken_words(part)) for part in _SENTENCE_END.split(text)]
        return words, tuple(chain.from_iterable(each)) if all(each) else ()

    def _sounds_close(self, words: Words) -> bool:
        """Tell whether the nearest sentence of the grammar sounds nearly like the words."""
        nearest = [sounds_of_all(one) for one in self._alikes.nearest(_normal(words), 1, CLOSE)]
        sounds = sounds_of_all(words)
        return any(distances(sounds, nearest) <= CLOSE * len(sounds))

    def _second_look(self, first: _First, bias: WordBias) -> tuple[tuple[Held, ...], tuple[str, ...]]:
        """Return the best of what was found and of what sounds like it; what is heard freely at other speeds.

        Where a sentence that sounds nearly like the free text is clearly what was said, the other speeds are
        not listened to.
        """
        alike = self._alikes.nearest(_normal(first.words), LOOKED_AT)
        known = sorted(first.found, key=lambda one: -one.score)[:RESCORED]
        near = self._new([first.words], alike, known)
        ranked = self._ranked(_scored([*known, *near], [first.view]), first.free, [first.words])
        if _is_clear(ranked) and (self._model.tuned or _is_nearly_said(ranked[0])):
            return tuple(ranked), ()
        others = self._at_other_speeds(first.samples, bias)
        texts = [first.words, *(other.words for other in others)]
        near = self._new(texts, chain(alike, *(other.alike for other in others)), known)
        ranked = self._ranked(_scored([*known, *near], [first.view]), first.free, texts)
        best = [Found(one.words, -np.inf, one.tokens) for one in ranked[:KEPT]]
        views = [first.view, *(other.view for other in others)]
        again = tuple(other.text for other in others)
        return tuple(self._ranked(_scored(best, views), first.free, texts)), again

    def _at_other_speeds(self, samples: Floats, bias: WordBias) -> list[_Other]:
        """Return the sound played slower and faster, what is heard freely then, and what that sounds like.

        The network hardly fills two cores with one short sound, so both are listened to at once.
        """
        return side_by_side(*(partial(self._at_speed, samples, bias, speed) for speed in SPEEDS))

    def _at_speed(self, samples: Floats, bias: WordBias, speed: float) -> _Other:
        changed = soxr.resample(samples, SAMPLE_RATE, SAMPLE_RATE * speed).astype(np.float32)
        started = self._model.start(self._model.encode(changed))
        text = self._model.tokenizer.decode(decode(self._model, started, bias).tokens)
        words = tuple(spoken_words(text))
        alike = self._alikes.nearest(_normal(words), LOOKED_AT)
        return _Other(_View(self._model, started), text, words, alike)

    def _new(self, texts: Sequence[Words], alike: Iterable[Words], known: Sequence[Found]) -> list[Found]:
        """Return the sentences that sound most like the texts, not scored yet; one for each new meaning."""
        meant = {tuple(self.grammar.read(one.words)) for one in known}
        near: dict[Meanings, Words] = {}
        for sentence in alike:
            meanings = tuple(self.grammar.read(sentence))
            if meanings not in meant:
                near.setdefault(meanings, sentence)
        said = [written(sentence) for sentence in near.values()]
        words = [tuple(spoken_words(text)) for text in said]
        far = _unlike(words, texts)
        return [
            Found(words[at], -np.inf, self._model.tokenizer.encode(said[at]))
            for at in sorted(range(len(said)), key=lambda at: far[at])[:ALIKE]
        ]

    def _ranked(self, found: Sequence[Found], free: Free, texts: Sequence[Words]) -> list[Held]:
        """Return what was found, the likeliest first, each with its confidence.

        texts: what is heard freely, at one speed or several.
        """
        if not found:
            return []
        length = sum(len(sounds_of_all(text)) for text in texts) / len(texts)
        held = []
        for one, differ in zip(found, _unlike([one.words for one in found], texts), strict=True):
            sounds = sounds_of_all(one.words)
            evidence = Evidence.of(one.score, len(sounds), differ, length, free)
            text = self._model.tokenizer.decode(one.tokens)
            readings = tuple(self.grammar.read(one.words))
            score = one.score - WRONG_SOUND * differ + SOUND * len(sounds)
            held.append(Held(text, one.tokens, one.words, score, evidence.confidence, readings, evidence))
        return sorted(held, key=lambda one: -one.score)


def is_babble(free: Beam) -> bool:
    """Tell whether a short text is so unlikely that nobody can have said it: noise, or another language."""
    pieces = len(free.tokens)
    return 0 < pieces <= SHORT_PIECES and free.odds < BABBLE * pieces


def _confidence(ranked: Sequence[Held]) -> float:
    return ranked[0].confidence if ranked else 0.0


def _is_clear(ranked: Sequence[Held]) -> bool:
    return _confidence(ranked) >= CLEAR


def _is_nearly_said(one: Held) -> bool:
    return one.evidence is not None and 10 * one.evidence.wrong <= NEARLY_SAID


def _scored(every: Sequence[Found], views: Sequence[_View]) -> list[Found]:
    """Return sentences with their log-probability, on the average of the views."""
    if not every:
        return []
    scores = np.mean([view.scores(every) for view in views], axis=0)
    return [replace(one, score=float(score)) for one, score in zip(every, scores, strict=True)]


def _unlike(sentences: Sequence[Words], texts: Sequence[Words]) -> list[float]:
    """Return how far each sentence is from what was heard freely, on the average of the texts."""
    said = [sounds_of_all(sentence) for sentence in sentences]
    unlike: list[float] = np.mean([distances(sounds_of_all(text), said) for text in texts], axis=0).tolist()
    return unlike


def _normal(words: Words) -> list[str]:
    return normal_form(" ".join(words)).split()
