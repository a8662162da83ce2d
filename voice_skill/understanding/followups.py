"""What a short remark means after what was talked about: "the other one", "and if I'm diabetic?". English.

A remark is taken for one only as a whole; whatever says more is understood on its own.
"""

import re
from collections.abc import Mapping

from voice_skill.dialog.hints import Hints
from voice_skill.understanding.meaning import Context
from voice_skill.understanding.words import listed

LONGEST = 10
"""Words of a remark, at most."""

OTHER_SIDE = {"left": "right", "right": "left"}

_OTHER = re.compile(
    r"""^((and|now|no|what\ about|how\ about|what\ of|it\ is|do|in|on|for|with|to|i\ mean|i\ meant)\ )*
    (the|my|his|her)\ other\ (?P<what>\w+)
    (\ (too|as\ well|now|instead|please|hurts|is\ \w+ing|as\ well\ now))*$""",
    re.VERBOSE,
)
_CORRECTION = re.compile(
    r"""^(no|nope|not|sorry|wait|actually|i\ (mean|meant|said)|that\ is\ (not|wrong)|wrong)\b""", re.VERBOSE
)
_CORRECTING = listed(
    "no nope not sorry wait actually i mean meant said that is wrong it my the his her in one of a side "
    "rather but left right"
)
_WHAT_ABOUT = re.compile(
    r"""^((and|or|but|also|now|then|same|what\ about|how\ about|what\ of|for|in|with|on)\ )*
    (my|the|his|her|a|both\ my|both)\ """,
    re.VERBOSE,
)
_IF = re.compile(
    r"""^((and|but|or|also|so|even|still|what|how\ about|what\ about|okay|all\ right|safe|fine|good|too
      |is\ it|
    is\ that|would\ it\ be|can\ i|may\ i|should\ i|do|take|have|use|it|that|this|be)\ )*
    (if|when|while|with|in|during|for\ somebody|for\ someone|being|though|although|because|as|i\ am
      |i\ have)\b""",
    re.VERBOSE,
)


def follow_up(
    core: tuple[str, ...], slots: Mapping[str, str], places: frozenset[str], context: Context, hints: Hints
) -> tuple[str, dict[str, str]] | None:
    """Return the intent and the slots that a remark stands for; None when it stands for itself.

    slots: the values named in it; places: the words that name a place.
    """
    if not context.topic or len(core) > LONGEST:
        return None
    if hints.place:
        named = {slot: slots[slot] for slot in (hints.place.slot, hints.place.side) if slot in slots}
        meant = _of_a_place(core, named, places, context, hints)
        if meant is not None:
            same = context.topic in hints.place.topics or not hints.main_topic
            return (context.topic if same else hints.main_topic), meant
    return _in_that_case(" ".join(core), slots, context, hints)


def _of_a_place(
    core: tuple[str, ...], named: dict[str, str], places: frozenset[str], context: Context, hints: Hints
) -> dict[str, str] | None:
    """Return the place and the side that a remark is about, None if it is not about them.

    named: those in it.
    """
    text = " ".join(core)
    other = _OTHER.search(text)
    if other and other["what"] in places | {"one", "side"}:
        return _other_one(named, context, hints)
    if named and _CORRECTION.search(text) and _CORRECTING.union(places).issuperset(core):
        return named
    only_a_place = places.issuperset(_WHAT_ABOUT.sub("", text).split())
    what_about = hints.place and hints.place.slot in named and _WHAT_ABOUT.search(text)
    return named if what_about and only_a_place else None


def _other_one(named: Mapping[str, str], context: Context, hints: Hints) -> dict[str, str]:
    """Return the same place on the other side."""
    slot = hints.place.slot if hints.place else ""
    exact = named.get(slot) not in (None, *hints.vague.get(slot, ()))
    found = {
        slot: named[slot] if exact else context.known.get(slot, ""),
        _side(hints): OTHER_SIDE.get(context.known.get(_side(hints), ""), ""),
    }
    return {slot: value for slot, value in found.items() if value}


def _side(hints: Hints) -> str:
    return hints.place.side if hints.place else ""


def _in_that_case(
    text: str, slots: Mapping[str, str], context: Context, hints: Hints
) -> tuple[str, dict[str, str]] | None:
    """Return what "and if I'm diabetic?" asks: the same again, for that case, or what that case is about."""
    if not _IF.search(text):
        return None
    for slot, value in hints.of_person.items():
        if value in slots.values():
            return context.topic, {slot: value}
    for slot, topic in hints.cases.items():
        if slot in slots:
            return topic, {slot: slots[slot]}
    return None
