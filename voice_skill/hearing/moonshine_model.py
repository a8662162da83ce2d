"""The Moonshine network itself: sound into states, states and words so far into the odds of the next piece.

Nothing here knows how a sentence is searched for; `decoding.py` does that.
"""

import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.errors import MissingError
from voice_skill.hearing.abandon import check
from voice_skill.hearing.tokenizer import Tokenizer
from voice_skill.hearing.tuning import tuned

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
T = TypeVar("T")

PACKAGE_FIX = "Install the release that carries the model: pip install moonshine-voice==0.0.73"
ENCODER, DECODER, VOCABULARY = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"

MIN_SAMPLES = SAMPLE_RATE // 10
"""Less than this the encoder cannot take: its windows do not fit."""


def packaged_weights() -> Path:
    """Return the folder of the tiny English weights in the installed `moonshine-voice` package.

    The package itself is not imported. Raises MissingError when it is not installed.
    """
    spec = importlib.util.find_spec("moonshine_voice")
    if spec is None or spec.origin is None:
        raise MissingError("The package moonshine-voice is not installed", PACKAGE_FIX)
    return Path(spec.origin).parent / "assets" / "tiny-en"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A piece of sound as the decoder sees it. states: (1, time, 288). mask: ones, (1, samples)."""

    states: Floats
    mask: Ids

    @property
    def samples(self) -> int:
        """Return the length of the sound in samples."""
        return len(self.mask[0])


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder keeps of the beams so far, so that each step costs one piece only.

    text: keys and values of the pieces so far, each (beams, heads, pieces, size).
    sound: those of the encoded sound, each (1, heads, time, size): one for all beams, which makes a step of
    several beams cost little more than a step of one.
    """

    text: dict[str, Floats]
    sound: dict[str, Floats]
    encoded: Encoded

    def take(self, beams: Ids) -> "Memory":
        """Return the memory of the given beams, in that order; one may be taken several times."""
        return Memory({name: value[beams] for name, value in self.text.items()}, self.sound, self.encoded)

    @property
    def pieces(self) -> int:
        """Return how many pieces of text, the start among them, it holds."""
        return len(next(iter(self.text.values()))[0, 0])

    def cut(self, pieces: int) -> "Memory":
        """Return the memory of only so many pieces."""
        if pieces == self.pieces:
            return self
        text = {name: np.ascontiguousarray(value[:, :, :pieces]) for name, value in self.text.items()}
        return Memory(text, self.sound, self.encoded)


class MoonshineModel:
    """Encoder and decoder, opened from a folder. Raises MissingError when a file is missing or broken.

    tuning: file with the differences of tuned weights to those of the package (see `tuned`).
    """

    def __init__(self, folder: Path, threads: int = 2, tuning: Path | None = None) -> None:
        self.tuned = False
        """Whether the tuning was made for these weights, and changed them."""

        def session(path: Path) -> Any:
            content = path.read_bytes()
            new = tuned(content, path.name, tuning) if tuning else content
            self.tuned = self.tuned or new != content
            return _session(new, threads)

        self.tokenizer = _opened(folder / VOCABULARY, Tokenizer.read)
        self._encoder = _opened(folder / ENCODER, session)
        self._decoder = _opened(folder / DECODER, session)
        past = [i for i in self._decoder.get_inputs() if i.name.startswith("past_key_values.")]
        self._text_inputs = [i.name for i in past if ".decoder." in i.name]
        self._sound_inputs = [i.name for i in past if ".encoder." in i.name]
        self._nothing = {i.name: np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32) for i in past}

    def encode(self, samples: Floats) -> Encoded:
        """Encode mono sound at 16 kHz, shape (n,), -1..1, at least MIN_SAMPLES long."""
        check()
        mask = np.ones((1, len(samples)), np.int64)
        feed = {"input_values": samples[np.newaxis], "attention_mask": mask}
        return Encoded(self._encoder.run(["last_hidden_state"], feed)[0], mask)

    def start(self, encoded: Encoded) -> tuple[Floats, Memory]:
        """Return the logits of the first piece, (1, vocabulary), and the memory of that one beam."""
        memory = Memory({}, self._nothing, encoded)
        logits, present = self._run(np.array([[Tokenizer.start]]), memory, first=True)
        text = {name: present[name] for name in self._text_inputs}
        sound = {name: present[name] for name in self._sound_inputs}
        return logits[:, -1], Memory(text, sound, encoded)

    def step(self, tokens: Ids, memory: Memory) -> tuple[Floats, Memory]:
        """Add one piece to every beam. tokens: (beams,). Return the next logits, (beams, vocabulary)."""
        logits, text = self._run(tokens[:, np.newaxis], memory, first=False)
        return logits[:, -1], Memory(text, memory.sound, memory.encoded)

    def extend(self, draft: Sequence[int], memory: Memory) -> tuple[Floats, Memory]:
        """Add several pieces to the one beam. Return the logits after each, (pieces, vocabulary)."""
        logits, text = self._run(np.array([draft]), memory, first=False)
        return logits[0], Memory(text, memory.sound, memory.encoded)

    def score(self, started: tuple[Floats, Memory], texts: Sequence[Sequence[int]]) -> Floats:
        """Return the log-probability of each whole text (pieces, no markers), shape (texts,), in one pass.

        started: what `start` returned for the sound. All texts share its memory, as the beams of a step do.
        """
        check()
        first, memory = started
        wanted, counts = _laid_out(texts)
        shared = memory.take(np.zeros(len(texts), np.int64))
        feed = {
            "input_ids": wanted[:, : max(1, wanted.shape[1] - 1)],
            "encoder_hidden_states": memory.encoded.states,
            "encoder_attention_mask": memory.encoded.mask,
            "use_cache_branch": np.array([True]),
            **shared.sound,
            **shared.text,
        }
        [logits] = self._decoder.run(["logits"], feed)
        scores: Floats = first[0, wanted[:, 0]] - log_sums(first)[0]
        scores += _picked(logits[:, : wanted.shape[1] - 1], wanted[:, 1:], counts[:, 1:]).sum(axis=1)
        return scores

    def piece_scores(self, states: Floats, encoded: Encoded, texts: Sequence[Sequence[int]]) -> Floats:
        """Return the log-probability of each piece of each text, given those before it.

        states: of the sound as each text is to hear it, (texts, time, 288). encoded: of the whole sound. The
        result has the shape (texts, pieces of the longest + 1): the end of a text counts as a piece, and 0
        stands after it.
        """
        check()
        wanted, counts = _laid_out(texts)
        rows = len(texts)
        given = np.full(wanted.shape, Tokenizer.start, np.int64)
        given[:, 1:][counts[:, 1:]] = wanted[:, :-1][counts[:, 1:]]
        feed = {
            "input_ids": given,
            "encoder_hidden_states": states,
            "encoder_attention_mask": np.repeat(encoded.mask, rows, axis=0),
            "use_cache_branch": np.array([False]),
            **{name: np.repeat(value, rows, axis=0) for name, value in self._nothing.items()},
        }
        [logits] = self._decoder.run(["logits"], feed)
        return _picked(logits, wanted, counts)

    def _run(self, tokens: Ids, memory: Memory, *, first: bool) -> tuple[Floats, dict[str, Floats]]:
        check()
        names = self._text_inputs + (self._sound_inputs if first else [])
        feed = {
            "input_ids": tokens,
            "encoder_hidden_states": memory.encoded.states,
            "encoder_attention_mask": memory.encoded.mask,
            "use_cache_branch": np.array([not first]),
            **memory.sound,
            **memory.text,
        }
        outputs = ["logits", *(name.replace("past_key_values", "present") for name in names)]
        logits, *present = self._decoder.run(outputs, feed)
        return logits, dict(zip(names, present, strict=True))


