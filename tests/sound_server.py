"""A microphone and a loudspeaker for machines that have none: a private PulseAudio with null sinks.

    with SoundServer(folder) as server:
        subprocess.run([sys.executable, "-m", "voice_skill", "listen"], env=server.env)
        server.play_into_microphone(Path("question.wav"))
        heard = server.record_loudspeaker(seconds=5)

It touches neither the user's sound server nor the machine's sound cards, and needs no root.
"""

import ctypes.util
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Sound

DEBIAN_PACKAGES = "pulseaudio pulseaudio-utils libasound2-plugins libportaudio2"

# In place of the machine's own ALSA configuration: nothing but the way to the sound server.
ALSA_CONFIG = "pcm.pulse { type pulse }\nctl.pulse { type pulse }\npcm.default { type pulse }\n"

# A card that no machine has: PortAudio finds no device at all. (It crashes on a configuration without any.)
NO_DEVICES_CONFIG = "pcm.none { type hw card 31 }\n"


def missing_part() -> str:
    """Return what is not installed, in one line with the fix, or "" when the server can run."""
    plugin = any(Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so"))
    parts = {
        "PulseAudio": shutil.which("pulseaudio"),
        "paplay": shutil.which("paplay"),
        "ALSA's pulse plugin": plugin,
        "PortAudio": ctypes.util.find_library("portaudio"),
    }
    absent = [name for name, there in parts.items() if not there]
    return f"{absent[0]} is not installed: sudo apt-get install {DEBIAN_PACKAGES}" if absent else ""


class Tape:
    """What the loudspeaker played while a `SoundServer.recording` was running."""

    def __init__(self, stream: subprocess.Popen[bytes], rate: int) -> None:
        self._stream = stream
        self._rate = rate
        self._pieces: list[bytes] = []
        self._begun = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._begun.wait(10):
            raise RuntimeError("parec records nothing")
        self.start = time.monotonic()
        """Monotonic time of the first sample, in seconds, to some 20 ms."""

    @property
    def sound(self) -> Sound:
        """Return everything recorded so far."""
        data = b"".join(self._pieces)
        return Sound(np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16), self._rate)

    def stop(self) -> None:
        """Stop recording."""
        self._stream.terminate()
        self._stream.wait(10)
        self._reader.join(10)
        if self._stream.stdout:
            self._stream.stdout.close()

    def _read(self) -> None:
        while self._stream.stdout and (piece := os.read(self._stream.stdout.fileno(), 4096)):
            self._pieces.append(piece)
            self._begun.set()


class SoundServer:
    """A PulseAudio of its own: sink `spk` is the loudspeaker, source `mic` is the microphone.

    `folder` holds its socket and settings; `env` is the environment of programs that shall use it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "native"
        self.alsa_config = folder / "asound.conf"
        self.env = os.environ | {
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": str(self.alsa_config),
        }
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server; returns when it answers."""
        self.alsa_config.write_text(ALSA_CONFIG)
        # Without rewinds a null sink keeps time in steps of 50 ms; else an idle one sleeps for two seconds.
        modules = (
            "module-null-sink sink_name=spk rate=48000 norewinds=1",
            "module-null-sink sink_name=micsink rate=48000 norewinds=1",
            "module-remap-source source_name=mic master=micsink.monitor",
            f"module-native-protocol-unix socket={self.socket} auth-anonymous=1",
        )
        options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        loads = [word for module in modules for word in ("-L", module)]
        own = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PATH": os.environ["PATH"]}
        with (self.folder / "pulseaudio.log").open("wb") as log:
            self._server = subprocess.Popen(["pulseaudio", *options, *loads], env=own, stderr=log, stdout=log)
        deadline = time.monotonic() + 15
        while self._pactl("info").returncode:
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError(
                    f"PulseAudio did not start: {(self.folder / 'pulseaudio.log').read_text()}"
                )
            time.sleep(0.05)
        self.control("set-default-sink", "spk")
        self.control("set-default-source", "mic")

    def stop(self) -> None:
        """End the server; also the way to take its devices away from a running program."""
        if self._server:
            self._server.kill()
            self._server.wait(10)
            self._server = None

    def control(self, *words: str) -> str:
        """Run `pactl` with these words and return what it prints."""
        done = self._pactl(*words)
        if done.returncode:
            raise RuntimeError(f"pactl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def play_into_microphone(self, path: Path) -> None:
        """Let the microphone hear an audio file; returns at its end."""
        subprocess.run(["paplay", "--device=micsink", str(path)], env=self.env, check=True, timeout=180)

    @contextmanager
    def recording(self, rate: int = SAMPLE_RATE) -> Iterator[Tape]:
        """Record what the loudspeaker plays for as long as the `with` block runs."""
        command = ["parec", "--raw", "--format=s16le", "--channels=1", "--latency-msec=10", f"--rate={rate}"]
        stream = subprocess.Popen([*command, "--device=spk.monitor"], env=self.env, stdout=subprocess.PIPE)
        tape = Tape(stream, rate)
        try:
            yield tape
        finally:
            tape.stop()

    def record_loudspeaker(self, seconds: float, rate: int = SAMPLE_RATE) -> Sound:
        """Return what the loudspeaker plays in the next `seconds`."""
        with self.recording(rate) as tape:
            time.sleep(seconds)
        return tape.sound

    def _pactl(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["pactl", *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=15, check=False)


def loud_part(sound: Sound, threshold: float = 500) -> tuple[float, float]:
    """Return where sound begins and ends, in seconds; (0, 0) when there is none."""
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > threshold)
    return (loud[0] / sound.rate, (loud[-1] + 1) / sound.rate) if len(loud) else (0.0, 0.0)
