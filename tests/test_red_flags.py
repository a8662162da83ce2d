"""Signs of an emergency: never missed, in whatever words; and not seen where there are none."""

import re

import pytest

from tests.harmless_families import MORE_HARMLESS
from tests.red_flag_families import MORE_EMERGENCIES, MORE_URGENT
from tests.red_flag_sentences import EMERGENCIES, HARMLESS, URGENT
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.dialog.schema import RedFlag, Statement
from voice_skill.errors import PackError
from voice_skill.learning import understander_of
from voice_skill.understanding import Context, Understander
from voice_skill.understanding.normalize import normalize
from voice_skill.understanding.red_flags import RedFlagFinder
from voice_skill.understanding.rules import STRETCH, rule_problem

EMERGENCY_FLAGS = {
    *("chest_pain", "breathing", "stroke", "unconscious", "severe_bleeding", "anaphylaxis", "poisoning"),
    *("heat_stroke", "seizure", "cauda_equina", "suicidal"),
}
URGENT_FLAGS = {
    *("swollen_calf", "hot_red_leg", "numbness_weakness", "dark_urine", "fever", "injury", "long_lasting"),
    *("bladder_bowel", "cold_pale_limb", "pregnancy_warning"),
}

FLAGGED = {
    "chest_pain": "my chest feels tight and heavy",
    "breathing": "I can't get my breath",
    "stroke": "his face has dropped on one side and his words are slurred",
    "unconscious": "he's passed out and won't wake up",
    "severe_bleeding": "it's bleeding heavily and won't stop",
    "anaphylaxis": "my tongue is swelling up",
    "poisoning": "I took too many tablets",
    "heat_stroke": "she's boiling hot, not sweating, and confused",
    "seizure": "he's having a seizure",
    "cauda_equina": "my back hurts and I'm numb between the legs",
    "suicidal": "I want to end my life",
    "swollen_calf": "one calf is swollen",
    "hot_red_leg": "there's a hot red patch on my shin",
    "numbness_weakness": "my foot has gone numb",
    "dark_urine": "my urine is as dark as cola",
    "fever": "I've got a fever and cramps",
    "injury": "I heard a pop in my calf",
    "long_lasting": "this cramp has lasted for over an hour",
    "bladder_bowel": "I've lost control of my bladder",
    "cold_pale_limb": "my foot is cold and white",
    "pregnancy_warning": "I'm pregnant with a terrible headache and flashing lights",
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def understander(pack: Pack) -> Understander:
    return understander_of(pack)


def flag(*said: str, unless: tuple[str, ...] = ()) -> RedFlag:
    say = [Statement(text="Call now.", sources=["rule:call-first"])]
    return RedFlag(level="emergency", said=list(said), unless=list(unless), say=say)


def moods(rule: RedFlag, said: str) -> list[str]:
    cramps = frozenset({"cramp", "cramps"})
    finder = RedFlagFinder({"sign": rule}, {"muscle": ["calf", "big toe"]}, complaints=cramps)
    return [sign.mood for sign in finder.find(normalize(said))]


@pytest.mark.parametrize("said", [*EMERGENCIES, *MORE_EMERGENCIES])
def test_an_emergency_is_never_missed(understander: Understander, said: str):
    got = understander.understand(said)
    assert (got.intent, got.urgency) == ("emergency", "emergency")
    assert got.slots["flag"] in EMERGENCY_FLAGS


@pytest.mark.parametrize("said", [*URGENT, *MORE_URGENT])
def test_an_urgent_sign_is_never_missed(understander: Understander, said: str):
    got = understander.understand(said)
    assert (got.intent, got.urgency) == ("urgent_sign", "urgent")
    assert got.slots["flag"] in URGENT_FLAGS


@pytest.mark.parametrize("said", [*HARMLESS, *MORE_HARMLESS])
def test_harmless_talk_raises_no_alarm(understander: Understander, said: str):
    assert understander.understand(said).urgency == "none"


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("rather die", "'rather' is never compared"),
        ("arm + just now", "'just' is never compared"),
        ("bleeding hell", "'hell' is never compared"),
    ],
)
def test_a_rule_with_a_word_that_is_dropped_from_speech_is_refused(rule: str, problem: str):
    found = rule_problem(rule, {})
    assert found is not None
    assert problem in found


