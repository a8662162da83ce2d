"""The process in which pyttsx3 runs: takes one sentence at a time from a pipe, sends its samples back.

pyttsx3 may hang in its run loop, prints to standard output and swallows its own errors; alone in a process
it can be timed out and killed without harm. It is started by `pyttsx3_voice`, never imported by it.
"""

import math
import os
import signal
import sys
import time
import wave
from multiprocessing.connection import Connection
from typing import Any

from voice_skill.speaking.espeak_library import CLEAREST, WORDS_PER_MINUTE, load_espeak

ESPEAK_WORD_GAP = 7
"""The parameter's number in eSpeak NG's speak_lib.h; pyttsx3's binding has an outdated name for it."""

ORPHAN_SECONDS = 60
"""A worker that is stuck this long is of no use to anybody, also when nobody is left to kill it."""


def main() -> None:
    """Serve requests from the pipe whose descriptor is the first argument until it is closed."""
    pipe = Connection(int(sys.argv[1]))
    language, voice, word_gap = sys.argv[2], sys.argv[3], int(sys.argv[4])
    if not load_espeak():
        pipe.send({"missing": "eSpeak NG"})
        return
    try:
        import pyttsx3

        engine = pyttsx3.init("espeak")
        # Until its first run pyttsx3 holds properties back; from now on they are set at once.
        engine.runAndWait()
        chosen = voice or choose_voice(engine.getProperty("voices"), language)
        _set_word_gap(word_gap)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other process must hear of it
        pipe.send({"error": f"{type(error).__name__}: {error}"})
        return
    pipe.send({"voice": chosen})
    while True:
        try:
            request = pipe.recv()
        except EOFError:
            return
        signal.alarm(ORPHAN_SECONDS)
        pipe.send(render(engine, chosen, **request))
        signal.alarm(0)


def choose_voice(voices: list[Any], language: str) -> str:
    """Return the id of the best voice for `language`, e.g. "en" or "en-gb"; the first one if none fits."""
    language = language.lower()
    accent, _, speaker = CLEAREST.get(language, "").partition("+")

    def codes(voice: Any) -> list[str]:
        return [str(code).lower() for code in voice.languages]

    def fit(voice: Any) -> int:
        if voice.id.rsplit("/", 1)[-1] == language:
            return 3
        if language in codes(voice):
            return 2
        return int(any(code.split("-")[0] == language.split("-")[0] for code in codes(voice)))

    for voice in voices:
        if accent and accent in (voice.id.rsplit("/", 1)[-1].lower(), *codes(voice)):
            return f"{voice.id}+{speaker}"
    return str(max(voices, key=fit).id)


def render(engine: Any, voice: str, text: str, rate: float, pitch: float) -> dict[str, Any]:
    """Render one sentence; return {"samples": int16 bytes, "rate": Hz} or {"error": what went wrong}."""
    finished: list[bool] = []
    errors: list[str] = []
    tokens = [
        engine.connect("finished-utterance", lambda completed, **_: finished.append(completed)),
        engine.connect("error", lambda exception, **_: errors.append(str(exception))),
    ]
    # A file in memory: nothing is left on the disk, whatever happens to this process.
    file = os.memfd_create("speech")
    try:
        engine.setProperty("voice", voice)
        engine.setProperty("rate", round(WORDS_PER_MINUTE * rate))
        engine.setProperty("pitch", _espeak_pitch(pitch))
        _wait_for_espeak()
        engine.save_to_file(text, f"/proc/self/fd/{file}")
        engine.runAndWait()
        # With an asynchronous eSpeak, runAndWait returns before the file is written.
        while not finished and not errors:
            time.sleep(0.001)
        if errors:
            return {"error": "; ".join(errors)}
        return _read(file)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other process must hear of it
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        os.close(file)
        for token in tokens:
            engine.disconnect(token)


def _espeak_pitch(factor: float) -> int:
    """Return eSpeak's pitch, 0 to 100, for a factor; measured, its ends are at about 0.65 and 1.65."""
    return min(max(round(50 + 77 * math.log2(factor)), 0), 100)


def _set_word_gap(gap: int) -> None:
    """Part the words; pyttsx3 has no property for it, but its binding of eSpeak reaches the parameter."""
    from pyttsx3.drivers import _espeak

    _espeak.SetParameter(ESPEAK_WORD_GAP, gap, 0)


def _wait_for_espeak() -> None:
    """Wait until eSpeak has taken the properties.

    It takes them in a thread of its own, and pyttsx3's run loop begins by cancelling whatever that thread
    still has to do: without this wait, properties and words are lost now and then.
    """
    from pyttsx3.drivers import _espeak

    while _espeak.IsPlaying():
        time.sleep(0.0005)


def _read(file: int) -> dict[str, Any]:
    if not os.fstat(file).st_size:
        return {"error": "pyttsx3 wrote no sound"}
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(os.dup(file), "rb") as stream, wave.open(stream, "rb") as wav:
        return {"samples": wav.readframes(wav.getnframes()), "rate": wav.getframerate()}


if __name__ == "__main__":
    main()
