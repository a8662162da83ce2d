"""Installing a model while somebody stops it, another does the same, or the disk is full."""

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installing.materials import (
    MB,
    NAME,
    is_whole,
    leftovers,
    one_line,
    run_install,
    start_install,
    wait_for,
    write_registry,
)
from tests.model_server import ModelServer
from voice_skill.errors import MissingError, VoiceSkillError
from voice_skill.hearing.install import install

# Interruptions, neighbours and full disks.


def test_control_c_leaves_what_came_and_the_next_run_goes_on(
    models: Path, registry: Path, server: ModelServer
) -> None:
    server.stall_after = 2 * MB
    process = start_install(models, registry)
    assert server.stalled.wait(20)
    part = models / f".{NAME}.zip.part"
    wait_for(lambda: part.exists() and part.stat().st_size >= 2 * MB - 16384)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "goes on where this one stopped" in errors
    assert "Traceback" not in errors
    assert not (models / NAME).exists()
    server.go_on.set()
    assert run_install(models, registry).returncode == 0
    assert server.requests[1].startswith("bytes=")
    assert is_whole(models / NAME)
    assert leftovers(models) == [NAME]


@pytest.mark.parametrize("stage", ["download", "check", "unpack"])
def test_a_power_cut_leaves_no_half_model(models: Path, registry: Path, stage: str) -> None:
    script = f"""
import os
from pathlib import Path
from voice_skill.hearing.install import install
def cut(stage, done, total):
    if stage == {stage!r} and done > total / 2:
        os._exit(9)
install({NAME!r}, models_dir=Path({str(models)!r}), registry=Path({str(registry)!r}), progress=cut)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert not (models / NAME).exists()
    install(NAME, models_dir=models, registry=registry)
    assert is_whole(models / NAME)
    assert leftovers(models) == [NAME]


def test_two_at_once_is_one_too_many(
    models: Path, registry: Path, server: ModelServer, get: Callable[[], Path]
) -> None:
    server.stall_after = MB
    first = threading.Thread(target=get)
    first.start()
    assert server.stalled.wait(20)
    with pytest.raises(VoiceSkillError, match="another installation is under way"):
        install(NAME, models_dir=models, registry=registry)
    server.go_on.set()
    first.join(20)
    assert is_whole(models / NAME)


def test_a_broken_model_is_replaced(get: Callable[[], Path], models: Path) -> None:
    get()
    (models / NAME / "am/final.mdl").unlink()
    get()
    assert is_whole(models / NAME)
    assert leftovers(models) == [NAME]


def test_too_little_space_is_said_before_anything_is_fetched(
    models: Path, tmp_path: Path, server: ModelServer, archive: bytes
) -> None:
    needed = shutil.disk_usage(tmp_path).total
    registry = write_registry(tmp_path / "list.yaml", server.address, archive, unpacked=needed)
    with pytest.raises(MissingError, match=r"MB free, the model needs \d+ MB\. Free some space"):
        install(NAME, models_dir=models, registry=registry)
    assert server.requests == []


@pytest.mark.parametrize("most_bytes", [2 * MB, 1000], ids=["while fetching", "at once"])
def test_a_disk_that_takes_no_more_is_one_line(models: Path, registry: Path, most_bytes: int) -> None:
    """Files may not grow beyond a limit, which fails a write as a full disk does."""
    done = run_install(models, registry, under=["prlimit", f"--fsize={most_bytes}"])
    assert done.returncode == 3
    assert f"cannot write in {models}" in one_line(done)
    assert "Free some space" in one_line(done)
    assert not (models / NAME).exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, registry: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MissingError, match=r"cannot write in .*file/models.*VOICE_SKILL_MODELS"):
        install(NAME, models_dir=tmp_path / "file" / "models", registry=registry)