@pytest.mark.parametrize(
    ("said", "mood"),
    [
        ("took nine calf", []),
        ("took nine tablets", ["now"]),
        ("took 24 tablets", ["now"]),
        ("took two tablets", []),
        ("took eight tablets", []),
    ],
)
def test_a_hash_in_a_rule_is_any_number_from_nine_on(said: str, mood: list[str]):
    assert moods(flag("took + # tablets"), said) == mood


@pytest.mark.parametrize(
    ("said", "mood"),
    [
        ("suppose my leg swelled up one day", "asked"),
        ("if my leg ever did swell up, who do I ring", "asked"),
        ("my neighbour says cramps mean a swollen leg", "asked"),
        ("my leg was swollen once", "past"),
        ("my leg swelled up, that was forty years ago", "past"),
        ("I had a swollen leg in March, all better now", "past"),
        ("I had a swollen leg years ago and it is back", "now"),
        ("I had surgery years ago and my leg is swollen", "now"),
        ("my neighbour says it is a cramp, my leg is swollen", "now"),
        ("my leg was swollen this morning, it's fine now", "now"),
    ],
)
def test_what_is_supposed_believed_or_over_is_not_now(said: str, mood: str):
    assert moods(flag("leg + swollen|swell*"), said) == [mood]


@pytest.mark.parametrize(
    "said",
    [
        "if I did kill myself nobody would miss me",
        "suppose I ended my life, who would care",
        "would it hurt if I hanged myself",
    ],
)
def test_thoughts_of_suicide_count_however_they_are_put(understander: Understander, said: str):
    assert understander.understand(said).slots == {"flag": "suicidal"}


@pytest.mark.parametrize(("sign", "said"), FLAGGED.items())
def test_every_flag_is_known_by_name(understander: Understander, sign: str, said: str):
    assert understander.understand(said).slots == {"flag": sign}


@pytest.mark.parametrize("said", FLAGGED.values())
def test_a_sign_counts_in_any_state_and_within_other_words(understander: Understander, said: str):
    middle = Context(expecting=("better", "not_better"), in_session=True)
    for text in (said, f"next, no wait, {said}", f"my calf is cramping and {said}", f"yes but {said}, stop"):
        assert understander.understand(text, middle).urgency in ("urgent", "emergency"), text
    asking = Context(asking_slot="muscle")
    assert understander.understand(f"my calf, and {said}", asking).urgency in ("urgent", "emergency")


def test_the_graver_sign_wins(understander: Understander):
    assert understander.understand("my calf is swollen and I can't breathe").slots == {"flag": "breathing"}


def test_the_examples_of_every_flag_raise_at_least_its_level(pack: Pack, understander: Understander):
    for name, sign in pack.red_flags.items():
        for example in sign.examples:
            got = understander.understand(example).urgency
            assert got in ((sign.level, "emergency") if sign.level == "urgent" else (sign.level,)), (
                name,
                example,
            )


def test_the_pack_answers_every_flag_at_its_level(pack: Pack):
    levels = {name: sign.level for name, sign in pack.red_flags.items()}
    assert {name for name, level in levels.items() if level == "emergency"} == EMERGENCY_FLAGS
    assert {name for name, level in levels.items() if level == "urgent"} == URGENT_FLAGS


def test_answers_begin_with_where_to_turn_and_coach_nothing(pack: Pack):
    for name, sign in pack.red_flags.items():
        first = sign.say[0].text
        if sign.level == "emergency":
            assert first == "{emergency_call}"
            assert any("cannot call" in one.text for one in sign.say), name
        else:
            assert "{advice_line}" in first, name
        rest = " ".join(one.text for one in sign.say)
        coached = re.findall(r"(?<!not )(?<!not guide a )\b(stretch|massage|rub|heat pack|walk)\b", rest)
        allowed = {
            "hot_red_leg",
            "swollen_calf",
            "cold_pale_limb",
            "injury",
            "dark_urine",
            "numbness_weakness",
        }
        assert not coached or name in allowed | {"chest_pain"}, (name, coached)


