"""Rehearsing a pack: its own conversations, run in words and in no time, or spoken and heard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Conversation, Expectation
from voice_skill.dialog.schema import Turn as ScriptedTurn
from voice_skill.dialog.state import CancelTimers, Say, StartTimer, TimerName, Turn
from voice_skill.errors import UsageError
from voice_skill.hearing.recognizer import Transcript
from voice_skill.session import Session
from voice_skill.understanding.meaning import Context, Meaning
from voice_skill.understanding.understander import Understander
from voice_skill.workshop.speakable import seconds, split_sentences

Timers = dict[TimerName, float]

NOISE = None
"""In place of words: a sound that is no speech."""

Hear = Callable[[str | None, Context], Transcript]
"""What is heard when this is said (NOISE: a noise) at a point of the conversation; the text is "" when it was
not taken for speech."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one conversation went; `failures` is empty when as written. heard: (said, heard) of each turn."""

    name: str
    failures: tuple[str, ...]
    heard: tuple[tuple[str, str], ...] = ()


def typed(said: str | None, _context: Context | None = None) -> Transcript:
    """Hear every word as it is written, and no noise."""
    return Transcript(said or "")


def rehearse(pack: Pack, understander: Understander, hear: Hear = typed) -> Iterator[Outcome]:
    """Run every conversation of the pack; hear: by what the words reach the understander."""
    for conversation in pack.conversations:
        scene = _Scene(Session(pack, understander, conversation.region or ""), hear)
        failures = tuple(scene.play(conversation))
        yield Outcome(conversation.name, failures, tuple(scene.heard))


@dataclass(slots=True)
class _Scene:
    """One conversation while it runs. timers: those that run, and their length in seconds."""

    session: Session
    hear: Hear
    timers: Timers = field(default_factory=dict)
    heard: list[tuple[str, str]] = field(default_factory=list)

    def play(self, conversation: Conversation) -> Iterator[str]:
        """Yield what went otherwise than written."""
        for number, scripted in enumerate(conversation.turns, 1):
            try:
                meaning, turn, waited = self._take(scripted)
            except UsageError as error:
                yield f"turn {number}: {error}"
                return
            for action in turn.actions:
                if isinstance(action, CancelTimers):
                    self.timers.clear()
                elif isinstance(action, StartTimer):
                    self.timers[action.name] = action.seconds
            what = repr(scripted.user) if scripted.user else "noise" if scripted.noise else "waiting"
            if scripted.user and self.heard[-1][1].casefold() != scripted.user.casefold():
                what += f", heard as {self.heard[-1][1]!r}"
            for failure in _compare(scripted.expect, meaning, turn, waited):
                yield f"turn {number} ({what}): {failure}"

    def _take(self, scripted: ScriptedTurn) -> tuple[Meaning | None, Turn, float]:
        """Return what was meant, what follows, and the seconds that passed before."""
        if scripted.user is not None or scripted.noise:
            heard = self.hear(NOISE if scripted.noise else scripted.user, self.session.context)
            if scripted.user is not None:
                self.heard.append((scripted.user, heard.text))
            meaning = self.session.understand(heard.text, heard=heard.confidence, suspected=heard.suspected)
            if scripted.noise and meaning.intent is None:
                return meaning, Turn(self.session.state, ()), 0.0
            return meaning, self.session.hear(meaning, self.timers.get("hold")), 0.0
        name = self._ending(scripted)
        if name is None:
            return None, Turn(self.session.state, ()), 0.0
        waited = self.timers.pop(name, 0.0)
        return None, self.session.timer_ended(name), waited

    def _ending(self, scripted: ScriptedTurn) -> TimerName | None:
        """Return the timer that the turn waits for, None if nothing is awaited. Raises UsageError."""
        if scripted.silent:
            if self.timers.keys() - {"answer"}:
                raise UsageError("an exercise runs, so silence is no answer: write `wait: true`")
            return "answer" if "answer" in self.timers else None
        wanted: tuple[TimerName, ...] = ("half",) if scripted.wait == "half" else ("pause", "hold", "answer")
        for name in wanted:
            if name in self.timers:
                return name
        raise UsageError("nothing to wait for: no such timer runs here")


def _compare(expected: Expectation, meaning: Meaning | None, turn: Turn, waited: float) -> Iterator[str]:
    if meaning is not None:
        yield from _compare_meaning(expected, meaning)
    if expected.urgency is not None and turn.urgency != expected.urgency:
        yield f"the urgency was {turn.urgency}, not {expected.urgency}"
    spoken = [action for action in turn.actions if isinstance(action, Say)]
    if expected.quiet is not None and expected.quiet == bool(spoken):
        yield "something was said" if spoken else "nothing was said"
    if expected.asks is not None and expected.asks != any(say.role == "question" for say in spoken):
        yield "asked no question" if expected.asks else "asked a question"
    holds = [say.hold_s for say in spoken if say.hold_s]
    if expected.holds_s is not None and expected.holds_s not in holds:
        yield f"held for {holds or 'no time'}, not {expected.holds_s} s"
    sentences = [one for say in spoken for line in say.lines for one in split_sentences(line.text)]
    yield from _compare_words(expected, " ".join(sentences))
    yield from _compare_times(expected, sentences, waited)


def _compare_meaning(expected: Expectation, meaning: Meaning) -> Iterator[str]:
    if expected.intent is not None and meaning.intent != expected.intent:
        yield f"understood {meaning.intent}, not {expected.intent}"
    for slot, value in (expected.slots or {}).items():
        if meaning.slots.get(slot) != value:
            yield f"{slot} was {meaning.slots.get(slot)}, not {value}"


def _compare_words(expected: Expectation, said: str) -> Iterator[str]:
    words = said.casefold()
    for text in expected.says:
        if text.casefold() not in words:
            yield f"did not say {text!r}, but {said!r}"
    for text in expected.never:
        if text.casefold() in words:
            yield f"said {text!r}: {said!r}"
    places = [words.find(text.casefold()) for text in expected.order]
    if -1 in places or places != sorted(places):
        yield f"did not say {', then '.join(map(repr, expected.order))}, but {said!r}"


def _compare_times(expected: Expectation, sentences: list[str], waited: float) -> Iterator[str]:
    """Speaking takes time: a text counts as begun when the sentence begins in which it ends."""
    said = ""
    starts: list[tuple[int, float]] = []
    clock = waited
    for sentence in sentences:
        said = f"{said} {sentence}".strip()
        starts.append((len(said), clock))
        clock += seconds(sentence)
    for text, limit in expected.within.items():
        at = said.casefold().find(text.casefold())
        if at < 0:
            yield f"did not say {text!r}, but {said!r}"
            continue
        begun = next(start for end, start in starts if at + len(text) <= end)
        if begun > limit:
            yield f"said {text!r} only after {begun:.1f} s, not within {limit:g} s"
