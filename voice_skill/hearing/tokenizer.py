"""Text pieces: between the numbers a recognition model yields and the text they stand for."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

WORD_START = "\u2581".encode()
"""Marks a space before a piece, as SentencePiece writes it."""


class Tokenizer:
    """The pieces of a vocabulary; a piece's number is its place in `pieces`."""

    start = 1
    """The number that opens every text."""

    end = 2
    """The number that closes every text."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self._numbers = {piece: number for number, piece in enumerate(pieces) if number > self.end}

    @classmethod
    def read(cls, path: Path) -> "Tokenizer":
        """Read a Moonshine `tokenizer.bin`: pieces one after the other, each with its length before it.

        A length under 128 is one byte; a longer one is two, the first with 128 added, low part first.
        Raises ValueError when the file breaks off.
        """
        data = path.read_bytes()
        pieces, at = [], 0
        while at < len(data):
            length, at = _length(data, at)
            if at + length > len(data):
                raise ValueError(f"{path} breaks off in the middle of a piece")
            pieces.append(data[at : at + length])
            at += length
        return cls(pieces)

    def __len__(self) -> int:
        return len(self.pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of the pieces, without the markers that frame it; half a character is left out."""
        raw = b"".join(self.pieces[i] for i in ids if not self.is_marker(i))
        return raw.replace(WORD_START, b" ").decode("utf-8", errors="ignore").strip()

    def encode(self, text: str) -> tuple[int, ...]:
        """Return the pieces of a text as the model was taught to write it; what no piece has is left out.

        Byte pair encoding (Sennrich et al., ACL 2016): of two neighbours that make a piece, those first are
        joined whose piece stands first in the vocabulary.
        """
        marked = (" " + text).replace(" ", WORD_START.decode())
        parts = [character.encode() for character in marked]
        while len(parts) > 1:
            joined = [self._numbers.get(one + other, len(self.pieces)) for one, other in pairwise(parts)]
            first = min(joined)
            if first == len(self.pieces):
                break
            at = joined.index(first)
            parts[at : at + 2] = [self.pieces[first]]
        return tuple(self._numbers[part] for part in parts if part in self._numbers)

    def is_marker(self, token: int) -> bool:
        """Tell whether a piece stands for no text: unknown, start, end, and the vocabulary's spare places."""
        return token <= self.end or self.pieces[token].startswith(b"<<ST_")


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return the length written at `at` and where the piece begins."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if at + 1 >= len(data):
        raise ValueError("the vocabulary breaks off in the middle of a length")
    return first - 0x80 + (data[at + 1] << 7), at + 2
