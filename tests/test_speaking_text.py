"""Text preparation: what is written, and what is said."""

import pytest

from voice_skill.speaking.text import LONGEST_SENTENCE, sentences, spoken

SAID = {
    # Units, with and without the space, one and many.
    "Hold for 30 s.": "Hold for thirty seconds.",
    "Hold for 30s.": "Hold for thirty seconds.",
    "Wait 1 s.": "Wait one second.",
    "200 mg": "two hundred milligrams",
    "1 g, at most 4 g in 24 h.": "one gram, at most four grams in twenty-four hours.",
    "Rest 10 min. Then walk.": "Rest ten minutes. Then walk.",
    "10 min. of rest": "ten minutes of rest",
    "a 30-second hold": "a thirty-second hold",
    "a 40-year-old": "a forty-year-old",
    "43 °C": "forty-three degrees Celsius",
    "a bath of 38.9 C": "a bath of thirty-eight point nine degrees Celsius",
    "-5 °C": "minus five degrees Celsius",
    "°C": "degrees Celsius",
    "50 %": "fifty percent",
    "60%": "sixty percent",
    "5 mg/kg": "five milligrams per kilogram",
    "3 times/day": "three times per day",
    "£5.50 or $1": "five pounds fifty or one dollar",
    # Ranges, comparisons, fractions.
    "10-20 min": "ten to twenty minutes",
    "10\u201320 min": "ten to twenty minutes",
    "10 to 20 min": "ten to twenty minutes",
    "5-15/20 min": "five to fifteen or twenty minutes",
    "> 3 days, < 2 h, ~5 min": "more than three days, less than two hours, about five minutes",
    "1/2 tablet": "one half tablet",
    "1\u00bd tablets": "one and a half tablets",
    "3/4": "three quarters",
    "120/80": "one hundred twenty over eighty",
    # Counting.
    "1,200 mg": "one thousand two hundred milligrams",
    "3x a day": "three times a day",
    "2 x 200 mg": "two times two hundred milligrams",
    "8 \u00d7 30 s": "eight times thirty seconds",
    "55+": "fifty-five or more",
    "over-60s": "over-sixties",
    "the 2nd and 22nd": "the second and twenty-second",
    "0.5": "zero point five",
    "12.50": "twelve point five zero",
    "vitamin B12": "vitamin B twelve",
    "in 2024": "in twenty twenty-four",
    "2024-05-12": "May twelfth, twenty twenty-four",
    "at 3 a.m. you wake": "at three A-M you wake",
    "It was 3 a.m. Then it hurt.": "It was three A-M. Then it hurt.",
    "10:30": "ten thirty",
    "22:05": "ten oh five P-M",
    # Telephone numbers are digits, other numbers are not.
    "Call 999.": "Call nine, nine, nine.",
    "Call 911 now": "Call nine, one, one now",
    "Dial 999 or 112 if it is worse.": "Dial nine, nine, nine or one, one, two if it is worse.",
    "The emergency number is 112.": "The emergency number is one, one, two.",
    "Ring NHS 111": "Ring N H S one, one, one",
    # An emergency number is said digit by digit, a longer one in groups.
    "Call nine one one now.": "Call nine, one, one now.",
    "one, eight hundred, two two two, one two two two": "one, eight hundred, two two two, one two two two",
    "999/112": "nine, nine, nine or one, one, two",
    "999 mg": "nine hundred ninety-nine milligrams",
    "112 tablets": "one hundred twelve tablets",
    "call in 10 minutes": "call in ten minutes",
    "1-800-222-1222": "one, eight zero zero, two two two, one two two two",
    "0800 123 4567": "zero eight zero zero, one two three, four five six seven",
    # Abbreviations.
    "a towel, e.g. a wet one": "a towel, for example, a wet one",
    "milk, bread, etc. with food": "milk, bread, and so on with food",
    "Ask your GP or the NHS.": "Ask your G P or the N H S.",
    "MS, ALS and DVT": "M S, A-L S and D V T",
    "A&E": "A-and-E",
    "GPs": "G P's",
    "Do NOT STOP": "Do NOT STOP",
    "salt & water": "salt and water",
    "ice/heat": "ice or heat",
    "max 4 g": "maximum four grams",
    # What is written but not said.
    "\u201cStop\u201d, it\u2019s 'fine'": "Stop, it's fine",
    "**Stretch** the `calf`, _slowly_.": "Stretch the calf, slowly.",
    "Stretch. [NHS page](https://nhs.uk/a_b?c=1) [S12]": "Stretch. N H S page",
    "See https://nhs.uk/cramp. Then rest.": "See. Then rest.",
    "Well done \U0001f44d\U0001f3fd!": "Well done!",
    "<speak>Hold <break time='3s'/>on</speak>": "Hold on",
    "Hold\x00\x07 on\u200b": "Hold on",
    "[[h@l0U]]": "h l zero U",
    "it hurts (very much)": "it hurts, very much",
    "- first\n- second": "first. second",
    "wait \u2014 now": "wait, now",
}


@pytest.mark.parametrize(("written", "said"), SAID.items())
def test_what_is_written_is_said_as_a_person_would(written: str, said: str):
    assert spoken(written) == said


@pytest.mark.parametrize("written", SAID)
def test_preparing_twice_changes_nothing(written: str):
    assert spoken(spoken(written)) == spoken(written)


@pytest.mark.parametrize("nothing", ["", "  \n", "...", "?!", "\U0001f600", "***", "https://nhs.uk", "\x00"])
def test_nothing_to_say_is_nothing(nothing: str):
    assert spoken(nothing) == ""
    assert sentences(nothing) == []


def test_sentences_end_where_a_person_takes_breath():
    text = "Take 1.5 g, e.g. with milk, at 3 a.m. or so. Is it easing? Stop!\n\n- Rest 10 min.\n- Ask Dr. Hay"
    assert sentences(text) == [
        "Take one point five grams, for example, with milk, at three A-M or so.",
        "Is it easing?",
        "Stop!",
        "Rest ten minutes.",
        "Ask Doctor Hay",
    ]


def test_a_sentence_without_end_is_cut_between_words():
    words = ["stretching"] * 200
    pieces = sentences(" ".join(words))
    assert max(map(len, pieces)) <= LONGEST_SENTENCE
    assert " ".join(pieces).split() == words


@pytest.mark.parametrize("unit", ["1", "1-", "1.", "9 9 9 ", "<", "[", "a.", "e.g. ", "call 1", "- ", "1/2/"])
def test_long_and_odd_texts_take_no_long_time(unit: str):
    text = unit * (5_000 // len(unit))
    assert not any(character.isdigit() for character in spoken(text))
