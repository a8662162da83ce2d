"""How long until it answers: from a question's last sound to the answer's first, in real time.

    python -m benchmarks.conversation.latency [--questions N] [--out results.json]

Microphone and loudspeaker are null sinks of a private PulseAudio. The question on its way in and the answer
on its way out are recorded, and the times are read from the two recordings (to some 20 ms). In the same run
the classic pipeline is asked the same questions: a second of silence, then one decode, then synthesis, then
play, with the same recogniser and the same voice. A third of the questions is asked over hiss, 10 dB below.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.conversation.questions import QUESTIONS, VOICES
from tests.sound_server import SoundServer, Tape
from tests.voices import speak
from voice_skill.assistant import Assistant
from voice_skill.audio.devices import rescan
from voice_skill.audio.files import write_wav
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.audio.loudspeaker import Loudspeaker
from voice_skill.audio.microphone import Microphone
from voice_skill.audio.playback import Playback
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.state import Say
from voice_skill.ears import Ears
from voice_skill.hearing.turns import Turn, TurnDetector, TurnSettings
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import VoiceSettings

LOUD = 400
WAIT_S = 2.2

Asked = list[tuple[str, Sound, float]]
"""Text, sound, and the amplitude from which on it counts as voiced."""


class Bench:
    """A sound server with both of its ends recorded."""

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder = folder
        self.server = closing.enter_context(SoundServer(folder))
        os.environ.update({name: self.server.env[name] for name in ("PULSE_SERVER", "ALSA_CONFIG_PATH")})
        rescan()
        self.into = closing.enter_context(self._tape("micsink.monitor"))
        self.out = closing.enter_context(self._tape("spk.monitor"))

    def _tape(self, source: str) -> "_Recording":
        return _Recording(self.server, source)

    def ask(self, sound: Sound) -> subprocess.Popen[bytes]:
        write_wav(self.folder / "question.wav", sound)
        command = ["paplay", "--device=micsink", "--latency-msec=20", str(self.folder / "question.wav")]
        return subprocess.Popen(command, env=self.server.env)

    def latency(self, begun: float, threshold: float) -> float | None:
        """Return the seconds from the question to the answer since `begun`, None without an answer."""
        asked, answered = self.into.since(begun), self.out.since(begun)
        voiced = np.flatnonzero(np.abs(asked.astype(int)) > threshold)
        heard = np.flatnonzero(np.abs(answered.astype(int)) > LOUD)
        if not len(voiced) or not len(heard):
            return None
        return float((heard[0] - voiced[-1]) / SAMPLE_RATE)


class _Recording:
    def __init__(self, server: SoundServer, source: str) -> None:
        command = ["parec", "--raw", "--format=s16le", "--channels=1", "--latency-msec=10", "--rate=16000"]
        self._stream = subprocess.Popen(
            [*command, f"--device={source}"], env=server.env, stdout=subprocess.PIPE
        )

    def __enter__(self) -> "_Recording":
        self._tape = Tape(self._stream, SAMPLE_RATE)
        return self

    def __exit__(self, *_: object) -> None:
        self._tape.stop()

    def since(self, moment: float) -> np.ndarray:
        return self._tape.sound.samples[max(0, round((moment - self._tape.start) * SAMPLE_RATE)) :]


def questions(count: int) -> Asked:
    """Return questions with their sound and the amplitude above which they count as voiced."""
    rng = np.random.default_rng(5)
    asked = []
    for number in range(count):
        text, voice = QUESTIONS[number % len(QUESTIONS)], VOICES[number // len(QUESTIONS) % len(VOICES)]
        samples = speak(text, voice).samples.astype(float)
        threshold = float(LOUD)
        if number % 3 == 2:
            level = np.sqrt(np.mean(samples[np.abs(samples) > LOUD] ** 2)) * 10 ** (-10 / 20)
            samples += rng.normal(0, level, len(samples))
            threshold = 4.0 * level
        asked.append((text, Sound(np.clip(samples, -32767, 32767).astype(np.int16)), threshold))
    return asked


def run(
    bench: Bench, asked: list[tuple[str, Sound, float]], step: Callable[[], None], forget: Callable[[], None]
):
    latencies: list[float] = []
    silent: list[str] = []
    for text, sound, threshold in asked:
        begun = time.monotonic()
        player = bench.ask(sound)
        while time.monotonic() < begun + sound.seconds + WAIT_S:
            step()
        player.wait(5)
        latency = bench.latency(begun, threshold)
        if latency is None:
            silent.append(text)
        else:
            latencies.append(latency)
        forget()
        pause = time.monotonic() + 0.5
        while time.monotonic() < pause:
            step()
    return latencies, silent


def ours(bench: Bench, asked: Asked) -> tuple[list[float], list[str]]:
    assistant = Assistant(Settings(region="uk", voice="piper"), load_pack("en"), lambda _: None)
    assistant._ears.load()
    assistant._mouth.load()
    with assistant._sound:
        result = run(bench, asked, assistant._step, assistant.conversation.forget)
    assistant._close()
    return result


class Classic:
    """A second of silence, one decode, synthesis, play."""

    def __init__(self, microphone: Microphone, loudspeaker: Loudspeaker) -> None:
        settings, pack = Settings(region="uk"), load_pack("en")
        understander = understander_of(pack)
        self._session = Session(pack, understander, "uk")
        self._ears = Ears(settings, pack, understander)
        self._ears.load()
        self._voice = create_voice("piper", "en")
        self._voice.load()
        self._microphone, self._loudspeaker = microphone, loudspeaker
        self._turns = TurnDetector(TurnSettings(silence_s=1.0))
        self._playing: Playback | None = None

    def step(self) -> None:
        frame = self._microphone.read(0.1)
        for event in self._turns.feed(frame) if frame else ():
            if isinstance(event, Turn):
                meaning = self._session.understand(self._ears.recognise(event.samples).text)
                if self._session.addressed(meaning):
                    said = [one for one in self._session.hear(meaning).actions if isinstance(one, Say)]
                    first = sentences(said[0].lines[0].text)[0]
                    self._playing = self._loudspeaker.start(self._voice.render(first, VoiceSettings()))

    def forget(self) -> None:
        self._session.forget()
        if self._playing is not None:
            self._playing.cancel.set()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=102)
    parser.add_argument("--classic", type=int, default=30, help="how many the classic pipeline is asked")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    asked = questions(given.questions)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        bench = Bench(Path(folder), closing)
        ours_s, silent = ours(bench, asked)
        with Microphone() as microphone, Loudspeaker() as loudspeaker:
            classic = Classic(microphone, loudspeaker)
            microphone.clear()  # what was heard while it got ready
            classic_s, _ = run(bench, asked[: given.classic], classic.step, classic.forget)
    result = {
        "n": len(asked),
        "answered": len(ours_s),
        "unanswered": silent,
        "ours_ms": _percentiles(ours_s),
        "before_the_end": sum(one < 0 for one in ours_s),
        "classic_n": len(classic_s),
        "classic_ms": _percentiles(classic_s),
        "ratio_p50": round(float(np.median(classic_s) / np.median(ours_s)), 2),
        "all_ms": [round(1000 * one) for one in ours_s],
    }
    text = json.dumps(result, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")


def _percentiles(seconds: list[float]) -> dict[str, int]:
    return {f"p{p}": round(1000 * float(np.percentile(seconds, p))) for p in (50, 95)} if seconds else {}


if __name__ == "__main__":
    main()
