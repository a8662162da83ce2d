"""Rendered speech, kept: the second time a sentence is said it costs nothing."""

import contextlib
import hashlib
import io
import json
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import soundfile

from voice_skill.audio.frames import Sound
from voice_skill.speaking.loudness import with_volume
from voice_skill.speaking.voice import Voice, VoiceSettings
from voice_skill.storage import UNFINISHED, cache_home, write_atomically

log = logging.getLogger(__name__)

FOLDER_BYTES = 256 * 2**20
"""All sentences of the built-in pack are about 60 MB in one voice at one speed."""

VERSION = 1
"""Of what a file holds; files of another version are never read, and go with the oldest."""

RECOUNT = 50
"""Files written between two looks at the folder: other processes write there too."""

MEMORY_BYTES = 8 * 2**20
"""About three minutes of speech."""

SUFFIX = ".speech"
DIGEST_BYTES = 32


def default_folder() -> Path:
    """Return where rendered speech is kept: ~/.cache/voice-skill/speech, or under XDG_CACHE_HOME."""
    return cache_home() / "speech"


class CachedVoice:
    """A voice that remembers what it has said, in memory and in `folder` (None: in memory alone).

    It is for texts that are ours: what a person said has no place in a file.

    Loading is left to the first sentence that is not remembered. `render` may be called from several threads.
    A damaged file is rendered anew; a folder that cannot be written is reported once in the log and left.
    """

    def __init__(
        self,
        voice: Voice,
        folder: Path | None,
        max_bytes: int = FOLDER_BYTES,
        *,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self.name = voice.name
        self._voice = voice
        self._memory = _Memory(memory_bytes)
        self._folder = _Folder(folder, max_bytes) if folder else None
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """Return the identity of the voice that speaks."""
        return self._voice.identity

    def load(self) -> None:
        """Open the engine; see `Voice.load`."""
        with self._lock:
            self._voice.load()

    def render(self, text: str, settings: VoiceSettings) -> Sound:
        """Return `text` as sound; see `Voice.render`."""
        settings = settings.bounded()
        key = self._key(text, settings)
        with self._lock:
            sound = self._recall(key)
            if sound is None:
                # Kept at full volume, so that "louder" and "quieter" cost no rendering.
                full = VoiceSettings(rate=settings.rate, pitch=settings.pitch)
                sound = self._voice.render(text, full)
                self._remember(key, sound)
        return with_volume(sound, settings.volume)

    def keep(self, text: str, settings: VoiceSettings, sound: Sound) -> None:
        """Say `text` with this sound from now on: at full volume, by the same voice."""
        with self._lock:
            self._remember(self._key(text, settings.bounded()), sound)

    def has(self, text: str, settings: VoiceSettings) -> bool:
        """Tell whether `text` is kept in the folder, without reading it."""
        return self._folder is not None and self._folder.has(self._key(text, settings.bounded()))

    def close(self) -> None:
        """Free the engine and the memory; the folder stays."""
        with self._lock:
            self._voice.close()
            self._memory.clear()

    def _key(self, text: str, settings: VoiceSettings) -> str:
        what = json.dumps(
            [VERSION, self._voice.identity, round(settings.rate, 3), round(settings.pitch, 3), text]
        )
        return hashlib.sha256(what.encode()).hexdigest()

    def _recall(self, key: str) -> Sound | None:
        sound = self._memory.get(key)
        if sound is None and self._folder is not None:
            sound = self._folder.read(key)
            if sound is not None:
                self._memory.put(key, sound)
        return sound

    def _remember(self, key: str, sound: Sound) -> None:
        self._memory.put(key, sound)
        if self._folder is not None:
            self._folder.write(key, sound)


class _Memory:
    """The sounds used last, `max_bytes` of them at most."""

    def __init__(self, max_bytes: int) -> None:
        self._sounds: OrderedDict[str, Sound] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def get(self, key: str) -> Sound | None:
        if key in self._sounds:
            self._sounds.move_to_end(key)
        return self._sounds.get(key)

    def put(self, key: str, sound: Sound) -> None:
        self._sounds[key] = sound
        self._bytes += sound.samples.nbytes
        while self._bytes > self._max_bytes:
            _, oldest = self._sounds.popitem(last=False)
            self._bytes -= oldest.samples.nbytes

    def clear(self) -> None:
        self._sounds.clear()
        self._bytes = 0


class _Folder:
    """One file per sentence: the SHA-256 of the rest, then FLAC. The file's time is that of its last use."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._bytes = 0
        self._written = 0
        self._warned = False

    def has(self, key: str) -> bool:
        """Tell whether anything is kept under `key`, damaged or not."""
        return (self._path / (key + SUFFIX)).is_file()

    def read(self, key: str) -> Sound | None:
        """Return what is kept under `key`; None if nothing is, or if it is damaged."""
        file = self._path / (key + SUFFIX)
        try:
            content = file.read_bytes()
            os.utime(file)
        except OSError:
            return None
        digest, flac = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(flac).digest() != digest:
            log.info("rendering speech again: %s is damaged", file)
            return None
        samples, rate = soundfile.read(io.BytesIO(flac), dtype="int16")
        return Sound(samples, rate)

    def write(self, key: str, sound: Sound) -> None:
        """Keep `sound` whole or not at all, then drop the oldest if there is too much."""
        flac = io.BytesIO()
        soundfile.write(flac, sound.samples, sound.rate, format="FLAC", subtype="PCM_16")
        content = hashlib.sha256(flac.getvalue()).digest() + flac.getvalue()
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path / (key + SUFFIX), content, private=True)
            self._drop_oldest(len(content))
        except OSError as error:
            if not self._warned:
                log.warning("speech is not kept for next time: %s", error)
            self._warned = True

    def _drop_oldest(self, written: int) -> None:
        """Delete, oldest use first, until there is a tenth to spare."""
        if self._written % RECOUNT == 0:
            self._bytes = sum(size for _, size, _ in self._files())
        else:
            self._bytes += written
        self._written += 1
        if self._bytes <= self._max_bytes:
            return
        files = sorted(self._files())
        self._bytes = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._bytes <= 0.9 * self._max_bytes:
                return
            path.unlink(missing_ok=True)
            self._bytes -= size

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """Yield time of last use, bytes and path of every file, also of those a crash left unfinished."""
        for path in self._path.iterdir():
            # Another process may have dropped it just now.
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                if path.suffix in (SUFFIX, UNFINISHED):
                    yield status.st_mtime, status.st_size, path
