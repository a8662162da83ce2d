"""Records what is heard and played, for whoever looks for a fault in the sound; never unasked."""

import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.errors import UsageError

log = logging.getLogger(__name__)

LONGEST_S = 600.0
"""Seconds after which a recording ends by itself: 38 MB."""

KEPT = 5
"""Recordings that a folder holds; the oldest make room."""

PATTERN = "voice-skill-*.wav"


class Recorder:
    """One recording: WAV, 16 kHz, on the left the microphone, on the right the loudspeaker.

    name: tells recordings apart, and sorts by time. Entering raises UsageError when it cannot be written.
    """

    def __init__(self, folder: Path, name: str, longest_s: float = LONGEST_S) -> None:
        self.file = folder / f"voice-skill-{name}.wav"
        self._left = round(longest_s * SAMPLE_RATE)
        self._out: Any = None

    def __enter__(self) -> "Recorder":
        folder = self.file.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in sorted(folder.glob(PATTERN))[: -(KEPT - 1)]:
                old.unlink()
            handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.close(handle)
            self._out = soundfile.SoundFile(self.file, "w", SAMPLE_RATE, 2, "PCM_16")
        except (OSError, soundfile.SoundFileError) as error:
            raise UsageError(
                f"nothing can be recorded in {folder}: {error}", "Name another folder"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def running(self) -> bool:
        """Tell whether it still records."""
        return self._out is not None

    def add(self, heard: Samples, played: Samples) -> None:
        """Record a moment, of as many samples as were heard. A full disk ends the recording."""
        if self._out is None:
            return
        both = np.zeros((min(len(heard), self._left), 2), np.int16)
        both[:, 0] = heard[: len(both)]
        both[: len(played), 1] = played[: len(both)]
        try:
            self._out.write(both)
        except (OSError, soundfile.SoundFileError) as error:
            log.warning("the recording ends: %s", error)
            self._close()
            return
        self._left -= len(both)
        if self._left <= 0:
            log.warning("the recording ends: it is as long as it may be")
            self._close()

    def _close(self) -> None:
        out, self._out = self._out, None
        if out is not None:
            with contextlib.suppress(OSError, soundfile.SoundFileError):
                out.close()
