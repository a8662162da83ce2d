"""The recogniser that works right after installation: Moonshine, tiny English model, on onnxruntime."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.hearing.ahead import follow
from voice_skill.hearing.alignment import word_times
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.confidence import Free, FreeEvidence, clearness
from voice_skill.hearing.decoding import Beam, decode
from voice_skill.hearing.expecting import Expected
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.held import CLEAR, GrammarHearing, Held, is_babble
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, packaged_weights
from voice_skill.hearing.readings import Reading
from voice_skill.hearing.recognizer import Draft, Hypothesis, Transcript, Word
from voice_skill.hearing.short import ShortHearing
from voice_skill.hearing.spelling import spoken_words

SHORTEST_S = 0.2
"""Less sound than this holds no word."""

LONGEST_S = 20.0
"""The model was trained on pieces of up to 30 s and is best well below; more is cut at a pause."""

PAUSE_S = 0.2
"""The stretch whose loudness is looked at to find a pause."""

NO_SPEECH = "you"
"""What the model writes for silence, hiss or a tone; nobody asks anything with that word alone."""

FULL_SCALE = 32768.0

SURE = 0.15
"""Confidence from which on a sentence of the grammar is taken for what was said, if free text is no surer."""

EXPECTED_SURE = 0.4
"""Confidence from which on an expected sentence is taken for what was said, if nothing else is surer."""

MOST_EXPECTATIONS = 4
"""Grammars of expected sentences that are kept ready."""

MOST_HYPOTHESES = 5
"""Sentences of a grammar that are told."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What was heard in one stretch of sound: as it is taken, and freely. held: sentences of the grammar.

    usual: as it would be taken if nothing were expected. again: freely, at other speeds.
    words: with times from the start of the stretch. seconds: how long it is.
    confidence, free_confidence: that the text, and the free text, are right.
    """

    text: str = ""
    free: str = ""
    usual: str = ""
    held: tuple[Held, ...] = ()
    words: tuple[Word, ...] = ()
    seconds: float = 0.0
    confidence: float = 1.0
    free_confidence: float = 1.0
    again: tuple[str, ...] = ()


class _Choice(NamedTuple):
    """A text that may be taken, with its pieces and how sure it is that it means what was said."""

    text: str = ""
    tokens: tuple[int, ...] = ()
    confidence: float = 0.0


class MoonshineRecognizer:
    """Fills the `Recognizer` protocol. Knows the words only at the end.

    weights: folder of the model; without one, that of the installed package. threads: for the network.
    word_times: also find out when each word was said, to about a fifth of a second; takes as long again.
    Phrases make it lean towards their rarer words (see `biasing`). A grammar makes it take what sounds like
    one of its sentences for that sentence, with what was heard freely as the transcript's alternative; all
    else is heard freely. Short sentences that are expected are heard before others.
    """

    name = "moonshine"

    def __init__(self, weights: Path | None = None, threads: int = 2, *, word_times: bool = False) -> None:
        self._word_times = word_times
        self._tuning: Path | None = None
        self._weights = weights
        self._threads = threads
        self._phrases: tuple[str, ...] = ()
        self._grammar: Grammar | None = None
        self._loaded: tuple[MoonshineModel, WordBias] | None = None
        self._held: GrammarHearing | None = None
        self._guessed: _Piece | None = None
        self._expected: Expected | None = None
        self._draft: Draft = ()
        self._short: dict[Grammar, ShortHearing] = {}
        self.reset()

    def load(self) -> None:
        """Open the model and run it once, so that the first answer is as fast as the others."""
        self._open()

    def tune(self, tuning: Path | None) -> None:
        """Hear with weights tuned by this file (see `tuning`), from the next `load` on."""
        self._tuning = tuning

    def use_phrases(self, phrases: Sequence[str]) -> None:
        """Lean towards the words of these phrases; replaces those given before."""
        self._phrases = tuple(phrases)
        if self._loaded:
            self._loaded[1].expect(self._phrases)

    def use_grammar(self, grammar: Grammar | None) -> None:
        """Tell what may be said as a whole; replaces the grammar given before."""
        self._grammar = grammar
        self._held = GrammarHearing(self._loaded[0], grammar) if self._loaded and grammar else None

    def expect(self, expected: Expected | None) -> None:
        """Tell what is likely from now on; without a grammar it changes nothing."""
        self._expected = expected
        self._guessed = None

    def sketch(self, speech: Samples, before: Draft = ()) -> Draft:
        """Return roughly what is said so far, fast; before: the sketch of a shorter beginning."""
        if not SHORTEST_S * SAMPLE_RATE <= len(speech) <= LONGEST_S * SAMPLE_RATE:
            return ()
        model, _ = self._open()
        text = follow(model, model.start(model.encode(_as_floats(speech))), before, -math.inf)
        return text.tokens if text else ()

    def begin_with(self, draft: Draft) -> None:
        """Tell how the utterance since `reset` may begin."""
        self._draft = draft

    def reset(self) -> None:
        """Forget the utterance so far."""
        self._draft = ()
        self._waiting: list[Samples] = []
        self._waiting_samples = 0
        self._pieces: list[_Piece] = []
        self._guessed = None

    def accept(self, samples: Samples) -> None:
        """Take the next piece of the utterance. What is longer than LONGEST_S is recognised meanwhile."""
        if len(samples):
            self._guessed = None
        self._waiting.append(samples)
        self._waiting_samples += len(samples)
        longest = round(LONGEST_S * SAMPLE_RATE)
        while self._waiting_samples > longest:
            sound = np.concatenate(self._waiting)
            cut = _pause(sound[:longest])
            self._waiting, self._waiting_samples = [sound[cut:]], len(sound) - cut
            self._pieces.append(self._recognise(_as_floats(sound[:cut])))

    @property
    def waiting_s(self) -> float:
        """Return the seconds of sound that are kept because they are not recognised yet."""
        return self._waiting_samples / SAMPLE_RATE

    def partial(self) -> str:
        """Return the words of the pieces that are already recognised: "" for anything of ordinary length."""
        return _joined(piece.text for piece in self._pieces)

    def guess(self) -> Transcript:
        """Recognise what came since `reset`, which may go on; `finish` then has nothing left to do."""
        if self._guessed is None:
            enough = self._waiting_samples >= SHORTEST_S * SAMPLE_RATE
            self._guessed = self._recognise(_as_floats(np.concatenate(self._waiting))) if enough else _Piece()
        pieces = [*self._pieces, self._guessed]
        said, freely = _joined(piece.text for piece in pieces), _joined(piece.free for piece in pieces)
        others = dict.fromkeys((freely, _joined(piece.usual for piece in pieces)))
        hypotheses = _told(pieces[0].held) if len(pieces) == 1 else ()
        return Transcript(
            said,
            _one_after_another(pieces),
            tuple(other for other in others if other not in ("", said)),
            hypotheses,
            min(piece.confidence for piece in pieces),
            min(piece.free_confidence for piece in pieces),
            pieces[0].again if len(pieces) == 1 else (),
        )

    def finish(self) -> Transcript:
        """Recognise what came since `reset`."""
        transcript = self.guess()
        self.reset()
        return transcript

    def close(self) -> None:
        """Free the model's memory."""
        self.reset()
        self._loaded = self._held = None
        self._short.clear()

    def _open(self) -> tuple[MoonshineModel, WordBias]:
        if self._loaded is None:
            folder = self._weights or packaged_weights()
            model = MoonshineModel(folder, self._threads, self._tuning)
            self._loaded = model, WordBias(model.tokenizer, self._phrases)
            self.use_grammar(self._grammar)
            decode(model, model.start(model.encode(np.zeros(SAMPLE_RATE, np.float32))), self._loaded[1])
        return self._loaded

    def _recognise(self, samples: Floats) -> _Piece:
        model, bias = self._open()
        encoded, seconds = model.encode(samples), len(samples) / SAMPLE_RATE
        started = model.start(encoded)
        held: tuple[Held, ...] = ()
        again: tuple[str, ...] = ()
        expected: _Choice | None = None

        def settled(best: Beam) -> bool:
            """Look for what is expected first: where that is clear, no second look at the rest is needed."""
            nonlocal expected
            expected = self._expected_choice(started, samples, best)
            return expected.confidence >= CLEAR

        if self._held is None:
            best = decode(model, started, bias)
        else:
            best, held, again = self._held.hear(samples, started, bias, settled, self._draft)
        free = model.tokenizer.decode(best.tokens)
        if free.strip(".,!?").lower() in ("", NO_SPEECH):
            return _Piece(seconds=seconds)
        inside = bool(held) and held[0].evidence is None
        freely = FreeEvidence.of(best.odds, len(best.tokens), samples, inside=inside).confidence
        usual = _usual(_Choice(free, best.tokens, freely), held, best)
        chosen = expected or self._expected_choice(started, samples, best)
        if chosen.confidence < max(EXPECTED_SURE, usual.confidence):
            chosen = usual
        if not chosen.text:
            return _Piece(seconds=seconds, again=again)
        words = word_times(model, encoded, chosen.tokens) if self._word_times else ()
        free = free if usual.text else ""  # babble is no alternative
        return _Piece(chosen.text, free, usual.text, held, words, seconds, chosen.confidence, freely, again)

    def _expected_choice(self, started: tuple[Floats, Memory], samples: Floats, best: Beam) -> _Choice:
        """Return the expected sentence that comes nearest, if any does. best: what is heard freely."""
        if self._expected is None or self._loaded is None or self._held is None:
            return _Choice()
        model, grammar = self._loaded[0], self._expected.grammar
        if grammar not in self._short:
            while len(self._short) >= MOST_EXPECTATIONS:
                del self._short[next(iter(self._short))]
            self._short[grammar] = ShortHearing(model, grammar, self._held.speller)
        words = spoken_words(model.tokenizer.decode(best.tokens))
        if grammar.read(words):
            return _Choice()
        free = Free("".join(words), best.odds, len(best.tokens), clearness(samples))
        short = self._short[grammar].hear(started, free, self._expected.answer)
        if short is None or is_part(short.words, words):
            return _Choice()
        return _Choice(short.text, short.tokens, short.confidence)


