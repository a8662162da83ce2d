"""What a pack says itself, so that a program that hears its own voice can tell."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import Levenshtein

from voice_skill.dialog.lines import Writer
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Prompts, Statement
from voice_skill.understanding.normalize import normal_form
from voice_skill.understanding.words import listed

FEWEST = 5
"""Words, at least: fewer may be anybody's."""

MISHEARD = 6
"""One word in so many may differ from what was said."""

PERSONS = listed("i me my mine myself he him his she her hers they them their we us our is are not no never")
"""Words that turn advice into a complaint, "if your leg is swollen" into "my leg is swollen"."""

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


class OwnWords:
    """Knows every sentence of a pack in one region."""

    def __init__(self, pack: Pack, writer: Writer) -> None:
        said = (writer.fill(text) for text in _texts(pack))
        sentences = (normal_form(one) for text in said for one in _SENTENCE_END.split(text))
        self._known: dict[int, set[tuple[str, ...]]] = {}
        for words in (tuple(sentence.split()) for sentence in sentences):
            self._known.setdefault(len(words), set()).add(words)

    def are(self, text: str) -> bool:
        """Tell whether a text is a sentence of the pack, or several, up to a few misheard words."""
        sentences = [tuple(normal_form(one).split()) for one in _SENTENCE_END.split(text.strip())]
        return sum(map(len, sentences)) >= FEWEST and all(map(self._is_own, sentences))

    def _is_own(self, words: tuple[str, ...]) -> bool:
        most = len(words) // MISHEARD
        return any(
            words == own
            or (
                Levenshtein.distance(words, own, score_cutoff=most) <= most
                and _persons(words) == _persons(own)
            )
            for length in range(len(words) - most, len(words) + most + 1)
            for own in self._known.get(length, ())
        )


def _persons(words: Iterable[str]) -> Counter[str]:
    return Counter(word for word in words if word in PERSONS)


def _texts(pack: Pack) -> Iterator[str]:
    """Yield every text that the pack may say; placeholders are not filled."""
    for topic in pack.topics.values():
        for answer in topic.answers:
            yield from (statement.text for statement in (*answer.say, *answer.more))
    for exercise in pack.exercises.values():
        for step in exercise.steps:
            yield from (step.text, *step.during)
        for lines in (exercise.better, exercise.not_better, exercise.worse):
            yield from (statement.text for statement in lines)
    for sign in pack.red_flags.values():
        yield from (statement.text for statement in (*sign.say, *sign.if_now))
        if sign.question:
            yield sign.question
    yield from _prompts(pack.prompts)


def _prompts(prompts: Prompts) -> Iterator[str]:
    for name in Prompts.model_fields:
        value = getattr(prompts, name)
        if name in ("worse_words", "unsure_words") or not value:
            continue
        for lines in value.values() if isinstance(value, dict) else [value]:
            for line in lines if isinstance(lines, list) else [lines]:
                yield line.text if isinstance(line, Statement) else line
