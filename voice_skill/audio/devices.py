"""The sound devices of this machine, and how to open a stream on one of them."""

import contextlib
import ctypes
import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Literal

from voice_skill.errors import MissingError

Kind = Literal["input", "output"]

PREFERRED = ("pulse", "pipewire", "default")
"""Sound servers first: others can play too, and a bare device may be a sleeping HDMI output."""

_NOUNS: dict[Kind, str] = {"input": "microphone", "output": "loudspeaker"}
_CONNECT = "Connect one, or start the sound server (PipeWire or PulseAudio)"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device.

    inputs, outputs: how many channels each. rate: its own sample rate, Hz. host: the system that drives it.
    """

    index: int
    name: str
    inputs: int
    outputs: int
    rate: float
    host: str
    default_input: bool = False
    default_output: bool = False

    def channels(self, kind: Kind) -> int:
        """Return how many channels it has in this direction."""
        return self.inputs if kind == "input" else self.outputs

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain values."""
        return asdict(self)


def list_devices() -> list[Device]:
    """Return the devices there were when the program first looked, or at the last `rescan`.

    Raises MissingError when PortAudio is not installed or there is no device.
    """
    sounddevice = _portaudio()
    hosts = sounddevice.query_hostapis()
    found = [
        Device(
            index=index,
            name=one["name"],
            inputs=one["max_input_channels"],
            outputs=one["max_output_channels"],
            rate=one["default_samplerate"],
            host=hosts[one["hostapi"]]["name"],
        )
        for index, one in enumerate(sounddevice.query_devices())
    ]
    if not found:
        raise MissingError("this machine has no sound device", _CONNECT)
    default_input, default_output = sounddevice.default.device
    microphone = _default(found, "input", default_input)
    loudspeaker = _default(found, "output", default_output)
    return [
        replace(one, default_input=one.index == microphone, default_output=one.index == loudspeaker)
        for one in found
    ]


def find_device(wanted: str | int | None, kind: Kind) -> Device:
    """Return the device of this name, part of a name, or index; None: the default one.

    Raises MissingError that lists what there is.
    """
    usable = [one for one in list_devices() if one.channels(kind)]
    if not usable:
        raise MissingError(f"this machine has no {_NOUNS[kind]}", _CONNECT)
    if wanted is None or wanted == "":
        return next(one for one in usable if (one.default_input if kind == "input" else one.default_output))
    matches = _matches(usable, str(wanted))
    if len(matches) == 1:
        return matches[0]
    problem = "there is more than one" if matches else "there is no"
    raise MissingError(f"{problem} {_NOUNS[kind]} {str(wanted)!r}", _choices(matches or usable, str(wanted)))


def rescan() -> None:
    """Look for devices again, say after one was plugged in. Close every stream first: this ends them all."""
    sounddevice = _portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


def open_stream(device: Device, kind: Kind, rates: Iterable[float], block_s: float, **options: Any) -> Any:
    """Return a running sounddevice stream of int16, at the first of `rates` that the device takes.

    It has one channel, or as few as the device takes. block_s: seconds in each call of the callback, 0 for
    the device's choice. `options` are those of sounddevice's streams.
    Raises MissingError when the device cannot be opened.
    """
    sounddevice = _portaudio()
    make = sounddevice.InputStream if kind == "input" else sounddevice.OutputStream
    most = device.channels(kind)
    reason = ""
    for rate in dict.fromkeys(rates):
        for channels in sorted({1, min(2, most), most}):
            stream = None
            try:
                stream = make(rate, round(block_s * rate), device.index, channels, dtype="int16", **options)
                stream.start()
            except sounddevice.PortAudioError as error:
                reason = str(error.args[0]).rpartition(": ")[2]
                if stream is not None:
                    close_stream(stream)
            else:
                return stream
    raise MissingError(
        f"the {_NOUNS[kind]} {device.name!r} cannot be opened: {reason}",
        "Does another program hold it? Choose another one with: voice-skill devices",
    )


def close_stream(stream: Any) -> None:
    """End a stream at once, also one whose device is gone."""
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


@cache
def _portaudio() -> Any:
    """Return the module sounddevice, which starts PortAudio when it is first imported."""
    _silence_c_libraries()
    try:
        import sounddevice
    except OSError as error:
        fix = "Install it: sudo apt install libportaudio2"
        raise MissingError("the PortAudio library is missing", fix) from error
    except Exception as error:  # sounddevice.PortAudioError, which cannot be named: its import failed
        raise MissingError(f"PortAudio does not start: {error}", "Restart the sound server") from error
    return sounddevice


def _silence_c_libraries() -> None:
    """Send what C libraries write to stderr nowhere: PortAudio and ALSA chat there, at any time.

    Python's own standard error is another object and stays.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a C library without these names
        libc = ctypes.CDLL(None)
        libc.fopen.restype = ctypes.c_void_p
        nowhere = libc.fopen(os.devnull.encode(), b"w")
        if nowhere:
            ctypes.c_void_p.in_dll(libc, "stderr").value = nowhere


def _default(devices: Sequence[Device], kind: Kind, portaudio_default: int) -> int:
    usable = [one for one in devices if one.channels(kind)]
    for name in PREFERRED:
        for one in usable:
            if one.name.casefold() == name:
                return one.index
    indices = [one.index for one in usable]
    return portaudio_default if portaudio_default in indices else next(iter(indices), -1)


def _matches(devices: Sequence[Device], wanted: str) -> list[Device]:
    if wanted.isdecimal():
        return [one for one in devices if one.index == int(wanted)]
    name = wanted.casefold()
    exact = [one for one in devices if one.name.casefold() == name]
    return exact or [one for one in devices if name in one.name.casefold()]


def _choices(devices: Sequence[Device], wanted: str) -> str:
    listed = ", ".join(f"{one.index} {one.name!r}" for one in devices)
    close = difflib.get_close_matches(wanted, [one.name for one in devices], n=1)
    return f"Choose one of: {listed}" + (f". Did you mean {close[0]!r}?" if close else "")
