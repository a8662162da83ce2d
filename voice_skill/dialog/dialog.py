"""The dialog: `step(state, input) -> turn`, a pure function over a pack.

Order of precedence: a red flag, then steering words, then the answer to an open question, then a new topic.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voice_skill.dialog.exercises import Leader
from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Answer, Topic
from voice_skill.dialog.state import (
    Action,
    CancelTimers,
    Change,
    End,
    Heard,
    Input,
    Line,
    Say,
    StartTimer,
    State,
    TimerEnded,
    Turn,
)
from voice_skill.dialog.words import STEERING
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Context, Meaning

SURE = 0.5
"""From this confidence on the best meaning is taken without asking."""

CLOSE = 0.6
"""A second meaning at least this likely, relative to the first, is close: ask which of the two was meant."""

GUESS = 0.25
"""Below this confidence the best meaning is a guess: ask, even if the second is far behind."""

UNKNOWN = "unknown"
"""The value of a slot of which nothing is known; a pack may list what people say for it."""

PATIENCE_S = 12.0
"""How long an open question waits for an answer before silence counts as one."""

CHANGES: Mapping[str, Change] = {
    "slower": Change("rate", 0.8),
    "faster": Change("rate", 1.25),
    "louder": Change("volume", 1.5),
    "quieter": Change("volume", 0.6),
}


class Dialog:
    """A conversation over one pack in one region; holds no state of its own."""

    def __init__(self, pack: Pack, region: str = "") -> None:
        self.pack = pack
        self.write = Writer(pack, region)
        self._lead = Leader(pack, self.write)

    def context(self, state: State) -> Context:
        """Return what helps to understand the next utterance."""
        expecting: tuple[str, ...] = ()
        if state.doubt:
            expecting = ("yes", "no")
        elif state.phase in ("checking", "offering"):
            expecting = ("yes", "no", "better", "not_better")
        elif state.choices:
            expecting = (*state.choices, "yes", "no")
        elif state.rest:
            expecting = ("yes", "no", "next")
        running = bool(state.topic or state.exercise)
        topic = "" if state.flag or state.doubt else state.topic
        return Context(expecting, state.asking, in_session=running, topic=topic, known=state.slots)

    def step(self, state: State, event: Input) -> Turn:
        """Return what follows from one input. The same arguments always give the same turn."""
        if isinstance(event, TimerEnded):
            turn = self._after_timer(state, event)
        else:
            turn = self._after_words(replace(state, silences=0), event)
        said = tuple(line for action in turn.actions if isinstance(action, Say) for line in action.lines)
        return replace(turn, state=replace(turn.state, last=said)) if said else turn

    def _after_words(self, state: State, heard: Heard) -> Turn:
        meaning = heard.meaning
        if meaning.urgency in ("urgent", "emergency"):
            return self._red_flag(state, meaning.slots["flag"])
        if state.doubt:
            return self._cleared(state, meaning)
        if meaning.doubt and not state.flag:
            return self._doubt(state, meaning)
        if meaning.intent is None:
            return self._prompt(state, "help" if meaning.text.strip() else "nothing_heard")
        if self._withheld(state, meaning.intent):
            return self._again(state)
        if meaning.intent in STEERING:
            return self._steer(state, heard)
        return self._besides_now(self._to_topic(state, meaning), meaning.asked)

    def _to_topic(self, state: State, meaning: Meaning) -> Turn:
        if meaning.intent == OUT_OF_SCOPE:
            return self._prompt(state, "out_of_scope" if meaning.confidence >= SURE else "not_understood")
        return self._clarify(state, meaning) or self._answer(state, meaning)

    def _besides_now(self, turn: Turn, flag: str) -> Turn:
        """Add to the first words what to do if the sign that was only asked about is there now."""
        at = next((n for n, one in enumerate(turn.actions) if isinstance(one, Say)), None)
        if not flag or at is None or turn.clarify:
            return turn
        first = turn.actions[at]
        assert isinstance(first, Say)  # noqa: S101 - for the type checker
        more = tuple(map(self.write.line, self.pack.red_flags[flag].if_now))
        said = replace(first, lines=(*first.lines, *more))
        return replace(turn, actions=(*turn.actions[:at], said, *turn.actions[at + 1 :]))

    # Red flags

    def _red_flag(self, state: State, flag: str) -> Turn:
        sign = self.pack.red_flags[flag]
        lines = tuple(self.write.line(statement) for statement in sign.say)
        topic = "emergency" if sign.level == "emergency" else "urgent_sign"
        fresh = State(flag=flag, used=state.used, topic=topic)
        return Turn(fresh, (CancelTimers(), Say(lines, "emergency")), sign.level)

    def _doubt(self, state: State, meaning: Meaning) -> Turn:
        """Ask one short question about a possible red flag, before anything else."""
        question = self.pack.red_flags[meaning.doubt].question
        if question is None:
            return self._red_flag(state, meaning.doubt)
        held = replace(meaning, doubt="")
        state = replace(state, phase="asking", doubt=meaning.doubt, held=held, choices=())
        line = Line(self.write.fill(question))
        return Turn(state, (CancelTimers(), Say((line,), "question"), self._patience()), clarify=True)

    def _cleared(self, state: State, meaning: Meaning) -> Turn:
        """Take the answer to that question: only a clear no clears the doubt."""
        if meaning.intent != "no" or state.held is None:
            return self._red_flag(state, state.doubt)
        calm = replace(state, phase="paused" if state.exercise else "idle", doubt="", held=None)
        return self._after_words(calm, Heard(state.held))

    def _withheld(self, state: State, intent: str) -> bool:
        if not state.flag:
            return False
        if self.pack.red_flags[state.flag].level == "emergency":
            return intent not in ("stop", "thanks", "start_over", "repeat", "louder", "quieter")
        return intent in self.pack.topics and self.pack.topics[intent].hands_on

    def _again(self, state: State) -> Turn:
        """Say the instruction again instead of guidance: the flag outlives a change of subject."""
        sign = self.pack.red_flags[state.flag]
        state, line = self.write.prompt(state, "emergency_again")
        return Turn(state, (Say((self.write.line(sign.say[0]), line), "emergency"),), sign.level)

    # Steering

    def _steer(self, state: State, heard: Heard) -> Turn:
        intent = heard.meaning.intent or ""
        match intent:
            case _ if intent in CHANGES:
                return self._prompt(state, intent, CHANGES[intent])
            case "stop" | "thanks":
                return self._end(state, "stopped" if intent == "stop" else "thanks")
            case "help":
                return Turn(state, (Say(self.write.fixed(self.pack.prompts.help), "prompt"),))
            case "start_over":
                return self._start_over(state)
            case "time_left" if state.times and heard.hold_left is None:
                return Turn(state, (Say(state.times),))
            case "repeat" if state.phase not in ("leading", "paused"):
                return self._repeat(state)
            case "yes" | "no" if state.choices:
                return self._choose(state, state.choices[0 if intent == "yes" else 1])
            case "yes" | "no" | "next" if state.phase == "asking" and state.exercise:
                return self._unknown(state)
            case "not_better" if says(heard.meaning.text, self.pack.prompts.worse_words):
                return Turn(*self._lead.worse(state))
        return self._go_on(state, intent, heard.hold_left)

    def _go_on(self, state: State, intent: str, hold_left: float | None) -> Turn:
        """Steer what runs: an exercise, else what there is more to say."""
        led = self._lead.steer(state, intent, hold_left)
        if led:
            return Turn(*led)
        if intent in ("next", "yes", "resume") and state.rest:
            return Turn(replace(state, rest=()), (Say(state.rest),))
        return self._without_exercise(state, intent)

    def _unknown(self, state: State) -> Turn:
        """Take "I don't know": one narrower question, then the exercise that helps anyway."""
        if state.asking in self.pack.prompts.narrow and not state.narrowed:
            state, question = self.write.narrower_question(replace(state, narrowed=True), state.asking)
            return Turn(state, (CancelTimers(), Say((question,), "question"), self._patience()))
        return Turn(*self._lead.start(state, state.exercise))

    def _end(self, state: State, prompt: str) -> Turn:
        state, line = self.write.prompt(state, prompt)
        return Turn(State(used=state.used), (CancelTimers(), Say((line,), "prompt"), End()))

    def _start_over(self, state: State) -> Turn:
        if state.exercise and not state.flag:
            return Turn(*self._lead.start(state, state.exercise))
        return self._prompt(State(used=state.used), "start_over", CancelTimers())

    def _without_exercise(self, state: State, intent: str) -> Turn:
        match intent:
            case "no":
                state, line = self.write.prompt(
                    replace(state, phase="idle", choices=(), asking=""), "stopped"
                )
                return Turn(state, (CancelTimers(), Say((line,), "prompt")))
            case "better" | "not_better":
                return self._prompt(state, intent)
            case "next" | "yes":
                return self._prompt(state, "no_more" if state.topic else "nothing_running")
            case _:
                return self._prompt(state, "nothing_running")

    def _repeat(self, state: State) -> Turn:
        if not state.last:
            return self._prompt(state, "nothing_running")
        level = self.pack.red_flags[state.flag].level if state.flag else "none"
        return Turn(state, (Say(state.last, "emergency" if state.flag else "answer"),), level)

    # Topics

    def _clarify(self, state: State, meaning: Meaning) -> Turn | None:
        best = [one for one in meaning.candidates if one.intent in self.pack.topics][:2]
        if len(best) < 2 or best[0].intent != meaning.intent or best[0].confidence >= SURE:
            return None
        if best[0].confidence >= GUESS and best[1].confidence < CLOSE * best[0].confidence:
            return None
        first, second = (one.intent for one in best)
        titles = {"first": self.pack.topics[first].title, "second": self.pack.topics[second].title}
        line = Line(self.write.fill(self.pack.prompts.clarify, titles))
        state = replace(state, phase="asking", choices=(first, second), slots=self._merge(state, meaning))
        return Turn(state, (CancelTimers(), Say((line,), "question"), self._patience()), clarify=True)

    def _choose(self, state: State, intent: str) -> Turn:
        return self._answer(replace(state, choices=()), Meaning("", intent, confidence=1.0))

    def _merge(self, state: State, meaning: Meaning) -> dict[str, str]:
        known = {slot: value for slot, value in state.slots.items() if slot in self.pack.info.remembered}
        return {**known, **meaning.besides, **meaning.slots}

    def _answer(self, state: State, meaning: Meaning) -> Turn:
        intent = meaning.intent or ""
        topic = self.pack.topics[intent]
        slots = self._merge(state, meaning)
        answer = select(topic, slots)
        lines = tuple(self.write.line(statement) for statement in answer.say)
        rest = tuple(self.write.line(statement) for statement in answer.more)
        times = tuple(self.write.line(statement) for statement in answer.how_long)
        held = {slot: value for slot, value in slots.items() if slot in self.pack.info.remembered}
        after = replace(state, phase="idle", topic=intent, slots=held, rest=rest, times=times)
        after = replace(after, choices=(), asking="", silences=0)
        actions: list[Action] = [CancelTimers(), Say(lines)]
        if topic.ask and self._asks(topic.ask, slots, state, meaning.text):
            asking = replace(after, phase="asking", asking=topic.ask, exercise=answer.exercise or "", step=0)
            if topic.ask in slots:
                asked = self._unknown(asking)
                return (
                    asked
                    if state.phase == "asking"
                    else replace(asked, actions=(*actions, *asked.actions[1:]))
                )
            after, question = self.write.question(asking, topic.ask)
            actions += [Say((question,), "question"), self._patience()]
        elif answer.exercise and not state.flag:
            after, steps = self._lead.start(after, answer.exercise)
            actions += [action for action in steps if not isinstance(action, CancelTimers)]
        elif answer.offer and not state.flag:  # no stretch after an urgent sign, not even an offered one
            after, offered = self._lead.offer(replace(after, exercise="", step=0), answer.offer)
            actions += offered
        elif state.phase in ("leading", "paused") and state.exercise:
            after, line = self.write.prompt(replace(after, phase="paused"), "paused")
            actions.append(Say((line,), "prompt"))
        return Turn(after, tuple(actions), topic.urgency)

    def _asks(self, slot: str, slots: Mapping[str, str], state: State, text: str) -> bool:
        """Tell whether a topic still has to ask: nothing was said, or that it is not known."""
        prompts = self.pack.prompts
        unsure = slots.get(slot) == UNKNOWN and says(text, prompts.unsure_words)
        return slot not in slots or (unsure and slot in prompts.narrow and not state.narrowed)

    # Time and small things

    def _after_timer(self, state: State, ended: TimerEnded) -> Turn:
        if ended.name != "answer":
            return Turn(*self._lead.after_timer(state, ended.name))
        if state.doubt:  # silence is no reassurance
            return self._red_flag(state, state.doubt)
        if state.phase == "asking" and state.exercise and not state.choices:
            return Turn(*self._lead.start(replace(state, asking=""), state.exercise))
        # Nobody is called back who was offered something more after it got better: they may be asleep.
        asked = state.phase in ("asking", "checking") or (state.phase == "offering" and state.exercise)
        if asked and state.silences == 0:
            state, line = self.write.prompt(replace(state, silences=1), "still_there")
            return Turn(state, (Say((line,), "question"), StartTimer("answer", 2 * PATIENCE_S)))
        return Turn(State(used=state.used), (CancelTimers(), End()))

    def _patience(self) -> StartTimer:
        return StartTimer("answer", PATIENCE_S)

    def _prompt(self, state: State, name: str, *first: Action) -> Turn:
        state, line = self.write.prompt(state, name)
        return Turn(state, (*first, Say((line,), "prompt")))


def select(topic: Topic, slots: Mapping[str, str]) -> Answer:
    """Return the first answer of the topic whose `when` holds for the slots; the last holds always."""
    for answer in topic.answers:
        if all(slots.get(slot, UNKNOWN) in values for slot, values in answer.when.items()):
            return answer
    return topic.answers[-1]


def says(text: str, words: Sequence[str]) -> bool:
    """Tell whether one of these words, or rows of words, stands in a text."""
    said = f" {_plain(text)} "
    return any(f" {_plain(word)} " in said for word in words)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
