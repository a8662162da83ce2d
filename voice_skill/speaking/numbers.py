"""Numbers as a person says them: "43 °C", "10-20 min", "1/2", "1,200 mg", "10:30", "2024", "999"."""

import datetime as dt
import functools
import re

from unicode_rbnf import FormatPurpose, RbnfEngine

from voice_skill.speaking.units import AFTER_SLASH, CURRENCIES, UNITS

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
PER = "|".join(sorted(map(re.escape, AFTER_SLASH), key=len, reverse=True))
LONGEST_INTEGER = 15
"""Digits; longer ones are read digit by digit, as a person would."""

EMERGENCY = r"(?:999|911|112|111|988|000)"
CALL = r"(?:call|dial|ring|phone|text|number is)"
SMALL_WORD = (
    r"(?:or|and|for|if|now|at|in|from|on|straight|right|immediately|when|while|without|unless|as|is)\b"
)

Replacement = tuple[re.Pattern[str], str]


def with_numbers_spelled(text: str) -> str:
    """Return `text` with every number, and the sign or unit that goes with it, in words."""
    text = _LONG.sub(lambda match: digits(match[0]), text)
    text = _telephone(text)
    text = _clock_and_calendar(text)
    text = _fractions(text)
    for pattern, words in _SIGNS:
        text = pattern.sub(words, text)
    text = _MONEY.sub(_say_money, text)
    text = _DECADE.sub(lambda match: match[1] + _plural(_year_or_cardinal(match[2])), text)
    text = _QUANTITY.sub(_say_quantity, text)
    text = _PER_UNIT.sub(lambda match: f" per {AFTER_SLASH[match[1]]}", text)
    text = _ORDINAL.sub(lambda match: ordinal(int(match[1])), text)
    text = _YEAR.sub(lambda match: year(int(match[0])), text)
    return _REST.sub(lambda match: f"{match[1]} {cardinal(match[2])} {match[3]}".strip(" "), text)


def cardinal(number: str) -> str:
    """Return a number as written ("1,200", "0.5") in words; leading zeros are read digit by digit."""
    plain = number.replace(",", "")
    whole, _, fraction = plain.partition(".")
    if len(whole) > LONGEST_INTEGER or (len(whole) > 1 and whole.startswith("0")):
        return digits(whole) + (f" point {digits(fraction)}" if fraction else "")
    if fraction:
        return f"{cardinal(whole)} point {digits(fraction)}"
    return _rules().format_number(whole).text


def ordinal(number: int) -> str:
    """Return 22 as "twenty-second"."""
    if number >= 10**LONGEST_INTEGER:
        return digits(str(number))
    return _rules().format_number(number, FormatPurpose.ORDINAL).text


def year(number: int) -> str:
    """Return 2024 as "twenty twenty-four"."""
    return _rules().format_number(number, FormatPurpose.YEAR).text


def digits(number: str) -> str:
    """Return "999" as "nine nine nine"; other characters are left out."""
    return " ".join(cardinal(digit) for digit in number if digit in "0123456789")


def with_digits_apart(text: str) -> str:
    """Return `text` with a short pause after each digit of a three-digit telephone number.

    Run together, "nine one one" is heard as "mine, one one", and that number must not be missed.
    """
    return _SHORT_NUMBER.sub(lambda m: m[0] if m[1] else ", ".join(m[2].split()), text)


@functools.cache
def _rules() -> RbnfEngine:
    return RbnfEngine.for_language("en")


_DIGIT = "(?:zero|one|two|three|four|five|six|seven|eight|nine)"
_SHORT_NUMBER = re.compile(
    rf"(\b{_DIGIT},? )?\b({_DIGIT} {_DIGIT} {_DIGIT})\b(?!,? {_DIGIT}\b)", re.IGNORECASE
)
"""Three digits that are no part of a longer number; the first group is filled where they are."""
_LONG = re.compile(rf"\d{{{LONGEST_INTEGER + 1},}}")

