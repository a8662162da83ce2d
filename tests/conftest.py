import signal
from collections.abc import Iterator

import pytest

from tests.sound_server import SoundServer, missing_part

# Programs started in the background by a shell ignore Ctrl-C, and so would those that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """Give a microphone and a loudspeaker to programs started with `env=sound_server.env`."""
    if missing := missing_part():
        pytest.skip(missing)
    with SoundServer(tmp_path_factory.mktemp("sound")) as server:
        yield server