def _usual(free: _Choice, held: Sequence[Held], best: Beam) -> _Choice:
    """Return what is taken where nothing is expected: free text, a sentence of the grammar, or nothing."""
    if (
        held
        and held[0].confidence >= max(SURE, free.confidence)
        and not is_part(held[0].words, spoken_words(free.text))
    ):
        inside = held[0].evidence is None
        return _Choice(held[0].text, held[0].tokens, free.confidence if inside else held[0].confidence)
    return _Choice() if is_babble(best) else free


def _told(held: Iterable[Held]) -> tuple[Hypothesis, ...]:
    """Return the best sentences, of those that mean the same only the best."""
    best: dict[tuple[Reading, ...], Held] = {}
    for one in held:
        best.setdefault(one.readings, one)
    return tuple(
        Hypothesis(one.text, one.score, one.confidence, one.readings)
        for one in list(best.values())[:MOST_HYPOTHESES]
    )


def is_part(words: Sequence[str], of: Sequence[str]) -> bool:
    """Tell whether the words stand in a longer text as they are: then the text says it all, and more."""
    places = range(len(of) - len(words) + 1)
    return len(words) < len(of) and any(tuple(of[at : at + len(words)]) == tuple(words) for at in places)


def _one_after_another(pieces: Iterable[_Piece]) -> tuple[Word, ...]:
    """Return the words of all pieces, with times from the start of the first."""
    words: list[Word] = []
    before = 0.0
    for piece in pieces:
        words += [Word(word.text, word.start + before, word.end + before) for word in piece.words]
        before += piece.seconds
    return tuple(words)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(filter(None, texts))


def _as_floats(samples: Samples) -> Floats:
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def _pause(samples: Samples) -> int:
    """Return where the quietest moment of the second half of a long sound is, in samples."""
    width = round(PAUSE_S * SAMPLE_RATE)
    half = len(samples) // 2
    energy = np.cumsum(np.square(samples[half:].astype(np.float64)))
    return half + int(np.argmin(energy[width:] - energy[:-width])) + width // 2
