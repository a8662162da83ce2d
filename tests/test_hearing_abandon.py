"""Work that is done side by side is given up together, and leaves no thread behind."""

import threading
from collections.abc import Callable

import pytest

from voice_skill.hearing.abandon import Abandoned, check, side_by_side, unless


def test_works_done_side_by_side_return_in_their_order():
    met = threading.Barrier(2, timeout=10)  # each waits for the other: they do run at once

    def work(number: int) -> Callable[[], int]:
        def meet() -> int:
            met.wait()
            return number

        return meet

    assert side_by_side(work(1), work(2)) == [1, 2]
    assert side_by_side(lambda: 3) == [3]


def test_giving_up_reaches_work_in_other_threads():
    before = threading.active_count()
    given_up, seen = threading.Event(), []

    def give_up() -> None:
        given_up.set()

    def go_on() -> None:
        try:
            while True:
                check()
                given_up.wait(10)
        except Abandoned:
            seen.append(threading.current_thread())
            raise

    with unless(given_up.is_set), pytest.raises(Abandoned):
        side_by_side(give_up, go_on)
    assert seen != [threading.current_thread()]
    assert threading.active_count() == before


@pytest.mark.parametrize("fails", [0, 1])
def test_what_goes_wrong_beside_is_told_and_leaves_no_thread_behind(fails: int):
    before = threading.active_count()

    def fail() -> None:
        raise ValueError("out of memory")

    works: list[Callable[[], None]] = [check, check]
    works[fails] = fail
    with pytest.raises(ValueError, match="out of memory"):
        side_by_side(*works)
    assert threading.active_count() == before


def test_work_beside_that_nobody_can_give_up_goes_on_to_its_end():
    assert side_by_side(check, check) == [None, None]
