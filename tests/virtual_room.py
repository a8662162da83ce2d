"""A room without time: people speak, the assistant answers, and an hour passes in a minute.

The assistant's own code runs with its real recogniser, understanding and voice. Only the clock, the devices
and the threads are simulated: sound is exchanged in steps of 32 ms, and a job takes `THINKING_S`.

    room = Room(pack, ears, mouth)
    room.say("my calf is cramping", at=1.0)
    room.run(10)
    assert "toes" in room.said_between(1, 4)
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tests.voices import speak
from voice_skill.assembly import assemble
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Frame, Samples, Sound, amplified
from voice_skill.audio.playback import Playback
from voice_skill.config import Settings
from voice_skill.conversation.jobs import Job
from voice_skill.conversation.wake import Wake
from voice_skill.dialog.pack import Pack
from voice_skill.ears import Ears
from voice_skill.events import Event, Saying
from voice_skill.mouth import Mouth
from voice_skill.session import Session
from voice_skill.understanding.understander import Understander

STEP_S = FRAME_SAMPLES / SAMPLE_RATE
THINKING_S = 0.1
SETTLED_S = 8.0
OUTPUT_DELAY_S = 0.03
PIECE = 160
"""Samples that a sound card takes at once: 10 ms; PulseAudio takes 13."""

LEAST_AHEAD = round(0.025 * SAMPLE_RATE)
"""Samples that a sound card has at least before it plays them, however the clocks drift."""

STAMP_NOISE_S = 0.001
"""How far the sound cards' time stamps are off, at most."""

T = TypeVar("T")


class Clock:
    """Virtual seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class LateJob(Job[T]):
    """Done at once, but nobody sees it before its time."""

    def __init__(self, work: Callable[[], T], clock: Clock, takes: float) -> None:
        super().__init__(work)
        self._clock, self._ready = clock, clock() + takes
        self.run()

    @property
    def done(self) -> bool:
        return self._clock() >= self._ready


class LateDoer:
    def __init__(self, clock: Clock, takes: float) -> None:
        self._clock, self._takes = clock, takes

    def submit(self, work: Callable[[], T]) -> Job[T]:
        return LateJob(work, self._clock, self._takes)


class VirtualLoudspeaker:
    """Plays into an array, with the delay of a sound card's buffer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._playback: Playback | None = None
        self._buffer: deque[Samples] = deque()

    def start(self, sound: Sound, volume: float) -> Playback:
        samples = amplified(sound.at(SAMPLE_RATE).samples, volume)
        self._playback = Playback(samples, SAMPLE_RATE)
        return self._playback

    def next(self) -> Samples:
        """Return the next piece that goes out."""
        out = np.zeros(PIECE, np.int16)
        playback = self._playback
        if playback is not None and not playback.finished:
            piece = playback.next(PIECE)
            out[: len(piece)] = piece
            if len(piece):
                playback.silent_at = self._clock() + OUTPUT_DELAY_S + STEP_S
        return out


