"""Does what the dialog wants done, one action after the other; its speech can be held and dropped."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from voice_skill.audio.frames import Sound
from voice_skill.conversation.jobs import Doer, Job
from voice_skill.dialog.state import Action, CancelTimers, End, Say, StartTimer
from voice_skill.errors import EngineError

AHEAD = 2
"""Sentences that are rendered while one is spoken."""

PREPARED = 8
"""Sentences kept for an answer that may be given soon."""

QUIET = 150
"""Amplitude that nobody hears: -47 dB of full scale."""

AROUND = 6
"""Letters, half a second, that may have been spoken since the word began that was broken off."""

TRIES = 2
"""How often a sentence is rendered before it is left out."""


ASIDES = frozenset({"louder", "quieter", "slower", "faster", "time_left", "help"})
"""After these the assistant goes on with what it was saying."""


class Playing(Protocol):
    """A sound on its way out, as `audio.playback.Playback` is."""

    silent_at: float
    complete: bool

    @property
    def finished(self) -> bool: ...  # noqa: D102

    @property
    def played(self) -> float: ...  # noqa: D102

    def pause(self) -> None: ...  # noqa: D102

    def resume(self) -> None: ...  # noqa: D102


class Output(Protocol):
    """A loudspeaker: begins to play a sound and returns at once."""

    def start(self, sound: Sound, volume: float) -> Playing:
        """Play a sound in place of the one that plays now."""
        ...


class Teller(Protocol):
    """Turns text into sound; see `mouth.Mouth`."""

    @property
    def volume(self) -> float:
        """Return how loud to play, 0.0 to 1.0."""
        ...

    def split(self, text: str) -> list[str]:
        """Return the sentences of a text, in a form that can be spoken."""
        ...

    def pronounce(self, sentence: str) -> Sound:
        """Return one sentence as sound at full volume. May be called from another thread."""
        ...


class Performer:
    """Speaks and does. Call `tick` often; nothing here waits.

    do: carries out every action that is not speech. say: is told what is said when it begins.
    failed: is told when a sentence cannot be spoken. now: monotonic clock of the loudspeaker.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its connections to the other rooms
        self,
        teller: Teller,
        voice: Doer,
        output: Output,
        do: Callable[[Action], None],
        say: Callable[[Say], None],
        failed: Callable[[str], None],
        now: Callable[[], float],
    ) -> None:
        self._teller = teller
        self._voice = voice
        self._output = output
        self._do = do
        self._say = say
        self._failed = failed
        self._now = now
        self._script: deque[Action | str] = deque()
        self._sounds: OrderedDict[str, Job[Sound]] = OrderedDict()
        self._playing: Playing | None = None
        self._tries = 0
        self._flows = False  # another sentence was spoken just before
        self.held = False
        self.sentence = ""
        """What is being spoken, or was spoken last."""

    @property
    def busy(self) -> bool:
        """Tell whether there is something left to say or to do."""
        return bool(self._script) or self._playing is not None

    @property
    def speaking(self) -> bool:
        """Tell whether a sound is on its way out, or held."""
        return self._playing is not None

    @property
    def waits(self) -> bool:
        """Tell whether it is silent until `go_on`, with no sentence begun."""
        return self.held and self._playing is None

    @property
    def broken_off(self) -> str:
        """Return the words of the sentence around the place where it is now, or holds its breath."""
        if self._playing is None:
            return ""
        at = round(self._playing.played * len(self.sentence))
        begin, end = self.sentence.rfind(" ", 0, max(0, at - AROUND)), self.sentence.find(" ", at + 1)
        return self.sentence[begin + 1 : end if end >= 0 else None]

    @property
    def silent_since(self) -> float:
        """Return since when it is silent because it is held, by the loudspeaker's clock; else infinity."""
        return self._playing.silent_at if self.held and self._playing is not None else float("inf")

    def prepare(self, text: str) -> None:
        """Render the first sentence of what may be said soon."""
        for sentence in self._teller.split(text)[:1]:
            self._rendered(sentence)

    def perform(self, actions: Iterable[Action]) -> None:
        """Do these actions after those that are still to be done."""
        self._script.extend(actions)
        self.tick()

    def hold(self) -> None:
        """Fall silent for a moment."""
        self.held = True
        if self._playing is not None:
            self._playing.pause()

    def go_on(self) -> None:
        """Take up what was held."""
        self.held = False
        if self._playing is not None:
            self._playing.resume()

    def drop(self) -> list[Action | str]:
        """Fall silent for good; returns what was not said and done, the interrupted sentence included."""
        left: list[Action | str] = list(self._script)
        if self._playing is not None:
            self._playing.pause()
            left.insert(0, self.sentence)
        self._script.clear()
        self._playing = None
        self._flows = False
        self.held = False
        return left

    def take_up(self, left: Iterable[Action | str]) -> None:
        """Do what `drop` returned, or a part of it, after all else."""
        self._script.extend(left)

    def begin_again(self) -> None:
        """Say the sentence anew that was cut when the loudspeaker was lost; not before `go_on`."""
        self.held = True
        if self._playing is not None:
            self._playing.pause()
            self._script.appendleft(self.sentence)
            self._playing = None

    def forget_sounds(self) -> None:
        """Render anew: the voice speaks differently from now on."""
        self._sounds.clear()

    def tick(self) -> None:
        """Do what can be done now."""
        if self._playing is not None:
            if self.held or not self._playing.finished or self._now() < self._playing.silent_at:
                self._look_ahead()
                return
            self._playing = None
            self._flows = bool(self._script)
        while self._script and not self.held:
            item = self._script[0]
            if isinstance(item, str):
                if self._begin(item):
                    return
                continue
            self._script.popleft()
            if isinstance(item, Say):
                self._say(item)
                sentences = [one for line in item.lines for one in self._teller.split(line.text)]
                self._script.extendleft(reversed(sentences))
            else:
                self._do(item)

    def _begin(self, sentence: str) -> bool:
        """Play a sentence if it is rendered; False when it had to be left out."""
        job = self._rendered(sentence)
        self._look_ahead()
        if not job.done:
            return True
        self._sounds.pop(sentence, None)
        try:
            sound = job.result
        except EngineError as error:
            self._tries += 1
            if self._tries >= TRIES:
                self._tries = 0
                self._script.popleft()
                self._failed(str(error))
            return False
        self._tries = 0
        if not self._flows:
            sound = without_lead(sound)
        self._flows = True
        self._playing = self._output.start(sound, self._teller.volume)
        self._script.popleft()
        self.sentence = sentence
        return True

    def _look_ahead(self) -> None:
        texts = [item for item in self._script if isinstance(item, str)]
        for sentence in texts[:AHEAD]:
            self._rendered(sentence)

    def _rendered(self, sentence: str) -> Job[Sound]:
        job = self._sounds.get(sentence)
        if job is None or (job.done and job.error is not None):
            teller = self._teller
            job = self._sounds[sentence] = self._voice.submit(lambda: teller.pronounce(sentence))
            while len(self._sounds) > PREPARED:
                self._sounds.popitem(last=False)
        return job


def without_lead(sound: Sound) -> Sound:
    """Return the sound without the silence before it, which would only delay an answer."""
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > QUIET)
    first = max(0, int(loud[0]) - round(0.01 * sound.rate)) if len(loud) else 0
    return Sound(sound.samples[first:], sound.rate)


def is_aside(actions: Iterable[Action]) -> bool:
    """Tell whether what is done leaves what runs as it is, as "louder" does."""
    return not any(isinstance(action, CancelTimers | End) for action in actions)


def timers_in(left: Iterable[Action | str]) -> list[Action | str]:
    """Return of what was left the timers that still have to start."""
    return [item for item in left if isinstance(item, StartTimer)]


MakesPerformer = Callable[[Callable[[Action], None], Callable[[Say], None], Callable[[str], None]], Performer]
