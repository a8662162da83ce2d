r"""How long until it answers: from a question's last sound to the answer's first, in real time.

    python -m benchmarks.conversation.latency [--questions 102] [--classic 30] [--minutes 4] [--cold] \
        [--data DATA.jsonl] [--rows rows.jsonl] [--json OUT.json] [--picture OUT.png]

Microphone and loudspeaker are null sinks of a private PulseAudio. The question on its way in and the answer
on its way out are recorded, and the times are read from the two recordings (to some 20 ms). In the same run
the classic pipeline is asked the same questions: a second of silence, then one decode, then synthesis, then
play, with the same recogniser and the same voice. A third of the questions is asked over hiss, 10 dB below.

Before the first question it renders what it may say first, as it does in the first idle minute after it was
installed; `--cold` leaves that to the pauses between the questions. It takes five seconds a question. With
--rows it stops after --minutes, keeps what it has, and goes on from there when it is started again; the
figures are those of all rows so far.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figures
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
from voice_skill.events import Event, Saying
from voice_skill.hearing.turns import Turn, TurnDetector, TurnSettings
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.speaking.factory import create_voice
from voice_skill.speaking.text import sentences
from voice_skill.speaking.voice import VoiceSettings

LOUD = 400
"""Amplitude of a question's sound, as it is asked without noise, that counts as voiced."""

AUDIBLE = 10 ** (-30 / 20)
"""The same of the answer, for its loudest sample: it is as loud as the room and the person ask for."""

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

    def moments(self, begun: float, threshold: float) -> tuple[float, float] | None:
        """Return when the question ended and the answer began, None without an answer."""
        asked, answered = self.into.since(begun), self.out.since(begun)
        voiced = np.flatnonzero(np.abs(asked.astype(int)) > threshold)
        loudness = np.abs(answered.astype(int))
        heard = np.flatnonzero(loudness > AUDIBLE * loudness.max(initial=1))
        if not len(voiced) or not len(heard):
            return None
        return begun + float(voiced[-1]) / SAMPLE_RATE, begun + float(heard[0]) / SAMPLE_RATE


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


def questions_in(data: Path | None) -> Sequence[str]:
    """Return the questions about relief, causes and so on of a labelled data set; without one, our own."""
    if data is None:
        return QUESTIONS
    rows = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    return [
        row["text"] for row in rows if row["urgency"] == "none" and row["intent"] in load_pack("en").topics
    ]


