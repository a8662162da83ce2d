"""The vosk engine: streams, knows word times, and can be told what may be said."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.errors import EngineError, MissingError
from voice_skill.hearing.recognizer import Transcript, Word
from voice_skill.hearing.vosk_files import model_faults, takes_grammar

PIECE = SAMPLE_RATE // 5
"""Samples decoded at a time: 200 ms, the size vosk is happiest with."""

LEAD_IN = SAMPLE_RATE * 4 // 5
"""Samples kept from before the gate opened, so that the first word is whole."""

RENEW_AFTER = 10 * 60 * SAMPLE_RATE
"""Samples after which the decoder is built anew: its memory grows with what it has heard."""

_UNKNOWN_MARKS = ("[unk]", "<unk>", "<UNK>")
_NOT_WORDS = frozenset({*_UNKNOWN_MARKS, "[laughter]", "[noise]", "<SPOKEN_NOISE>"})

_models: WeakValueDictionary[str, Any] = WeakValueDictionary()
_models_lock = threading.Lock()


def _always(_: Samples) -> bool:
    return True


def _nothing() -> Samples:
    return np.zeros(0, np.int16)


@dataclass(slots=True)
class _Utterance:
    """One utterance so far; counts are in samples."""

    waiting: Samples = field(default_factory=_nothing)  # too short to be decoded yet
    lead_in: Samples = field(default_factory=_nothing)  # held back while the gate is shut
    open: bool = False  # the gate has heard speech since the last pause
    taken: int = 0  # went through the gate or was held back by it
    ahead: int = 0  # how far this utterance's clock is ahead of the decoder's
    words: list[Word] = field(default_factory=list)


class VoskRecognizer:
    """A `Recognizer` on a vosk model folder.

    `has_speech` looks at up to a second of int16, mono, 16 kHz samples; nothing is decoded until it says
    yes, and again after each pause, because vosk hears words in noise. The model is loaded once per
    process and folder, and freed when the last recogniser on it is closed.
    """

    name = "vosk"

    def __init__(self, model_dir: Path, has_speech: Callable[[Samples], bool] = _always) -> None:
        self._folder = model_dir.expanduser().resolve()
        self._has_speech = has_speech
        self._phrases: tuple[str, ...] = ()
        self._model: Any = None
        self._decoder: Any = None
        self._decoded = 0  # samples the decoder has taken since it was built; its clock
        self._now = _Utterance()

    def load(self) -> None:
        """Open the model. Raises MissingError when the library or a file of the model is not there."""
        if self._decoder is None:
            self._model = self._model or _open_model(self._folder)
            self._renew_decoder()

    def use_phrases(self, phrases: Sequence[str]) -> None:
        """Tell what may be said; ends the utterance so far. Without phrases, anything may be said.

        A phrase is cut at words that the model does not know: the known parts stay, unknown speech goes
        to the unknown mark. A model with a fixed graph hears freely whatever is given here.
        """
        self._phrases = tuple(phrases)
        if self._decoder is not None:
            self._renew_decoder()
        self._now = _Utterance()

    def reset(self) -> None:
        """Forget the utterance so far."""
        if self._decoder is not None and self._now.open:
            self._decoder.FinalResult()
        self._now = _Utterance()

    def accept(self, samples: Samples) -> None:
        """Take the next piece of the utterance: int16, mono, 16 kHz, any length."""
        self.load()
        waiting = np.concatenate((self._now.waiting, samples))
        whole = len(waiting) - len(waiting) % PIECE
        for start in range(0, whole, PIECE):
            self._take(waiting[start : start + PIECE])
        self._now.waiting = waiting[whole:].copy()

    def partial(self) -> str:
        """Return the words so far."""
        said = [word.text for word in self._now.words]
        if self._now.open:
            said += _without_marks(json.loads(self._decoder.PartialResult())["partial"].split())
        return " ".join(said)

    def guess(self) -> Transcript:
        """Return the words so far, without the last sounds that vosk still waits with."""
        return Transcript(self.partial())

    def finish(self) -> Transcript:
        """End the utterance, return what was said, and be ready for the next one."""
        self.load()
        if len(self._now.waiting):
            self._take(self._now.waiting)
        if self._now.open:
            self._collect(self._decoder.FinalResult())
        words = tuple(self._now.words)
        self._now = _Utterance()
        if self._decoded >= RENEW_AFTER:
            self._renew_decoder()
        return Transcript(" ".join(word.text for word in words), words)

    def close(self) -> None:
        """Free the model's memory; `load` opens it again."""
        self._decoder = None
        self._model = None
        self._now = _Utterance()

    def _take(self, piece: Samples) -> None:
        """Pass one piece through the gate to the decoder."""
        self._now.taken += len(piece)
        if not self._now.open:
            self._now.lead_in = np.concatenate((self._now.lead_in, piece))[-LEAD_IN:]
            if not self._has_speech(self._now.lead_in):
                return
            piece, self._now.lead_in = self._now.lead_in, self._now.lead_in[:0]
            self._now.open = True
            self._now.ahead = self._now.taken - len(piece) - self._decoded
        self._decode(piece)

    def _decode(self, piece: Samples) -> None:
        try:
            paused = self._decoder.AcceptWaveform(piece.tobytes())
        except Exception as error:  # vosk raises nothing narrower
            raise EngineError(f"vosk failed while listening ({error})", "Start again.") from error
        self._decoded += len(piece)
        # A pause is the best place for a new decoder; one that never pauses is cut a minute later.
        overdue = self._decoded >= RENEW_AFTER + 60 * SAMPLE_RATE
        if paused or overdue:
            self._collect(self._decoder.Result() if paused else self._decoder.FinalResult())
            self._now.open = False
            if self._decoded >= RENEW_AFTER:
                self._renew_decoder()

    def _collect(self, result: str) -> None:
        """Append the words of one of vosk's results, with the utterance's own times."""
        ahead_s = self._now.ahead / SAMPLE_RATE
        self._now.words += [
            Word(word["word"], max(0.0, word["start"] + ahead_s), word["end"] + ahead_s)
            for word in json.loads(result).get("result", ())
            if word["word"] not in _NOT_WORDS
        ]

    def _renew_decoder(self) -> None:
        import vosk  # importing this module must not load the engine

        grammar = _grammar(self._model, self._phrases) if takes_grammar(self._folder) else []
        options = [json.dumps(grammar, ensure_ascii=False)] if grammar else []
        try:
            self._decoder = vosk.KaldiRecognizer(self._model, float(SAMPLE_RATE), *options)
        except Exception as error:  # vosk raises nothing narrower
            raise _broken(self._folder, ["vosk cannot use it"]) from error
        self._decoder.SetWords(True)
        self._decoded = 0


