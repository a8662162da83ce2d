"""Rehearsing a pack: its own conversations, run in words and in no time."""

from collections.abc import Iterator
from dataclasses import dataclass

from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Conversation, Expectation
from voice_skill.dialog.schema import Turn as ScriptedTurn
from voice_skill.dialog.state import CancelTimers, Say, StartTimer, TimerName, Turn
from voice_skill.errors import UsageError
from voice_skill.session import Session
from voice_skill.understanding.meaning import Meaning
from voice_skill.understanding.understander import Understander

Timers = dict[TimerName, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one conversation went; `failures` is empty when as written."""

    name: str
    failures: tuple[str, ...]


def rehearse(pack: Pack, understander: Understander) -> Iterator[Outcome]:
    """Run every conversation of the pack."""
    for conversation in pack.conversations:
        yield Outcome(conversation.name, tuple(_run(pack, understander, conversation)))


def _run(pack: Pack, understander: Understander, conversation: Conversation) -> Iterator[str]:
    session = Session(pack, understander, conversation.region or "")
    timers: Timers = {}
    for number, scripted in enumerate(conversation.turns, 1):
        try:
            meaning, turn = _take(session, scripted, timers)
        except UsageError as error:
            yield f"turn {number}: {error}"
            return
        for action in turn.actions:
            if isinstance(action, CancelTimers):
                timers.clear()
            elif isinstance(action, StartTimer):
                timers[action.name] = action.seconds
        for failure in _compare(scripted.expect, meaning, turn):
            yield f"turn {number} ({scripted.user or 'waiting'!r}): {failure}"


def _take(session: Session, scripted: ScriptedTurn, timers: Timers) -> tuple[Meaning | None, Turn]:
    if scripted.user is not None:
        meaning = session.understand(scripted.user)
        return meaning, session.hear(meaning, timers.get("hold"))
    name = _ending(scripted, timers)
    timers.pop(name, None)
    return None, session.timer_ended(name)


def _ending(scripted: ScriptedTurn, timers: Timers) -> TimerName:
    """Return the timer that the turn waits for. Raises UsageError when it does not run."""
    if scripted.silent:
        return "answer"
    wanted: tuple[TimerName, ...] = ("half",) if scripted.wait == "half" else ("pause", "hold", "answer")
    for name in wanted:
        if name in timers:
            return name
    raise UsageError("nothing to wait for: no such timer runs here")


def _compare(expected: Expectation, meaning: Meaning | None, turn: Turn) -> Iterator[str]:
    if meaning is not None:
        yield from _compare_meaning(expected, meaning)
    if expected.urgency is not None and turn.urgency != expected.urgency:
        yield f"the urgency was {turn.urgency}, not {expected.urgency}"
    spoken = [action for action in turn.actions if isinstance(action, Say)]
    if expected.asks is not None and expected.asks != any(say.role == "question" for say in spoken):
        yield "asked no question" if expected.asks else "asked a question"
    holds = [say.hold_s for say in spoken if say.hold_s]
    if expected.holds_s is not None and expected.holds_s not in holds:
        yield f"held for {holds or 'no time'}, not {expected.holds_s} s"
    yield from _compare_words(expected, " ".join(line.text for say in spoken for line in say.lines))


def _compare_meaning(expected: Expectation, meaning: Meaning) -> Iterator[str]:
    if expected.intent is not None and meaning.intent != expected.intent:
        yield f"understood {meaning.intent}, not {expected.intent}"
    for slot, value in (expected.slots or {}).items():
        if meaning.slots.get(slot) != value:
            yield f"{slot} was {meaning.slots.get(slot)}, not {value}"


def _compare_words(expected: Expectation, said: str) -> Iterator[str]:
    for text in expected.says:
        if text.casefold() not in said.casefold():
            yield f"did not say {text!r}, but {said!r}"
    for text in expected.never:
        if text.casefold() in said.casefold():
            yield f"said {text!r}: {said!r}"
