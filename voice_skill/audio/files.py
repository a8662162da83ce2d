"""Recordings: WAV and FLAC in, WAV out."""

import io
import stat
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from voice_skill.audio.frames import SAMPLE_RATE, Downmix, Sound
from voice_skill.errors import AudioFileError, MissingError
from voice_skill.storage import write_output

RATES = range(8_000, 192_001)
"""Sample rates that are read, in Hz."""

MAX_CHANNELS = 32
_BLOCK_SECONDS = 0.1
_UNKNOWN_LENGTH = 2**62  # what libsndfile says of a FLAC file that was written to a pipe


def read_audio(path: Path, max_seconds: float = 120) -> Sound:
    """Return a recording as mono sound at SAMPLE_RATE.

    Takes WAV and FLAC of 8 to 192 kHz, up to MAX_CHANNELS channels, 8 to 32 bit or float. Of a file that was
    cut off or breaks in the middle, everything up to there is returned. Float samples beyond full scale make
    the whole recording quieter instead of clipping.
    Raises AudioFileError, naming the file and the fix, for anything that holds no usable sound.
    """
    _refuse_unreadable(path)
    with _open(path) as file:
        _refuse_unusable(path, file, max_seconds)
        channels = _read_blocks(file, max_seconds)
    if len(channels) > max_seconds * SAMPLE_RATE:  # its header did not say so
        raise AudioFileError(f"{path} is too long", f"Cut it to at most {max_seconds:g} s")
    if not len(channels):
        raise AudioFileError(f"{path} holds no sound", "Record it again")
    if not np.isfinite(channels).all():
        raise AudioFileError(f"{path} holds values that are not numbers", "Export it again as 16-bit WAV")
    channels /= max(1.0, float(np.abs(channels).max()))
    samples = Downmix(channels.shape[1])(channels)
    return Sound(np.rint(samples * 32767).astype(np.int16))


def write_wav(path: Path, sound: Sound) -> None:
    """Write the sound as a 16-bit mono WAV file at its own rate.

    It is written as `storage.write_output` does. Raises VoiceSkillError when it cannot be written.
    """
    write_output(path, _wav_bytes(sound))


def _refuse_unreadable(path: Path) -> None:
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise AudioFileError(f"{path} is a folder", "Name a WAV or FLAC file in it")
        if not stat.S_ISREG(info.st_mode):
            raise AudioFileError(f"{path} is a pipe or a device", "Save the recording to a file first")
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise AudioFileError(f"{path} does not exist", "Check the name of the recording") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioFileError(f"{path} cannot be read: {reason}", "Check its name and permissions") from error
    if not info.st_size:
        raise AudioFileError(f"{path} is empty", "Record it again")


def _open(path: Path) -> Any:
    try:
        import soundfile  # loads a C library, wanted only when a file is read
    except OSError as error:
        raise MissingError(
            "the libsndfile library is missing", "Install it: sudo apt install libsndfile1"
        ) from error
    try:
        return soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a file called .raw
        raise AudioFileError(f"{path} is not a sound file", "Give a WAV or FLAC recording") from error


def _refuse_unusable(path: Path, file: Any, max_seconds: float) -> None:
    if file.samplerate not in RATES:
        raise AudioFileError(f"{path} has a sample rate of {file.samplerate} Hz", "Use 8000 to 192000 Hz")
    if file.channels > MAX_CHANNELS:
        raise AudioFileError(f"{path} has {file.channels} channels", f"Use at most {MAX_CHANNELS}")
    seconds = file.frames / file.samplerate
    if max_seconds < seconds < _UNKNOWN_LENGTH / file.samplerate:
        raise AudioFileError(f"{path} is {seconds:.0f} s long", f"Cut it to at most {max_seconds:g} s")


def _read_blocks(file: Any, max_seconds: float) -> npt.NDArray[np.float32]:
    """Return all channels at SAMPLE_RATE, shape (n, channels), with little more than that in memory.

    Stops soon after max_seconds.
    """
    import soundfile

    resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE, file.channels, dtype="float32")
    size = round(_BLOCK_SECONDS * file.samplerate)
    pieces = []
    for _ in range(int(max_seconds / _BLOCK_SECONDS) + 2):
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:  # damaged or cut off here: what came before is good
            break
        if not len(block):
            break
        pieces.append(resampler.resample_chunk(block))
    rest = resampler.resample_chunk(np.zeros((0, file.channels), np.float32), last=True)
    return np.concatenate([*pieces, rest])


def _wav_bytes(sound: Sound) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples.astype("<i2").tobytes())
    return buffer.getvalue()
