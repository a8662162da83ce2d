"""Hearing with the knowledge of what may be said, on the real model and real voices."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Samples, Sound, join, silence
from voice_skill.config import Settings
from voice_skill.dialog.pack import Pack, load_pack
from voice_skill.ears import Ears, agreement
from voice_skill.hearing.confidence import Evidence, Free
from voice_skill.hearing.constrained import Found, search
from voice_skill.hearing.grammar import Grammar, Sentence
from voice_skill.hearing.moonshine import LONGEST_S, MoonshineRecognizer
from voice_skill.hearing.moonshine_model import Floats, MoonshineModel, log_sums, packaged_weights
from voice_skill.hearing.recognizer import Transcript
from voice_skill.hearing.spelling import Speller
from voice_skill.hearing.tokenizer import Tokenizer
from voice_skill.learning import understander_of
from voice_skill.session import Session, answer, as_sure_as
from voice_skill.understanding.understander import Understander

LIGHTS = Grammar(
    [
        Sentence("[please] (turn|switch) {state} the [{room}] (light|lights)", "light"),
        Sentence("what time is it", "time"),
    ],
    {"state": [("on", "on"), ("off", "off")], "room": [("kitchen", "kitchen"), ("bedroom", "bedroom")]},
)


@pytest.fixture(scope="module")
def model() -> MoonshineModel:
    return MoonshineModel(packaged_weights())


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("en")


@pytest.fixture(scope="module")
def understander(pack: Pack) -> Understander:
    return understander_of(pack)


@pytest.fixture(scope="module")
def ears(pack: Pack, understander: Understander) -> Ears:
    ears = Ears(Settings(recognizer="moonshine"), pack, understander)
    ears.load()
    return ears


def as_floats(sound: Sound) -> Floats:
    return sound.samples.astype(np.float32) / np.float32(32768)


def nearest(model: MoonshineModel, sound: Sound, floor: float = -np.inf) -> list[Found]:
    started = model.start(model.encode(as_floats(sound)))
    return search(model, started, Speller(model.tokenizer, LIGHTS), floor=floor)


@pytest.mark.parametrize("voice", ["piper", "espeak-british", "espeak-female"])
def test_only_sentences_of_the_grammar_are_found(model: MoonshineModel, voice: str):
    found = nearest(model, speak("Please switch off the bedroom lights.", voice))
    assert found[0].words == ("please", "switch", "off", "the", "bedroom", "lights")
    assert all(LIGHTS.read(one.words) for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_way_through_the_grammar_tells_intent_and_slots(model: MoonshineModel):
    [reading] = LIGHTS.read(nearest(model, speak("Turn on the kitchen light."))[0].words)
    assert (reading.intent, dict(reading.slots)) == ("light", {"state": "on", "room": "kitchen"})


def test_nothing_below_the_floor_is_found(model: MoonshineModel):
    assert nearest(model, speak("The library closes at eight tonight."), floor=-5.0) == []


def test_a_grammar_that_accepts_nothing_finds_nothing(model: MoonshineModel):
    started = model.start(model.encode(as_floats(speak("Stop."))))
    assert search(model, started, Speller(model.tokenizer, Grammar([], {}))) == []


def test_confidence_falls_with_every_difference():
    def confidence(
        differ: float = 0.5, sounds: int = 16, heard: int = 16, score: float = -4.0, clear: float = 0.3
    ) -> float:
        free = Free("shouldiputasignit", -3.0, 6, clear)
        return Evidence.of(score, sounds, differ, heard, free).confidence

    near = confidence()
    assert near > 0.8
    assert confidence(differ=8.0) < near / 2
    assert confidence(sounds=9) < near
    assert confidence(sounds=4, heard=4) < near, "of little sound, little is known"
    assert confidence(score=-20.0) < near, "the model itself doubts it"
    assert confidence(clear=0.6) < near, "clear sound has fewer wrong letters"


@pytest.mark.parametrize(
    ("said", "voice"),
    [
        ("Should I put ice on it?", "piper"),
        ("Which muscles cramp the most?", "piper"),
        ("My hamstring has seized up.", "piper"),
        ("Can you go slower?", "espeak-british"),
        ("Please stop talking.", "espeak-caribbean"),
        ("Um, how can I prevent cramps please?", "piper-fast"),
    ],
)
def test_sentences_of_the_pack_are_heard_as_they_were_said(
    ears: Ears, understander: Understander, said: str, voice: str
):
    heard = ears.transcribe(speak(said, voice)).text
    assert understander.understand(heard).intent == understander.understand(said).intent, heard


@pytest.mark.parametrize(
    "said",
    [
        "The library closes at eight tonight.",
        "I think the second half was much better than the first one.",
        "Could you pass me the newspaper from yesterday?",
        "He bought three tickets for the theatre in town.",
    ],
)
def test_other_talk_is_heard_freely(ears: Ears, said: str):
    words = set(ears.transcribe(speak(said, "piper")).text.lower().strip(".?").split())
    assert len(words & set(said.lower().strip(".?").split())) >= 0.6 * len(said.split())


@pytest.mark.parametrize(
    "said",
    [
        "My calf is cramping and my chest hurts and I can't breathe.",
        "How do I stretch my calf? It is swollen and hot and red.",
        "Can I take ibuprofen? My throat is swelling up.",
        "I had a cramp and now my left arm is numb and my face is drooping.",
    ],
)
@pytest.mark.parametrize("voice", ["piper", "espeak-british"])
def test_no_sign_of_an_emergency_is_pulled_into_a_harmless_sentence(
    ears: Ears, pack: Pack, understander: Understander, said: str, voice: str
):
    free = Ears(Settings(recognizer="moonshine"), pack)
    free.load()
    sound = speak(said, voice)
    freely = understander.understand(free.transcribe(sound).text)
    held = understander.understand(ears.transcribe(sound).text)
    assert understander.understand(said).urgency in ("urgent", "emergency")
    assert freely.urgency == "none" or held.urgency != "none"


def test_the_graver_of_two_hearings_counts(pack: Pack, understander: Understander):
    ears = Ears(Settings(recognizer="moonshine"), pack, understander)
    assert isinstance(ears.recognizer, MoonshineRecognizer)
    ears.recognizer.tune(None)  # tuned to the pack it hears the grave one too well
    ears.load()
    # A pack that has nothing but a harmless sentence that sounds like the grave one.
    ears.recognizer.use_grammar(Grammar([Sentence("i have a cramp and i can not read", "relief")], {}))
    said = speak("I have a cramp and I cannot breathe.").samples
    hiss = np.random.default_rng(1).normal(0, 300, len(said))
    sound = Sound(np.clip(said + hiss, -32767, 32767).astype(np.int16))
    ears.recognizer.accept(sound.samples)
    alone = ears.recognizer.finish()
    assert alone.text.lower().startswith("i have a cramp and i cannot read")
    assert "breathe" in alone.alternatives[0]
    assert "breathe" in ears.transcribe(sound).text


def test_what_was_heard_freely_is_told_as_well(pack: Pack):
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags))
    recognizer.load()
    recognizer.accept(speak("Should I put ice on it?", "espeak-scottish").samples)
    heard = recognizer.finish()
    assert heard.text == "Should I put ice on it?" or heard.alternatives == ()
    recognizer.use_grammar(None)
    recognizer.accept(speak("Should I put ice on it?").samples)
    assert recognizer.finish().alternatives == ()


def test_two_sentences_with_a_pause_are_held_each(ears: Ears):
    sound = join([speak("Next step please."), silence(1.5), speak("Stop.")], SAMPLE_RATE)
    heard = ears.transcribe(sound).text.lower()
    assert "next step" in heard
    assert "stop" in heard


def loud(samples: Samples) -> Samples:
    return np.clip(20.0 * samples, -32768, 32767).astype(np.int16)


def off_centre(samples: Samples) -> Samples:
    return (samples // 2 + 9000).astype(np.int16)


@pytest.mark.parametrize("spoil", [loud, off_centre], ids=["clipped", "with an offset"])
def test_spoilt_sound_is_held_to_the_grammar_all_the_same(spoil: Callable[[Samples], Samples]):
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(LIGHTS)
    recognizer.accept(spoil(speak("Please switch off the bedroom lights.").samples))
    best = recognizer.finish().hypotheses[0]
    assert dict(best.readings[0].slots) == {"state": "off", "room": "bedroom"}


@pytest.mark.parametrize(
    "grammar",
    [Grammar([], {}), Grammar([Sentence("помогите мне", "help")], {})],
    ids=["nothing", "another script"],
)
def test_a_grammar_that_cannot_be_spoken_leaves_the_free_text(grammar: Grammar):
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(grammar)
    recognizer.accept(speak("Please stop now.").samples)
    heard = recognizer.finish()
    assert "stop" in heard.text.lower()
    assert heard.hypotheses == ()


def test_long_sound_is_not_kept():
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(LIGHTS)
    minute = join([speak("Turn on the kitchen light."), silence(58)], SAMPLE_RATE).samples
    for _ in range(3):
        recognizer.accept(minute)
    assert recognizer.waiting_s <= LONGEST_S
    assert recognizer.finish().text.lower().count("kitchen") == 3
    recognizer.accept(silence(0.1).samples)
    assert recognizer.finish().text == ""


def test_ten_minutes_are_heard_sentence_by_sentence(ears: Ears):
    said = ["Should I put ice on it?", "My hamstring has seized up.", "Please stop talking."]
    sound = join([part for text in said for part in (silence(190), speak(text))], SAMPLE_RATE)
    assert sound.seconds > 570
    heard = ears.transcribe(sound).text.lower()
    assert [word for word in ("ice", "hamstring", "stop") if word not in heard] == []


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(silence(0).samples, id="nothing"),
        pytest.param(speak("Stop.").samples[2000 : 2000 + SAMPLE_RATE // 10], id="a tenth of a second"),
        pytest.param(silence(60).samples, id="a minute of digital silence"),
        pytest.param(np.full(SAMPLE_RATE * 3, 12_000, np.int16), id="nothing but an offset"),
        pytest.param(np.full(SAMPLE_RATE * 3, -32_768, np.int16), id="stuck at full scale"),
    ],
)
def test_sound_without_speech_is_heard_as_nothing(ears: Ears, samples: Samples):
    heard = ears.transcribe(Sound(samples))
    assert (heard.text, heard.hypotheses) == ("", ())


def test_the_best_sentences_come_with_scores_and_meanings():
    recognizer = MoonshineRecognizer()
    recognizer.use_grammar(LIGHTS)
    recognizer.accept(speak("Turn on the kitchen light.", "espeak-old").samples)
    found = recognizer.finish().hypotheses
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.confidence <= 1 and one.readings for one in found)
    assert found[0].readings[0].intent == "light"


def test_an_answer_is_less_sure_the_less_surely_it_was_heard(
    pack: Pack, understander: Understander, ears: Ears
):
    plain = ears.transcribe(speak("Should I put ice on it?"))
    assert plain.confidence > 0.9, "heard as it stands in the pack"
    held = ears.transcribe(speak("I am done.", "espeak-female"))
    surely = answer(Session(pack, understander), held.text)
    half = as_sure_as(surely, 0.5).meaning.confidence
    assert half == pytest.approx(surely.meaning.confidence * 0.5**0.4, abs=0.001)
    assert half < surely.meaning.confidence == as_sure_as(surely, 1.0).meaning.confidence
    assert 0 < held.confidence <= 1


@pytest.mark.parametrize("voice", ["espeak-female", "espeak-scottish"])
def test_a_sign_of_an_emergency_that_was_hardly_heard_is_asked_about(
    ears: Ears, understander: Understander, pack: Pack, voice: str
):
    heard = ears.transcribe(speak("I have chest pain.", voice))
    meaning = Session(pack, understander).understand(heard.text, suspected=heard.suspected)
    assert meaning.urgency == "emergency" or meaning.doubt == "chest_pain"


@pytest.mark.parametrize("to_the_pack", [True, False], ids=["tuned", "as packaged"])
def test_a_long_cry_for_help_in_an_accent_is_heard_as_one(
    understander: Understander, pack: Pack, *, to_the_pack: bool
):
    said = "He's been in the sun all day, burning up, and he's talking pure nonsense."
    ears = Ears(Settings(recognizer="moonshine"), pack, understander)
    if not to_the_pack:
        assert isinstance(ears.recognizer, MoonshineRecognizer)
        ears.recognizer.tune(None)
    ears.load()
    heard = ears.transcribe(speak(said, "espeak-lancashire"))
    assert to_the_pack or heard.again, "doubtful, so played slower and faster"
    meaning = Session(pack, understander).understand(heard.text, suspected=heard.suspected)
    assert meaning.urgency == "emergency"


def test_what_most_ways_of_hearing_have_as_an_emergency_is_one(understander: Understander):
    heard = Transcript(
        "Please, beating the song all day.",
        confidence=0.5,
        again=(
            "He's beating the sun, burning up, talking nonsense.",
            "Burning up, and talking nonsense.",
        ),
    )
    agreed = agreement(heard, understander.understand)
    assert understander.understand(heard.text).urgency == "none"
    assert understander.understand(agreed.text).urgency == "emergency"
    assert heard.text in agreed.alternatives


def test_what_one_way_of_hearing_has_as_an_emergency_is_only_suspected(understander: Understander):
    heard = Transcript("My cat spins.", confidence=0.5, again=("My chest is hurting.", "My cat hurts."))
    agreed = agreement(heard, understander.understand)
    assert (agreed.text, agreed.suspected) == ("My cat spins.", "My chest is hurting.")


def test_a_text_that_is_all_but_certain_is_not_outvoted(understander: Understander):
    heard = Transcript("My calf is hurting.", confidence=0.9, again=("My chest is hurting.",) * 2)
    assert agreement(heard, understander.understand) == heard


def test_whole_texts_are_scored_as_if_their_pieces_were_taken_one_by_one(model: MoonshineModel):
    started = model.start(model.encode(as_floats(speak("Turn on the kitchen light."))))
    said = ("Turn on the kitchen light.", "What time is it?", "")
    texts = [model.tokenizer.encode(text) if text else () for text in said]
    one_by_one = []
    for text in texts:
        (logits, memory), odds = started, 0.0
        for piece in (*text, Tokenizer.end):
            odds += float(logits[0, piece] - log_sums(logits)[0])
            logits, memory = model.step(np.array([piece]), memory)
        one_by_one.append(odds)
    # The network counts in whole numbers, whose steps depend on what else is worked out at once.
    assert model.score(started, texts) == pytest.approx(one_by_one, abs=2.0)
    assert model.score(started, texts[2:]) == pytest.approx(one_by_one[2:], abs=0.01)