def questions(count: int, texts: Sequence[str] = QUESTIONS) -> Asked:
    """Return questions with their sound and the amplitude above which they count as voiced."""
    rng = np.random.default_rng(5)
    asked = []
    for number in range(count):
        text = texts[number % len(texts)]
        voice = VOICES[(number // len(texts) if texts is QUESTIONS else number // 3) % len(VOICES)]
        samples = speak(text, voice).samples.astype(float)
        threshold = float(LOUD)
        if number % 3 == 2:
            level = np.sqrt(np.mean(samples[np.abs(samples) > LOUD] ** 2)) * 10 ** (-10 / 20)
            samples += rng.normal(0, level, len(samples))
            threshold = 4.0 * level
        asked.append((text, Sound(np.clip(samples, -32767, 32767).astype(np.int16)), threshold))
    return asked


@dataclass
class Rows:
    """What was measured so far, kept in a file if there is one. until: monotonic time to stop at."""

    file: Path | None
    until: float
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.file and self.file.is_file():
            self.rows = [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def missing(self, way: str, count: int) -> list[int]:
        done = {row["number"] for row in self.rows if row["way"] == way}
        return [number for number in range(count) if number not in done]

    def add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        if self.file:
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")

    def ms(self, way: str, *, noisy: bool | None = None) -> list[float]:
        return [
            row["ms"]
            for row in self.rows
            if row["way"] == way and row["ms"] is not None and noisy in (None, row["noisy"])
        ]


class Stages:
    """Where the time goes: when the last look at the sound began and ended, when it was decided to speak."""

    def __init__(self) -> None:
        self.began = self.ended = self.decided = 0.0

    def watch(self, event: Event) -> None:
        if isinstance(event, Saying) and not self.decided:
            self.decided = time.monotonic()

    def follow(self, assistant: Assistant) -> None:
        thinker = assistant.conversation._thinker
        think = thinker.think

        def timed(*given: Any) -> Any:
            began = time.monotonic()
            thought = think(*given)
            if not self.decided:
                self.began, self.ended = began, time.monotonic()
            return thought

        thinker.think = timed  # type: ignore[assignment,method-assign]

    def of(self, ended: float, heard: float) -> dict[str, int]:
        marks = (ended, self.began, self.ended, self.decided, heard)
        names = ("noticed", "understood", "waited", "sounded")
        return {name: round(1000 * (b - a)) for name, a, b in zip(names, marks, marks[1:], strict=False)}


def run(  # noqa: PLR0913, PLR0917 - one way of answering, and where to put what it did
    bench: Bench,
    asked: Asked,
    way: str,
    rows: Rows,
    count: int,
    step: Callable[[], None],
    forget: Callable[[], None],
    stages: Stages | None = None,
) -> None:
    for number in rows.missing(way, count):
        if time.monotonic() > rows.until:
            return
        text, sound, threshold = asked[number]
        if stages is not None:
            stages.decided = 0.0
        begun = time.monotonic()
        player = bench.ask(sound)
        while time.monotonic() < begun + sound.seconds + WAIT_S:
            step()
        player.wait(5)
        row: dict[str, Any] = {
            "way": way,
            "number": number,
            "text": text,
            "noisy": number % 3 == 2,
            "ms": None,
        }
        if (moments := bench.moments(begun, threshold)) is not None:
            row["ms"] = round(1000 * (moments[1] - moments[0]))
            if stages is not None:
                row["stages"] = stages.of(*moments)
        rows.add(row)
        forget()
        pause = time.monotonic() + 0.5
        while time.monotonic() < pause:
            step()


@contextmanager
def ours(stages: Stages, *, cold: bool) -> Iterator[Assistant]:
    assistant = Assistant(Settings(region="uk", voice="piper"), load_pack("en"), stages.watch)
    openings = assistant._openings
    stages.follow(assistant)
    assistant._ears.load()
    assistant._mouth.load()
    with assistant._sound:
        while not cold and openings is not None and openings.render_next():
            assistant._step()
        yield assistant
    assistant._close()


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


def measure(given: argparse.Namespace, rows: Rows) -> None:
    asked = questions(max(given.questions, given.classic), questions_in(given.data))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        bench = Bench(Path(folder), closing)
        if rows.missing("ours", given.questions):
            stages = Stages()
            with ours(stages, cold=given.cold) as assistant:
                forget = assistant.conversation.forget
                run(bench, asked, "ours", rows, given.questions, assistant._step, forget, stages)
        if rows.missing("classic", given.classic) and time.monotonic() < rows.until:
            with Microphone() as microphone, Loudspeaker() as loudspeaker:
                classic = Classic(microphone, loudspeaker)
                microphone.clear()  # what was heard while it got ready
                run(bench, asked, "classic", rows, given.classic, classic.step, classic.forget)


def figures_of(rows: Rows) -> dict[str, Any]:
    mine = [row for row in rows.rows if row["way"] == "ours"]
    ours_ms, classic_ms = rows.ms("ours"), rows.ms("classic")
    staged = [row["stages"] for row in mine if "stages" in row]
    return {
        "n": len(mine),
        "answered": len(ours_ms),
        "unanswered": [row["text"] for row in mine if row["ms"] is None],
        "ours_ms": _percentiles(ours_ms),
        "clean_ms": _percentiles(rows.ms("ours", noisy=False)),
        "noisy_ms": _percentiles(rows.ms("ours", noisy=True)),
        "where_it_goes_ms": {
            name: round(float(np.median([one[name] for one in staged]))) for name in (staged or [{}])[0]
        },
        "before_the_end": sum(one < 0 for one in ours_ms),
        "classic_n": len(classic_ms),
        "classic_ms": _percentiles(classic_ms),
        "ratio_p50": round(float(np.median(classic_ms) / np.median(ours_ms)), 2) if classic_ms else None,
        "all_ms": ours_ms,
    }


def draw(path: Path | None, rows: Rows) -> None:
    """Draw how many answers had begun so long after the question's last sound."""
    with figures.picture(path, "From a question's last sound to the answer's first") as axes:
        if axes is None:
            return
        for way, name in (("ours", "voice-skill"), ("classic", "1 s of silence, decode, render, play")):
            ms = sorted(rows.ms(way))
            axes.step(
                ms,
                100 * (1 + np.arange(len(ms))) / max(1, len(ms)),
                where="post",
                label=f"{name} (n={len(ms)})",
            )
        axes.axvline(300, color="grey", linestyle=":", linewidth=1)
        axes.axvline(600, color="grey", linestyle=":", linewidth=1)
        axes.set(xlabel="ms", ylabel="% of the answers", xlim=(0, 2500), ylim=(0, 101))
        axes.legend(loc="lower right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--questions", type=int, default=102)
    parser.add_argument("--classic", type=int, default=30, help="how many the classic pipeline is asked")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long")
    parser.add_argument("--data", type=Path, help="labelled sentences (JSON lines) to ask in place of ours")
    parser.add_argument("--cold", action="store_true", help="with nothing rendered ahead")
    parser.add_argument("--rows", type=Path, help="a file of what was measured so far; it grows")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    rows = Rows(given.rows, time.monotonic() + 60 * given.minutes)
    measure(given, rows)
    result = figures_of(rows)
    print(json.dumps(result, indent=1))
    figures.write(given.json, result)
    draw(given.picture, rows)


def _percentiles(values: list[float]) -> dict[str, int]:
    return {f"p{p}": round(float(np.percentile(values, p))) for p in (50, 95)} if values else {}


if __name__ == "__main__":
    main()
