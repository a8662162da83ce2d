"""What makes the assistant fall silent while it speaks, and what does not."""

from collections.abc import Sequence
from typing import Literal

from rapidfuzz import fuzz

from voice_skill.conversation.stretch import Stretch
from voice_skill.conversation.thinking import Thought
from voice_skill.conversation.words import spoken_words
from voice_skill.dialog.words import STEERING
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Context, Meaning
from voice_skill.understanding.words import listed

BargeIn = Literal["all", "stop_words", "off"]
"""What interrupts speech: everything meant for it; stop words and red flags (the own voice is heard as
well); nothing."""

QUESTION_FROM = 0.75
"""Confidence from which a question about the subject interrupts."""

QUESTION_WORDS = 3
"""Fewer words are no question."""

COMMAND_FROM = 0.8

LIKE_LETTERS, LIKE = 10, 72.0
"""From so many letters on, a text so like a part of another, in percent, is that part misheard."""

LOOSELY = 55.0
"""The same, while the own voice is surely in what is heard."""

MUCH_LIKE = 85.0
"""The same, where somebody surely speaks, of an emergency or mostly into its silence: to "I can't make calls"
"I can't breathe" is like by 74, to "Say what is cramping" "My hamstring is cramping" by 77. Of 452 of its own
sentences about signs, each with a word misheard, 443 are still more like."""

SURELY_WORDS = 3
"""So many words that are none of its own are surely somebody's; fewer may be scraps of its own voice."""

MOST_REPEATED = 5

COMMANDS = STEERING - {"yes", "no", "thanks"}

STOP_WORDS = frozenset({"stop", "pause", "next"})
"""All that interrupts when the own voice cannot be taken out of what is heard."""

LISTENER_SOUNDS = listed(
    "mhm mm mmm hm hmm uh huh um er ah aha oh ow ouch ooh ugh argh ok okay right yeah yes yep yup sure "
    "good fine great i see alright all thanks thank you"
)
"""What people say to show that they listen, or because it hurts: no wish to speak."""


def meant_to_stop(  # noqa: PLR0913, PLR0917 - all that matters for it
    stretch: Stretch,
    thought: Thought,
    how: BargeIn,
    spoken: str,
    broken_off: str,
    context: Context,
    *,
    asking: bool,
) -> bool:
    """Tell whether a stretch of speech into the assistant's own is meant to stop it.

    spoken: what the assistant is saying. broken_off: the words of it that it is at. asking: a question of its
    own is open.
    """
    meaning = thought.meaning
    if how == "off":
        return False
    if how == "stop_words":
        return stops(meaning, spoken)
    words = spoken_words(meaning.text)
    grave = meaning.urgency in ("urgent", "emergency")
    like = MUCH_LIKE if stretch.surely_somebody and (grave or stretch.mostly_alone) else LIKE
    answered = grave and stretch.mostly_alone  # "my chest hurts", to "if your chest hurts now"
    if len(words) > 1 and not answered and is_echo(meaning.text, spoken, like):
        return False
    surely = stretch.surely_somebody and not (_cut_off(words, broken_off) and stretch.doubtful)
    scrap = stretch.held and len(words) < SURELY_WORDS and not surely
    if scrap and meaning.urgency == "none":
        return False
    if interrupts(meaning, context, asking=asking):
        return True
    if thought.joined is None or stretch.earlier is None:
        return False
    before = stretch.earlier.meaning
    same = thought.joined.intent == before.intent and thought.joined.slots == before.slots
    return not same and interrupts(thought.joined, stretch.earlier.context)


def interrupts(meaning: Meaning, context: Context, *, asking: bool = False) -> bool:
    """Tell whether something said into the assistant's speech is meant to stop it.

    asking: a question is open, and may be answered before it was spoken to its end.
    """
    if meaning.intent is None:
        return False
    if meaning.urgency in ("urgent", "emergency"):
        return True
    if asking and meaning.intent in context.expecting and meaning.confidence >= COMMAND_FROM:
        return True
    words = spoken_words(meaning.text)
    if LISTENER_SOUNDS.issuperset(words):
        return False
    if meaning.doubt and len(words) >= QUESTION_WORDS:
        return True
    if meaning.intent in STEERING:
        return meaning.intent in COMMANDS and meaning.confidence >= COMMAND_FROM
    question = len(words) >= QUESTION_WORDS and meaning.intent != OUT_OF_SCOPE
    return question and meaning.confidence >= QUESTION_FROM


def goes_on(meaning: Meaning, joined: Meaning, context: Context) -> bool:
    """Tell whether what was said goes on with what came before, so that both together are what was meant."""
    grave = meaning.urgency in ("urgent", "emergency")
    own = grave or interrupts(meaning, context)
    return joined.intent is not None and not own and joined.confidence >= meaning.confidence


def stops(meaning: Meaning, spoken: str) -> bool:
    """Tell whether it is a stop word or a red flag that was not just the assistant's own voice.

    spoken: what the assistant is saying meanwhile.
    """
    wanted = meaning.urgency in ("urgent", "emergency") or meaning.intent in STOP_WORDS
    return wanted and not is_echo(meaning.text, spoken, LOOSELY) and not _stutters(meaning.text)


def is_echo(heard: str, spoken: str, like: float = LIKE) -> bool:
    """Tell whether what was heard sounds like a part of what the assistant is saying, so much in percent."""
    words = spoken_words(heard)
    if not words:
        return False
    rest = iter(spoken_words(spoken))
    if all(word in rest for word in words):
        return True
    text, said = " ".join(words), spoken.lower()
    alike = fuzz.partial_ratio if len(said) >= len(text) else fuzz.ratio  # no question is a part of "Good."
    return len(text) >= LIKE_LETTERS and alike(text, said) >= like


def _cut_off(heard: Sequence[str], broken_off: str) -> bool:
    """Tell whether one word was heard that may be the beginning of one that the assistant broke off.

    When it holds its breath in "slowly" or "stay", what was heard until then is like "stop".
    """
    return len(heard) == 1 and heard[0][0] in {word[0] for word in spoken_words(broken_off)}


def _stutters(text: str) -> bool:
    """Tell whether one word makes up most of a text: what a recogniser writes when two voices are mixed."""
    words = spoken_words(text)
    return len(words) > MOST_REPEATED and max(map(words.count, words)) > len(words) / 2
