"""Installing a model over a connection that breaks, lies or is not there."""

import hashlib
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installing.materials import MB, NAME, is_whole, leftovers, one_line, run_install, write_registry
from tests.korean import MODEL, TODAY, WEATHER, korean
from tests.model_server import ModelServer, serving
from voice_skill.errors import MissingError
from voice_skill.hearing.factory import create_recognizer
from voice_skill.hearing.install import install

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
