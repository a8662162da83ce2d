"""The hands-free conversation: wires the rooms together, owns the clock and the shutdown.

One loop reads frames, watches the timers, and does what the dialog says. While the assistant speaks it does
not listen: its own voice would be heard.
"""

import time
from collections.abc import Callable
from typing import assert_never

from voice_skill.audio.frames import Sound
from voice_skill.audio.microphone import Microphone
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.state import Action, CancelTimers, Change, End, Say, StartTimer, TimerName, Turn
from voice_skill.ears import Ears
from voice_skill.events import Ended, Ready, Saying, TurnHeard, Understood, Watcher
from voice_skill.hearing.turns import Turn as SpokenTurn
from voice_skill.hearing.turns import TurnDetector, TurnSettings
from voice_skill.learning import understander_of
from voice_skill.mouth import Mouth
from voice_skill.session import Session

FORGET_AFTER_S = 120.0
"""Silence after which the person is gone and everything about them is forgotten."""


class Assistant:
    """Listens on the microphone and answers on the loudspeaker until told to stop."""

    def __init__(
        self, settings: Settings, pack: Pack, watch: Watcher, clock: Callable[[], float] = time.monotonic
    ):
        self._settings = settings
        self._watch = watch
        self._clock = clock
        understander = understander_of(pack, keep=settings.cache)
        self._ears = Ears(settings, pack, understander)
        self._mouth = Mouth(settings, pack.info.language)
        self._session = Session(pack, understander, settings.region)
        self._timers: dict[TimerName, float] = {}
        self._last_words = clock()

    def run(self) -> None:
        """Converse until KeyboardInterrupt. Raises MissingError without microphone, loudspeaker or models."""
        self._ears.load()
        self._mouth.load()
        try:
            self._mouth.open_loudspeaker()
            with Microphone(self._settings.microphone) as microphone:
                self._watch(Ready(self._ears.recognizer.name, self._mouth.voice.name))
                self._converse(microphone)
        finally:
            self._mouth.close()
            self._ears.close()

    def _converse(self, microphone: Microphone) -> None:
        turns = TurnDetector(TurnSettings(silence_s=self._settings.end_of_turn_s))
        while True:
            frame = microphone.read(timeout=0.1)
            spoke = False
            if frame is not None:
                for event in turns.feed(frame):
                    if isinstance(event, SpokenTurn):
                        spoke |= self._turn(Sound(event.samples))
            if not turns.speaking:  # a late timer never speaks over a person
                spoke |= self._ring()
            if spoke:
                microphone.clear()
                turns.reset()

    def _turn(self, sound: Sound) -> bool:
        """Take one finished utterance; True if something was said in answer."""
        text = self._ears.transcribe(sound).text
        self._watch(TurnHeard(text))
        meaning = self._session.understand(text)
        answered = self._session.addressed(meaning)
        if meaning.intent is not None:
            self._watch(Understood(meaning, answered))
        if not answered:
            return False
        self._last_words = self._clock()
        hold = self._timers.get("hold")
        turn = self._session.hear(meaning, None if hold is None else hold - self._clock())
        return self._perform(turn)

    def _ring(self) -> bool:
        """Let timers end that are due, the earliest first; True if something was said."""
        now = self._clock()
        due = sorted((at, name) for name, at in self._timers.items() if at <= now)
        if due:
            name = due[0][1]
            del self._timers[name]
            return self._perform(self._session.timer_ended(name))
        if not self._timers and self._session.running and now - self._last_words > FORGET_AFTER_S:
            self._session.forget()
            self._watch(Ended())
        return False

    def _perform(self, turn: Turn) -> bool:
        spoke = [self._do(action) for action in turn.actions]
        return any(spoke)

    def _do(self, action: Action) -> bool:
        match action:
            case Say():
                self._watch(Saying(action))
                for line in action.lines:
                    self._mouth.play(self._mouth.render(line.text))
                self._last_words = self._clock()
                return True
            case StartTimer():
                self._timers[action.name] = self._clock() + action.seconds
            case CancelTimers():
                self._timers.clear()
            case Change(what="rate"):
                self._mouth.change_rate(action.factor)
            case Change():
                self._mouth.change_volume(action.factor)
            case End():
                self._session.forget()
                self._watch(Ended())
            case _:
                assert_never(action)
        return False