@dataclass
class Room:
    """One person, one assistant.

    echo: how the microphone hears the loudspeaker (an impulse response). distorts: so does the loudspeaker.
    drift: by so much its clock runs faster than the microphone's.
    """

    pack: Pack
    understander: Understander
    ears: Ears
    mouth: Mouth
    settings: Settings = field(default_factory=lambda: Settings(region="uk"))
    echo: np.ndarray | None = None
    wake: Wake | None = None
    canceller: bool = True
    thinking_s: float = THINKING_S
    distorts: bool = False
    drift: float = 0.0

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.begun = self.clock()
        self.loudspeaker = VirtualLoudspeaker(self.clock)
        self.events: list[tuple[float, Event]] = []
        self.heard = np.zeros(0, np.int16)
        """What the loudspeaker has played, from the beginning."""
        self._talk = np.zeros(60 * SAMPLE_RATE, np.int16)
        self._played: list[Samples] = []
        self._stream = np.zeros(round(OUTPUT_DELAY_S * SAMPLE_RATE) + 1, np.int16)
        self._place = 0.0  # in the stream of the loudspeaker: of what is heard next
        self._handed_out = 0
        self._origin = self.clock()
        self._tail = np.zeros(0)
        self._canceller = EchoCanceller() if self.canceller else None
        self._noise = np.random.default_rng(1)
        self._open_devices()
        self.conversation = assemble(
            self.settings,
            Session(self.pack, self.understander, self.settings.region),
            self.ears,
            self.mouth,
            listener=LateDoer(self.clock, self.thinking_s),
            voice=LateDoer(self.clock, 0.0),
            output=self.loudspeaker,
            watch=lambda event: self.events.append((self.now, event)),
            clock=self.clock,
            sound_clock=self.clock,
            trusted=lambda: self._canceller is not None and self._canceller.trusted,
            wake=self.wake,
        )

    def _open_devices(self) -> None:
        """Let the devices run for SETTLED_S before anybody enters the room."""
        for _ in range(round(SETTLED_S / STEP_S)):
            self._listen(self._audible())
        self.begun = self.clock()

    @property
    def now(self) -> float:
        """Seconds since the room was entered."""
        return self.clock() - self.begun

    def say(self, text: str, at: float, voice: str = "piper", level: float = 1.0) -> float:
        """Let the person say something from `at` on; returns when they will be done."""
        return self.sound(speak(text, voice), at, level)

    def sound(self, sound: Sound, at: float, level: float = 1.0) -> float:
        """Let any sound be heard from `at` on; returns its end."""
        samples = sound.at(SAMPLE_RATE).samples
        begin = round(at * SAMPLE_RATE)
        end = begin + len(samples)
        if end > len(self._talk):
            self._talk = np.concatenate([self._talk, np.zeros(end, np.int16)])
        mixed = self._talk[begin:end] + samples * level
        self._talk[begin:end] = np.clip(mixed, -32767, 32767)
        loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
        return at + (loud[-1] / SAMPLE_RATE if len(loud) else 0.0)

    def run(self, until: float) -> None:
        """Let time pass until so many seconds after the room was entered."""
        while self.now < until:
            self._step()
        self.heard = np.concatenate([self.heard, *self._played])
        self._played = []

    def sleep(self, seconds: float) -> None:
        """Let time pass in which the machine is suspended."""
        self.clock.now += seconds
        self.begun += seconds
        self._origin += seconds

    def lose_devices(self) -> None:
        """Let the devices be lost and opened again in the same moment."""
        if self._canceller is not None:
            self._canceller.reset()
        self.conversation.sound_is_back()

    def said(self) -> list[tuple[float, str]]:
        """Return what the assistant began to say, and when."""
        return [
            (at, " ".join(line.text for line in event.say.lines))
            for at, event in self.events
            if isinstance(event, Saying)
        ]

    def said_between(self, begin: float, end: float) -> str:
        return " ".join(text for at, text in self.said() if begin <= at < end)

    def sounds(self, begin: float, end: float) -> bool:
        """Tell whether the loudspeaker was heard in between."""
        piece = self.heard[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        return bool(len(piece)) and int(np.abs(piece.astype(int)).max()) > 300

    def next_sound(self, after: float) -> float:
        """Return when the loudspeaker is next heard after a moment; infinity if never."""
        loud = np.flatnonzero(np.abs(self.heard[round(after * SAMPLE_RATE) :].astype(int)) > 300)
        return after + loud[0] / SAMPLE_RATE if len(loud) else float("inf")

    def last_sound(self, before: float) -> float:
        loud = np.flatnonzero(np.abs(self.heard[: round(before * SAMPLE_RATE)].astype(int)) > 300)
        return loud[-1] / SAMPLE_RATE if len(loud) else 0.0

    def _step(self) -> None:
        audible = self._audible()
        self._played.append(np.rint(audible).astype(np.int16))
        at = round(self.now * SAMPLE_RATE)
        person = np.zeros(FRAME_SAMPLES)
        piece = self._talk[at : at + FRAME_SAMPLES]
        person[: len(piece)] = piece
        frame = self._listen(person + self._echo_of(audible))
        self.conversation.hear(frame)
        self.conversation.tick()

    def _listen(self, sound: npt.NDArray[np.float64]) -> Frame:
        """Return what the microphone makes of a step of sound."""
        heard = sound + self._noise.normal(0, 5, FRAME_SAMPLES)
        stamp = self.clock() + self._stamp_noise()
        frame = Frame(np.clip(heard, -32767, 32767).astype(np.int16), stamp)
        self.clock.now += STEP_S
        return self._canceller.clean(frame) if self._canceller else frame

    def _audible(self) -> npt.NDArray[np.float64]:
        """Return what leaves the loudspeaker in this step, by the loudspeaker's own clock."""
        pace = 1.0 + self.drift
        places = self._place + np.arange(FRAME_SAMPLES) * pace
        while len(self._stream) < places[-1] + 2 + LEAST_AHEAD:
            piece = self.loudspeaker.next()
            if self._canceller is not None:
                heard_at = self._origin + self._handed_out / SAMPLE_RATE / pace + OUTPUT_DELAY_S
                self._canceller.played.add(piece, SAMPLE_RATE, heard_at + self._stamp_noise())
            self._handed_out += len(piece)
            self._stream = np.concatenate([self._stream, piece])
        audible = np.interp(places, np.arange(len(self._stream)), self._stream)
        self._place += FRAME_SAMPLES * pace
        gone = int(self._place)
        self._stream, self._place = self._stream[gone:], self._place - gone
        return audible

    def _stamp_noise(self) -> float:
        return float(self._noise.uniform(-STAMP_NOISE_S, STAMP_NOISE_S))

    def _echo_of(self, audible: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if self.echo is None:
            return np.zeros(FRAME_SAMPLES)
        sound = audible
        if self.distorts:
            sound = 16_000 * np.tanh(sound / 16_000)
        whole = np.convolve(sound, self.echo)
        whole[: len(self._tail)] += self._tail
        self._tail = whole[FRAME_SAMPLES:]
        return whole[:FRAME_SAMPLES]
