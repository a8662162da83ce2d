"""How it is counted what was heard wrong."""

import pytest

from voice_skill.workshop.proof import errors, words_of


@pytest.mark.parametrize(
    ("said", "heard", "written", "by_sound"),
    [
        ("Call nine nine nine now.", "Call 999 now", 0, 0),
        ("Hold it for thirty seconds.", "hold it for 30 seconds", 0, 0),
        ("Push your heel away.", "push your heal away", 1, 0),
        ("Don't rub it.", "do not rub it", 0, 0),
        ("An anti-inflammatory.", "an antiinflammatory", 0, 0),
        ("Bend the wrist.", "bend the rest", 1, 1),
        ("Bend the wrist.", "bend wrist", 1, 1),
        ("Bend the wrist.", "", 3, 3),
        ("Rest.", "rest now please", 2, 2),
        ("See your doctor.", "sea your doctor today", 2, 1),
    ],
)
def test_words_heard_wrong(said: str, heard: str, written: int, by_sound: int):
    words, got = words_of(said), words_of(heard)
    assert errors(words, got, by_sound=False) == written
    assert errors(words, got, by_sound=True) == by_sound
