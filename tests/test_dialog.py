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
    Line,
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


def test_for_how_long_is_about_the_answer_until_something_is_led():
    talk = Talk()
    talk.hear(meant("relief"))
    assert "Ten to fifteen" not in talk.say("time_left"), "a step has begun"
    talk.state = State(times=(Line("Ten to fifteen minutes."),), topic="relief")
    assert talk.say("time_left") == "Ten to fifteen minutes."
    assert "seconds left" in spoken(leading(talk).hear(meant("time_left"), hold_left=20))


def leading(talk: Talk) -> Talk:
    talk.hear(meant("relief"))
    talk.timer("pause")
    return talk


def test_a_sign_that_is_only_asked_about_is_answered_with_what_to_do_if_it_is_there():
    asked = Meaning("", "causes", confidence=0.9, asked="severe_bleeding")
    turn = Talk().hear(asked)
    assert spoken(turn).endswith("If it pours now, don't wait. Call nine nine nine now.")
    assert turn.urgency == "soon", "it is not taken for an emergency"


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


def test_a_greeting_is_answered_with_what_one_can_say_and_silence_with_that_nothing_was_heard():
    greeted = Talk().hear(Meaning("hello", None))
    assert spoken(greeted) == "You can say: my nose is bleeding."
    silent = Talk().hear(Meaning("", None))
    assert spoken(silent) == "I heard nothing."


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


# What the built-in pack needs besides: two questions for those who don't know, offers, worse, counted holds

CRAMPS = load_pack("en")


def cramps(**slots: str) -> Talk:
    talk = Talk(Dialog(CRAMPS))
    talk.hear(meant("relief", **slots))
    return talk


def test_who_does_not_know_is_asked_once_more_and_then_helped_anyway():
    talk = Talk(Dialog(CRAMPS))
    assert "Where is it?" in talk.say("relief")
    assert "below the knee" in talk.say("no")
    turn = talk.hear(meant("no"))
    assert "stretch the tight muscle" in spoken(turn)
    assert timers(turn)["hold"] == 30


def test_who_says_at_once_that_the_muscle_is_unknown_gets_the_second_question_only():
    talk = Talk(Dialog(CRAMPS))
    said = spoken(
        talk.hear(Meaning("I don't know which muscle", "relief", {"muscle": "unknown"}, confidence=0.9))
    )
    assert "below the knee" in said
    assert "Where is it?" not in said
    assert talk.say("relief", muscle="calf").startswith("Straighten your leg")


def test_a_muscle_that_has_no_stretch_of_its_own_is_helped_without_a_question():
    talk = Talk(Dialog(CRAMPS))
    turn = talk.hear(Meaning("my hip is cramping", "relief", {"muscle": "unknown"}, confidence=0.9))
    assert timers(turn)["hold"] == 30


def test_safety_is_asked_in_the_first_hold_and_the_end_is_counted():
    talk = cramps(muscle="calf")
    first = talk.timer("half")
    assert "swollen, hot or red" in spoken(first)
    assert isinstance(first.actions[0], StartTimer), "the clock runs while it speaks"
    second = talk.timer("half")
    assert "chest hurts" in spoken(second)
    last = talk.timer("half")
    assert spoken(last) == "Ten more seconds."
    assert timers(last) == {}


def test_cues_come_at_equal_distances_and_the_last_ten_seconds_are_free():
    from voice_skill.dialog.exercises import COUNTED, cues
    from voice_skill.dialog.schema import Step

    step = Step(text="Hold.", hold_s=40, during=["One.", "Two."], sources=["S1"])
    assert cues(step, counted=True) == ((10.0, "One."), (20.0, "Two."), (30.0, COUNTED))
    assert cues(step, counted=False) == ((40 / 3, "One."), (80 / 3, "Two."))
    half = Step(text="Hold.", hold_s=20, during=["Half way."], sources=["S1"])
    assert cues(half, counted=True) == ((10.0, "Half way."),)
    assert cues(Step(text="Sit.", sources=["S1"]), counted=True) == ()


def test_what_eases_leads_to_help_with_the_soreness_and_to_the_night():
    talk = cramps(muscle="calf")
    assert "some help with the soreness" in talk.say("better")
    assert talk.say("yes").startswith("Rub the muscle gently")
    assert talk.state.exercise == "aftercare_leg"


def test_an_offer_is_declined_or_met_with_silence_in_peace():
    talk = cramps(muscle="calf")
    talk.say("better")
    assert "Call me when you need me" in talk.say("no")
    talk = cramps(muscle="calf")
    talk.say("better")
    turn = talk.timer("answer")
    assert spoken(turn) == ""
    assert End() in turn.actions


def test_nothing_is_asked_at_the_end_of_what_no_longer_hurts():
    talk = cramps(muscle="hand")
    talk.say("better")
    talk.say("yes")
    said = [spoken(talk.timer("hold")), spoken(talk.timer("hold")), spoken(talk.timer("pause"))]
    assert "numb skin" in said[-1]
    assert "see a doctor" in spoken(talk.timer("pause"))
    assert talk.state.phase == "idle"


def worse(text: str) -> Meaning:
    return Meaning(text, "not_better", {}, confidence=0.9)


def test_worse_stops_everything_and_names_who_helps():
    talk = cramps(muscle="calf")
    turn = talk.hear(worse("it's getting worse"))
    assert "stop there" in spoken(turn)
    assert turn.actions[0] == CancelTimers()
    assert talk.state.exercise == ""
    assert talk.timer("hold").actions == ()


def test_not_better_is_not_worse():
    talk = cramps(muscle="calf")
    assert "Shall we try the calf stretch standing up?" in spoken(talk.hear(worse("it does not help")))


@pytest.mark.parametrize("situation", ["sitting", "pregnancy"])
def test_nobody_unsteady_is_asked_to_stand(situation):
    talk = cramps(muscle="hamstring", situation=situation)
    for _ in range(4):
        said = talk.say("not_better")
        assert "standing" not in said
        assert "heel forward" not in said
        talk.say("yes")


def test_prevention_offers_the_stretch_before_bed_and_more_on_request():
    talk = Talk(Dialog(CRAMPS))
    assert "the bedtime stretch" in talk.say("prevention")
    assert "face a wall" in talk.say("next")
    talk = Talk(Dialog(CRAMPS))
    talk.say("prevention")
    assert talk.say("yes").startswith("Sit on the bed")


def test_what_is_done_by_hand_is_withheld_after_an_urgent_sign_and_knowledge_is_not():
    talk = Talk(Dialog(CRAMPS))
    talk.hear(Meaning("", "urgent_sign", {"flag": "swollen_calf"}, "urgent", 0.99))
    assert "before any stretch" in talk.say("massage")
    assert "before any stretch" not in talk.say("what_is")


def test_no_stretch_is_offered_after_an_urgent_sign():
    talk = Talk(Dialog(CRAMPS))
    talk.hear(Meaning("", "urgent_sign", {"flag": "swollen_calf"}, "urgent", 0.99))
    assert "bedtime stretch" not in talk.say("prevention")
    assert "Sit on the bed" not in talk.say("yes")
