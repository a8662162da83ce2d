"""Recordings of every kind in, whole WAV files out."""

import os
import resource
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from voice_skill.audio.files import read_audio, write_wav
from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.errors import AudioFileError, MissingError, UsageError, VoiceSkillError

Floats = npt.NDArray[np.float64]


def tone(seconds: float = 0.5, rate: int = 16_000, hertz: float = 440, peak: float = 0.5) -> Floats:
    return peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def loudness(sound: Sound) -> float:
    """Return the root mean square, full scale is 1."""
    return float(np.sqrt(np.mean((sound.samples / 32767.0) ** 2)))


def hertz(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    return float(spectrum.argmax() * sound.rate / len(sound.samples))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def write(path: Path, samples: Floats, rate: int = 16_000, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channel_count_becomes_16_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    samples = np.column_stack([tone(0.75, rate)] * channels)
    sound = read_audio(write(tmp_path / "a.wav", samples, rate))
    assert (sound.rate, sound.samples.ndim, sound.samples.dtype) == (SAMPLE_RATE, 1, np.int16)
    assert sound.seconds == pytest.approx(0.75, abs=0.001)
    assert hertz(sound) == pytest.approx(440, abs=2)
    assert loudness(sound) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", one) for one in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")]
    + [("a.flac", one) for one in ("PCM_16", "PCM_24")],
)
def test_any_sample_format_sounds_the_same(tmp_path: Path, name: str, subtype: str) -> None:
    sound = read_audio(write(tmp_path / name, tone(), subtype=subtype))
    assert np.abs(sound.samples / 32767 - tone()).max() < (0.01 if subtype == "PCM_U8" else 0.0001)


def test_an_empty_channel_takes_nothing_away(tmp_path: Path) -> None:
    sound = read_audio(write(tmp_path / "a.wav", np.column_stack([tone() * 0, tone()])))
    assert loudness(sound) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_channels_in_opposite_phase_do_not_cancel_out(tmp_path: Path) -> None:
    sound = read_audio(write(tmp_path / "a.wav", np.column_stack([tone(), -tone()])))
    assert loudness(sound) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_two_voices_on_two_channels_are_both_heard(tmp_path: Path) -> None:
    sound = read_audio(write(tmp_path / "a.wav", np.column_stack([tone(hertz=440), tone(hertz=1000)])))
    spectrum = np.abs(np.fft.rfft(sound.samples)) / len(sound.samples)
    assert min(spectrum[220], spectrum[500]) > 1000


def test_float_samples_beyond_full_scale_get_quieter_and_do_not_clip(tmp_path: Path) -> None:
    sound = read_audio(write(tmp_path / "a.wav", tone(peak=3.0), subtype="FLOAT"))
    assert np.abs(sound.samples / 32767 - tone(peak=1.0)).max() < 0.001


def cut(path: Path, length: int) -> Path:
    os.truncate(path, length)
    return path


def with_data_length(path: Path, length: int) -> Path:
    with path.open("r+b") as file:
        file.seek(40)
        file.write(struct.pack("<I", length))
    return path


