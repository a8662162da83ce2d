"""Words as they are compared here: lower case, no marks."""

import re

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))
