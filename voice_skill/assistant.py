"""The assistant on a machine: its devices, its threads, and the way back when one of them fails."""

import contextlib
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice_skill.assembly import assemble, barge_in
from voice_skill.audio.duplex import Duplex
from voice_skill.audio.echo import EchoCanceller
from voice_skill.audio.recorder import Recorder
from voice_skill.config import Settings
from voice_skill.conversation.clock import boot_time
from voice_skill.conversation.conversation import Conversation
from voice_skill.conversation.interruptions import BargeIn
from voice_skill.conversation.jobs import Worker
from voice_skill.conversation.openings import Openings
from voice_skill.conversation.wake import Wake
from voice_skill.dialog.pack import Pack
from voice_skill.ears import Ears
from voice_skill.errors import EngineError, MissingError
from voice_skill.events import Ended, Event, Fault, Interruptible, Mended, Ready, Understood, Watcher
from voice_skill.learning import understander_of
from voice_skill.memory import return_free_memory
from voice_skill.mouth import Mouth
from voice_skill.session import Notice, Session

log = logging.getLogger(__name__)

TICK_S = 0.01
"""So long the loop waits for sound while something is going on; in between it looks at its jobs."""

IDLE_TICK_S = 0.1

CHECK_S = 1.0
"""Between two looks at the threads."""

STOP_S = 3.0

NOTICE_S = 6.0
"""In so much time a notice is said; then the devices are looked for again."""


MOST_STUMBLES, STUMBLES_WITHIN_S = 3, 60.0
"""So many mistakes of its own in so many seconds are survived."""


@dataclass(frozen=True, slots=True)
class Glance:
    """How things stand, for whoever looks.

    level_db: of what is heard. doing: "listening", "hearing", "thinking", "speaking" or "no sound".
    hold_left: seconds of the running hold, None without one. words: what was last said to it,
    "" once that is forgotten.
    """

    level_db: float
    doing: str
    hold_left: float | None
    words: str = ""