def _laid_out(texts: Sequence[Sequence[int]]) -> tuple[Ids, npt.NDArray[np.bool_]]:
    """Return the pieces of texts and the end of each, and which places of the table those are.

    Both have the shape (texts, pieces of the longest + 1).
    """
    wanted = np.full((len(texts), max(map(len, texts)) + 1), Tokenizer.end, np.int64)
    counts = np.zeros(wanted.shape, bool)
    for row, text in enumerate(texts):
        wanted[row, : len(text)] = text
        counts[row, : len(text) + 1] = True
    return wanted, counts


def _picked(logits: Floats, wanted: Ids, counts: npt.NDArray[np.bool_]) -> Floats:
    """Return the log-probability of each piece that is wanted, 0 where it does not count."""
    if not logits.size:
        return np.zeros(wanted.shape, np.float32)
    picked = np.take_along_axis(logits, wanted[..., np.newaxis], axis=2)[..., 0]
    sums = np.stack([log_sums(row) for row in logits])  # all at once they do not fit into a core's memory
    scores: Floats = (picked - sums) * counts
    return scores


def log_sums(logits: Floats) -> Floats:
    """Return what log-probabilities fall short of logits by; the last axis is the vocabulary."""
    top = logits.max(axis=-1)
    sums: Floats = top + np.log(np.exp(logits - top[..., np.newaxis]).sum(axis=-1))
    return sums


def _session(content: bytes, threads: int) -> Any:
    import onnxruntime  # an engine: imported only when one is loaded

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # An arena never gives memory back; without it a step costs no more and long sounds leave nothing behind.
    options.enable_cpu_mem_arena = False
    # Threads that spin between steps would take the cores from sound and speech.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.load_model_format", "ORT")
    with _in_memory(content) as name:
        return onnxruntime.InferenceSession(name, options, providers=["CPUExecutionProvider"])


@contextmanager
def _in_memory(content: bytes) -> Iterator[str]:
    """Yield the name of a file that lies in memory. Given the bytes, a session would keep them for good."""
    file = os.memfd_create("weights")
    try:
        with os.fdopen(os.dup(file), "wb") as out:
            out.write(content)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


def _opened(path: Path, open_file: Callable[[Path], T]) -> T:
    if not path.is_file():
        raise MissingError(f"The recognition model is incomplete: {path} is not there", PACKAGE_FIX)
    try:
        return open_file(path)
    except MissingError:
        raise
    except Exception as error:  # onnxruntime raises types of its own that share no base
        problem = f"The recognition model is broken: {path} ({_first_line(error)})"
        raise MissingError(problem, PACKAGE_FIX) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0][:200]