# Telephone numbers: 0800 123 4567, +44 20 7946 0000, 1-800-222-1222, and the emergency numbers.
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d{1,3}[ -]?(?:\(?\d{1,4}\)?[ -]?){2,4}"
    r"|\(?0\d{2,4}\)?[ -]?\d{3,4}[ -]?\d{3,4}"
    r"|(?:1[ -])?\(?\d{3}\)?[ -]\d{3}-\d{4})(?![\w,])"
)
_EMERGENCY_PAIR = re.compile(rf"\b({EMERGENCY})\s?/\s?(?={EMERGENCY}\b)")
_CALLED = re.compile(
    rf"\b({CALL}(?: [a-z]+)? |on |to )(\d{{3}}(?: \d{{3}})?|\d\d \d\d \d\d)"
    rf"(?![\d/%:]|[.,-]\d| ?(?:{UNIT}|times)\b| [a-z]+s\b)",
    re.IGNORECASE,
)
_EMERGENCY = re.compile(rf"(?<![\w.,/-])({EMERGENCY})(?=$|[.!?,;:)\]](?!\d)|\s*\n| {SMALL_WORD})")


def _telephone(text: str) -> str:
    def groups(match: re.Match[str]) -> str:
        spelled = (digits(group) for group in re.split(r"\D+", match[0]) if group)
        return ", ".join(spelled) + (" " if match[0][-1] in " -" else "")

    text = _PHONE.sub(groups, text)
    text = _EMERGENCY_PAIR.sub(r"\1 or ", text)
    text = _CALLED.sub(
        lambda match: (
            match[1] + ", ".join(map(digits, match[2].split()))
            if match[1].lower() not in ("on ", "to ") or re.fullmatch(EMERGENCY, match[2])
            else match[0]
        ),
        text,
    )
    return _EMERGENCY.sub(lambda match: digits(match[1]), text)


_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_MERIDIEM = re.compile(r"(?<=\d) ?([ap])(?:m\b|\.m\b\.?)", re.IGNORECASE)
_CLOCK = re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)(?: ([AP]-M))?(?![:\d])")
_CLOCK_WITH_DOT = re.compile(r"\b(1?\d)\.([0-5]\d)(?= [AP]-M)")


def _clock_and_calendar(text: str) -> str:
    text = _MERIDIEM.sub(_say_meridiem, text)
    text = _CLOCK_WITH_DOT.sub(r"\1:\2", text)
    text = _CLOCK.sub(_say_clock, text)
    return _DATE.sub(_say_date, text)


def _say_meridiem(match: re.Match[str]) -> str:
    after = match.string[match.end() :].lstrip()
    ends_the_sentence = match[0].endswith(".") and (not after or after[0].isupper())
    return f" {match[1].upper()}-M" + ("." if ends_the_sentence else "")


