"""A server with a small model on it, and the list that names it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.installing.materials import NAME, model_files, write_registry, zipped
from tests.model_server import ModelServer, serving
from voice_skill.hearing.install import install


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
