"""The dialog is a pure function: what was meant goes in, what is said and done comes out."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from voice_skill.dialog.dialog import Dialog
from voice_skill.dialog.pack import load_pack
from voice_skill.dialog.state import (
    CancelTimers,
    Change,
    End,
    Heard,
    Say,
    StartTimer,
    State,
    TimerEnded,
    Turn,
)
from voice_skill.errors import UsageError
from voice_skill.understanding.meaning import Candidate, Meaning

NOSEBLEED = load_pack(Path(__file__).parent / "packs" / "nosebleed")


def meant(intent: str | None, confidence: float = 0.9, **slots: str) -> Meaning:
    return Meaning("", intent, slots, confidence=confidence)


RED_FLAG = Meaning("", "emergency", {"flag": "severe_bleeding"}, "emergency", 0.99)


@dataclass
class Talk:
    """A conversation with the dialog that remembers the state between turns."""

    dialog: Dialog = field(default_factory=lambda: Dialog(NOSEBLEED))
    state: State = field(default_factory=State)

    def hear(self, meaning: Meaning, hold_left: float | None = None) -> Turn:
        return self._keep(self.dialog.step(self.state, Heard(meaning, hold_left)))

    def say(self, intent: str, **slots: str) -> str:
        return spoken(self.hear(meant(intent, **slots)))

    def timer(self, name) -> Turn:
        return self._keep(self.dialog.step(self.state, TimerEnded(name)))

    def _keep(self, turn: Turn) -> Turn:
        self.state = turn.state
        return turn


def spoken(turn: Turn) -> str:
    return " ".join(line.text for action in turn.actions if isinstance(action, Say) for line in action.lines)


def timers(turn: Turn) -> dict[str, float]:
    return {action.name: action.seconds for action in turn.actions if isinstance(action, StartTimer)}


def test_an_answer_starts_the_exercise_and_carries_its_sources():
    turn = Talk().hear(meant("relief"))
    assert spoken(turn) == "Sit up and lean forward. Pinch the soft part of your nose."
    assert turn.actions[1].lines[0].sources == ("seed:S1", "nhs:nosebleed")
    assert timers(turn) == {"pause": 4.0}


def test_the_answer_fits_the_slots():
    assert Talk().say("relief", age="child").startswith("Sit the child up")


def test_a_hold_is_led_to_its_middle_and_its_end_then_asked_about():
    talk = Talk()
    talk.say("relief")
    assert timers(talk.timer("pause")) == {"half": 30.0, "hold": 60}
    assert spoken(talk.timer("half")) == "Half of it is done."
    assert spoken(talk.timer("hold")) == "Has it stopped?"
    assert talk.say("yes") == "Rest now and do not blow your nose."


def test_not_better_offers_the_next_exercise():
    talk = Talk()
    talk.say("relief")
    assert talk.say("not_better") == "That happens. Shall we try something cold?"
    assert talk.say("yes") == "Hold something cold to your nose."
    assert talk.say("not_better") == "Then see a doctor today."


def test_steering_inside_an_exercise():
    talk = Talk()
    talk.say("relief")
    assert talk.say("next") == "Keep pinching."
    assert talk.say("repeat") == "Keep pinching."
    assert talk.say("previous") == "Pinch the soft part of your nose."
    assert CancelTimers() in talk.hear(meant("pause")).actions
    assert talk.timer("hold").actions == (), "a timer that ends while paused says nothing"
    assert talk.say("resume") == "Pinch the soft part of your nose."
    assert talk.say("start_over") == "Pinch the soft part of your nose."


def test_how_long_still():
    talk = Talk()
    talk.say("relief")
    talk.say("next")
    assert spoken(talk.hear(meant("time_left"), hold_left=12.4)) == "12 seconds left."


@pytest.mark.parametrize(("intent", "what"), [("slower", "rate"), ("louder", "volume")])
def test_rate_and_volume_by_voice(intent, what):
    changes = [action for action in Talk().hear(meant(intent)).actions if isinstance(action, Change)]
    assert [change.what for change in changes] == [what]


def test_a_red_flag_in_mid_exercise_stops_it_and_says_to_call_first():
    talk = Talk()
    talk.say("relief")
    turn = talk.hear(RED_FLAG)
    assert turn.urgency == "emergency"
    assert turn.actions[0] == CancelTimers()
    assert spoken(turn) == "Call nine nine nine now. Sit up and lean forward."
    assert talk.timer("hold").actions == (), "no hold goes on after a red flag"


@pytest.mark.parametrize("intent", ["relief", "causes", "next", "yes", "out_of_scope"])
def test_after_an_emergency_there_is_no_guidance_but_the_call_again(intent):
    talk = Talk()
    talk.hear(RED_FLAG)
    turn = talk.hear(meant(intent))
    assert spoken(turn) == "Call nine nine nine now. Do that first."
    assert turn.urgency == "emergency"


DOUBT = Meaning("", "relief", {}, "none", 0.8, doubt="severe_bleeding")


def test_a_doubt_about_a_red_flag_is_asked_about_before_anything_else():
    turn = Talk().hear(DOUBT)
    assert turn.clarify
    assert spoken(turn) == "Is a lot of blood running?"


def test_a_clear_no_clears_the_doubt_and_the_question_is_answered():
    talk = Talk()
    talk.hear(DOUBT)
    assert talk.say("no").startswith("Sit up and lean forward. Pinch")


@pytest.mark.parametrize("intent", ["yes", "out_of_scope", "relief", None])
def test_anything_but_a_clear_no_counts_as_yes(intent):
    talk = Talk()
    talk.hear(DOUBT)
    turn = talk.hear(meant(intent))
    assert turn.urgency == "emergency"
    assert spoken(turn).startswith("Call nine nine nine now.")


def test_silence_counts_as_yes():
    talk = Talk()
    talk.hear(DOUBT)
    assert spoken(talk.timer("answer")).startswith("Call nine nine nine now.")


def test_starting_over_clears_an_emergency_that_was_a_mistake():
    talk = Talk()
    talk.hear(RED_FLAG)
    talk.say("start_over")
    assert talk.say("relief").startswith("Sit up")


def test_the_region_chooses_the_number():
    assert "nine one one" in spoken(Talk(Dialog(NOSEBLEED, "us")).hear(RED_FLAG))
    with pytest.raises(UsageError, match="Choose one of: uk, us"):
        Dialog(NOSEBLEED, "mars")


def test_two_close_meanings_lead_to_a_question():
    close = (Candidate("relief", 0.45), Candidate("causes", 0.40))
    talk = Talk()
    turn = talk.hear(Meaning("", "relief", {}, "none", 0.45, close))
    assert turn.clarify
    assert spoken(turn) == "Did you mean stopping a nose bleed, or why noses bleed?"
    assert talk.say("no").startswith("Dry air")


def test_nothing_understood_is_never_said_twice_in_the_same_words():
    talk = Talk()
    said = [spoken(talk.hear(meant("out_of_scope", confidence=0.2))) for _ in range(3)]
    assert len(set(said)) == 3


def test_what_the_answer_carries():
    assert Talk().hear(meant("causes")).urgency == "soon"


def test_more_on_request():
    talk = Talk()
    talk.say("relief")
    talk.say("better")
    assert talk.say("yes") == "Breathe through your mouth."


def test_silence_is_asked_about_once_and_then_the_person_is_forgotten():
    talk = Talk()
    talk.say("relief")
    talk.timer("pause")
    talk.timer("hold")
    assert spoken(talk.timer("answer")) == "Are you still there?"
    assert End() in talk.timer("answer").actions
    assert talk.state.exercise == ""


def test_the_same_input_always_gives_the_same_turn():
    dialog, heard = Dialog(NOSEBLEED), Heard(meant("relief"))
    assert dialog.step(State(), heard) == dialog.step(State(), heard)


def test_stop_ends_and_forgets():
    talk = Talk()
    talk.say("relief", side="left")
    assert End() in talk.hear(meant("stop")).actions
    assert dict(talk.state.slots) == {}
