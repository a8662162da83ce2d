"""The vosk engine on a real model: it streams, keeps time, takes phrases, and can be used for hours."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.korean import HELLO, HOSPITAL, MODEL, PLEASE, TODAY, UNKNOWN, WEATHER, korean, noise
from voice_skill.audio.frames import FRAME_SAMPLES, SAMPLE_RATE, Samples
from voice_skill.errors import MissingError
from voice_skill.hearing.gate import SpeechGate
from voice_skill.hearing.recognizer import Transcript
from voice_skill.hearing.vosk import RENEW_AFTER, VoskRecognizer

PHRASES = [f"{HELLO} {TODAY} {WEATHER}", f"{HOSPITAL} {PLEASE}"]


@pytest.fixture(scope="module")
def vosk() -> VoskRecognizer:
    recognizer = VoskRecognizer(MODEL)
    recognizer.load()
    return recognizer


@pytest.fixture
def told(vosk: VoskRecognizer) -> VoskRecognizer:
    """Return the recogniser, told what may be said."""
    vosk.use_phrases(PHRASES)
    return vosk


def hear(recognizer: VoskRecognizer, samples: Samples) -> Transcript:
    for start in range(0, len(samples), FRAME_SAMPLES):
        recognizer.accept(samples[start : start + FRAME_SAMPLES])
    return recognizer.finish()


def test_words_come_while_the_person_still_speaks(told: VoskRecognizer) -> None:
    speech = korean(HELLO, TODAY, WEATHER)
    told.reset()
    partials = []
    for start in range(0, len(speech), FRAME_SAMPLES):
        told.accept(speech[start : start + FRAME_SAMPLES])
        partials.append(told.partial())
    assert partials[0] == ""
    assert HELLO in partials
    assert told.finish().text == f"{HELLO} {TODAY} {WEATHER}"


def test_words_have_times(told: VoskRecognizer) -> None:
    speech = korean(HELLO, TODAY, WEATHER)
    words = hear(told, speech).words
    loud = np.flatnonzero(np.abs(speech) > 300) / SAMPLE_RATE
    assert [word.text for word in words] == [HELLO, TODAY, WEATHER]
    assert words[0].start == pytest.approx(loud[0], abs=0.2)
    assert all(one.end <= other.start + 0.01 for one, other in itertools.pairwise(words))
    assert words[-1].end == pytest.approx(loud[-1], abs=0.2)


def test_every_utterance_starts_anew(told: VoskRecognizer) -> None:
    first = hear(told, korean(HELLO, TODAY, WEATHER))
    second = hear(told, korean(HOSPITAL, PLEASE))
    third = hear(told, korean(HELLO, TODAY, WEATHER))
    assert second.text == f"{HOSPITAL} {PLEASE}"
    assert third.text == first.text
    assert [word.start for word in third.words] == pytest.approx([w.start for w in first.words], abs=0.06)


def test_the_size_of_the_pieces_does_not_matter(told: VoskRecognizer) -> None:
    speech = korean(HOSPITAL, PLEASE)
    for pieces in (1, 7, 1000):
        for piece in np.array_split(speech, pieces):
            told.accept(piece)
        assert told.finish().text == f"{HOSPITAL} {PLEASE}"


def test_reset_forgets_what_was_said(told: VoskRecognizer) -> None:
    told.accept(korean(HELLO, TODAY, WEATHER))
    assert told.partial()
    told.reset()
    assert told.partial() == ""
    assert hear(told, korean(HOSPITAL, PLEASE)).text == f"{HOSPITAL} {PLEASE}"


def test_anything_may_be_said_without_phrases(vosk: VoskRecognizer) -> None:
    vosk.use_phrases([])
    heard = hear(vosk, korean(HELLO, TODAY, WEATHER))
    assert len(heard.words) >= 3
    assert heard.text not in {"", f"{HELLO} {TODAY} {WEATHER}"}  # an unguided small model mishears this voice


def test_a_phrase_with_an_unknown_word_keeps_its_known_parts(vosk: VoskRecognizer) -> None:
    vosk.use_phrases([f"{HELLO} {UNKNOWN} {TODAY} {WEATHER}", UNKNOWN])
    assert hear(vosk, korean(HELLO)).text == HELLO
    assert hear(vosk, korean(TODAY, WEATHER)).text == f"{TODAY} {WEATHER}"


def test_a_hyphen_may_be_heard_as_a_space(vosk: VoskRecognizer) -> None:
    vosk.use_phrases([f"{HOSPITAL}-{PLEASE}"])
    assert hear(vosk, korean(HOSPITAL, PLEASE)).text == f"{HOSPITAL} {PLEASE}"


def test_phrases_of_unknown_words_only_leave_hearing_free(vosk: VoskRecognizer) -> None:
    vosk.use_phrases([UNKNOWN, "", "calf"])
    assert hear(vosk, korean(HELLO, TODAY)).text


def test_silence_and_nothing_at_all_are_no_words(told: VoskRecognizer) -> None:
    assert hear(told, np.zeros(5 * SAMPLE_RATE, np.int16)) == Transcript("")
    assert told.finish() == Transcript("")


def test_noise_is_no_words_behind_the_gate(told: VoskRecognizer) -> None:
    ungated = hear(told, noise(5.0)).text
    gated = VoskRecognizer(MODEL, has_speech=SpeechGate().has_speech)
    gated.use_phrases(PHRASES)
    assert ungated  # this is why there is a gate
    assert hear(gated, noise(5.0)) == Transcript("")


def test_the_gate_lets_whole_utterances_through(told: VoskRecognizer) -> None:
    gated = VoskRecognizer(MODEL, has_speech=SpeechGate().has_speech)
    gated.use_phrases(PHRASES)
    quiet = np.zeros(4 * SAMPLE_RATE, np.int16)
    sound = np.concatenate(
        [quiet, korean(HELLO, TODAY, WEATHER), quiet, quiet, korean(HOSPITAL, PLEASE), quiet]
    )
    heard = hear(gated, sound)
    assert heard.text == f"{HELLO} {TODAY} {WEATHER} {HOSPITAL} {PLEASE}"
    expected = hear(told, sound)
    starts = [word.start for word in heard.words]
    assert starts == pytest.approx([word.start for word in expected.words], abs=0.15)


def test_the_model_is_shared_and_freed() -> None:
    script = f"""
