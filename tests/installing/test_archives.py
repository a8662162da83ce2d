"""Installing a model from a file, past archives that mean no good."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from tests.installing.materials import (
    MB,
    NAME,
    is_whole,
    leftovers,
    model_files,
    run_install,
    write_registry,
    zipped,
)
from voice_skill.errors import MissingError, UsageError
from voice_skill.hearing.install import install

# From a file.


def test_a_file_installs_without_a_connection(models: Path, tmp_path: Path, archive: bytes) -> None:
    registry = write_registry(tmp_path / "list.yaml", "http://127.0.0.1:9/model.zip", archive)
    (tmp_path / "model.zip").write_bytes(archive)
    done = run_install(models, registry, "--from", str(tmp_path / "model.zip"))
    assert done.returncode == 0, done.stderr
    assert str(models / NAME) in done.stdout
    assert is_whole(models / NAME)
    assert (tmp_path / "model.zip").exists()


def test_a_file_with_another_checksum_is_refused(models: Path, tmp_path: Path, archive: bytes) -> None:
    registry = write_registry(tmp_path / "list.yaml", "http://127.0.0.1:9/model.zip", archive)
    other = tmp_path / "other.zip"
    other.write_bytes(archive[:-1] + b"!")
    with pytest.raises(MissingError) as caught:
        install(NAME, models_dir=models, registry=registry, from_file=other)
    for content in (archive, other.read_bytes()):
        assert hashlib.sha256(content).hexdigest() in str(caught.value)
    assert leftovers(models) == []


def test_a_file_or_a_name_that_is_not_there_is_wrong_use(
    models: Path, tmp_path: Path, registry: Path
) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        install(NAME, models_dir=models, registry=registry, from_file=tmp_path / "none.zip")
    with pytest.raises(UsageError, match=f"there is no model 'tiny' in the list. Choose one of: {NAME}"):
        install("tiny", models_dir=models, registry=registry)


# Archives that mean no good. Each has the right checksum: a stranger wrote the list of models, too.


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def symlink_to(target: str) -> bytes:
    buffer = io.BytesIO(zipped(model_files()))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("vosk-model-small/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
    return buffer.getvalue()


def with_member(name: str) -> bytes:
    return zipped(model_files() | {name: b"evil"})


BAD_ARCHIVES = {
    "not a zip": b"<html>Please log in to the hotel's network</html>",
    "cut short": zipped(model_files())[:-2000],
    "empty": zipped({}),
    "climbs out": with_member("../evil"),
    "climbs out further in": with_member("vosk-model-small/am/../../../evil"),
    "absolute": with_member("/tmp/voice-skill-evil"),
    "drive letter": with_member("C:/evil"),
    "backslashes": with_member("..\\evil"),
    "link": symlink_to("/etc"),
    "bomb": zipped(model_files() | {"vosk-model-small/zeros": bytes(40 * MB)}, zipfile.ZIP_DEFLATED),
    "too many files": zipped(model_files() | {f"vosk-model-small/{n}": b"" for n in range(1500)}),
    "same file twice": with_member("./vosk-model-small/conf/mfcc.conf"),
    "file as folder": with_member("vosk-model-small/conf/mfcc.conf/evil"),
    "no model": zipped({"holiday/photo.jpg": os.urandom(1000)}),
    "half a model": zipped({k: v for k, v in model_files().items() if "Gr.fst" not in k}),
}


@pytest.mark.parametrize("content", BAD_ARCHIVES.values(), ids=BAD_ARCHIVES.keys())
def test_a_bad_archive_leaves_nothing(content: bytes, models: Path, tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    archive.write_bytes(content)
    registry = write_registry(tmp_path / "list.yaml", "http://127.0.0.1:9/model.zip", content)
    before = everything(tmp_path)
    with pytest.raises(MissingError) as caught:
        install(NAME, models_dir=models, registry=registry, from_file=archive)
    assert "\n" not in str(caught.value)
    assert everything(tmp_path) - before == {models, models / ".install.lock"}
    assert not Path("/tmp/voice-skill-evil").exists()


def test_a_damaged_member_leaves_nothing(models: Path, tmp_path: Path) -> None:
    files = model_files()
    content = bytearray(zipped(files))
    content[content.index(files["vosk-model-small/graph/Gr.fst"]) + 500] ^= 0xFF
    archive = tmp_path / "damaged.zip"
    archive.write_bytes(content)
    registry = write_registry(tmp_path / "list.yaml", "http://127.0.0.1:9/model.zip", bytes(content))
    with pytest.raises(MissingError, match="not a whole zip file"):
        install(NAME, models_dir=models, registry=registry, from_file=archive)
    assert leftovers(models) == []
