"""Words mean the same in every run: nothing hangs on the order in which a set happens to be gone through."""

import os
import subprocess
import sys

SAID = "The old engine's gasping and wheezing up the hill."
SCRIPT = f"""
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
print(understander_of(load_pack("en")).understand({SAID!r}).intent)
"""


def test_an_engine_that_gasps_and_wheezes_is_no_emergency_in_any_run() -> None:
    for seed in ("0", "1", "4"):  # with 0 and 4 one of its two words once stood unexplained
        env = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "out_of_scope"
