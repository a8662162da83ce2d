"""Rendering a pack ahead of its use: every sentence into the cache of speech, by several processes at once.

What is there already is left alone, so that a run that was cut short goes on where it stopped, and after a
change only the changed sentences are spoken. With proof, every sentence is listened to, also those that are
there, and the clearest of several takes is kept.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from voice_skill.config import Settings
from voice_skill.dialog.reading import Draft
from voice_skill.hearing.factory import create_recognizer
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import Voice, VoiceSettings
from voice_skill.workshop.proof import Listener, clearest, words_of
from voice_skill.workshop.texts import every_sentence

AT_ONCE = 8
"""Sentences that a process takes at a time."""

LISTENER = "moonshine"
"""The recogniser that listens: one that hears freely, whatever may be installed besides."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One sentence that was rendered, and how many seconds it takes to say.

    heard: what was heard instead where it was listened to and is not clear; else "".
    """

    text: str
    seconds: float
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """How to render. engine: name of the voice, never "auto", so that all processes take the same one.

    proof: words that a listener may hear; () to have nobody listen.
    """

    engine: str
    language: str
    settings: VoiceSettings
    folder: Path
    proof: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, language: str) -> "Job":
        """Return the job for the user's settings. Raises MissingError without the voice."""
        voice = create_voice(settings.voice, language)
        return cls(voice.name, language, VoiceSettings(settings.rate, settings.pitch), default_folder())

    def proved(self, wanted: Iterable[str]) -> "Job":
        """Return the same job, listened to. Raises MissingError for a language that nobody here hears."""
        create_recognizer(LISTENER, self.language)
        return replace(self, proof=tuple(sorted({word for text in wanted for word in words_of(text)})))

    def voice(self) -> Voice:
        """Return the voice itself, not opened yet."""
        return create_voice(self.engine, self.language)  # type: ignore[arg-type]

    def open(self) -> CachedVoice:
        """Return the voice with its cache; its engine is opened when first needed."""
        return CachedVoice(self.voice(), self.folder)


def sentences_of(draft: Draft, regions: Iterable[str]) -> list[str]:
    """Return every sentence that the pack says in these regions, as the voice gets it, each once."""
    info = draft.parts["pack"]
    texts = (text for region in regions for text in every_sentence(draft, info, region))
    return list(dict.fromkeys(sentence for text in texts for sentence in sentences(text)))


def missing(job: Job, wanted: Iterable[str]) -> list[str]:
    """Return the sentences that are not in the cache yet."""
    voice = job.open()
    try:
        return [text for text in wanted if not voice.has(text, job.settings)]
    finally:
        voice.close()


def render(job: Job, wanted: list[str], processes: int | None = None) -> Iterator[Rendered]:
    """Render sentences into the cache and yield each; stopping early keeps what is done.

    processes: as many as there are processors, if not given. Raises what `Voice.render` raises.
    """
    count = max(1, min(processes or os.cpu_count() or 1, (len(wanted) + AT_ONCE - 1) // AT_ONCE))
    if count == 1:
        _open(job)
        for text in wanted:
            yield from _render([text])
        return
    pieces = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]
    # Not forked: the engines run threads of their own.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, initializer=_open, initargs=(job,))
    try:
        for done in as_completed([pool.submit(_render, piece) for piece in pieces]):
            yield from done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Process:
    """What renders in one process."""

    def __init__(self, job: Job) -> None:
        self._job, self._kept = job, job.open()
        self._listener: Listener | None = None
        if job.proof:
            self._again = job.voice()
            self._listener = Listener(create_recognizer(LISTENER, job.language, threads=1), job.proof)
            self._listener.load()

    def render(self, text: str) -> Rendered:
        settings = self._job.settings
        sound = self._kept.render(text, settings)
        if self._listener is None:
            return Rendered(text, len(sound.samples) / sound.rate)
        take = clearest(self._again, self._listener, text, settings, sound)
        if take.sound is not sound:
            self._kept.keep(text, settings, take.sound)
        seconds = len(take.sound.samples) / take.sound.rate
        return Rendered(text, seconds, take.heard if take.wrong else "")


_process: list[_Process] = []
"""What this process renders with: a pool tells its processes by a function, which returns nothing."""


def _open(job: Job) -> None:
    _process[:] = [_Process(job)]


def _render(texts: list[str]) -> list[Rendered]:
    return [_process[0].render(text) for text in texts]
