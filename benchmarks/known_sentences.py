"""Print what a pack says may be said, one "class<TAB>sentence" a line: the words that the encoder keeps.

python benchmarks/known_sentences.py [PACK] > sentences.tsv
"""

import sys

from voice_skill.dialog.pack import load_pack
from voice_skill.understanding import Understander


def main() -> None:
    pack = load_pack(sys.argv[1] if len(sys.argv) > 1 else "en")
    understander = Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)
    for sample in understander.samples(pack.phrases, pack.red_flags):
        print(f"{sample.label}\t{' '.join(sample.words)}")


if __name__ == "__main__":
    main()
