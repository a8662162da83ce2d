"""Who speaks, and when they are done: frames in, turns out."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from voice_skill.audio.frames import SAMPLE_RATE, Frame, Samples
from voice_skill.hearing.gate import WINDOW, GateSettings, SpeechGate, SpeechTracker

SILENT = 60
"""Amplitude below which nothing can be speech: -55 dB of full scale."""

ABOVE_NOISE = 4.0
"""A moment may be silence, too, if it has less energy than the background, times this."""

NOISE_MEMORY, FEWEST = 32, 8
"""Windows, about a second, whose quietest is the background, and how many must have been heard: between words
the noise alone is heard, be there as little time before the first one as there may."""

STILL_SPEECH = 0.95
"""Probability of speech from which on it is none, all the same: weak sounds drown in noise."""

SOFTER = 0.3
"""What is left of the program's own voice goes to the recogniser so much softer, where it is all there is."""

NOTICED_AFTER = 9
"""Windows, 0.3 s, that somebody may have spoken before they were told from the program's own voice: a soft
first sound is noticed late, and without it "stop" is no word."""

RINGS_S = 0.3
"""So long the detector may go on hearing a turn that was ended in its last silence."""

FAINT = 10**-2.8
"""Share of the loudest moment's energy below which a moment of a turn counts as silence: 28 dB less."""

RESTS_AFTER = 30
"""Silent windows, about a second, after which the detector is not asked any more."""

SURELY_NOT = 0.1
"""Probability of speech below which, in steady sound, only every other window is judged."""

LOUDER = 2.0
"""Share of the background's energy from which on a window is not like it, and is judged in any case."""

BACKGROUND_MEMORY = 0.95
"""How much of the background so far counts on in the next window: about 0.6 s of it."""


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """When a turn ends.

    silence_s: so long nothing is said; who listens may end it earlier with `end`. longest_s: a longer turn is
    cut and delivered in parts. shortest_s: less speech is none. margin_s: kept before the first word and
    after the last.
    """

    silence_s: float = 0.7
    longest_s: float = 20.0
    shortest_s: float = 0.15
    margin_s: float = 0.3


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak. time: of the first sound of speech, by the clock of the frames."""

    time: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody spoke and is done. samples: 16 kHz, from `start` to `end` by the clock of the frames.

    cut: it was longer than allowed, and the rest comes as a turn of its own. lead: so many samples at its
    beginning were taken for the program's own voice.
    """

    samples: Samples
    start: float
    end: float
    cut: bool = False
    lead: int = 0


