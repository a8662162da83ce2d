"""Short answers and commands are heard by what the conversation expects; real ears, real voices."""

from pathlib import Path

import pytest

from benchmarks.situations import situations
from tests.voices import FLITE, speak
from voice_skill.audio.frames import SAMPLE_RATE, Sound, join, silence
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.ears import Ears
from voice_skill.hearing.expecting import Expectations, Expected
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.recognizer import TakesExpectation
from voice_skill.hearing.spelling import spoken_words
from voice_skill.hearing.vosk import VoskRecognizer
from voice_skill.learning import understander_of
from voice_skill.session import Session
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Context, Meaning
from voice_skill.understanding.understander import Understander

NOSEBLEED = Path(__file__).parent / "packs" / "nosebleed"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def understander(pack: Pack) -> Understander:
    return understander_of(pack)


@pytest.fixture(scope="module")
def sessions(pack: Pack, understander: Understander) -> dict[str, Session]:
    return situations(pack, understander)


@pytest.fixture(scope="module")
def ears(pack: Pack, understander: Understander) -> Ears:
    ears = Ears(Settings(recognizer="moonshine"), pack, understander)
    ears.load()
    return ears


def meant(ears: Ears, session: Session, sound: Sound) -> Meaning:
    """Return what is understood of a sound at this moment of a conversation."""
    heard = ears.transcribe(sound, session.context)
    return session.understand(heard.text, heard=heard.confidence, suspected=heard.suspected)


# What is expected


def test_outside_a_conversation_nothing_is_expected(pack: Pack):
    expectations = Expectations(pack, keep=False)
    assert expectations.of(None) is None
    assert expectations.of(Context()) is None


def expectation(expectations: Expectations, context: Context) -> Expected:
    """Return what is expected where something is."""
    expected = expectations.of(context)
    assert expected is not None
    return expected


def intents(expectations: Expectations, context: Context, said: str) -> set[str]:
    """Return what expected sentences with these words mean."""
    expected = expectation(expectations, context)
    return {reading.intent for reading in expected.grammar.read(spoken_words(said))}


def test_while_something_runs_the_words_that_steer_are_expected_and_no_other_topic(pack: Pack):
    expectations, running = Expectations(pack, keep=False), Context(in_session=True)
    assert intents(expectations, running, "stop") == {"stop"}
    assert intents(expectations, running, "how much longer") == {"time_left"}
    assert intents(expectations, running, "can I take ibuprofen") == set()


@pytest.mark.parametrize("said", ["foot", "my left calf", "it's in my toes", "the back of my thigh"])
def test_an_open_question_expects_its_answers(pack: Pack, said: str):
    expectations, asked = Expectations(pack, keep=False), Context(asking_slot="muscle", in_session=True)
    assert expectation(expectations, asked).answer in intents(expectations, asked, said)
    assert expectation(expectations, Context(in_session=True)).answer == ""


def test_a_pack_about_something_else_expects_its_own_answers():
    expectations, asked = Expectations(load_pack(NOSEBLEED), keep=False), Context(asking_slot="age")
    assert intents(expectations, asked, "a child") == {"answer:age"}


def test_a_choice_between_two_topics_expects_their_phrases(pack: Pack):
    choice = Context(expecting=("massage", "stretch", "yes", "no"), in_session=True)
    expectations = Expectations(pack, keep=False)
    assert "massage" in intents(expectations, choice, "massage")


def test_only_engines_that_can_use_it_are_told(tmp_path: Path):
    assert isinstance(MoonshineRecognizer(), TakesExpectation)
    assert not isinstance(VoskRecognizer(tmp_path), TakesExpectation)


# What is heard


@pytest.mark.parametrize("voice", ["piper", "piper-slow", "piper-fast", "espeak-male", "espeak-female"])
@pytest.mark.parametrize("said", ["Stop.", "Next.", "Repeat.", "Yes.", "No."])
def test_a_single_word_steers_an_exercise(ears: Ears, sessions: dict[str, Session], said: str, voice: str):
    led = sessions["led"]
    assert meant(ears, led, speak(said, voice)).intent == led.understand(said).intent