import os
from pathlib import Path
from voice_skill.hearing.vosk import VoskRecognizer
def resident_mb():
    return int(Path('/proc/self/statm').read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6
os.chdir({str(MODEL.parent)!r})
one, other = VoskRecognizer(Path('model')), VoskRecognizer(Path({str(MODEL)!r}))
one.load(); first = resident_mb()
other.load(); second = resident_mb()
one.close(); other.accept(__import__('numpy').zeros(3200, 'int16')); other.close(); last = resident_mb()
print(first, second, last)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    first, second, last = map(float, done.stdout.split())
    assert first > 200
    assert second - first < 50  # the second recogniser uses the first one's model
    assert first - last > 150
    assert done.stderr == ""


def test_it_opens_again_after_close(told: VoskRecognizer) -> None:
    told.close()
    told.close()
    assert hear(told, korean(HOSPITAL, PLEASE)).text == f"{HOSPITAL} {PLEASE}"


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.slow
def test_a_long_utterance_keeps_its_clock_and_its_memory(told: VoskRecognizer) -> None:
    """Twelve minutes without an end, past the point where the decoder is built anew."""
    speech = korean(HELLO, TODAY, WEATHER)
    times = 12 * 60 * SAMPLE_RATE // len(speech)
    assert times * len(speech) > RENEW_AFTER
    told.reset()
    for _ in range(20):
        told.accept(speech)
    before = resident_mb()
    for _ in range(times - 20):
        told.accept(speech)
    after = resident_mb()
    heard = told.finish()
    said = [word for word in heard.words if word.text == HELLO]
    expected = np.arange(times) * len(speech) / SAMPLE_RATE + 0.5
    assert len(said) == times
    assert [word.start for word in said] == pytest.approx(list(expected), abs=0.3)
    assert after - before < 40


# Folders that are no model, or no longer one.


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """Return a copy of the model that can be damaged; its files are links to the real ones."""
    copy = tmp_path / "model"
    shutil.copytree(MODEL, copy, copy_function=os.symlink)
    return copy


@pytest.mark.parametrize(
    "lost",
    [
        "am/final.mdl",
        "conf/mfcc.conf",
        "conf/model.conf",
        "graph/HCLr.fst",
        "graph/Gr.fst",
        "graph/disambig_tid.int",
        "graph/phones/word_boundary.int",
        "ivector/final.ie",
        "ivector/splice.conf",
    ],
)
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_model_that_lost_a_file_is_named_and_not_opened(model_copy: Path, lost: str, how: str) -> None:
    (model_copy / lost).unlink()
    if how == "empty":
        (model_copy / lost).touch()
    with pytest.raises(MissingError) as caught:
        VoskRecognizer(model_copy).load()
    assert str(model_copy) in str(caught.value)
    assert lost in str(caught.value)
    assert "voice-skill models install" in str(caught.value)


@pytest.mark.parametrize("cut", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst", "ivector/splice.conf"])
def test_a_file_cut_short_is_an_error_and_no_crash(model_copy: Path, cut: str) -> None:
    content = (MODEL / cut).read_bytes()
    (model_copy / cut).unlink()
    (model_copy / cut).write_bytes(content[: len(content) // 2])
    with pytest.raises(MissingError, match="not usable"):
        VoskRecognizer(model_copy).load()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=f"{tmp_path / 'nowhere'} is not usable: there is no such folder"):
        VoskRecognizer(tmp_path / "nowhere").load()


def test_the_older_flat_layout_is_heard_too(tmp_path: Path) -> None:
    """Older models have their files at the top instead of in am/, conf/ and graph/."""
    flat = tmp_path / "flat"
    flat.mkdir()
    shutil.copytree(MODEL / "ivector", flat / "ivector")
    places = ("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
    for place in (*places, "graph/phones/word_boundary.int"):
        (flat / Path(place).name).symlink_to(MODEL / place)
    recognizer = VoskRecognizer(flat)
    recognizer.use_phrases(PHRASES)
    assert hear(recognizer, korean(HOSPITAL, PLEASE)).text == f"{HOSPITAL} {PLEASE}"