class TurnDetector:
    """Finds turns in the frames of a microphone. Remembers no more than the longest turn.

    gate: a speech gate of its own; its thresholds hold, its times are those of `settings`.
    """

    def __init__(self, settings: TurnSettings | None = None, gate: SpeechGate | None = None) -> None:
        self.settings = settings or TurnSettings()
        self._gate = gate or SpeechGate()
        limits = self._gate.settings
        self._tracker = SpeechTracker(
            GateSettings(limits.begin, limits.stay, self.settings.shortest_s, self.settings.silence_s)
        )
        self._margin = round(self.settings.margin_s * SAMPLE_RATE / WINDOW)
        self._longest = max(1, round(self.settings.longest_s * SAMPLE_RATE / WINDOW))
        self.reset()

    def reset(self) -> None:
        """Forget everything heard so far: a turn that is going on is lost."""
        self._gate.reset()
        self._rest = np.zeros(0, np.int16)
        self._quiet = 0
        self._judged, self._likely, self._background, self._energy = False, 0.0, 0.0, 0.0
        self._energies: deque[float] = deque(maxlen=NOISE_MEMORY)
        self._noisy, self._noise = False, 0.0
        self._rings_on, self._rings_below = 0, 0.0
        self._start_over()

    @property
    def speaking(self) -> bool:
        """Tell whether a turn is going on."""
        return self._tracker.speaking

    @property
    def sounded(self) -> float:
        """Return the seconds of voiced sound that may become, or are, a turn."""
        return self._tracker.voiced * WINDOW / SAMPLE_RATE

    @property
    def silence(self) -> float:
        """Return the seconds since the last sound of the turn that is going on; 0.0 without one."""
        return (self._heard - self.last_voiced) * WINDOW / SAMPLE_RATE if self.speaking else 0.0

    @property
    def lasts(self) -> float:
        """Return the seconds from the first to the last sound of the turn that is going on, or 0.0."""
        return (self._tracker.end - self._tracker.first) * WINDOW / SAMPLE_RATE if self.speaking else 0.0

    @property
    def last_voiced(self) -> int:
        """Return a number that changes with every sound of the turn that is going on."""
        return max(self._sounded, self._tracker.first) if self.speaking else -1

    def so_far(self) -> Turn:
        """Return the turn that is going on, as far as it was heard. Only while `speaking`."""
        return self._turn()

    def end(self) -> Turn:
        """End the turn that is going on, and return it. Only while `speaking`."""
        turn, loudest = self._turn(), self._loudest
        self._start_over()
        self._rings_below, self._rings_on = FAINT * loudest, round(RINGS_S * SAMPLE_RATE / WINDOW)
        return turn

    def feed(self, frame: Frame) -> list[SpeechStarted | Turn]:
        """Take the next frame, of any length; return what it brought about, in order."""
        events: list[SpeechStarted | Turn] = []
        for window in self._cut(frame):
            events += self._take(window)
        return events

    def finish(self) -> Turn | None:
        """Return the turn that is still going on when the sound ends, and begin anew."""
        turn = self._turn() if self.speaking else None
        self.reset()
        return turn

    def _cut(self, frame: Frame) -> Iterator[Frame]:
        """Yield whole windows, each with its time; keep what is left over for the next frame."""
        sound = np.concatenate([self._rest, frame.samples])
        begin = frame.time - len(self._rest) / SAMPLE_RATE
        whole = len(sound) - len(sound) % WINDOW
        for start in range(0, whole, WINDOW):
            yield Frame(sound[start : start + WINDOW], begin + start / SAMPLE_RATE, frame.own)
        self._rest = sound[whole:]

    def _take(self, window: Frame) -> list[SpeechStarted | Turn]:
        self._windows.append(window)
        self._measure(window.samples)
        likely = self._probability(window.samples)  # of the own voice, too: it listens with a memory
        change = self._tracker.update(0.0 if self._rings(likely) or window.own else likely)
        if self._noisy and likely >= STILL_SPEECH and self._tracker.end == self._heard:
            self._last_loud = self._heard
        if change == "began":
            return [SpeechStarted(self._windows[self._tracker.first - self._forgotten].time)]
        if change == "ended":
            turn = self._turn()
            self._forget_before(self._tracker.end)
            return [turn]
        if not self.speaking:
            self._forget_before(self._tracker.needed - self._margin)
        elif self._heard - self._tracker.first >= self._longest:
            turn = self._turn(cut=True)
            self._start_over()
            return [turn]
        return []

    def _measure(self, window: Samples) -> None:
        """Note the last window with sound: the detector goes on for 0.1 s after the last word."""
        energy = self._energy = float(np.dot(window.astype(np.float32), window.astype(np.float32)))
        if not self._tracker.voiced:
            self._loudest = 0.0
        self._loudest = max(self._loudest, energy)
        self._noise = ABOVE_NOISE * min(self._energies) if len(self._energies) >= FEWEST else 0.0
        self._energies.append(energy)
        self._noisy = self._noise > FAINT * self._loudest
        if energy > max(FAINT * self._loudest, self._noise):
            self._last_loud = self._heard

    def _rings(self, likely: float) -> bool:
        """Tell whether the detector still hears the turn that was ended, although no sound comes any more.

        Else the assistant would hold its breath for it, right after the first sound of its answer.
        """
        over = likely < self._gate.settings.stay or self._energy > max(self._rings_below, self._noise)
        self._rings_on = 0 if over else max(0, self._rings_on - 1)
        return self._rings_on > 0

    @property
    def _sounded(self) -> int:
        return min(self._tracker.end, self._last_loud)

    def _probability(self, window: Samples) -> float:
        """Return the probability of speech.

        The detector costs more than all else here. In a silent room it rests, and where nothing but a steady
        background goes on, it judges every other window.
        """
        loud = window.max() > SILENT or window.min() < -SILENT
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet > RESTS_AFTER and not self.speaking:
            return 0.0
        if self._like_before():
            self._judged = False
            return self._likely
        self._judged = True
        self._likely = self._gate.probability(window)
        if not self._tracker.voiced:
            self._background += (1 - BACKGROUND_MEMORY) * (self._energy - self._background)
        return self._likely

    def _like_before(self) -> bool:
        """Tell whether a window is so surely like the one before that it need not be judged."""
        steady = self._energy <= LOUDER * self._background
        return self._judged and steady and not self._tracker.voiced and self._likely < SURELY_NOT

    @property
    def _heard(self) -> int:
        return self._forgotten + len(self._windows)

    def _start_over(self) -> None:
        self._tracker.reset()
        self._loudest, self._last_loud = 0.0, 0
        self._windows: deque[Frame] = deque()
        self._forgotten = 0

    def _forget_before(self, number: int) -> None:
        while self._forgotten < number:
            self._windows.popleft()
            self._forgotten += 1

    def _turn(self, *, cut: bool = False) -> Turn:
        """Return the stretch of speech with its margins."""
        first = max(self._tracker.first - self._margin, self._forgotten)
        end = self._heard if cut else min(self._tracker.end + self._margin, self._heard)
        windows = [self._windows[number - self._forgotten] for number in range(first, end)]
        last = windows[-1].time + WINDOW / SAMPLE_RATE
        lead = next((number for number, one in enumerate(windows) if not one.own), 0) * WINDOW
        return Turn(np.concatenate(softened(windows)), windows[0].time, last, cut, lead)


def softened(windows: Sequence[Frame]) -> list[Samples]:
    """Return the sound of windows in a row as a recogniser is to hear it: the program's own voice softer."""
    sounds: list[Samples] = []
    until = NOTICED_AFTER + 1  # windows until somebody else is heard
    for window in reversed(windows):
        until = until + 1 if window.own else 0
        softer = until > NOTICED_AFTER
        sounds.append(np.rint(SOFTER * window.samples).astype(np.int16) if softer else window.samples)
    return sounds[::-1]
