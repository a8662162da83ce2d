"""Other ways of understanding spoken orders, to compare with: from a free transcript, and PocketSphinx."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from benchmarks.orders import Lists, Menu, Slots
from voice_skill.audio.frames import Samples
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.spelling import spoken_words
from voice_skill.understanding.normalize import normal_form

LIKE = 80.0
"""Likeness, 0..100, from which on words are taken for a value."""


def exact(text: str, grammar: Grammar) -> Slots | None:
    """Return the slots of a transcript that is a sentence of the grammar, word for word."""
    readings = grammar.read(spoken_words(text))
    return dict(readings[0].slots) if readings else None


def fuzzy(text: str, lists: Lists) -> Slots:
    """Return the values that a transcript's letters are like."""
    return _likest(normal_form(text).split(), lists, lambda words: words)


def phonetic(text: str, lists: Lists) -> Slots:
    """Return the values that a transcript sounds like, by Philips' Metaphone."""
    import jellyfish

    return _likest(
        normal_form(text).split(), lists, lambda words: " ".join(map(jellyfish.metaphone, words.split()))
    )


def _likest(words: list[str], lists: Lists, form: Callable[[str], str]) -> Slots:
    """Return what the words are like: the longest likely values first, each word used once."""
    matches = sorted(_matches(words, lists, form), reverse=True)
    slots: dict[str, str] = {}
    used: set[int] = set()
    for _, slot, value, start, end in matches:
        if slot not in slots and not used.intersection(range(start, end)):
            slots[slot] = value
            used.update(range(start, end))
    return slots


def _matches(
    words: list[str], lists: Lists, form: Callable[[str], str]
) -> Iterator[tuple[float, str, str, int, int]]:
    for slot, values in lists.items():
        for value in values:
            n, wanted = len(value.split()), form(value)
            for length in range(max(1, n - 1), n + 2):
                for at in range(len(words) - length + 1):
                    like = fuzz.ratio(wanted, form(" ".join(words[at : at + length])))
                    if like >= LIKE:
                        yield like * len(value), slot, value, at, at + length


class PocketSphinx:
    """The classic peer: hidden Markov models, held to the same grammar. Needs the extra `[bench]`."""

    def __init__(self, menu: Menu, grammar: Grammar) -> None:
        import pocketsphinx

        self._grammar = grammar
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "orders.jsgf"
            file.write_text(menu.jsgf(), encoding="utf-8")
            self._decoder: Any = pocketsphinx.Decoder(samprate=16000.0, lm=None, loglevel="FATAL")
            self._decoder.add_jsgf_file("orders", str(file))
            self._decoder.activate_search("orders")

    def __call__(self, samples: Samples) -> tuple[Slots | None, str]:
        """Return slots and words of a sound."""
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        text = self._decoder.hyp().hypstr if self._decoder.hyp() else ""
        return exact(text, self._grammar), text
