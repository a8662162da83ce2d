"""How sure hearing is, and what follows from it."""

import math

import numpy as np
import pytest

from benchmarks import calibration
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Sound
from voice_skill.conversation.wake import Judge, OnNeed
from voice_skill.dialog.pack import load_pack
from voice_skill.evaluation import add_noise
from voice_skill.hearing.confidence import FreeEvidence, clearness
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.moonshine_model import Floats
from voice_skill.hearing.recognizer import Transcript
from voice_skill.learning import understander_of
from voice_skill.session import Session

SENTENCE = "My grandson is fixing the old bicycle in the shed."


@pytest.fixture(scope="module")
def moonshine() -> MoonshineRecognizer:
    recognizer = MoonshineRecognizer()
    recognizer.load()
    return recognizer


@pytest.fixture(scope="module")
def session() -> Session:
    pack = load_pack("en")
    return Session(pack, understander_of(pack))


def hear(recognizer: MoonshineRecognizer, sound: Sound) -> Transcript:
    recognizer.reset()
    recognizer.accept(sound.samples)
    return recognizer.finish()


def hiss(seconds: float) -> Sound:
    samples = np.random.default_rng(1).normal(0, 3000, round(seconds * SAMPLE_RATE))
    return Sound(samples.astype(np.int16))


def as_floats(sound: Sound) -> Floats:
    return sound.samples.astype(np.float32) / np.float32(32768)


def test_what_is_heard_in_noise_is_less_sure(moonshine: MoonshineRecognizer):
    sound = speak(SENTENCE)
    quiet = hear(moonshine, sound).confidence
    noisy = hear(moonshine, add_noise(sound, hiss(10), 0.0, seed=1)).confidence
    assert quiet > noisy + 0.1


def test_confidence_of_free_text_grows_with_all_that_speaks_for_it():
    sound = as_floats(speak(SENTENCE, silence_after=0.5))
    plain = FreeEvidence.of(-3.0, 6, sound, inside=False)
    assert FreeEvidence.of(-6.0, 6, sound, inside=False).confidence < plain.confidence
    assert FreeEvidence.of(-1.5, 3, sound, inside=False).confidence < plain.confidence
    assert FreeEvidence.of(-3.0, 6, sound, inside=True).confidence > plain.confidence
    in_hiss = as_floats(add_noise(speak(SENTENCE, silence_after=0.5), hiss(10), 0.0, seed=1))
    assert FreeEvidence.of(-3.0, 6, in_hiss, inside=False).confidence < plain.confidence


@pytest.mark.parametrize("samples", [0, 100, 480, 16_000])
def test_digital_silence_and_very_short_sounds_are_not_clear(samples: int):
    assert clearness(np.zeros(samples, np.float32)) == 0.0


def test_nobody_is_answered_whose_words_were_hardly_heard(session: Session):
    assert session.addressed(session.understand("my calf is cramping", heard=0.9))
    assert not session.addressed(session.understand("my calf is cramping", heard=0.1))


def test_the_words_of_a_red_flag_are_answered_however_they_were_heard(session: Session):
    assert session.addressed(session.understand("I can't breathe", heard=0.1))


def test_a_conversation_that_runs_goes_on_in_noise():
    pack = load_pack("en")
    session = Session(pack, understander_of(pack))
    session.hear(session.understand("my calf is cramping"))
    assert session.addressed(session.understand("stop", heard=0.1))


def test_a_calibration_finds_the_weights_that_made_the_data():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(4000), rng.normal(size=4000)])
    right = rng.random(4000) < calibration.probabilities(x, [-0.5, 2.0])
    weights = calibration.fit(x, right)
    assert weights == pytest.approx([-0.5, 2.0], abs=0.2)
    bins = calibration.reliability(calibration.probabilities(x, weights), right)
    assert sum(one.n for one in bins) == 4000
    assert calibration.error(bins) < 0.03
    assert calibration.error(calibration.reliability(np.full(4000, 0.99), right)) > 0.4


def test_a_bin_tells_what_is_stated_and_what_is_true():
    [low, high] = calibration.reliability(
        np.array([0.05, 0.05, 1.0, 1.0]), np.array([False, True, True, True])
    )
    assert (low.n, low.stated, low.right) == (2, pytest.approx(0.05), 0.5)
    assert (high.n, high.stated, high.right) == (2, 1.0, 1.0)
    assert not math.isnan(high.low)


def test_a_single_word_across_the_room_is_not_asked_about(session: Session):
    name = session.understand("Athena.", heard=0.5, suspected="I have a fever.")
    assert name.doubt == "fever"
    assert not session.addressed(name)
    assert session.addressed(session.understand("Have Athena.", heard=0.5, suspected="I have a fever."))


def test_a_name_called_across_the_room_is_no_topic(session: Session):
    """Other assistants are called so: "hey chatterbox" is heard as "hey, shower box"."""
    assert not session.addressed(session.understand("Hey, shower box."))
    assert session.addressed(session.understand("Hey, my calf."))
    assert session.addressed(session.understand("Hey, what about a shower?"))
    assert session.addressed(session.understand("Hey, I'm choking."))


def test_a_lone_sign_that_was_hardly_heard_is_believed_when_it_is_said_again(session: Session):
    judge = Judge(session, OnNeed())

    def is_for_it(text: str, heard: float, now: float) -> bool:
        return judge.is_for_it(session.understand(text, heard=heard), now)

    assert not is_for_it("Smother.", 0.1, now=0.0)
    assert not is_for_it("A fever.", 0.1, now=60.0), "as long ago as that is something else"
    assert is_for_it("A fever.", 0.1, now=65.0)
    assert is_for_it("Chest pain.", 0.3, now=200.0)
    for said in ("Can't breathe.", "Not breathing.", "Mum's choking!", "Call an ambulance.", "Help me."):
        assert not session.hardly_heard(session.understand(said, heard=0.1)), "people in need say no more"
    assert is_for_it("I can't breathe.", 0.1, now=300.0), "it is about somebody"
    assert is_for_it("Somebody please help, it is chest pain.", 0.1, now=400.0), "nobody says so by chance"


def test_in_a_conversation_a_sign_is_believed_however_it_was_heard():
    pack = load_pack("en")
    session = Session(pack, understander_of(pack))
    session.hear(session.understand("my calf is cramping"))
    assert Judge(session, OnNeed()).is_for_it(session.understand("Chest pain.", heard=0.1), 0.0)
