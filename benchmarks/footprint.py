"""What the program costs: time to the first answer, time and memory when warm, size on disk.

    .venv/bin/python benchmarks/footprint.py [--questions 100] [--recordings FOLDER]

Times are medians. As a yardstick for this machine the same run times a bare interpreter that imports numpy
and onnxruntime. Questions are recorded beforehand with the program's own voice unless a folder of WAV files
is given.
Memory is the proportional set size (PSS) of the process and its children.
"""

import argparse
import json
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

QUESTIONS = [
    "My calf is cramping.",
    "How do I stretch my foot?",
    "Can I take ibuprofen for the pain?",
    "What causes muscle cramps?",
    "When should I see a doctor?",
    "Does magnesium help?",
    "Should I put ice on it?",
    "Why do I get cramps at night?",
]
SKILL = [sys.executable, "-m", "voice_skill"]


def seconds(command: list[str], repeats: int) -> float:
    """Return the median wall time of a whole process."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def record(folder: Path) -> list[Path]:
    """Record the questions with the program's own voice."""
    files = []
    for number, question in enumerate(QUESTIONS):
        files.append(folder / f"{number}.wav")
        subprocess.run([*SKILL, "say", question, "--out", str(files[-1])], check=True)
    return files


WARM = """
import json, statistics, sys, time
from pathlib import Path
start = time.perf_counter()
from voice_skill.audio.files import read_audio
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.mouth import Mouth
from voice_skill.session import Session, answer
from voice_skill.speaking.factory import create_voice, render_all
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.learning import understander_of
settings = Settings()
pack = load_pack("en")
understander = understander_of(pack)
ears, mouth = Ears(settings, pack, understander), Mouth(settings, "en")
ears.load(); mouth.load(); bare = create_voice()
ready = time.perf_counter() - start
rows = []
for number in range(int(sys.argv[1])):
    sound = read_audio(Path(sys.argv[2 + number %% (len(sys.argv) - 2)]))
    a = time.perf_counter()
    heard = ears.transcribe(sound).text
    b = time.perf_counter()
    given = answer(Session(pack, understander), heard)
    c = time.perf_counter()
    next(iter(render_all(mouth.voice if %r else bare, given.reply[0].text, VoiceSettings())))
    rows.append([1000 * t for t in (b - a, c - b, time.perf_counter() - c, time.perf_counter() - a)])
names = ("recognise", "understand", "first_sound", "whole")
figures = {n: round(statistics.median(r[i] for r in rows)) for i, n in enumerate(names)}
pss = sum(int(l.split()[1]) for p in [Path("/proc/self/smaps_rollup")] for l in p.read_text().splitlines()
          if l.startswith("Pss:")) / 1024
print(json.dumps({"ready_s": round(ready, 2), "ms": figures, "pss_mb": round(pss)}))
"""


def warm(files: list[Path], count: int, *, cache: bool) -> dict[str, object]:
    """Return medians and memory of one process that answers `count` questions."""
    done = subprocess.run(
        [sys.executable, "-c", WARM % cache, str(count), *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def installed_mb() -> int:
    """Return the size of the environment this runs in."""
    folder = Path(sys.prefix)
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--recordings", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = sorted(options.recordings.glob("*.wav")) if options.recordings else record(folder)
        bare = seconds([sys.executable, "-c", "import numpy, onnxruntime"], options.repeats)
        ask = [*SKILL, "ask", "--audio", str(files[0]), "--out", str(folder / "a.wav")]
        cold = seconds(ask, options.repeats)
        fresh = warm(files, options.questions, cache=False)
        cached = warm(files, options.questions, cache=True)
    print(f"bare interpreter with numpy and onnxruntime  {bare:.2f} s")
    print(f"one question, a whole process                {cold:.2f} s  ({cold / bare:.1f} x bare)")
    print(f"start to ready                               {fresh['ready_s']} s")
    print(f"warm answer, speech rendered each time       {fresh['ms']} ms")
    print(f"warm answer, speech from the cache           {cached['ms']} ms")
    print(f"memory after {options.questions} questions (PSS)          {cached['pss_mb']} MB")
    print(f"installed ({Path(sysconfig.get_path('purelib')).name} and all)            {installed_mb()} MB")


if __name__ == "__main__":
    main()