class Assistant:
    """Listens on the microphone and answers on the loudspeaker until told to stop.

    wake: how it is woken. each_second: is called about once a second while all is well. recorder: records
    what is heard and played, which is said aloud first.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        settings: Settings,
        pack: Pack,
        watch: Watcher,
        *,
        wake: Wake | None = None,
        each_second: Callable[[], None] | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._tell = watch
        self._words = ""
        self._each_second = each_second
        understander = understander_of(pack, keep=settings.cache)
        self._ears = Ears(settings, pack, understander)
        self._mouth = Mouth(settings, pack.info.language)
        self._listener = Worker("recogniser", 1, self._revive_ears)
        self._voice = Worker("voice", 16, self._mouth.revive)
        self._sound = Duplex(settings.microphone, settings.loudspeaker, EchoCanceller(), recorder)
        self._without_sound = False
        self._checked = 0.0
        self._talked = False
        self._stumbled: list[float] = []
        self._settings = settings
        self._interruptible: BargeIn = settings.barge_in
        self._openings = Openings(pack, settings.region, self._mouth, self._voice) if settings.cache else None
        self.conversation: Conversation = assemble(
            settings,
            Session(pack, understander, settings.region),
            self._ears,
            self._mouth,
            listener=self._listener,
            voice=self._voice,
            output=self._sound,
            watch=self._watch,
            clock=boot_time,
            sound_clock=time.monotonic,
            trusted=lambda: self._sound.canceller.trusted,
            wake=wake,
        )

    def run(self) -> None:
        """Converse until KeyboardInterrupt. Raises MissingError without microphone, loudspeaker or models."""
        with contextlib.ExitStack() as closing:
            closing.callback(self._close)
            self._ears.load()
            self._mouth.load()
            closing.enter_context(self._sound)
            self._watch(Ready(self._ears.recognizer.name, self._mouth.voice.name))
            if self._sound.recorder is not None:
                self.conversation.tell("recording")
            while True:
                self._step()

    def glance(self) -> Glance:
        """Return how things stand; may be called from any thread."""
        conversation = self.conversation
        doing = "no sound" if self._without_sound else conversation.doing
        return Glance(conversation.loudness.now_db, doing, conversation.timers.left("hold"), self._words)

    def _watch(self, event: Event) -> None:
        """Tell of an event, and keep for a glance what was said to it: other talk is nobody's business."""
        if isinstance(event, Ended):
            self._words = ""
        elif isinstance(event, Understood) and event.answered:
            self._words = event.meaning.text
        self._tell(event)

    def _step(self) -> None:
        """Take one frame, or as long as the next look at the jobs may wait."""
        try:
            if not self.conversation.active:
                self._tune()
                self._get_ahead()
            frame = self._sound.read(TICK_S if self.conversation.active else IDLE_TICK_S)
            if frame is not None:
                self.conversation.hear(frame)
            self.conversation.tick()
        except (EngineError, MissingError) as error:
            self._without(error)
        except BrokenPipeError:  # nobody reads what is printed any more
            raise
        except Exception as error:  # noqa: BLE001 - nobody is left alone for a mistake in the program
            self._stumble(error)
        self._check()

    def _stumble(self, error: Exception) -> None:
        """Go on after a mistake of the program's own, forgetting what it was at; not over and over."""
        now = time.monotonic()
        self._stumbled = [*(at for at in self._stumbled if now - at < STUMBLES_WITHIN_S), now]
        if len(self._stumbled) > MOST_STUMBLES:
            raise error
        place = traceback.extract_tb(error.__traceback__)[-1:]
        where = "".join(f" in {Path(one.filename).name}:{one.lineno}" for one in place)
        self._watch(Fault("conversation", f"a mistake in the program: {type(error).__name__}{where}"))
        self.conversation.forget()
        self.conversation.tell("missed_that")

    def _tune(self) -> None:
        """Make the loudspeaker's buffer as long as the machine needs, while nobody speaks."""
        if self._sound.strained:
            self._sound.relax()
        elif self._sound.rested and not self.conversation.session.running:
            self._sound.hurry()

    def _get_ahead(self) -> None:
        """Render what may be said first, while no conversation runs whose next sentence would wait for it."""
        if self._openings is not None and not self.conversation.session.running:
            self._openings.render_next()

    def _check(self) -> None:
        now = time.monotonic()
        if now - self._checked < CHECK_S:
            return
        self._checked = now
        for part, worker in (("hearing", self._listener), ("voice", self._voice)):
            problem = worker.check()
            if problem:
                self._watch(Fault(part, problem))
        by = barge_in(self._settings, trusted=self._sound.canceller.trusted)
        if by != self._interruptible:
            self._interruptible = by
            self._watch(Interruptible(by))
        self._tidy()
        if self._each_second is not None:
            self._each_second()

    def _tidy(self) -> None:
        """Give back what a conversation took once it is over, lest memory grow from one to the next."""
        talking = self.conversation.session.running or self.conversation.active
        if self._talked and not talking:
            return_free_memory()
        self._talked = talking

    def _without(self, error: Exception) -> None:
        """Wait for lost devices, and go on when they are back; say so where that can be heard."""
        self._watch(Fault("sound", str(error)))
        self._without_sound = True
        told = False
        try:
            told = self._sound.can_speak and self._say_at_once("microphone_gone")
            self._sound.find_again(self._wait)
        finally:
            self._without_sound = False
        self._watch(Mended("sound"))
        self.conversation.mind_leap()
        if told:
            self.conversation.tell("microphone_back")
        self.conversation.sound_is_back()

    def _say_at_once(self, name: Notice) -> bool:
        """Say something while nothing is heard; False if it could not be said."""
        conversation = self.conversation
        left = conversation.performer.drop()
        told = conversation.tell(name)
        deadline = time.monotonic() + NOTICE_S
        try:
            while conversation.performer.busy and self._sound.can_speak and time.monotonic() < deadline:
                conversation.performer.tick()
                time.sleep(TICK_S)
        except EngineError:  # the loudspeaker went as well
            told = False
        told = told and not conversation.performer.busy
        conversation.performer.drop()
        conversation.performer.take_up(left)
        return told

    def _wait(self, seconds: float) -> None:
        self._check()
        time.sleep(seconds)

    def _revive_ears(self) -> None:
        """Open the recogniser anew; in its thread."""
        self._ears.revive()
        return_free_memory()

    def _close(self) -> None:
        for worker in (self._listener, self._voice):
            worker.close(STOP_S)
        self._mouth.close()
        self._ears.close()
