"""The conversation: listens and speaks at once, and decides whose turn it is.

It is told of frames (`hear`) and of time (`tick`), and waits for nothing; recognition and rendering are jobs
whose results it looks at. So the same code runs on a sound card and, faster than time, in a test.
"""

from collections.abc import Callable
from threading import Event

from voice_skill.audio.frames import Frame
from voice_skill.conversation.clock import ASLEEP_S, FORGET_AFTER_S, Clock, Timers
from voice_skill.conversation.completeness import Patience
from voice_skill.conversation.interruptions import LISTENER_SOUNDS, BargeIn, goes_on, is_echo, meant_to_stop
from voice_skill.conversation.jobs import Doer
from voice_skill.conversation.loudness import Loudness
from voice_skill.conversation.performer import ASIDES, MakesPerformer, is_aside, timers_in
from voice_skill.conversation.stretch import (
    AT_MOST_S,
    EXCUSES_EVERY_S,
    JOIN_S,
    LISTENS_S,
    MAKES_UP_ITS_MIND_S,
    MIDWAY_S,
    SURE_FOR_S,
    TALK,
    TONE_AFTER_S,
    WARY_S,
    Stretch,
    onset,
)
from voice_skill.conversation.thinking import Earlier, Thinker, Thought
from voice_skill.conversation.wake import Judge, Wake
from voice_skill.conversation.words import spoken_words
from voice_skill.dialog.state import Action, CancelTimers, Change, End, Say, StartTimer
from voice_skill.errors import EngineError
from voice_skill.events import Ended, Fault, Interrupted, Saying, TurnHeard, Understood, Watcher
from voice_skill.hearing.turns import SpeechStarted, Turn, TurnDetector
from voice_skill.session import Notice, Session
from voice_skill.understanding.meaning import Meaning


