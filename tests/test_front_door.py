"""Through the front door: a question is spoken, and the spoken answer is listened to.

Every question goes as sound into recognition, understanding, dialog and synthesis; what comes out is
recognised again and must hold the answer's own words.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.voices import speak
from voice_skill.audio.files import read_audio, write_wav
from voice_skill.audio.frames import Sound, join
from voice_skill.config import Settings
from voice_skill.dialog.pack import load_pack
from voice_skill.ears import Ears
from voice_skill.learning import understander_of
from voice_skill.mouth import Mouth
from voice_skill.session import Answer, Session, answer

EXAMPLE = Path(__file__).parent.parent / "examples" / "question.flac"

ROUND_TRIPS = [
    ("My calf is cramping, help me.", "piper", "relief"),
    ("I have a cramp in my left foot.", "piper-slow", "relief"),
    ("My hamstring has seized up.", "piper", "relief"),
    ("How do I stretch my calf?", "piper", "stretch"),
    ("How do I stretch the front of my thigh?", "piper-slow", "stretch"),
    ("Should I massage the muscle?", "piper", "massage"),
    ("Should I get up and walk around?", "piper-slow", "walk"),
    ("Should I put ice on it?", "piper", "compress"),
    ("Is heat or cold better for a cramp?", "espeak-british", "compress"),
    ("Would a warm bath help?", "piper", "bath"),
    ("Can I take ibuprofen for the pain?", "piper", "pain_reliever"),
    ("May I take paracetamol?", "piper-slow", "pain_reliever"),
    ("Should I take a muscle relaxant?", "piper", "muscle_relaxant"),
    ("Does magnesium help against cramps?", "piper", "supplement"),
    ("Should I drink more water?", "piper", "drink"),
    ("What is Detralex for?", "piper-slow", "detralex"),
    ("What are varicose veins?", "piper", "venous_disease"),
    ("What is a muscle cramp?", "piper", "what_is"),
    ("What does a cramp feel like?", "piper-slow", "feels_like"),
    ("Which muscles cramp the most?", "piper", "where"),
    ("Who gets muscle cramps?", "piper", "who"),
    ("What causes muscle cramps?", "piper", "causes"),
    ("Why do I get cramps at night?", "piper", "night_causes"),
    ("How can I prevent cramps?", "piper", "prevention"),
    ("How long does a cramp last?", "piper", "reliability"),
    ("When should I see a doctor?", "piper", "doctor"),
    ("Can cramps be a sign of multiple sclerosis?", "piper", "conditions"),
    ("My leg is cramping and my chest hurts.", "piper", "emergency"),
    ("I have a cramp and I cannot breathe.", "piper-slow", "emergency"),
    ("My calf is swollen and hot and red.", "piper", "urgent_sign"),
    ("What is the weather tomorrow?", "piper", "out_of_scope"),
    ("What can I ask you?", "piper", "help"),
    ("My calf is cramping.", "espeak-male", "relief"),
    ("What causes muscle cramps?", "espeak-female", "causes"),
]


class Skill:
    """The whole program in one place: sound in, sound out."""

    def __init__(self) -> None:
        settings = Settings(cache=False, voice="piper", recognizer="moonshine", region="uk")
        self._pack = load_pack("en")
        self._understander = understander_of(self._pack)
        self._ears = Ears(settings, self._pack, self._understander)
        self._ears.load()
        self._mouth = Mouth(settings, "en")

    def ask(self, question: Sound) -> tuple[str, Answer]:
        heard = self.listen(question)
        return heard, answer(Session(self._pack, self._understander, "uk"), heard)

    def listen(self, sound: Sound) -> str:
        return self._ears.transcribe(sound).text

    def say(self, text: str) -> Sound:
        return join(list(self._mouth.render(text)))


@pytest.fixture(scope="module")
def skill() -> Skill:
    return Skill()


DIGITS = {
    str(value): word
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
}


def key_words(text: str) -> set[str]:
    """Return the words that count; a recogniser may write "999" for what was said digit by digit."""
    text = re.sub(r"\d", lambda digit: f" {DIGITS[digit[0]]} ", text)
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3}


@pytest.mark.parametrize(("question", "voice", "intent"), ROUND_TRIPS)
def test_a_spoken_question_is_answered_aloud(skill: Skill, question: str, voice: str, intent: str):
    heard, given = skill.ask(speak(question, voice, silence_after=0.3))
    assert given.meaning.intent == intent, f"heard {heard!r}"
    first = given.reply[0].text
    said_again = skill.listen(skill.say(first))
    expected = key_words(first)
    assert expected, "an answer has words worth recognising"
    assert len(expected & key_words(said_again)) >= 0.6 * len(expected), (
        f"{first!r} came back as {said_again!r}"
    )


def test_nothing_of_the_demos_question_is_lost(skill: Skill):
    heard = skill.listen(read_audio(EXAMPLE)).lower()
    assert "my calf is cramping" in heard, "a sentence of the pack"
    assert "what can i do" in heard, "and what is said beyond it"


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voice_skill", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd, check=False)


def test_the_command_answers_a_recording_with_a_recording(tmp_path: Path, skill: Skill):
    write_wav(tmp_path / "question.wav", speak("My calf is cramping."))
    done = run("ask", "--audio", tmp_path / "question.wav", "--out", tmp_path / "answer.wav", "--json")
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert got["intent"] == "relief"
    assert got["slots"]["muscle"] == "calf"
    assert got["steps"], "a cramp is led through, not only talked about"
    assert any(step["hold_s"] >= 10 for step in got["steps"])
    assert got["sources"]
    spoken = read_audio(tmp_path / "answer.wav", max_seconds=600)
    assert spoken.seconds > 5
    heard = skill.listen(Sound(spoken.samples[: 16_000 * 15]))
    words = key_words(got["reply"])
    assert len(words & key_words(heard)) >= min(3, len(words))


def test_all_that_was_recognised_is_told_where_it_is_asked_for(tmp_path: Path):
    write_wav(tmp_path / "question.wav", speak("My calf is cramping."))
    plain = json.loads(run("ask", "--audio", tmp_path / "question.wav", "--json").stdout)
    assert "recognised" not in plain
    told = json.loads(run("ask", "--audio", tmp_path / "question.wav", "--json", "-v").stdout)["recognised"]
    assert [word["text"] for word in told["words"]] == ["my", "calf", "is", "cramping"]
    assert told["words"][-1]["end"] > told["words"][0]["start"]
    best = told["hypotheses"][0]
    assert best["readings"][0]["slots"]["muscle"] == "calf"
    assert 0 < best["confidence"] <= 1


def test_an_emergency_is_answered_with_the_call_first(tmp_path: Path):
    done = run("ask", "--text", "my leg cramps and my chest hurts", "--region", "us", "--json")
    got = json.loads(done.stdout)
    assert set(got["ms"]) == {"recognise", "understand", "first_sound"}
    assert got["urgency"] == "emergency"
    assert "nine one one" in got["reply"].split(".")[0]
    assert got["steps"] == []


def test_strict_says_no_when_nothing_was_understood():
    assert run("ask", "--text", "what time does the library close", "--strict").returncode == 1
    assert run("ask", "--text", "my calf is cramping", "--strict").returncode == 0
