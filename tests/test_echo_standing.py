"""Whether the echo filter is in the right place: what time stamps are believed, and when it begins anew."""

import pytest

from voice_skill.audio.alignment import Alignment
from voice_skill.audio.echo_standing import Standing

FRAME = 512
FRAME_S = FRAME / 16_000


def count_on(
    alignment: Alignment, first: int, frames: int, off: float = 0.0, *, proven: bool = True
) -> float:
    """Let frames pass whose stamps are wrong by `off` samples; returns by how much the place is."""
    begin = 0.0
    for number in range(first, first + frames):
        begin, _ = alignment.go_on(1000.0 + FRAME * number + off, FRAME, 1e9, used=True, proven=proven)
    return begin - 1000.0 - FRAME * (first + frames - 1)


@pytest.mark.parametrize("off", [300.0, 900.0, 1500.0])
def test_a_filter_that_takes_its_echo_away_is_not_moved_by_stamps_under_100_ms(off: float) -> None:
    alignment = Alignment()
    count_on(alignment, 0, 100)
    assert count_on(alignment, 100, 300, off) == 0.0
    assert alignment.jumps == 0


def test_a_stamp_that_is_more_than_100_ms_off_is_believed_at_once() -> None:
    alignment = Alignment()
    count_on(alignment, 0, 100)
    assert count_on(alignment, 100, 1, 1700.0) == 1700.0
    assert alignment.jumps == 1


def test_a_filter_that_knows_nothing_is_moved_by_stamps_50_ms_off() -> None:
    alignment = Alignment()
    count_on(alignment, 0, 100, proven=False)
    assert count_on(alignment, 100, 1, 900.0, proven=False) == 900.0


def test_stamps_that_were_wrong_where_the_echo_was_right_stay_wrong() -> None:
    alignment = Alignment()
    count_on(alignment, 0, 100)
    count_on(alignment, 100, 500, 500.0)
    alignment.confirm()
    assert count_on(alignment, 600, 300, 500.0, proven=False) == pytest.approx(0.0, abs=1.0)
    assert alignment.jumps == 0

    unconfirmed = Alignment()
    count_on(unconfirmed, 0, 100)
    count_on(unconfirmed, 100, 500, 500.0)
    assert count_on(unconfirmed, 600, 300, 500.0, proven=False) > 400.0


def test_after_a_loss_what_is_played_is_shown_25_ms_earlier_than_stamps_say() -> None:
    alignment = Alignment()
    count_on(alignment, 0, 100)
    alignment.lost()
    assert count_on(alignment, 100, 100) == 400.0


def test_after_a_loss_nothing_is_shown_that_is_not_known_yet() -> None:
    alignment = Alignment()
    for number in range(100):
        stamped = 1000.0 + FRAME * number
        if number == 50:
            alignment.lost()
        begin, end = alignment.go_on(stamped, FRAME, stamped + FRAME + 120.0, used=True, proven=True)
        assert end <= stamped + FRAME + 120.0
    assert 0.0 < begin - stamped < 120.0


def test_after_a_loss_the_clocks_run_apart_as_they_did_when_the_echo_was_right() -> None:
    alignment = Alignment()
    count_on(alignment, 0, 10)
    for _ in range(100):
        alignment.follow(-0.05, FRAME_S)
    alignment.confirm()
    drift = alignment.drift
    for _ in range(20):
        alignment.follow(3.0, FRAME_S)
    assert alignment.drift < drift < 1.0
    alignment.lost()
    assert alignment.drift == drift


def heard(standing: Standing, removed_db: float, seconds: float, **what: bool) -> Standing:
    """Let the loudspeaker be heard for so long, its echo being softer by so much."""
    for _ in range(round(seconds / 0.016)):
        standing.take(removed_db, 0.016, others=what.get("others", False), silent=what.get("silent", False))
    return standing


def test_a_filter_that_removes_6_db_for_half_a_second_is_right() -> None:
    assert not heard(Standing(), 20.0, 0.4).right
    assert heard(Standing(), 20.0, 0.6).right
    assert not heard(Standing(), 5.0, 3.0).right


def test_one_that_was_right_and_makes_things_louder_is_lost() -> None:
    standing = heard(heard(Standing(), 20.0, 1.0), -2.0, 0.2)
    assert not standing.lost
    assert heard(standing, -2.0, 0.2).lost


def test_one_that_is_still_learning_is_not_lost_by_making_things_louder() -> None:
    assert not heard(Standing(), -2.0, 1.0).lost


def test_one_that_was_of_no_use_for_four_seconds_is_lost() -> None:
    assert not heard(Standing(), 0.5, 3.9).lost
    assert heard(Standing(), 0.5, 4.1).lost


def test_one_that_worked_is_not_judged_by_a_loud_voice() -> None:
    standing = heard(Standing(), 20.0, 1.0)
    assert not heard(standing, 0.5, 10.0, others=True).lost
    assert heard(standing, 0.5, 4.1).lost


def test_the_first_word_after_long_silence_on_headphones_does_not_begin_anew() -> None:
    standing = heard(Standing(), 0.0, 30.0, silent=True)
    assert not heard(standing, 0.5, 0.9).lost
    assert heard(standing, 0.5, 0.3).lost


def test_one_whose_place_was_changed_has_half_a_second_to_work_again() -> None:
    standing = heard(Standing(), 20.0, 1.0)
    standing.doubt()
    assert not heard(standing, 3.0, 0.4).lost
    assert heard(standing, 3.0, 0.2).lost

    working = heard(Standing(), 20.0, 1.0)
    working.doubt()
    assert not heard(working, 20.0, 2.0).lost
    assert not heard(working, 3.0, 2.0).lost, "it has proved itself"


def test_after_a_silence_it_must_show_again_that_it_is_right() -> None:
    standing = heard(Standing(), 20.0, 1.0)
    standing.pause()
    assert standing.proven
    assert not standing.right
    assert heard(standing, 20.0, 0.6).right


def test_where_there_seems_to_be_no_echo_each_new_filter_has_more_patience() -> None:
    standing = Standing()
    patience = []
    for _ in range(6):
        patience.append(standing.patience_s)
        standing = heard(standing, 0.5, standing.patience_s + 0.1)
        assert standing.lost
        standing = standing.successor()
    assert patience == [4.0, 8.0, 16.0, 32.0, 32.0, 32.0]
    assert heard(Standing(32.0), 20.0, 1.0).successor().patience_s == 4.0
