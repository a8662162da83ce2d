"""What the tests of installing share: a small model in an archive, a list of models, the command."""

import hashlib
import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from tests.korean import MODEL

PROGRAM = Path(sys.executable).with_name("voice-skill")
NAME = "small"
MB = 1 << 20


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def model_files(folder: str = "vosk-model-small/") -> dict[str, bytes]:
    """Return files laid out as in a vosk model; only the small ones are real, the rest is 3 MB of noise."""
    small = ["conf/mfcc.conf", "conf/model.conf", "graph/disambig_tid.int", "graph/phones/word_boundary.int"]
    files = {folder + name: (MODEL / name).read_bytes() for name in small}
    large = ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"]
    return files | {folder + name: os.urandom(MB) for name in large}


def write_registry(file: Path, address: str, content: bytes, **other: object) -> Path:
    spec: dict[str, object] = {
        "engine": "vosk",
        "language": "ko",
        "title": "A small model",
        "url": address,
        "size": len(content),
        "unpacked": 10 * MB,
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "Apache-2.0",
    }
    file.write_text(yaml.safe_dump({NAME: spec | other}), encoding="utf-8")
    return file


def leftovers(models: Path) -> list[str]:
    """Return what lies in the models' folder besides the lock."""
    return sorted(path.name for path in models.iterdir() if path.name != ".install.lock")


def is_whole(model: Path) -> bool:
    return (model / "am/final.mdl").stat().st_size == MB and (model / "conf/model.conf").is_file()


def start_install(
    models: Path, registry: Path, *more: str, under: Sequence[str] = ()
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*under, PROGRAM, "models", "install", NAME, "--registry", registry, *more],
        env={**os.environ, "VOICE_SKILL_MODELS": str(models)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_install(
    models: Path, registry: Path, *more: str, under: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    process = start_install(models, registry, *more, under=under)
    output, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of the error, which comes after the progress bars."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("voice-skill:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