def test_of_a_truncated_wav_the_rest_is_used(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.wav", tone(2.0))
    assert read_audio(cut(whole, 44 + 32_000)).seconds == pytest.approx(1.0)


def test_a_wav_streamed_with_unknown_length_is_read_to_its_end(tmp_path: Path) -> None:
    path = with_data_length(write(tmp_path / "a.wav", tone(1.0)), 0xFFFF_FFFF)
    assert read_audio(path).seconds == pytest.approx(1.0)


def test_of_a_truncated_flac_the_rest_is_used(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", np.random.default_rng(1).uniform(-0.5, 0.5, 4 * SAMPLE_RATE))
    assert read_audio(cut(path, path.stat().st_size // 2)).seconds == pytest.approx(2.0, abs=0.4)


def without_length(path: Path) -> Path:
    """Make a FLAC file as an encoder does that writes to a pipe: its header knows no number of samples."""
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)
    return path


def test_a_flac_streamed_with_unknown_length_is_read_to_its_end(tmp_path: Path) -> None:
    path = without_length(write(tmp_path / "a.flac", tone(1.0)))
    assert read_audio(path).seconds == pytest.approx(1.0, abs=0.11)
    with pytest.raises(AudioFileError, match=r"is too long\. Cut it to at most 0\.5 s"):
        read_audio(path, max_seconds=0.5)


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def text(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: path, "does not exist. Check the name"),
        (lambda path: path / "deeper", "does not exist. Check the name"),
        (lambda path: path.with_name("x" * 300), "cannot be read: File name too long"),
        (lambda path: path.with_name("\0"), "cannot be read: embedded null byte"),
        (folder, "is a folder. Name a WAV or FLAC file in it"),
        (pipe, "is a pipe or a device. Save the recording to a file first"),
        (lambda _: Path("/dev/zero"), "is a pipe or a device"),
        (lambda path: text(path, b""), "is empty. Record it again"),
        (lambda path: text(path, b"Dear diary, my calf hurts. " * 99), "is not a sound file. Give a WAV or"),
        (lambda path: text(path.with_suffix(".raw"), b"\1\2" * 99), "is not a sound file"),
        (lambda path: cut(write(path, tone()), 20), "is not a sound file"),
        (lambda path: cut(write(path, tone()), 44), "holds no sound. Record it again"),
        (lambda path: cut(write(path.with_suffix(".flac"), tone()), 60), "is not a sound file"),
        (lambda path: write(path, tone(0.1), rate=1), "has a sample rate of 1 Hz"),
        (lambda path: write(path, np.zeros((99, 33))), "has 33 channels. Use at most 32"),
        (
            lambda path: write(path, np.array([0.1, np.nan]), subtype="FLOAT"),
            "holds values that are not numbers",
        ),
        (
            lambda path: write(path, np.array([0.1, -np.inf]), subtype="FLOAT"),
            "holds values that are not numbers",
        ),
        (lambda path: write(path, np.zeros(121 * 8000), 8000), "is 121 s long. Cut it to at most 120 s"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path, make, complaint: str) -> None:
    path = make(tmp_path / "question.wav")
    with pytest.raises(AudioFileError) as caught:
        read_audio(path)
    assert str(caught.value).startswith(f"{path} {complaint}")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.filterwarnings("error")
def test_silly_float_values_raise_no_warning(tmp_path: Path) -> None:
    huge = write(tmp_path / "a.wav", np.array([[1e30, -1e30], [3e38, 1e-40]] * 50), subtype="FLOAT")
    assert np.abs(read_audio(huge).samples).max() > 16_000


def test_an_hour_is_refused_by_its_header_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(0.1), rate=48_000)
    os.truncate(path, 44 + 3600 * 48_000 * 2)  # a sparse file: 345 MB that take no space
    with_data_length(path, 3600 * 48_000 * 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(AudioFileError, match=r"is 3600 s long\. Cut it to at most 120 s"):
        read_audio(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # KiB


@pytest.fixture
def not_root() -> Iterator[None]:
    """Take away root's right to read everything."""
    user = os.geteuid()
    os.seteuid(user or 65_534)
    yield
    os.seteuid(user)


def test_a_recording_without_permission_is_refused(not_root: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.wav", tone())
        path.chmod(0)
        with pytest.raises(
            AudioFileError, match=r"cannot be read: Permission denied\. Check its name and perm"
        ):
            read_audio(path)


def test_what_is_written_is_a_16_bit_wav_that_reads_back(tmp_path: Path) -> None:
    sound = Sound((tone(rate=22_050) * 32767).astype(np.int16), 22_050)
    write_wav(tmp_path / "a.wav", sound)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        assert file.readframes(99_999) == sound.samples.tobytes()
    assert read_audio(tmp_path / "a.wav").seconds == pytest.approx(0.5, abs=0.001)
    assert stat.S_IMODE((tmp_path / "a.wav").stat().st_mode) & 0o044, "as readable as any new file"
    assert names_in(tmp_path) == ["a.wav"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link.wav").symlink_to("there/real.wav")
    write_wav(tmp_path / "link.wav", silence(0.1))
    assert (tmp_path / "link.wav").is_symlink()
    assert read_audio(tmp_path / "there" / "real.wav").seconds == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("missing/a.wav", r"the folder .*/missing does not exist\. Create it"),
        (".", r"cannot be written: Is a directory\. Name another place"),
        ("file.txt/a.wav", r"cannot be written: Not a directory\. Name another place"),
        ("x" * 300, r"cannot be written: File name too long"),
    ],
)
def test_a_place_that_cannot_be_written_to(tmp_path: Path, place: str, complaint: str) -> None:
    (tmp_path / "file.txt").write_text("keep me")
    with pytest.raises(UsageError, match=complaint):
        write_wav(tmp_path / place, silence(0.1))
    assert names_in(tmp_path) == ["file.txt"]


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from voice_skill.audio.files import write_wav
from voice_skill.audio.frames import silence
from voice_skill.errors import VoiceSkillError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_wav(Path(sys.argv[1]), silence(10))
except VoiceSkillError as error:
    sys.exit(str(error))
"""


def test_a_file_that_may_not_grow_leaves_the_old_one_and_no_half(tmp_path: Path) -> None:
    old = tmp_path / "a.wav"
    write_wav(old, silence(0.1))
    command = [sys.executable, "-c", FILL_THE_DISK, str(old)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == f"{old} cannot be written: File too large. Free some space, or name another place\n"
    assert names_in(tmp_path) == ["a.wav"]
    assert read_audio(old).seconds == pytest.approx(0.1)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """Write to a real file system of 64 kB, mounted in a namespace of its own."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets nobody but root mount a small disk (unshare --user --mount)")
    script = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && "$@"; ls -A {tmp_path}'
    program = [sys.executable, "-c", FILL_THE_DISK.replace("100_000", "10**9"), str(tmp_path / "a.wav")]
    command = [*namespace, "sh", "-c", script, "sh", *program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.endswith(
        "a.wav cannot be written: No space left on device. Free some space, or name another place\n"
    )
    assert done.stdout == "", "nothing is left on the disk"


def test_an_interrupt_while_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_wav(tmp_path / "a.wav", silence(0.1))
    assert names_in(tmp_path) == []


def test_devices_and_pipes_are_written_to_and_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="/dev/full cannot be written: No space left on device"):
        write_wav(Path("/dev/full"), silence(0.1))
    write_wav(Path("/dev/null"), silence(0.1))
    assert Path("/dev/null").is_char_device()
    with pytest.raises(VoiceSkillError, match="cannot be written: No such device or address"):
        write_wav(pipe(tmp_path / "nobody-reads"), silence(0.1))
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "nobody-reads").read_bytes()))
    reader.start()
    for _ in range(1000):  # until somebody reads, there is nobody to write to
        try:
            write_wav(tmp_path / "nobody-reads", silence(10))
        except VoiceSkillError:
            time.sleep(0.02)
        else:
            break
    reader.join(30)
    assert len(read[0]) == 44 + 10 * SAMPLE_RATE * 2


def test_standard_output_takes_a_recording(tmp_path: Path) -> None:
    code = "from pathlib import Path; from voice_skill.audio import files, frames;"
    code += "files.write_wav(Path('/dev/stdout'), frames.silence(1.0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    (tmp_path / "a.wav").write_bytes(done.stdout)
    assert read_audio(tmp_path / "a.wav").seconds == 1.0
