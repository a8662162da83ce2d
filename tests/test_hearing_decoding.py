"""Pieces of text, the leaning towards expected words, and the guard against going round in circles."""

from pathlib import Path

import numpy as np
import pytest

from voice_skill.hearing.biasing import LETTER_BONUS, WordBias
from voice_skill.hearing.decoding import is_loop
from voice_skill.hearing.moonshine_model import VOCABULARY, packaged_weights
from voice_skill.hearing.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.read(packaged_weights() / VOCABULARY)


def piece(tokenizer: Tokenizer, text: str) -> int:
    return tokenizer.pieces.index(text.replace(" ", "\u2581").encode())


def test_the_vocabulary_is_read_whole(tokenizer: Tokenizer):
    assert len(tokenizer) == 32_768
    pieces = [piece(tokenizer, " cal"), piece(tokenizer, "f"), piece(tokenizer, " is")]
    assert tokenizer.decode([Tokenizer.start, *pieces, Tokenizer.end]) == "calf is"


def test_a_length_over_127_takes_two_bytes(tmp_path: Path):
    pieces = [b"a", b"b" * 127, b"c" * 128, b"d" * 300]
    lengths = [b"\x01", b"\x7f", b"\x80\x01", b"\xac\x02"]
    path = tmp_path / VOCABULARY
    path.write_bytes(b"".join(length + text for length, text in zip(lengths, pieces, strict=True)))
    assert Tokenizer.read(path).pieces == pieces
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="breaks off"):
        Tokenizer.read(path)


def test_letters_outside_ascii_are_put_together_from_bytes(tokenizer: Tokenizer):
    first_byte = 3
    ids = [first_byte + byte for byte in "é".encode()]
    assert tokenizer.decode([piece(tokenizer, " cal"), *ids]) == "calé"
    assert tokenizer.decode([piece(tokenizer, " cal"), ids[0]]) == "cal"


def test_only_rare_words_are_leaned_towards(tokenizer: Tokenizer):
    bias = WordBias(tokenizer, ["My calf is cramping during the night"])
    assert bias.words == {"calf", "cramping"}


def test_the_bonus_grows_with_the_letters_and_stays_after_the_word(tokenizer: Tokenizer):
    bias = WordBias(tokenizer, ["my calf"])
    cal, f, space_is = piece(tokenizer, " cal"), piece(tokenizer, "f"), piece(tokenizer, " is")
    assert bias.bonus("")[cal] == pytest.approx(3 * LETTER_BONUS)
    prefix = bias.follow("", cal)
    assert bias.bonus(prefix)[f] == pytest.approx(LETTER_BONUS)
    prefix = bias.follow(prefix, f)
    assert prefix == "calf"
    assert bias.bonus(prefix)[space_is] == 0
    assert bias.bonus(prefix)[Tokenizer.end] == 0


@pytest.mark.parametrize("way", [" is", "m", "</s>"])
def test_a_word_left_half_way_costs_its_bonus(tokenizer: Tokenizer, way: str):
    bias = WordBias(tokenizer, ["my calf"])
    prefix = bias.follow("", piece(tokenizer, " cal"))
    token = piece(tokenizer, way)
    assert bias.bonus(prefix)[token] == pytest.approx(-3 * LETTER_BONUS)
    assert bias.follow(prefix, token) == WordBias.start


def test_a_longer_word_than_the_expected_one_earns_nothing(tokenizer: Tokenizer):
    bias = WordBias(tokenizer, ["calf"])
    assert bias.bonus("calf")[piece(tokenizer, "s")] == pytest.approx(-4 * LETTER_BONUS)


def test_without_phrases_nothing_is_changed(tokenizer: Tokenizer):
    assert not np.any(WordBias(tokenizer).bonus(""))


def test_loops_are_told_from_what_a_person_in_pain_says():
    assert is_loop((7, 8) + (1, 2, 3, 4, 5, 6) * 3)
    assert is_loop((9,) * 16)
    assert not is_loop((1, 2, 3, 4, 5, 6) * 2)  # a sentence said twice
    assert not is_loop((9,) * 8)  # "no no no no no no no no"
    assert not is_loop(tuple(range(60)))
