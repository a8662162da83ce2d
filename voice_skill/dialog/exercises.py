"""Leading through an exercise: step by step, holds with a middle and an end, then "is it easing?"."""

from dataclasses import replace

from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Exercise
from voice_skill.dialog.state import Action, CancelTimers, Line, Say, StartTimer, State, TimerName

PAUSE_S = 4.0
"""Between two steps without a hold: time to get there."""

PATIENCE_S = 15.0
"""For "is it easing?": a person in pain answers late."""

Led = tuple[State, tuple[Action, ...]]


class Leader:
    """Leads through the exercises of one pack."""

    def __init__(self, pack: Pack, write: Writer) -> None:
        self._pack = pack
        self._write = write

    def start(self, state: State, name: str) -> Led:
        """Begin an exercise at its first step."""
        return self._at(replace(state, exercise=name), 0)

    def steer(self, state: State, intent: str, hold_left: float | None) -> Led | None:
        """Obey a steering word inside an exercise; None when it has no meaning there."""
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
            case "yes" | "next" | "no" if state.phase == "offering":
                return self._offered(state, accepted=intent != "no")
            case _:
                return None

    def after_timer(self, state: State, name: TimerName) -> Led:
        """Go on when a pause or a hold has ended; nothing if the exercise is no longer led."""
        if state.phase != "leading":
            return state, ()
        if name == "half":
            during = self._exercise(state).steps[state.step].during
            return state, (Say((Line(self._write.fill(during)),), "during"),) if during else ()
        return self._at(state, state.step + 1)

    def _exercise(self, state: State) -> Exercise:
        return self._pack.exercises[state.exercise]

    def _at(self, state: State, index: int) -> Led:
        steps = self._exercise(state).steps
        if index >= len(steps):
            return self._check(state)
        step = steps[index]
        actions: list[Action] = [CancelTimers(), Say((self._write.line(step),), "step", step.hold_s)]
        if step.hold_s:
            if step.during:
                actions.append(StartTimer("half", step.hold_s / 2))
            actions.append(StartTimer("hold", step.hold_s))
        else:
            actions.append(StartTimer("pause", PAUSE_S))
        return replace(state, phase="leading", step=index, asking="", choices=()), tuple(actions)

    def _check(self, state: State) -> Led:
        state, line = self._write.prompt(replace(state, phase="checking"), "easing")
        return state, (CancelTimers(), Say((line,), "question"), StartTimer("answer", PATIENCE_S))

    def _outcome(self, state: State, *, better: bool) -> Led:
        exercise = self._exercise(state)
        said = exercise.better if better else exercise.not_better
        lines = tuple(self._write.line(statement) for statement in said)
        if not lines:
            state, line = self._write.prompt(state, "better" if better else "not_better")
            lines = (line,)
        if not better and exercise.next:
            title = self._pack.exercises[exercise.next].title
            offer = Line(self._write.fill(self._pack.prompts.offer_next, {"exercise": title}))
            actions = (
                CancelTimers(),
                Say(lines),
                Say((offer,), "question"),
                StartTimer("answer", PATIENCE_S),
            )
            return replace(state, phase="offering"), actions
        return replace(state, phase="idle", exercise="", step=0), (CancelTimers(), Say(lines))

    def _offered(self, state: State, *, accepted: bool) -> Led:
        following = self._exercise(state).next
        if accepted and following:
            return self.start(state, following)
        return self._prompt(replace(state, phase="idle", exercise="", step=0), "stopped", CancelTimers())

    def _time_left(self, state: State, hold_left: float | None) -> Led:
        if hold_left is None or state.phase != "leading":
            return self._prompt(state, "no_hold")
        seconds = str(max(1, round(hold_left)))
        line = Line(self._write.fill(self._pack.prompts.time_left, {"seconds": seconds}))
        return state, (Say((line,), "prompt"),)

    def _prompt(self, state: State, name: str, *first: Action) -> Led:
        state, line = self._write.prompt(state, name)
        return state, (*first, Say((line,), "prompt"))