def _open_model(folder: Path) -> Any:
    """Return the vosk model of this folder, shared by everyone in this process who asks for it."""
    faults = model_faults(folder)
    if faults:
        raise _broken(folder, faults)
    try:
        import vosk  # importing this module must not load the engine
    except (ImportError, OSError) as error:
        raise MissingError(f"the vosk library does not load ({error})", "pip install vosk") from error
    vosk.SetLogLevel(-1)
    with _models_lock:
        model = _models.get(str(folder))
        if model is None:
            try:
                model = _models[str(folder)] = vosk.Model(str(folder))
            except Exception as error:  # vosk raises nothing narrower
                raise _broken(folder, ["vosk cannot open it"]) from error
    return model


def _broken(folder: Path, faults: list[str]) -> MissingError:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return MissingError(
        f"the vosk model in {folder} is not usable: {faults[0]}{more}",
        "Install it again: voice-skill models install NAME (names: voice-skill models list)",
    )


def _grammar(model: Any, phrases: Sequence[str]) -> list[str]:
    """Return the phrases in words that the model knows, and its mark for unknown speech, or []."""
    known = {part: None for phrase in phrases for part in _known_parts(model, phrase)}
    if not known:
        return []
    mark = next((mark for mark in _UNKNOWN_MARKS if _knows(model, mark)), None)
    return [*known, *([mark] if mark else [])]


def _known_parts(model: Any, phrase: str) -> list[str]:
    """Return the phrase cut at its unknown words; a hyphenated word counts as its parts if need be."""
    parts: list[list[str]] = [[]]
    for written in phrase.split():
        for word in [written] if _knows(model, written) else written.replace("-", " ").split():
            if _knows(model, word):
                parts[-1].append(word)
            else:
                parts.append([])
    return [" ".join(part) for part in parts if part]


def _knows(model: Any, word: str) -> bool:
    # Number 0 is the empty word <eps>, -1 an unknown one.
    return bool(model.vosk_model_find_word(word) > 0)


def _without_marks(words: list[str]) -> list[str]:
    return [word for word in words if word not in _NOT_WORDS]
