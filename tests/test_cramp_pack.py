"""The English pack: what must hold for every exercise and answer of it, whoever edits it next."""

import re

import pytest

from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.schema import Exercise
from voice_skill.hearing.grammar import Grammar
from voice_skill.hearing.grammar_cache import grammar_of
from voice_skill.hearing.spelling import spoken_words

PACK = load_pack("en")
LED = sorted(
    {answer.exercise for topic in PACK.topics.values() for answer in topic.answers if answer.exercise}
)
SAFETY = re.compile(r"\bstop,? and say so", re.IGNORECASE)
AT_REST = {"bedtime_stretch"}
"""Led when nothing hurts."""

LOOKED_FOR_S = 20
"""Seconds of holds within which the safety question is asked."""


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return grammar_of(PACK.phrases, PACK.slots, PACK.red_flags, keep=False)


def said_early(exercise: Exercise) -> str:
    """Return what is said up to the end of the first hold, or of the first short ones."""
    said, held = [], 0
    for step in exercise.steps:
        said += [step.text, *step.during]
        held += step.hold_s
        if held >= LOOKED_FOR_S:
            break
    return " ".join(said)


@pytest.mark.parametrize("name", [name for name in LED if name not in AT_REST])
def test_the_safety_question_comes_in_the_first_hold(name: str):
    exercise = PACK.exercises[name]
    assert SAFETY.search(said_early(exercise))
    assert not SAFETY.search(exercise.steps[0].text), "nobody in pain waits for a questionnaire"


@pytest.mark.parametrize("name", LED)
def test_whoever_it_does_not_help_hears_when_to_get_help(name: str):
    """From this exercise, or from the one that is tried next."""
    exercise = PACK.exercises[name]
    assert exercise.ends or exercise.not_better or exercise.next


@pytest.mark.parametrize("name", PACK.red_flags)
def test_the_first_sentence_of_an_emergency_is_the_instruction_to_call(name: str):
    flag = PACK.red_flags[name]
    first = flag.say[0].text
    assert first == "{emergency_call}" if flag.level == "emergency" else "{advice_line}" in first
    assert flag.question, "when in doubt it asks"
    assert any(place in flag.if_now[0].text for place in ("{emergency_call}", "{advice_line}"))


@pytest.mark.parametrize("place", [value for value in PACK.slots["muscle"] if value != "unknown"])
def test_every_place_has_its_own_answer(place: str):
    for topic in ("relief", "stretch"):
        assert any(place in answer.when.get("muscle", ()) for answer in PACK.topics[topic].answers), topic


def test_nobody_is_asked_more_than_two_questions_about_the_place():
    assert len(PACK.prompts.narrow) == len(PACK.prompts.ask) == 1


def test_no_belly_or_chest_is_stretched():
    for topic in ("relief", "stretch", "massage"):
        for answer in PACK.topics[topic].answers:
            if "abdomen" in answer.when.get("muscle", ()):
                assert answer.exercise is None
                assert answer.offer is None


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("my right calf is cramping", "relief"),
        ("I've got a cramp in my right foot", "relief"),
        ("how do I stretch my left hamstring", "stretch"),
        ("why does my right foot cramp", "causes"),
        ("what helps against cramps in my left calf", "relief"),
        ("help, my leg is cramping", "relief"),
        ("I woke up with a cramp in my calf", "relief"),
        ("what's the best way to stop a cramp", "relief"),
        ("is it okay to massage it", "massage"),
        ("is it safe to take ibuprofen", "pain_reliever"),
        ("is it all right to take magnesium", "supplement"),
        ("is heat better than ice", "compress"),
        ("should I go to hospital", "doctor"),
        ("what number do I call", "doctor"),
        ("hold on a second", "pause"),
    ],
)
def test_plain_sentences_are_templates_so_that_hearing_expects_them(grammar: Grammar, said: str, intent: str):
    assert {reading.intent for reading in grammar.read(spoken_words(said))} == {intent}
