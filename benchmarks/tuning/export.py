"""Keep the tuned weights in the English pack, as differences to those of the package. See the package's page.

.venv/bin/python -m benchmarks.tuning.export SPOKEN/tuned
"""

import argparse
from pathlib import Path

from voice_skill.dialog.pack import builtin_packs
from voice_skill.dialog.reading import TUNING
from voice_skill.hearing.moonshine_model import DECODER, ENCODER, packaged_weights
from voice_skill.hearing.tuning import write_differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tuned", type=Path)
    tuned: Path = parser.parse_args().tuned
    original = packaged_weights()
    files = {
        name: ((original / name).read_bytes(), (tuned / name).read_bytes()) for name in (ENCODER, DECODER)
    }
    kept = builtin_packs() / "en" / TUNING
    write_differences(kept, files)
    print(f"{kept}: {kept.stat().st_size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
