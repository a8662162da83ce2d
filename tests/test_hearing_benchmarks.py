"""The benchmarks of hearing count as they say they do."""

from pathlib import Path

import pytest

from benchmarks.figures import quantile, rate_interval, wilson
from benchmarks.orders import Menu, is_for_development
from benchmarks.peers import exact, fuzzy, phonetic

GRAMMAR = """
context:
  expressions:
    order:
      - "[get me, I want] a $size:size $drink:drink"
      - "[get me, I want] a $drink:drink"
      - "[get me, I want] a $drink:drink please"
  slots:
    size: [small, large]
    drink: [latte, iced mocha]
"""


@pytest.fixture
def menu(tmp_path: Path) -> Menu:
    (tmp_path / "grammar.yaml").write_text(GRAMMAR)
    return Menu.read(tmp_path)


def test_orders_are_written_in_our_notation(menu: Menu):
    assert exact("Get me a large iced mocha.", menu.grammar()) == {"size": "large", "drink": "iced mocha"}
    assert exact("get me large", menu.grammar()) is None


def test_the_peer_gets_the_same_grammar_with_common_beginnings_once(menu: Menu):
    jsgf = menu.jsgf()
    assert jsgf.startswith("#JSGF V1.0;\ngrammar orders;\n")
    assert "<drink> = latte | iced mocha;" in jsgf
    assert jsgf.endswith("public <order> = (get me|i want) a (<size> <drink> | <drink> [please]);\n")


def test_misheard_orders_are_found_by_letters_and_by_sound(menu: Menu):
    assert fuzzy("i want a larje latte", menu.lists) == {"size": "large", "drink": "latte"}
    assert phonetic("i want a lardge iced moka", menu.lists) == {"size": "large", "drink": "iced mocha"}
    assert fuzzy("the weather is fine", menu.lists) == {}


def test_a_recording_always_belongs_to_the_same_half():
    names = [f"clip{number}.flac" for number in range(1000)]
    assert 400 < sum(map(is_for_development, names)) < 600
    assert [is_for_development(name) for name in names] == [is_for_development(name) for name in names]


def test_intervals_hold_the_share_and_shrink_with_the_number():
    low, high = wilson(98, 100)
    assert low == pytest.approx(0.930, abs=0.001)
    assert high == pytest.approx(0.994, abs=0.001)
    assert wilson(980, 1000)[0] > low
    assert rate_interval(0, 1.0) == (0.0, pytest.approx(3.7, abs=0.1))
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
