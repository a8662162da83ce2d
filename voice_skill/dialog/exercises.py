"""Leading through an exercise: step by step, holds counted aloud, then "is it easing?"."""

from dataclasses import replace

from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Exercise, Step
from voice_skill.dialog.state import Action, CancelTimers, Line, Say, StartTimer, State, TimerName

PAUSE_S = 4.0
"""Between two steps without a hold: time to get there."""

PATIENCE_S = 15.0
"""For "is it easing?": a person in pain answers late."""

TEN_S = 10
"""Seconds before the end at which a long hold is counted aloud."""

LONG_HOLD_S = 25
"""From this length on "ten more" is said; in shorter holds it would tread on what is said half-way."""

COUNTED = "ten_more"

Led = tuple[State, tuple[Action, ...]]


def cues(step: Step, *, counted: bool) -> tuple[tuple[float, str], ...]:
    """Return what is said during a hold: (seconds from its start, text); COUNTED stands for "ten more".

    One text comes half-way, several at equal distances; in a long hold that is counted all come before the
    last ten seconds begin.
    """
    if not step.hold_s:
        return ()
    long = counted and step.hold_s >= LONG_HOLD_S
    count = len(step.during)
    span = step.hold_s - TEN_S if long and count > 1 else step.hold_s
    said = [(span * (number + 1) / (count + 1), text) for number, text in enumerate(step.during)]
    return (*said, (float(step.hold_s - TEN_S), COUNTED)) if long else tuple(said)


class Leader:
    """Leads through the exercises of one pack."""

    def __init__(self, pack: Pack, write: Writer) -> None:
        self._pack = pack
        self._write = write

    def start(self, state: State, name: str) -> Led:
        """Begin an exercise at its first step."""
        return self._at(replace(state, exercise=name, offered="", narrowed=False), 0)

    def offer(self, state: State, name: str, prompt: str = "offer_then") -> Led:
        """Ask whether to go through an exercise; nobody has to."""
        title = self._pack.exercises[name].title
        state, line = self._write.prompt(state, prompt, {"exercise": title})
        asked = Say((line,), "question"), StartTimer("answer", PATIENCE_S)
        return replace(state, phase="offering", offered=name), asked

    def steer(self, state: State, intent: str, hold_left: float | None) -> Led | None:
        """Obey a steering word inside an exercise or an offer; None when it has no meaning there."""
        if state.phase == "offering" and (intent in ("yes", "no") or (intent == "next" and not state.rest)):
            return self._offered(state, accepted=intent != "no")
        if not state.exercise:
            return None
        match intent:
            case "next" | "resume" | "yes" if state.phase in ("leading", "paused"):
                return self._at(state, state.step + (1 if intent == "next" else 0))
            case "previous":
                return self._at(state, max(0, state.step - 1))
            case "repeat":
                return self._at(state, state.step)
            case "pause" if state.phase == "leading":
                return self._prompt(replace(state, phase="paused"), "paused", CancelTimers())
            case "time_left":
                return self._time_left(state, hold_left)
            case "better" | "not_better":
                return self._outcome(state, better=intent == "better")
            case "yes" | "no" if state.phase == "checking":
                return self._outcome(state, better=intent == "yes")
            case _:
                return None

    def worse(self, state: State) -> Led:
        """Stop the exercise: what makes it worse is not gone on with, and nothing else is tried."""
        said = self._exercise(state).worse if state.exercise else ()
        lines = tuple(self._write.line(statement) for statement in said)
        if not lines:
            state, line = self._write.prompt(state, "worse")
            lines = (line,)
        return self._left(state), (CancelTimers(), Say(lines))

    def after_timer(self, state: State, name: TimerName) -> Led:
        """Go on when a pause or a hold has ended; nothing if the exercise is no longer led."""
        if state.phase != "leading":
            return state, ()
        return self._cue(state) if name == "half" else self._at(state, state.step + 1)

    def _exercise(self, state: State) -> Exercise:
        return self._pack.exercises[state.exercise]

    def _cues(self, step: Step) -> tuple[tuple[float, str], ...]:
        return cues(step, counted=self._pack.prompts.ten_more is not None)

    def _cue(self, state: State) -> Led:
        """Say what is due in the hold, and wait for the next."""
        ahead = self._cues(self._exercise(state).steps[state.step])[state.cue :]
        if not ahead:
            return state, ()
        (at, text), *later = ahead
        state = replace(state, cue=state.cue + 1)
        if text == COUNTED:
            state, line = self._write.prompt(state, COUNTED)
        else:
            line = Line(self._write.fill(text))
        # The timer starts before speaking, so that the count stays true.
        timers = (StartTimer("half", later[0][0] - at),) if later else ()
        return state, (*timers, Say((line,), "during"))

    def _at(self, state: State, index: int) -> Led:
        steps = self._exercise(state).steps
        if index >= len(steps):
            return self._check(state)
        step = steps[index]
        actions: list[Action] = [CancelTimers(), Say((self._write.line(step),), "step", step.hold_s)]
        if step.hold_s:
            during = self._cues(step)
            if during:
                actions.append(StartTimer("half", during[0][0]))
            actions.append(StartTimer("hold", step.hold_s))
        else:
            actions.append(StartTimer("pause", PAUSE_S))
        state = replace(state, phase="leading", step=index, cue=0, asking="", choices=(), times=())
        return state, tuple(actions)

    def _check(self, state: State) -> Led:
        if self._exercise(state).ends:
            return self._outcome(state, better=True)
        state, line = self._write.prompt(replace(state, phase="checking"), "easing")
        return state, (CancelTimers(), Say((line,), "question"), StartTimer("answer", PATIENCE_S))

    def _outcome(self, state: State, *, better: bool) -> Led:
        exercise = self._exercise(state)
        said = exercise.better if better else exercise.not_better
        lines = tuple(self._write.line(statement) for statement in said)
        if not lines:
            state, line = self._write.prompt(state, "better" if better else "not_better")
            lines = (line,)
        following = self._suiting(exercise.then if better else exercise.next, state)
        after: tuple[Action, ...] = ()
        if not following or better:
            state = self._left(state)
        if following:
            # "Next" takes the offer now; it does not ask for what else there was to say.
            state = replace(state, rest=())
            state, after = self.offer(state, following, "offer_then" if better else "offer_next")
        return state, (CancelTimers(), Say(lines), *after)

    def _suiting(self, name: str | None, state: State) -> str | None:
        """Return the exercise, or the one after it if it is not for this person."""
        while name and any(state.slots.get(s) in v for s, v in self._pack.exercises[name].not_for.items()):
            name = self._pack.exercises[name].next
        return name

    def _left(self, state: State) -> State:
        return replace(state, phase="idle", exercise="", step=0, offered="")

    def _offered(self, state: State, *, accepted: bool) -> Led:
        if accepted:
            return self.start(state, state.offered)
        kind = "declined" if self._pack.prompts.declined else "stopped"
        return self._prompt(self._left(state), kind, CancelTimers())

    def _time_left(self, state: State, hold_left: float | None) -> Led:
        if hold_left is None or state.phase != "leading":
            return self._prompt(state, "no_hold")
        seconds = str(max(1, round(hold_left)))
        line = Line(self._write.fill(self._pack.prompts.time_left, {"seconds": seconds}))
        return state, (Say((line,), "prompt"),)

    def _prompt(self, state: State, name: str, *first: Action) -> Led:
        state, line = self._write.prompt(state, name)
        return state, (*first, Say((line,), "prompt"))