@pytest.mark.parametrize(
    ("rule", "said", "heard"),
    [
        ("chest + tight*|pain", "there is a tightness in my chest", True),
        ("chest + tight*|pain", "my calf is tight", False),
        ("can't ... breathe", "I cannot really properly breathe", True),
        ("can't ... breathe", "I can breathe", False),
        ("{muscle} + blue", "my big toe went blue", True),
        ("{muscle} + blue", "my nose went blue", False),
        ("swollen", "it is swolen", True),
        ("stomach + hard", "my tummy is hard", True),
        ("chest + pain", f"chest {' '.join(map(str, range(100, 100 + STRETCH)))} pain", False),
    ],
)
def test_how_rules_are_read(rule: str, said: str, heard: bool):
    assert (moods(flag(rule), said) == ["now"]) is heard


@pytest.mark.parametrize(
    ("said", "mood"),
    [
        ("I have chest pain", "now"),
        ("he has chest pain", "now"),
        ("I have no chest pain", "denied"),
        ("there isn't any chest pain", "denied"),
        ("no fever or chest pain", "denied"),
        ("I'm not sure, chest pain", "now"),
        ("no, it's chest pain", "now"),
        ("I had chest pain two years ago", "past"),
        ("I had surgery two years ago and I have chest pain now", "now"),
        ("is chest pain a sign of cramp", "asked"),
        ("is my chest pain a sign of cramp", "now"),
        ("what causes chest pain? I have chest pain", "now"),
        ("a chest pain joke", "cleared"),
        ("my chest pain is fine", "denied"),
        ("my leg is fine it is chest pain", "now"),
        ("the doctor tested me for chest pain and it was negative", "denied"),
        ("the test was negative but now he has chest pain, my chest is awful", "now"),
        ("in the film she had chest pain", "denied"),
        ("I saw it on the telly and now I can not bear this chest pain", "now"),
        ("I had chest pain back in March", "past"),
        ("I heard about chest pain, not that I have it", "denied"),
    ],
)
def test_denied_past_and_asked_are_not_now(said: str, mood: str):
    assert moods(flag("chest pain", unless=("chest pain joke",)), said) == [mood]


def test_words_that_stand_too_far_apart_are_no_denial_either():
    between = " ".join(map(str, range(100, 100 + STRETCH)))
    assert moods(flag("chest + pain"), f"chest {between} pain") == []
    assert moods(flag("chest + pain"), "no chest pain") == ["denied"]


def test_a_rule_that_cannot_be_read_is_an_error_of_the_pack():
    with pytest.raises(PackError, match=r"red_flags.yaml: sign: .*nolist"):
        RedFlagFinder({"sign": flag("{nolist} + pain")}, {})
    with pytest.raises(PackError, match="empty group"):
        RedFlagFinder({"sign": flag("pain + |")}, {})


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("chest + {muscle} pain|can't ... breathe|swell*", None),
        ("chest | + pain", "empty group or alternative"),
        ("{nolist} pain", "{nolist} names no slot list"),
        ("chest (pain)", "cannot be read"),
        ("sw*ell", "'*' inside a word"),
        ("... breathe", "no word on one side"),
    ],
)
def test_a_rule_says_why_it_cannot_be_read(rule: str, problem: str | None):
    found = rule_problem(rule, {"muscle": ["calf"]})
    assert found is None if problem is None else problem in (found or "")


def test_a_sign_in_the_middle_of_a_monologue_is_found(understander: Understander):
    talk = "and then we had tea with my aunt and talked about the garden. " * 150
    assert understander.understand(f"{talk} My chest hurts badly. {talk}").slots == {"flag": "chest_pain"}
    assert understander.understand(f"{talk} {talk}").urgency == "none"


def test_words_that_no_rule_foresaw_are_known_by_their_meaning(understander: Understander):
    said = "there is something enormous squashing me and it goes up to my teeth"
    got = understander.understand(said)
    assert got.doubt or got.urgency != "none"
