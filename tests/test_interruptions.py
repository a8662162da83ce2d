"""What is said over the assistant's own words, and is like them."""

import pytest

from voice_skill.conversation.interruptions import meant_to_stop
from voice_skill.conversation.stretch import Stretch
from voice_skill.conversation.thinking import Thought
from voice_skill.dialog.pack import load_pack
from voice_skill.learning import understander_of
from voice_skill.understanding.meaning import Context
from voice_skill.understanding.understander import Understander

ASKED = "Say what is cramping, or ask me something."


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


def stops(understander: Understander, text: str, spoken: str, alone: int) -> bool:
    """Tell whether a text stops a sentence. alone: sounds of it that came into the assistant's silence."""
    stretch = Stretch(0.0, into_speech=True, clear=True, alone=alone, looked_at=0.6, held=alone > 0)
    thought = Thought(understander.understand(text), wait=0.0)
    return meant_to_stop(stretch, thought, "all", spoken, "", Context(), asking=False)


@pytest.mark.parametrize("text", ["My hamstring is cramping.", "My calf is cramping."])
def test_an_answer_in_the_words_of_its_prompt_stops_it_if_most_of_it_was_said_into_its_silence(
    understander: Understander, text: str
) -> None:
    assert stops(understander, text, ASKED, alone=12)
    assert not stops(understander, text, ASKED, alone=0), "it may be its own words, misheard"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [("Is pickle juice any good?", "Good."), ("What helps against cramps at night?", "Again.")],
)
def test_a_question_is_not_the_echo_of_a_word_in_it(
    understander: Understander, text: str, spoken: str
) -> None:
    assert stops(understander, text, spoken, alone=0)


def test_its_very_own_words_do_not_stop_it_even_in_its_silence(understander: Understander) -> None:
    assert not stops(understander, "what is cramping or ask me", ASKED, alone=12)
