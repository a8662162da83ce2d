"""Conversations as tests: those of the packs go as written, and one that does not says what went wrong."""

from pathlib import Path

import pytest

from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.dialog.schema import Conversation
from voice_skill.learning import understander_of
from voice_skill.rehearsal import NOISE, Outcome, rehearse
from voice_skill.session import Session, answer
from voice_skill.understanding.understander import Understander
from voice_skill.workshop.stage import Stage, slam

NOSEBLEED = Path(__file__).parent / "packs" / "nosebleed"


@pytest.fixture(scope="module")
def nosebleed() -> tuple[Pack, Understander]:
    pack = load_pack(NOSEBLEED)
    return pack, Understander(pack.phrases, pack.slots, pack.red_flags, pack.hints)


def play(loaded: tuple[Pack, Understander], *turns: dict[str, object]) -> tuple[str, ...]:
    """Return what goes wrong in one conversation about nose bleeds."""
    from dataclasses import replace

    pack, understander = loaded
    script = Conversation.model_validate({"name": "a test", "turns": list(turns)})
    (outcome,) = rehearse(replace(pack, conversations=[script]), understander)
    return outcome.failures


def test_the_built_in_pack_brings_eighty_conversations_and_they_go_as_written():
    pack = load_pack("en")
    assert len(pack.conversations) >= 80
    outcomes = list(rehearse(pack, understander_of(pack)))
    assert [outcome for outcome in outcomes if outcome.failures] == []


def test_a_pack_about_something_else_goes_as_written_too(nosebleed):
    assert list(rehearse(*nosebleed)) == [
        Outcome("a nose bleed that stops", (), (("my nose is bleeding", "my nose is bleeding"),)),
        Outcome("a nose bleed that does not", (), (("blood is pouring out", "blood is pouring out"),)),
    ]


def test_a_pack_about_something_else_has_slots_of_its_own(nosebleed):
    got = answer(Session(*nosebleed), "my son has a nose bleed")
    assert dict(got.meaning.slots) == {"age": "child"}
    assert got.text.startswith("Sit the child up")


WRONG = {
    "not said": ({"says": "ice"}, "did not say 'ice'"),
    "said": ({"never": "lean"}, "said 'lean'"),
    "the wrong way round": ({"order": ["Pinch", "Sit up"]}, "did not say 'Pinch', then 'Sit up'"),
    "too late": ({"within": {"Pinch": 1.0}}, "said 'Pinch' only after 1."),
    "never, and awaited": ({"within": {"ice": 1.0}}, "did not say 'ice'"),
    "not quiet": ({"quiet": True}, "something was said"),
    "no question": ({"asks": True}, "asked no question"),
    "no hold": ({"holds_s": 30}, "held for no time, not 30 s"),
    "another meaning": ({"intent": "causes"}, "understood relief, not causes"),
    "another slot": ({"slots": {"side": "left"}}, "side was None, not left"),
    "another urgency": ({"urgency": "emergency"}, "the urgency was none, not emergency"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_went_wrong_is_said(nosebleed, name):
    expected, message = WRONG[name]
    failures = play(nosebleed, {"user": "my nose is bleeding", "expect": expected})
    assert len(failures) == 1
    assert failures[0].startswith("turn 1 ('my nose is bleeding'): ")
    assert message in failures[0]


def test_time_passes_while_something_is_said_and_while_something_is_held(nosebleed):
    start = {"user": "my nose is bleeding", "expect": {"within": {"Sit up": 0, "Pinch": 3}}}
    assert play(nosebleed, start, {"wait": True, "expect": {"within": {"Keep pinching": 4}}}) == ()
    late = play(nosebleed, start, {"wait": True, "expect": {"within": {"Keep pinching": 3.9}}})
    assert late == ("turn 2 (waiting): said 'Keep pinching' only after 4.0 s, not within 3.9 s",)


def test_a_noise_changes_nothing(nosebleed):
    noise = {"noise": True, "expect": {"quiet": True}}
    goes_on = {"wait": True, "expect": {"holds_s": 60}}
    assert play(nosebleed, {"user": "my nose is bleeding"}, noise, goes_on) == ()


def test_waiting_for_nothing_is_a_mistake_of_the_writer(nosebleed):
    assert play(nosebleed, {"wait": True}) == ("turn 1: nothing to wait for: no such timer runs here",)
    silence = play(nosebleed, {"user": "my nose is bleeding"}, {"silent": True})
    assert silence == ("turn 2: an exercise runs, so silence is no answer: write `wait: true`",)


def test_with_real_sound_words_are_heard_and_a_slamming_door_is_not():
    pack = load_pack("en")
    stage = Stage(Settings(voice="piper", recognizer="moonshine"), pack, understander_of(pack))
    assert stage.names == "piper -> moonshine"
    assert "calf" in stage.hear("my calf is cramping").text
    assert stage.hear(NOISE).text == ""
    stage.close()
    assert slam().rate == speak("stop").rate == SAMPLE_RATE
