"""What a short remark means after what was talked about: "the other one", "and if I'm pregnant?". English.

A remark is taken for one only as a whole; whatever says more is understood on its own.
"""

import re
from collections.abc import Mapping

from voice_skill.understanding.meaning import Context
from voice_skill.understanding.words import listed

LONGEST = 10
"""Words of a remark, at most."""

OF_A_PLACE = ("relief", "stretch", "massage")
"""Topics that are about one muscle; after any other, a muscle or a side alone asks for relief."""

OTHER_SIDE = {"left": "right", "right": "left"}

_OTHER = re.compile(
    r"""^((and|now|no|what\ about|how\ about|what\ of|it\ is|do|in|on|for|with|to|i\ mean|i\ meant)\ )*
    (the|my|his|her)\ other\ (one|side|leg|foot|calf|thigh|arm|hand|shoulder|hamstring|hip)
    (\ (too|as\ well|now|instead|please|hurts|is\ cramping|as\ well\ now))*$""",
    re.VERBOSE,
)
_CORRECTION = re.compile(
    r"""^(no|nope|not|sorry|wait|actually|i\ (mean|meant|said)|that\ is\ (not|wrong)|wrong)\b""", re.VERBOSE
)
_CORRECTING = listed(
    "no nope not sorry wait actually i mean meant said that is wrong it my the his her in one of a side leg "
    "muscle rather but left right hand"
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
    core: tuple[str, ...], slots: Mapping[str, str], places: frozenset[str], context: Context
) -> tuple[str, dict[str, str]] | None:
    """Return the intent and the slots that a remark stands for; None when it stands for itself.

    slots: the values named in it; places: the words that name a muscle.
    """
    if not context.topic or len(core) > LONGEST:
        return None
    text = " ".join(core)
    topic = context.topic if context.topic in OF_A_PLACE else "relief"
    named = {slot: slots[slot] for slot in ("muscle", "side") if slot in slots}
    if _OTHER.search(text):
        side = OTHER_SIDE.get(context.known.get("side", ""))
        vague = named.get("muscle") in (None, "leg", "unknown")
        muscle = context.known.get("muscle", "") if vague else named["muscle"]
        found = {"muscle": muscle, "side": side or ""}
        return topic, {slot: value for slot, value in found.items() if value}
    if named and _CORRECTION.search(text) and _CORRECTING.union(places).issuperset(core):
        return topic, named
    if (
        "muscle" in named
        and _WHAT_ABOUT.search(text)
        and places.issuperset(_WHAT_ABOUT.sub("", text).split())
    ):
        return topic, named
    return _in_that_case(text, slots, context)


def _in_that_case(text: str, slots: Mapping[str, str], context: Context) -> tuple[str, dict[str, str]] | None:
    """Return what "and if I'm pregnant?" asks: the same again, for that case."""
    if not _IF.search(text):
        return None
    condition = slots.get("condition", "")
    if condition == "pregnancy" or slots.get("situation") == "pregnancy":
        return context.topic, {"situation": "pregnancy"}
    return ("conditions", {"condition": condition}) if condition else None