class Conversation:
    """One assistant's side of all its conversations, one after the other. For one thread."""

    def __init__(  # noqa: PLR0913 - its connections to the other rooms
        self,
        session: Session,
        thinker: Thinker,
        listener: Doer,
        performer: MakesPerformer,
        *,
        watch: Watcher,
        clock: Clock,
        change: Callable[[Change], None],
        turns: TurnDetector,
        wake: Wake,
        loudness: Loudness,
        patience: Patience,
        barge_in: Callable[[], BargeIn],
        tone: Callable[[], object] | None = None,
    ) -> None:
        self.session = session
        self.timers = Timers(clock)
        self.performer = performer(self._do, self._say, self._failed)
        self.loudness = loudness
        self._barge_in = barge_in
        self.wake = wake
        self._talk = Judge(session, wake)
        self._thinker = thinker
        self._listener = listener
        self._watch = watch
        self._clock = clock
        self._change = change
        self._turns = turns
        self._patience = patience
        self._tone = tone
        self._stretch: Stretch | None = None
        self._waiting: Stretch | None = None
        self._earlier: Earlier | None = None
        self._answered_at = float("-inf")
        self._wary_until = self._excused_at = self._sure_at = self._listens_since = float("-inf")
        self._last_words = self._ticked = clock()

    def hear(self, frame: Frame) -> None:
        """Take the next frame of the microphone, the own voice removed if that can be done."""
        if self.wake.hear(frame, self._clock()):
            self._woken()
        for event in self._turns.feed(frame):
            if isinstance(event, SpeechStarted):
                self._begun()
            else:
                self._over(event)
        self.loudness.hear(frame.samples, speech=self._turns.sounded > 0)
        if frame.others:
            self._sure_at = self._clock()
        self._mind_onset()
        if self._stretch is not None:
            self._stretch.hear(frame, self._turns.last_voiced, self.performer.silent_since)

    def tick(self) -> None:
        """Let time pass: call it after every frame, and at least every 40 ms."""
        self.mind_leap()
        self._collect(self._stretch)
        self._collect(self._waiting)
        if self._waiting is not None and self._waiting.thought is not None:
            self._finish(self._waiting)
        if self._stretch is not None and self._turns.speaking:
            self._consider(self._stretch)
        self.performer.tick()
        self._ring()
        self._nod()

    def mind_leap(self) -> None:
        """Forget what was going on if no time passed for long: the machine was asleep, or without sound."""
        before, self._ticked = self._ticked, self._clock()
        if self._ticked - before > FORGET_AFTER_S and (self.session.running or self.performer.busy):
            self.forget()

    @property
    def active(self) -> bool:
        """Tell whether the next moment may bring something: speech, a result, the end of a sentence."""
        return self.performer.busy or self._turns.sounded > 0 or self._waiting is not None

    @property
    def doing(self) -> str:
        """Return in a word what goes on: "listening", "hearing", "thinking" or "speaking"."""
        if self.performer.speaking and not self.performer.held:
            return "speaking"
        if self._waiting is not None or self.performer.busy:
            return "thinking"
        return "hearing" if self._turns.speaking else "listening"

    def forget(self) -> None:
        """Forget the person, and fall silent."""
        self.performer.drop()
        self.timers.cancel()
        self.session.forget()
        self._waiting = self._earlier = None
        self._listen_anew()
        self._watch(Ended())

    def tell(self, name: Notice) -> bool:
        """Say something of itself, before what is still to be said; False without words for it."""
        say = self.session.notice(name)
        if say is not None:
            left = self.performer.drop()
            self.performer.perform([say])
            self.performer.take_up(left)
        return say is not None

    def sound_is_back(self) -> None:
        """Go on after the devices were lost: what was cut off is said again."""
        self._listen_anew()
        self.performer.begin_again()

    def _listen_anew(self) -> None:
        self._listens_since = self._clock()
        self._turns.reset()
        if self._stretch is not None:
            self._stretch.give_up()
        self._stretch = None

    def _woken(self) -> None:
        """Listen from here on: the word that wakes it is no part of what is asked."""
        self._listen_anew()
        if self._tone is not None and not self.performer.busy:
            self._tone()

    # Stretches of speech

    def _mind_onset(self) -> None:
        """Hold the breath at the first sound of somebody else; go on if it was nothing."""
        sounded, held, now = self._turns.sounded, self.performer.held, self._clock()
        if self.performer.waits:
            quiet = sounded == 0 and self._waiting is None
            if now - self._listens_since > (LISTENS_S if quiet else AT_MOST_S):
                self.performer.go_on()
        elif self._stretch is None and self.performer.speaking and self._barge_in() == "all":
            if sounded >= onset(now - self._answered_at) and not held and now > self._wary_until:
                self.performer.hold()
            elif sounded == 0 and held:
                self.performer.go_on()

    def _begun(self) -> None:
        soon = self._clock() - self._answered_at < JOIN_S
        earlier = self._earlier if soon and self.performer.busy else None
        self._stretch = self._new_stretch(earlier)

    def _new_stretch(self, earlier: Earlier | None = None) -> Stretch:
        now, waits = self._clock(), self.performer.waits
        sure, clear = now - self._sure_at < SURE_FOR_S, waits or self._barge_in() == "all"
        return Stretch(now, waits or self.performer.speaking, clear, earlier, others=sure)

    def _over(self, turn: Turn) -> None:
        """Take a stretch that has ended by its silence alone, or was cut for its length."""
        stretch, self._stretch = self._stretch or self._new_stretch(), None
        if stretch.ignored and not stretch.job:
            return
        stretch.sounds(turn)
        stretch.final, self._waiting = True, stretch
        if stretch.asked != stretch.voiced:  # the end of a long talk was not looked at yet
            stretch.give_up()
        if stretch.thought is not None and stretch.number == stretch.asked:
            self._finish(stretch)
        elif stretch.job is None:
            self._ask(stretch, -1)

    def _ask(self, stretch: Stretch, number: int) -> None:
        """Have what was said so far recognised and understood."""
        stretch.asked, stretch.looked_at, stretch.given_up = number, self._turns.lasts, Event()
        given = stretch.samples, self.session.state, self.session.context, stretch.earlier
        given_up, lead, draft = stretch.given_up.is_set, stretch.own_lead, stretch.ahead.stop()
        stretch.job = self._listener.submit(lambda: self._thinker.think(*given, given_up, lead, draft))

    def _collect(self, stretch: Stretch | None) -> None:
        if stretch is None or stretch.job is None or not stretch.job.done:
            return
        job, stretch.job = stretch.job, None
        if stretch.given_up.is_set():
            return
        try:
            stretch.thought, stretch.number = job.result, stretch.asked
        except EngineError as error:
            self._watch(Fault("hearing", str(error)))
            if stretch.final:
                self._waiting = None
                self._missed(stretch)
            return
        if stretch.thought.opening and not stretch.ignored:
            self.performer.prepare(stretch.thought.opening)

    def _consider(self, stretch: Stretch) -> None:
        """Look at what was said so far, and answer once that is all."""
        turns, number = self._turns, self._turns.last_voiced
        if stretch.thought is not None and stretch.into_speech and stretch.interrupted is None:
            self._judge(stretch, stretch.thought)
            if self._stretch is None:
                return
        if self._is_all(stretch):
            stretch.sounds(turns.end())
            self._stretch = None
            self._finish(stretch)
            return
        if stretch.job is not None and stretch.asked != number and not stretch.into_speech:
            stretch.given_up.set()  # the person has gone on: what they had said so far is not all
        if stretch.job is None and stretch.due(turns, self._patience.look, busy=self.performer.busy):
            stretch.sounds(turns.so_far())
            self._ask(stretch, number)
        elif not (stretch.job or self._waiting or self.performer.busy):
            stretch.ahead.go_on(turns, self._listener, self._thinker.sketch)

    def _is_all(self, stretch: Stretch) -> bool:
        """Tell whether the person has said it all, and the assistant may speak."""
        thought = stretch.thought
        if thought is None or stretch.ignored or stretch.number != self._turns.last_voiced:
            return False
        return self._turns.silence >= thought.wait and not (stretch.into_speech and self.performer.busy)

    def _judge(self, stretch: Stretch, thought: Thought) -> None:
        """Decide whether what is said into the assistant's speech interrupts it."""
        if not self.performer.busy:
            stretch.into_speech = False
            return
        if self._interrupts(stretch, thought):
            stretch.interrupted = self.performer.drop()
            stretch.ignored = False
            self._watch(Interrupted(thought.meaning.text))
            return
        words = spoken_words(thought.meaning.text)
        listening = bool(words) and LISTENER_SOUNDS.issuperset(words)
        silence = self._turns.silence
        current = stretch.number == self._turns.last_voiced
        if current and (silence >= MAKES_UP_ITS_MIND_S or (listening and silence >= self._patience.look)):
            self._turns.end()  # so that the next sound begins a stretch of its own
            self._stretch = None
            self._ignore(stretch, wary=not listening)
        elif self._turns.lasts > 2 * MIDWAY_S and not stretch.ignored:
            self._ignore(stretch, wary=True)

    def _interrupts(self, stretch: Stretch, thought: Thought) -> bool:
        alone = self.performer.held and stretch.mostly_alone and stretch.surely_somebody
        how: BargeIn = "all" if self.performer.waits or alone else self._barge_in()
        how = how if stretch.clear or alone or how == "off" else "stop_words"
        spoken = self.performer.sentence, self.performer.broken_off
        return meant_to_stop(stretch, thought, how, *spoken, self.session.context, asking=self.session.asking)

    def _ignore(self, stretch: Stretch, *, wary: bool) -> None:
        stretch.ignored = True
        text = stretch.thought.meaning.text if stretch.thought else ""
        self._watch(TurnHeard(text))
        if wary and stretch.alone >= TALK and not is_echo(text, self.performer.sentence):
            self._wary_until = self._clock() + WARY_S
        self.performer.go_on()

    # Answers

    def _finish(self, stretch: Stretch) -> None:
        """Answer a stretch that is over and understood, if it is for the assistant."""
        self._waiting = None
        if (thought := stretch.thought) is None:
            return
        meaning = thought.meaning
        if stretch.into_speech and stretch.interrupted is None:
            if self.performer.busy and not self._interrupts(stretch, thought):
                self._ignore(stretch, wary=False)
                return
            stretch.interrupted = self.performer.drop()
        self._watch(TurnHeard(meaning.text))
        meaning = self._whole(stretch, thought)
        answered = self._talk.is_for_it(meaning, self._clock())
        if meaning.intent is not None:
            self._watch(Understood(meaning, answered))
        if not answered:
            self._resume(stretch)
            return
        self.loudness.spoken(stretch.samples)
        self._answer(stretch, meaning)

    def _whole(self, stretch: Stretch, thought: Thought) -> Meaning:
        """Return what was meant, taken together with what was said before if the answer came too early."""
        earlier, context = stretch.earlier, self.session.context
        if thought.joined is None or earlier is None or not goes_on(thought.meaning, thought.joined, context):
            return thought.meaning
        self.session.state = earlier.state
        self.timers.cancel()
        return thought.joined

    def _answer(self, stretch: Stretch, meaning: Meaning) -> None:
        now = self._clock()
        left = stretch.interrupted or self.performer.drop()
        self._earlier = Earlier(stretch.samples, self.session.state, self.session.context, meaning)
        self._answered_at = self._last_words = now
        turn = self.session.hear(meaning, self.timers.left("hold"))
        self.performer.perform(turn.actions)
        if is_aside(turn.actions):
            self.performer.take_up(left if meaning.intent in ASIDES else timers_in(left))

    def _resume(self, stretch: Stretch) -> None:
        if stretch.interrupted:
            self.performer.take_up(stretch.interrupted)
        self.performer.go_on()

    def _missed(self, stretch: Stretch) -> None:
        """Say that something was not heard, though not over and over to a room where nobody asked for it."""
        self._resume(stretch)
        now = self._clock()
        if self.session.running or now - self._excused_at > EXCUSES_EVERY_S:
            self._excused_at = now
            self.tell("missed_that")

    # Time

    def _ring(self) -> None:
        """Let a timer end, but never into somebody's speech."""
        talking = self._turns.speaking and not (self._stretch is not None and self._stretch.ignored)
        if talking or self._waiting is not None or self.performer.busy:
            return
        now = self._clock()
        if self.timers.overdue() > ASLEEP_S:
            self.forget()
            return
        name = self.timers.take_due()
        if name is not None:
            self.performer.perform(self.session.timer_ended(name).actions)
        elif not self.timers and self.session.running and now - self._last_words > FORGET_AFTER_S:
            self.forget()

    def _nod(self) -> None:
        """Give a soft tone when an answer takes long."""
        waiting = self._waiting or self._stretch
        if self._tone is None or waiting is None or waiting.toned or waiting.ignored or self.performer.busy:
            return
        long = waiting.final or (waiting.thought is None and self._turns.silence >= TONE_AFTER_S)
        if long and (self.session.running or self.wake.armed(self._clock())):
            waiting.toned = True
            self._tone()

    def _do(self, action: Action) -> None:
        match action:
            case StartTimer():
                self.timers.start(action.name, action.seconds)
            case CancelTimers():
                self.timers.cancel()
            case Change():
                self._change(action)
            case End():
                self.session.forget()
                self._earlier = None
                self._watch(Ended())
            case Say():  # the performer's own
                return
        self._last_words = self._clock()

    def _say(self, say: Say) -> None:
        self._last_words = self._clock()
        self._watch(Saying(say))

    def _failed(self, why: str) -> None:
        self._watch(Fault("voice", why))
