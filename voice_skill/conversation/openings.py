"""Renders in idle moments what may be said first, so that no answer waits for the voice."""

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from voice_skill.audio.frames import Sound
from voice_skill.conversation.jobs import Doer, Job
from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack


class Tells(Protocol):
    """Turns text into sound, and knows what it has said before; see `mouth.Mouth`."""

    def split(self, text: str) -> list[str]:
        """Return the sentences of a text, in a form that can be spoken."""
        ...

    def pronounce(self, sentence: str) -> Sound:
        """Return one sentence as sound."""
        ...

    def knows(self, sentence: str) -> bool:
        """Tell whether the sentence costs nothing."""
        ...


class Openings:
    """The first sentences of all answers, red flags first. `render_next` renders one of them at a time.

    A voice that fails is not asked again ahead of time.
    """

    def __init__(self, pack: Pack, region: str, teller: Tells, voice: Doer) -> None:
        self._teller = teller
        self._voice = voice
        self._job: Job[Sound] | None = None
        texts = dict.fromkeys(openings(pack, Writer(pack, region)))
        self._wanted = deque(sentence for text in texts for sentence in teller.split(text)[:1])

    def render_next(self) -> bool:
        """Begin with the next one, unless the last is still at work; False when there is nothing left."""
        if self._job is not None and not self._job.done:
            return True
        if self._job is not None and self._job.error is not None:  # it will be rendered when it is needed
            self._wanted.clear()
        while self._wanted:
            sentence = self._wanted.popleft()
            if not self._teller.knows(sentence):
                self._job = self._voice.submit(partial(self._teller.pronounce, sentence))
                return True
        return False


def openings(pack: Pack, write: Writer) -> Iterator[str]:
    """Yield the first line of everything that may be said, as the region says it."""
    for sign in pack.red_flags.values():
        yield from (write.line(statement).text for statement in sign.say[:1])
        if sign.question:
            yield write.fill(sign.question)
    for topic in pack.topics.values():
        for answer in topic.answers:
            yield from (write.line(statement).text for statement in answer.say[:1])
    for exercise in pack.exercises.values():
        yield from (write.line(step).text for step in exercise.steps)
