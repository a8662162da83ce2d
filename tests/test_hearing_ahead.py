"""Listening ahead: what was made out while somebody spoke is checked at the end, not searched for anew."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.virtual_room import Room
from tests.voices import speak
from voice_skill.audio.frames import SAMPLE_RATE, Samples
from voice_skill.config import Settings
from voice_skill.conversation.completeness import Completeness
from voice_skill.conversation.thinking import Thinker
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.hearing.ahead import follow
from voice_skill.hearing.biasing import WordBias
from voice_skill.hearing.decoding import decode
from voice_skill.hearing.moonshine import MoonshineRecognizer
from voice_skill.hearing.moonshine_model import Floats, Memory, MoonshineModel, packaged_weights
from voice_skill.hearing.recognizer import Draft
from voice_skill.hearing.transcription import recognise
from voice_skill.learning import understander_of
from voice_skill.mouth import Mouth
from voice_skill.session import Session

SAID = "Should I see a doctor about my cramps?"


@pytest.fixture(scope="module")
def model() -> MoonshineModel:
    return MoonshineModel(packaged_weights(), tuning=load_pack("en").tuning)


@pytest.fixture(scope="module")
def ears() -> Iterator[Ears]:
    pack = load_pack("en")
    ears = Ears(Settings(region="uk"), pack, understander_of(pack))
    ears.load()
    yield ears
    ears.close()


def begun(model: MoonshineModel, samples: Samples) -> tuple[Floats, Memory]:
    return model.start(model.encode(samples.astype(np.float32) / np.float32(32768)))


def all_but_the_end(samples: Samples, seconds: float = 0.7) -> Samples:
    return samples[: -round(seconds * SAMPLE_RATE)]


@pytest.mark.parametrize("voice", ["piper", "espeak-british", "espeak-female"])
def test_where_every_piece_is_certain_it_is_the_text_that_a_search_finds(model: MoonshineModel, voice: str):
    started = begun(model, speak(SAID, voice).samples)
    certain = follow(model, started)
    assert certain is not None
    assert model.tokenizer.decode(certain.tokens) == SAID
    best = decode(model, started, WordBias(model.tokenizer))
    assert certain.tokens == best.tokens
    assert certain.odds == pytest.approx(best.odds, abs=0.05)


def test_of_a_known_beginning_only_the_rest_takes_steps(
    model: MoonshineModel, monkeypatch: pytest.MonkeyPatch
):
    samples = speak(SAID).samples
    sketch = follow(model, begun(model, all_but_the_end(samples)), floor=-np.inf)
    assert sketch is not None
    assert model.tokenizer.decode(sketch.tokens).startswith("Should I see a doctor")
    started, steps = begun(model, samples), []
    step = model.step
    monkeypatch.setattr(model, "step", lambda *given: steps.append(1) or step(*given))
    whole = follow(model, started, sketch.tokens)
    with_draft, _ = len(steps), steps.clear()
    alone = follow(model, started)
    assert whole is not None
    assert alone is not None
    assert whole.tokens == alone.tokens
    assert with_draft <= len(steps) / 2


def test_a_wrong_draft_does_no_harm(model: MoonshineModel):
    started = begun(model, speak(SAID).samples)
    other = follow(model, begun(model, speak("My toes are cramping.").samples))
    assert other is not None
    for draft in (other.tokens, other.tokens * 9, (1,)):
        found = follow(model, started, draft)
        assert found is not None
        assert model.tokenizer.decode(found.tokens) == SAID


def test_where_a_piece_is_uncertain_it_is_left_to_the_search(model: MoonshineModel):
    hiss = np.random.default_rng(3).normal(0, 3000, 2 * SAMPLE_RATE).astype(np.int16)
    assert follow(model, begun(model, hiss)) is None


def test_a_sketch_changes_nothing_but_the_time(ears: Ears):
    samples = speak("My thigh is cramping badly.", "espeak-british").samples
    sketch = ears.sketch(all_but_the_end(samples, 0.5))
    assert sketch
    assert ears.sketch(all_but_the_end(samples, 0.3), sketch)[:3] == sketch[:3]
    quick, plain = ears.recognise(samples, draft=sketch), ears.recognise(samples)
    assert (quick.text, quick.alternatives) == (plain.text, plain.alternatives)
    assert quick.confidence == pytest.approx(plain.confidence, abs=0.01)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 25.0])
def test_of_too_little_and_too_much_there_is_no_sketch(ears: Ears, seconds: float):
    assert ears.sketch(np.zeros(round(seconds * SAMPLE_RATE), np.int16)) == ()


def test_the_draft_is_forgotten_with_the_utterance():
    recognizer = MoonshineRecognizer()
    draft = recognizer.sketch(speak("My toes are cramping.").samples)
    recognise(recognizer, speak(SAID).samples, draft)
    assert recognizer._draft == ()


def test_a_sketch_that_nobody_waits_for_is_given_up(ears: Ears):
    pack = load_pack("en")
    thinker = Thinker(ears, Session(pack, understander_of(pack)), Completeness(pack))
    assert thinker.sketch(speak(SAID).samples, (1, 2), lambda: True) == (1, 2)


def test_while_somebody_speaks_the_beginning_is_made_out(ears: Ears, monkeypatch: pytest.MonkeyPatch):
    """At the end of a question without a pause, most of its words are there already."""
    settings = Settings(region="uk", voice="piper")
    pack = load_pack("en")
    room = Room(pack, understander_of(pack), ears, Mouth(settings, "en"), settings, None)
    drafts: list[Draft] = []
    hear = ears.recognise

    def watched(*given: Any) -> Any:
        drafts.append(given[2])
        return hear(*given)

    monkeypatch.setattr(ears, "recognise", watched)
    end = room.say(SAID, at=1.0)
    room.run(end + 2)
    assert "doctor" in room.said_between(end, end + 2)
    model, _ = ears.recognizer._open()  # type: ignore[attr-defined]
    assert model.tokenizer.decode(drafts[-1]).startswith("Should I see a doctor")
