"""Rendering a pack ahead of its use: every sentence into the cache of speech, by several processes at once.

What is there already is left alone, so that a run that was cut short goes on where it stopped, and after a
change only the changed sentences are spoken.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from voice_skill.config import Settings
from voice_skill.dialog.reading import Draft
from voice_skill.speaking.cache import CachedVoice, default_folder
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import VoiceSettings
from voice_skill.workshop.texts import every_sentence

AT_ONCE = 8
"""Sentences that a process takes at a time."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One sentence that was rendered, and how many seconds it takes to say."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """How to render. engine: name of the voice, never "auto", so that all processes take the same one."""

    engine: str
    language: str
    settings: VoiceSettings
    folder: Path

    @classmethod
    def of(cls, settings: Settings, language: str) -> "Job":
        """Return the job for the user's settings. Raises MissingError without the voice."""
        voice = create_voice(settings.voice, language)
        return cls(voice.name, language, VoiceSettings(settings.rate, settings.pitch), default_folder())

    def open(self) -> CachedVoice:
        """Return the voice; its engine is opened when first needed."""
        return CachedVoice(create_voice(self.engine, self.language), self.folder)  # type: ignore[arg-type]


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


_voice: CachedVoice
_settings: VoiceSettings


def _open(job: Job) -> None:
    """Open the voice of this process."""
    global _voice, _settings
    _voice, _settings = job.open(), job.settings


def _render(texts: list[str]) -> list[Rendered]:
    done = []
    for text in texts:
        sound = _voice.render(text, _settings)
        done.append(Rendered(text, len(sound.samples) / sound.rate))
    return done