@pytest.mark.parametrize("voice", ["piper", "piper-fast", "espeak-male", "espeak-scottish"])
def test_a_muscle_answers_the_question_for_it(ears: Ears, sessions: dict[str, Session], voice: str):
    got = meant(ears, sessions["asked where"], speak("My foot.", voice))
    assert (got.intent, dict(got.slots)) == ("relief", {"muscle": "foot"})


def test_the_same_sound_is_heard_as_ever_outside_a_conversation(ears: Ears, sessions: dict[str, Session]):
    sound = speak("My foot.", "espeak-male")
    before = ears.transcribe(sound)
    ears.transcribe(sound, sessions["asked where"].context)
    assert ears.transcribe(sound) == before
    assert ears.transcribe(sound, Context()) == before


def test_what_would_have_been_heard_otherwise_is_told_as_well(
    pack: Pack, understander: Understander, sessions: dict[str, Session]
):
    ears = Ears(Settings(recognizer="moonshine"), pack, understander)
    assert isinstance(ears.recognizer, MoonshineRecognizer)
    ears.recognizer.tune(None)  # tuned to the pack it hears these words without being told
    ears.load()
    sound = speak("My foot.", "espeak-male")
    usual = ears.transcribe(sound)
    expected = ears.transcribe(sound, sessions["asked where"].context)
    assert usual.text != expected.text
    assert usual.text in expected.alternatives


def test_two_utterances_with_a_pause_are_each_expected(ears: Ears, sessions: dict[str, Session]):
    sound = join([speak("Stop.", "espeak-male"), silence(1.5), speak("Stop.", "piper-fast")], SAMPLE_RATE)
    heard = ears.transcribe(sound, sessions["led"].context).text.lower()
    assert heard.count("stop") == 2


def test_babble_stays_nothing(ears: Ears, sessions: dict[str, Session]):
    reversed_speech = Sound(speak("Ambiguous marmalade.", "espeak-old").samples[::-1].copy())
    got = meant(ears, sessions["led"], reversed_speech)
    assert got.intent in (None, OUT_OF_SCOPE)


OTHER_TALK = [
    "What time does the train leave?",
    "The weather will be lovely tomorrow.",
    "Have you fed the cat?",
    "Turn on the television.",
    "He scored in the last minute.",
]


@pytest.mark.parametrize("moment", ["led", "asked where"])
@pytest.mark.parametrize("said", OTHER_TALK)
def test_other_talk_steers_nothing(ears: Ears, sessions: dict[str, Session], said: str, moment: str):
    plain = ears.transcribe(speak(said)).text
    assert ears.transcribe(speak(said), sessions[moment].context).text == plain


SIGNS = [
    ("My chest hurts.", "piper"),
    ("I can't breathe.", "piper-fast"),
    ("My face is drooping.", "piper"),
    ("I have chest pain.", "espeak-male"),
    ("I can't breathe.", "espeak-scottish"),
    ("My calf is hot and swollen.", "piper-slow"),
    *(("I can't breathe.", voice) for voice in FLITE),
]


@pytest.mark.parametrize("moment", ["led", "asked where", "is it easing", "asked about a sign"])
@pytest.mark.parametrize(("said", "voice"), SIGNS)
def test_a_sign_of_an_emergency_is_raised_or_asked_about_whatever_is_expected(
    ears: Ears, sessions: dict[str, Session], said: str, voice: str, moment: str
):
    session, sound = sessions[moment], speak(said, voice)
    heard = ears.transcribe(sound)
    usual = session.understand(heard.text, suspected=heard.suspected)
    got = meant(ears, session, sound)
    assert usual.urgency in ("urgent", "emergency") or usual.doubt
    assert (got.urgency, got.doubt) == (usual.urgency, usual.doubt)


@pytest.mark.parametrize("voice", ["espeak-male", "espeak-female"])
def test_a_doubt_about_words_that_were_hardly_said_is_not_raised(ears: Ears, pack: Pack, voice: str):
    """Freely it is heard as "my throat is cramping", which would be asked about."""
    assert ears.transcribe(speak("My foot is cramping.", voice)).text == "My foot is cramping."


def test_a_question_about_a_sign_stays_a_question(ears: Ears, understander: Understander):
    heard = ears.transcribe(speak("Is chest pain a sign of a cramp?", "piper-fast"))
    got = understander.understand(heard.text)
    assert (got.urgency, got.asked) == ("none", "chest_pain")