def _say_clock(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    if half is None and (hour > 12 or match[1].startswith("0")):
        half = "P-M" if 12 <= hour < 24 else "A-M"
        hour = hour % 12 or 12
    words = cardinal(str(hour))
    if minute:
        words += f" oh {cardinal(str(minute))}" if minute < 10 else f" {cardinal(str(minute))}"
    elif half is None:
        words += " o'clock"
    return f"{words} {half}" if half else words


def _say_date(match: re.Match[str]) -> str:
    try:
        date = dt.date.fromisoformat(match[0])
    except ValueError:
        return match[0]
    return f"{date:%B} {ordinal(date.day)}, {year(date.year)}"


_MIXED = re.compile(r"(?<![\w.,/\u2013-])(?:(\d+)[ -])?(\d{1,2})/(\d{1,2})(?![\w/]|[.,]\d)")
_OVER = re.compile(r"(?<![\w.,/\u2013-])(\d{2,3})/(\d{2,3})(?![\w/]|[.,]\d)")
_OTHER_SLASH = re.compile(rf"({NUMBER})\s?/\s?(?={NUMBER})")


def _fractions(text: str) -> str:
    text = re.sub(r"\b24/7\b", "twenty-four seven", text)
    text = _MIXED.sub(_say_fraction, text)
    text = _OVER.sub(lambda match: f"{cardinal(match[1])} over {cardinal(match[2])}", text)
    return _OTHER_SLASH.sub(r"\1 or ", text)


def _say_fraction(match: re.Match[str]) -> str:
    whole, above, below = match[1], int(match[2]), int(match[3])
    if not 0 < above < below or below > 10:
        return match[0]
    name = {2: "half", 4: "quarter"}.get(below) or ordinal(below)
    words = f"{cardinal(str(above))} {name}" + ("s" if above > 1 else "")
    if whole is None:
        return words
    return f"{cardinal(whole)} and {'a half' if below == 2 else words}"


_SIGNS: list[Replacement] = [
    (re.compile(rf"({NUMBER}(?:\s?(?:{UNIT}))?)\s?[-\u2013\u2014]\s?(?={NUMBER})"), r"\1 to "),
    (re.compile(r"(?<![\w)])-(?=\d)"), "minus "),
    (re.compile(r"(?:>=|≥)\s?(?=\d)"), " at least "),
    (re.compile(r"(?:<=|≤)\s?(?=\d)"), " at most "),
    (re.compile(r">\s?(?=\d)"), " more than "),
    (re.compile(r"<\s?(?=\d)"), " less than "),
    (re.compile(r"(?:~|≈|\bca?\. ?)(?=\d)"), " about "),
    (re.compile(r"(?:±|\+/-)\s?(?=\d)"), " plus or minus "),
    (re.compile(r"(?:#|\b[Nn]o\. ?)(?=\d)"), "number "),
    (re.compile(r"\b(1)\s?x(?!\w)"), r"\1 time "),
    (re.compile(rf"({NUMBER})\s?x(?=\s?\d|(?!\w))"), r"\1 times "),
    (re.compile(r"(?<!\w)x\s?(?=\d)"), "times "),
    (re.compile(r"\bmax\b\.?", re.IGNORECASE), "maximum"),
    (re.compile(r"(?<!\d)(?<!\d )\bmin\b\.?\s?(?=\d)"), "minimum "),
    (re.compile(r"(?<=\d) ?\+ ?(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\+"), " or more"),
]

_MONEY = re.compile(rf"([£$€])\s?({NUMBER})|(?<![\w.,])({NUMBER})\s?([£€])")
_QUANTITY = re.compile(rf"(?<![\w.,])({NUMBER})([ -]?)({UNIT})(?!\w)(\.(?=\s+[a-z]))?")
_PER_UNIT = re.compile(rf"\s?/\s?({PER})(?!\w)")
_DECADE = re.compile(
    r"((?:over|under)-|\b(?:their|his|her|my|your)(?: early| mid| late)? |\b(?=\d{4}))(\d{1,3}0)s\b"
)
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,15})(?:st|nd|rd|th)\b")
_YEAR = re.compile(r"(?<![\w.,])(?:19|20)\d\d(?![\w,]|\.\d)")
_REST = re.compile(rf"([^\W\d_]?)({NUMBER})([^\W\d_]?)")


def _say_money(match: re.Match[str]) -> str:
    sign, amount = (match[1], match[2]) if match[1] else (match[4], match[3])
    one, many = CURRENCIES[sign]
    whole, _, cents = amount.partition(".")
    words = f"{cardinal(whole)} {one if whole == '1' else many}"
    return f"{words} {cardinal(cents)}" if len(cents) == 2 and cents.strip("0") else words


def _say_quantity(match: re.Match[str]) -> str:
    number, joint, unit = match[1], match[2], match[3]
    one, many = UNITS[unit]
    # "a 30-second hold": what describes a thing stays singular.
    return f"{cardinal(number)} {one if number == '1' or joint == '-' else many}"


def _year_or_cardinal(number: str) -> str:
    return year(int(number)) if len(number) == 4 else cardinal(number)


def _plural(words: str) -> str:
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"
