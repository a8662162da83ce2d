"""The voice that every machine can have: pyttsx3 with eSpeak NG, in a process of its own."""

import importlib.util
import subprocess
import sys
from importlib.metadata import version
from multiprocessing.connection import Connection, Pipe
from typing import Any

import numpy as np

from voice_skill.audio.frames import Sound
from voice_skill.errors import EngineError, MissingError
from voice_skill.speaking.espeak_library import CLEAREST, WORD_GAP, WORDS_PER_MINUTE
from voice_skill.speaking.loudness import check_length, levelled, with_volume
from voice_skill.speaking.voice import VoiceSettings

ESPEAK_FIX = "Install it: sudo apt install espeak-ng (or pip install 'voice-skill[espeak]')"
START_SECONDS = 20.0


class Pyttsx3Voice:
    """pyttsx3 with eSpeak NG. A worker that hangs or dies is replaced, and the sentence tried once more.

    language: as in a pack, "en"; without a voice for it, eSpeak's first. voice: an eSpeak voice instead,
    such as "en-gb-scotland+f3". word_gap: see WORD_GAP; at 0 its words run together, as people's do. Rate and
    pitch are eSpeak's own, whose pitch reaches from about 0.65 to 1.65. The sound comes at 22 050 Hz.
    """

    name = "pyttsx3"

    def __init__(
        self,
        language: str = "en",
        voice: str = "",
        *,
        word_gap: int = WORD_GAP,
        seconds_per_sentence: float = 10.0,
    ) -> None:
        self._language = language
        self._voice = voice
        self._word_gap = word_gap
        self._patience = seconds_per_sentence
        self._worker: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    @property
    def identity(self) -> str:
        """Return the version of pyttsx3, the voice asked for, its speed and the gap between its words."""
        voice = self._voice or CLEAREST.get(self._language, self._language)
        return f"pyttsx3 {version('pyttsx3')} {voice} {WORDS_PER_MINUTE} {self._word_gap}"

    @property
    def worker_pid(self) -> int:
        """Return the process id of the worker; 0 when it does not run."""
        return self._worker.pid if self._worker else 0

    def load(self) -> None:
        """Start the worker. Raises MissingError without pyttsx3 or eSpeak NG, EngineError if it fails."""
        if self._worker is not None and self._worker.poll() is None:
            return
        if importlib.util.find_spec("pyttsx3") is None:
            raise MissingError("pyttsx3 is missing", "Install it: pip install pyttsx3")
        self.close()
        self._start()
        try:
            answer = self._receive(START_SECONDS)
        except EngineError:
            self.close()
            raise
        if "missing" in answer:
            self.close()
            raise MissingError("eSpeak NG is missing", ESPEAK_FIX)
        if "error" in answer:
            self.close()
            raise EngineError(f"pyttsx3 does not start: {answer['error']}", ESPEAK_FIX)

    def render(self, text: str, settings: VoiceSettings) -> Sound:
        """Return `text` as sound; see `Voice.render`."""
        settings = settings.bounded()
        try:
            sound = self._render_once(text, settings)
        except EngineError:
            self.close()
            sound = self._render_once(text, settings)
        return with_volume(sound, settings.volume)

    def close(self) -> None:
        """End the worker."""
        if self._pipe is not None:
            self._pipe.close()
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
        self._pipe = self._worker = None

    def _render_once(self, text: str, settings: VoiceSettings) -> Sound:
        self.load()
        answer = self._ask({"text": text, "rate": settings.rate, "pitch": settings.pitch})
        if "error" in answer:
            raise EngineError(f"pyttsx3 could not speak: {answer['error']}", "Try --voice piper")
        samples = np.frombuffer(answer["samples"], np.int16).astype(np.float32) / np.float32(32768)
        sound = levelled(samples, answer["rate"])
        check_length(sound, text, settings.rate, self.name)
        return sound

    def _start(self) -> None:
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-P", "-m", "voice_skill.speaking.pyttsx3_worker"]
        # In a session of its own, so that Ctrl-C in the terminal is handled here alone.
        self._worker = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(theirs.fileno()), self._language, self._voice, str(self._word_gap)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._pipe is not None  # noqa: S101 - load() has opened it
        try:
            self._pipe.send(request)
        except OSError as error:
            raise EngineError("The worker of the voice pyttsx3 has ended", "Try again") from error
        return self._receive(self._patience)

    def _receive(self, seconds: float) -> dict[str, Any]:
        assert self._pipe is not None  # noqa: S101 - load() has opened it
        try:
            if self._pipe.poll(seconds):
                answer: dict[str, Any] = self._pipe.recv()
                return answer
        except (EOFError, OSError) as error:
            raise EngineError("The worker of the voice pyttsx3 has ended", "Try again") from error
        raise EngineError(f"The voice pyttsx3 did not answer for {seconds:.0f} s", "Try again")
