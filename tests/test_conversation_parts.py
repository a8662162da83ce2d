"""The parts of the conversation, each by itself."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from voice_skill.assistant import Glance
from voice_skill.audio.frames import SAMPLE_RATE, Sound, silence
from voice_skill.audio.playback import Playback
from voice_skill.audio.recorder import KEPT, Recorder
from voice_skill.cli.listen import status_line
from voice_skill.cli.pushes import pushes_of
from voice_skill.config import Settings, load_settings, override
from voice_skill.conversation.completeness import Completeness, Patience
from voice_skill.conversation.interruptions import interrupts, is_echo, meant_to_stop, stops
from voice_skill.conversation.jobs import Job, Worker
from voice_skill.conversation.openings import Openings
from voice_skill.conversation.stretch import Stretch, onset
from voice_skill.conversation.thinking import Thought
from voice_skill.conversation.wake_word import OnWord
from voice_skill.dialog.pack import load_pack
from voice_skill.errors import EngineError, MissingError, UsageError
from voice_skill.hearing.grammar import Grammar
from voice_skill.learning import understander_of
from voice_skill.service import unit
from voice_skill.speaking.text import sentences
from voice_skill.understanding.meaning import Context, Meaning
from voice_skill.understanding.understander import Understander

PATIENCE = Patience()
LEADING = Context(in_session=True)
T = TypeVar("T")


@pytest.fixture(scope="module")
def understander() -> Understander:
    return understander_of(load_pack("en"))


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("my calf is cramping", PATIENCE.complete),
        ("stop", PATIENCE.complete),
        ("my chest hurts", PATIENCE.complete),
        ("my calf is cramping and", PATIENCE.open),
        ("my calf, um", PATIENCE.open),
        ("my calf, the left one", PATIENCE.open),
        ("my calf has seized up what must i do", PATIENCE.complete),
        ("how do i do", PATIENCE.open),
        ("can i", PATIENCE.open),
        ("", PATIENCE.open),
    ],
)
def test_how_long_to_wait_for_more(understander: Understander, text: str, wait: float) -> None:
    meaning = understander.understand(text) if text else Meaning("", None)
    assert Completeness(load_pack("en")).wait(meaning, Context()) == wait


def test_some_words_are_rarely_the_last_and_some_never(understander: Understander) -> None:
    completeness = Completeness(load_pack("en"))
    waits = [
        completeness.wait(understander.understand(text), Context())
        for text in ("is magnesium any good for this", "is magnesium any good for the")
    ]
    assert waits == [PATIENCE.doubtful, PATIENCE.open]


def test_an_alarm_does_not_wait_for_a_word_that_may_be_the_last(understander: Understander) -> None:
    alarm = understander.understand("my chest hurts and my left arm too")
    assert Completeness(load_pack("en")).wait(alarm, Context()) == PATIENCE.complete


def test_what_the_pack_has_as_a_sentence_may_end_on_any_word(understander: Understander) -> None:
    asked = understander.understand("what is Detralex for")
    waits = [Completeness(load_pack("en")).wait(asked, Context(), (), way) for way in ("end", "outside")]
    assert waits == [PATIENCE.ended, PATIENCE.open]


def test_a_command_may_end_on_any_word(understander: Understander) -> None:
    go_on = understander.understand("go on", LEADING)
    assert Completeness(load_pack("en")).wait(go_on, LEADING) <= PATIENCE.likely


def test_a_place_is_an_answer_when_it_was_asked_for(understander: Understander) -> None:
    asked = Context(asking_slot="muscle", in_session=True)
    meaning = understander.understand("my calf", asked)
    assert Completeness(load_pack("en")).wait(meaning, asked) == PATIENCE.complete


def test_an_end_that_the_recogniser_guessed_is_waited_for(understander: Understander) -> None:
    meaning = understander.understand("my calf is cramping")
    completeness = Completeness(load_pack("en"))
    assert completeness.wait(meaning, Context(), ("my calf is",)) == PATIENCE.open
    for beginning in ("my calf", "my cough"):
        assert completeness.wait(meaning, Context(), (beginning,)) > PATIENCE.likely
    for misheard in ("my cough is gramping", "mike half is cramping"):
        assert completeness.wait(meaning, Context(), (misheard,)) == PATIENCE.complete


def test_words_that_were_hardly_heard_may_be_half_a_question(understander: Understander) -> None:
    completeness = Completeness(load_pack("en"))
    half = replace(understander.understand("why does my leg"), heard=0.5)
    assert completeness.wait(half, Context()) == PATIENCE.doubtful
    command = replace(understander.understand("next", LEADING), heard=0.5)
    assert completeness.wait(command, LEADING) == PATIENCE.complete


def test_a_sentence_that_cannot_go_on_is_answered_soonest(understander: Understander) -> None:
    pack = load_pack("en")
    grammar = Grammar.of_pack(pack.phrases, pack.slots, pack.red_flags)
    waits = [
        Completeness(pack).wait(understander.understand(text), Context(), (), grammar.outlook(text.split()))
        for text in ("do bananas help with cramps", "do bananas help", "how long does a cramp")
    ]
    assert waits == [PATIENCE.ended, PATIENCE.complete, PATIENCE.likely]


def test_who_speaks_in_their_own_words_may_go_on_after_a_comma(understander: Understander) -> None:
    said = understander.understand("hello please help big pain in my right calf")
    assert Completeness(load_pack("en")).wait(said, Context(), (), "outside") >= PATIENCE.likely
    alarm = understander.understand("I've got this crushing pain in my chest")
    assert Completeness(load_pack("en")).wait(alarm, Context(), (), "outside") == PATIENCE.complete


def test_an_answer_is_a_whole_sentence_although_the_pack_has_longer_ones(understander: Understander) -> None:
    asked = Context(asking_slot="muscle", in_session=True)
    unsure = understander.understand("no idea", asked)
    assert Completeness(load_pack("en")).wait(unsure, asked, (), "beginning") == PATIENCE.complete


def test_the_last_sound_of_a_question_does_not_make_the_answer_falter() -> None:
    one_window = 0.032
    assert onset(answered_ago=0.1) > 2 * one_window
    assert onset(answered_ago=1.0) < one_window


@pytest.mark.parametrize("text", ["stop", "next", "wait", "louder", "my chest hurts", "can I take ibuprofen"])
def test_what_interrupts(understander: Understander, text: str) -> None:
    assert interrupts(understander.understand(text, LEADING), LEADING)


@pytest.mark.parametrize("text", ["mhm", "okay", "right", "yes", "ow", "thank you", "my train is late"])
def test_what_does_not_interrupt(understander: Understander, text: str) -> None:
    assert not interrupts(understander.understand(text, LEADING), LEADING)


def test_a_yes_interrupts_the_question_it_answers(understander: Understander) -> None:
    asked = Context(("yes", "no"), in_session=True)
    assert interrupts(understander.understand("no", asked), asked, asking=True)


def test_its_own_voice_is_no_stop_word(understander: Understander) -> None:
    stop = understander.understand("stop", LEADING)
    assert stops(stop, "Keep that knee straight.")
    assert not stops(stop, "While I lead, say next, repeat or stop.")
    assert is_echo("straightening your life", "Straighten your leg, and pull your toes toward you.")
    assert not is_echo("can I take ibuprofen", "Straighten your leg, and pull your toes toward you.")
    assert is_echo("say next", "While I lead, say next, repeat or stop.")


@pytest.mark.parametrize(("somebody", "stopped"), [(True, True), (False, False)])
def test_an_emergency_that_sounds_like_its_own_words_stops_it_if_somebody_surely_spoke(
    understander: Understander, *, somebody: bool, stopped: bool
) -> None:
    stretch = Stretch(0.0, into_speech=True, clear=True, others=somebody)
    thought = Thought(understander.understand("I can't breathe", LEADING), wait=0.0)
    spoken = "I can't make calls, so please get help now."
    assert meant_to_stop(stretch, thought, "all", spoken, "", LEADING, asking=False) == stopped


@pytest.mark.parametrize(("alone", "stopped"), [(12, True), (2, False)])
def test_a_sign_in_its_own_words_stops_it_if_most_of_it_was_said_into_its_silence(
    understander: Understander, *, alone: int, stopped: bool
) -> None:
    stretch = Stretch(0.0, into_speech=True, clear=True, alone=alone, looked_at=0.6)
    thought = Thought(understander.understand("my chest hurts", LEADING), wait=0.0)
    spoken = "If your chest hurts now, don't wait."
    assert meant_to_stop(stretch, thought, "all", spoken, "", LEADING, asking=False) == stopped


@pytest.mark.parametrize(("alone", "stopped"), [(2, True), (1, False)])
def test_a_word_of_its_own_that_was_cut_off_is_no_command(
    understander: Understander, *, alone: int, stopped: bool
) -> None:
    stretch = Stretch(0.0, into_speech=True, clear=True, held=True, alone=alone, looked_at=0.2)
    thought = Thought(understander.understand("stop", LEADING), wait=0.0)
    spoken = "Once more, and stay as you are."
    assert meant_to_stop(stretch, thought, "all", spoken, "and stay", LEADING, asking=False) == stopped
    assert meant_to_stop(stretch, thought, "all", spoken, "Once more,", LEADING, asking=False)


def test_a_paused_sound_falls_silent_at_once_and_goes_on_a_little_earlier() -> None:
    playback = Playback(np.full(1000, 1000, np.int16), rate=1000)
    assert len(playback.next(400)) == 400
    playback.pause()
    fading = playback.next(20)
    assert fading[-1] == 0
    assert not len(playback.next(20))
    assert not playback.finished
    playback.resume()
    rest = 0
    while not playback.finished:
        rest += len(playback.next(20))
    assert rest == 1000 - 400 + 250


def test_a_worker_goes_on_after_a_failure_and_revives_its_engine() -> None:
    revived = threading.Event()
    worker = Worker("test", 4, revived.set)
    failed = worker.submit(lambda: 1 // 0)
    good = worker.submit(lambda: 42)
    assert revived.wait(5)
    while not good.done:
        time.sleep(0.01)
    assert good.result == 42
    with pytest.raises(EngineError, match="division"):
        _ = failed.result
    worker.close()


def test_a_worker_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice_skill.conversation.jobs.HUNG_AFTER_S", 0.1)
    let_go = threading.Event()
    worker = Worker("recogniser", 4, lambda: None)
    stuck = worker.submit(let_go.wait)
    time.sleep(0.3)
    assert worker.check() == "recogniser hung and was started again"
    assert stuck.done
    again = worker.submit(lambda: "alive")
    while not again.done:
        time.sleep(0.01)
    assert again.result == "alive"
    let_go.set()
    worker.close()


def test_a_worker_with_too_much_to_do_drops_the_oldest() -> None:
    let_go = threading.Event()
    worker = Worker("test", 1, lambda: None)
    worker.submit(let_go.wait)
    time.sleep(0.1)
    old, new = worker.submit(lambda: "old"), worker.submit(lambda: "new")
    assert old.done
    let_go.set()
    while not new.done:
        time.sleep(0.01)
    assert new.result == "new"
    worker.close()


def test_a_profile_sets_what_nobody_else_sets(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text("profile: night\nrate: 1.1\n")
    night = load_settings(tmp_path / "night.yaml")
    assert (night.volume, night.rate, night.tone, night.follows_speaker) == (0.35, 1.1, False, True)
    assert override(night, volume=0.9).volume == 0.9
    assert override(night, profile="day").volume == 1.0


def test_config_show_is_a_settings_file(tmp_path: Path) -> None:
    show = [sys.executable, "-m", "voice_skill", "config", "show"]
    shown = subprocess.run(show, capture_output=True, text=True, check=True)
    (tmp_path / "all.yaml").write_text(shown.stdout)
    assert load_settings(tmp_path / "all.yaml") == load_settings()
    assert shown.stdout.count("#") > len(Settings.model_fields)


def test_config_check_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("region: uk\nvolume: 3\n")
    check = [sys.executable, "-m", "voice_skill", "config", "check", str(tmp_path / "bad.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "bad.yaml:2: volume" in "".join(done.stderr.splitlines())


def test_the_service_is_watched_and_has_no_network(tmp_path: Path) -> None:
    text = unit(tmp_path / "my config.yaml")
    assert "WatchdogSec=30" in text
    assert "PrivateNetwork=yes" in text
    assert f"--config '{tmp_path}/my config.yaml'" in text


def test_each_line_of_the_push_command_is_a_push() -> None:
    with pushes_of(Settings(wake="push", push_command="echo pressed")) as wake:
        assert wake is not None
        deadline = time.monotonic() + 5
        while not wake.armed(0.0) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert wake.armed(0.0)
    with pushes_of(Settings()) as wake:
        assert wake is None


def test_a_push_command_that_is_not_there_is_one_line() -> None:
    with (
        pytest.raises(MissingError, match="push_command"),
        pushes_of(Settings(wake="push", push_command="/nowhere/button")),
    ):
        pass


def test_the_status_line_shows_level_state_and_countdown() -> None:
    line = status_line(Glance(-35.0, "speaking", 12.4, "My calf is cramping.")).plain
    assert line.count("█") == 10
    assert "speaking" in line
    assert "hold 12 s" in line
    assert "“My calf is cramping.”" in line


def test_a_recording_ends_when_it_is_as_long_as_it_may_be(tmp_path: Path) -> None:
    with Recorder(tmp_path / "sound", "1", longest_s=0.1) as recorder:
        for _ in range(10):
            recorder.add(np.full(512, 100, np.int16), np.full(500, -7, np.int16))
        assert not recorder.running
    samples, rate = soundfile.read(recorder.file, dtype="int16")
    assert samples.shape == (1600, 2)
    assert rate == SAMPLE_RATE
    assert samples[0].tolist() == [100, -7]
    assert recorder.file.stat().st_mode & 0o077 == 0, "nobody else reads it"


def test_old_recordings_make_room(tmp_path: Path) -> None:
    for name in "abcdefgh":
        with Recorder(tmp_path, name):
            pass
    assert sorted(tmp_path.iterdir())[0].name == "voice-skill-d.wav"
    assert len(list(tmp_path.iterdir())) == KEPT


def test_where_nothing_can_be_recorded_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="nothing can be recorded"), Recorder(tmp_path / "file", "1"):
        pass


class AtOnce:
    """Does every job while it is asked for."""

    def submit(self, work: Callable[[], T]) -> Job[T]:
        job = Job(work)
        job.run()
        return job


class Teller:
    """Notes what it is asked to pronounce. broken: it cannot."""

    def __init__(self, *, broken: bool = False) -> None:
        self.asked: list[str] = []
        self.broken = broken

    def split(self, text: str) -> list[str]:
        return list(sentences(text))

    def pronounce(self, sentence: str) -> Sound:
        self.asked.append(sentence)
        if self.broken:
            raise EngineError("the voice is gone")
        return silence(0.1)

    def knows(self, sentence: str) -> bool:
        return sentence in self.asked


def test_openings_are_rendered_ahead_one_at_a_time_the_red_flags_first() -> None:
    teller = Teller()
    openings = Openings(load_pack("en"), "uk", teller, AtOnce())
    while openings.render_next():
        pass
    assert teller.asked[0].startswith("Call nine")
    assert len(teller.asked) == len(set(teller.asked)) > 100


def test_a_voice_that_fails_is_not_asked_for_one_opening_after_the_other() -> None:
    teller = Teller(broken=True)
    openings = Openings(load_pack("en"), "uk", teller, AtOnce())
    while openings.render_next():
        pass
    assert len(teller.asked) == 1


def test_a_missing_wake_word_detector_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymicro_wakeword", None)
    with pytest.raises(MissingError, match="wakeword"):
        OnWord("hey_mycroft")
