"""Installing a model: over a connection that breaks, from a file, past archives that mean no good."""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from tests.korean import MODEL, TODAY, WEATHER, korean
from tests.model_server import ModelServer, serving
from voice_skill.errors import MissingError, UsageError, VoiceSkillError
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.install import install

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


@pytest.fixture(scope="module")
def archive() -> bytes:
    return zipped(model_files())


@pytest.fixture
def server(archive: bytes) -> Iterator[ModelServer]:
    with serving(archive) as server:
        yield server


@pytest.fixture
def registry(tmp_path: Path, server: ModelServer) -> Path:
    return write_registry(tmp_path / "registry.yaml", server.address, server.content)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def get(models: Path, registry: Path) -> Callable[[], Path]:
    """Return what installs the served model and says where."""
    return lambda: install(NAME, models_dir=models, registry=registry).path


def leftovers(models: Path) -> list[str]:
    """Return what lies in the models' folder besides the lock."""
    return sorted(path.name for path in models.iterdir() if path.name != ".install.lock")


def is_whole(model: Path) -> bool:
    return (model / "am/final.mdl").stat().st_size == MB and (model / "conf/model.conf").is_file()


# The whole way, with the real model.


@pytest.mark.slow
def test_a_real_model_arrives_over_a_bad_connection_and_hears(tmp_path: Path, models: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for file in sorted(MODEL.rglob("*")):
            packed.write(file, Path("vosk-model-small-ko") / file.relative_to(MODEL))
    content = buffer.getvalue()
    with serving(content) as server:
        server.drop_after = [len(content) // 2, len(content) // 3]
        registry = write_registry(tmp_path / "list.yaml", server.address, content, unpacked=300 * MB)
        done = run_install(models, registry)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 3
    recognizer = create_recognizer("auto", "ko", models)
    assert recognizer.name == "vosk"
    recognizer.use_phrases([f"{TODAY} {WEATHER}"])
    recognizer.accept(korean(TODAY, WEATHER))
    assert recognizer.finish().text == f"{TODAY} {WEATHER}"


# The connection.


def test_the_model_lands_without_the_archives_own_folder(get: Callable[[], Path], models: Path) -> None:
    assert get() == models / NAME
    assert is_whole(models / NAME)
    assert leftovers(models) == [NAME]


def test_installed_already_is_said_and_nothing_is_fetched(
    get: Callable[[], Path], models: Path, registry: Path, server: ModelServer
) -> None:
    get()
    again = install(NAME, models_dir=models, registry=registry)
    assert again.already
    assert again.path == models / NAME
    assert len(server.requests) == 1


def test_a_broken_connection_is_taken_up_where_it_broke(
    get: Callable[[], Path], models: Path, server: ModelServer
) -> None:
    server.drop_after = [MB + 100, MB]
    get()
    assert is_whole(models / NAME)
    assert server.requests == ["", f"bytes={MB + 100}-", f"bytes={2 * MB + 100}-"]


def test_a_server_that_cannot_resume_is_asked_for_all_of_it(
    get: Callable[[], Path], models: Path, server: ModelServer
) -> None:
    server.drop_after = [MB]
    server.ranges = False
    get()
    assert is_whole(models / NAME)
    assert server.requests == ["", f"bytes={MB}-"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(
    get: Callable[[], Path], models: Path, server: ModelServer
) -> None:
    models.mkdir()
    (models / f".{NAME}.zip.part").write_bytes(b"of an older file")
    (models / f".{NAME}.zip.part.tag").write_text('"version-0"')
    get()
    assert is_whole(models / NAME)


@pytest.mark.parametrize("bad", [b"damaged", b"much too long" * MB], ids=["damaged", "too long"])
def test_a_damaged_beginning_is_thrown_away(
    get: Callable[[], Path], models: Path, server: ModelServer, bad: bytes
) -> None:
    models.mkdir()
    (models / f".{NAME}.zip.part").write_bytes(bad)
    get()
    assert is_whole(models / NAME)
    assert leftovers(models) == [NAME]


def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    get: Callable[[], Path], models: Path, server: ModelServer
) -> None:
    server.busy_first = 1
    get()
    assert is_whole(models / NAME)


def test_a_server_that_drops_everything_is_given_up(
    get: Callable[[], Path], server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_skill.hearing.download.PATIENCE_S", (0.01, 0.01))
    server.drop_after = [0] * 99
    with pytest.raises(MissingError, match=r"could not fetch .* the connection broke off"):
        get()
    assert len(server.requests) == 3


def test_a_file_that_is_not_there_is_said_at_once(get: Callable[[], Path], server: ModelServer) -> None:
    server.status = 404
    with pytest.raises(MissingError, match="the server says 404") as caught:
        get()
    assert server.address in str(caught.value)
    assert len(server.requests) == 1


def test_without_a_connection_the_way_by_file_is_told(models: Path, tmp_path: Path, archive: bytes) -> None:
    registry = write_registry(tmp_path / "list.yaml", "http://127.0.0.1:9/model.zip", archive)
    begun = time.monotonic()
    done = run_install(models, registry)
    assert time.monotonic() - begun < 5  # nobody waits for a connection that there is not
    assert done.returncode == 3
    assert f"voice-skill models install {NAME} --from FILE.zip" in one_line(done)
    assert leftovers(models) == []


def test_another_size_is_noticed_before_fetching(
    models: Path, tmp_path: Path, server: ModelServer, archive: bytes
) -> None:
    registry = write_registry(tmp_path / "list.yaml", server.address, archive, size=len(archive) + 1)
    with pytest.raises(MissingError, match=f"has {len(archive)} bytes, the list of models says"):
        install(NAME, models_dir=models, registry=registry)
    assert leftovers(models) == []


def test_a_wrong_checksum_names_both(
    models: Path, tmp_path: Path, server: ModelServer, archive: bytes
) -> None:
    registry = write_registry(tmp_path / "list.yaml", server.address, archive, sha256="0" * 64)
    done = run_install(models, registry)
    assert done.returncode == 3
    assert hashlib.sha256(archive).hexdigest() in one_line(done)
    assert "0" * 64 in one_line(done)
    assert leftovers(models) == []


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


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


# Interruptions, neighbours and full disks.


def test_control_c_leaves_what_came_and_the_next_run_goes_on(
    models: Path, registry: Path, server: ModelServer
) -> None:
    server.stall_after = 2 * MB
    process = start_install(models, registry)
    assert server.stalled.wait(20)
    wait_for(lambda: (models / f".{NAME}.zip.part").stat().st_size >= 2 * MB - 16384)
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


# The command.


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
