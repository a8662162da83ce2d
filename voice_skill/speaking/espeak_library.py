"""Finds eSpeak NG for pyttsx3: the system's library, else the one inside the package `espeakng-loader`."""

import ctypes
import importlib.util
import os
from pathlib import Path

SONAME = "libespeak-ng.so.1"

WORDS_PER_MINUTE = 145
"""eSpeak's speed at rate 1.0. At 165, its words are heard wrong more often (`benchmarks.intelligibility`)."""

WORD_GAP = 4
"""The pause after each word, in eSpeak's units of 10 ms at its normal speed. A voice that runs its words
together is misheard more often: of 822 words of the pack, with gaps of 0, 1, 3, 4, 6 and 8, a recogniser
heard 9.7, 7.4, 6.3, 5.4, 5.5 and 5.8 % wrong; another one, of 791 others, 17.5 and with this gap 12.3 %."""

CLEAREST = {"en": "en-us+max"}
"""The accent, and the speaker, that is taken where the language alone is asked for; an eSpeak that lacks the
speaker speaks with its usual one. Chosen of some thirty by what is heard wrong of sentences of the pack
(`benchmarks.intelligibility`)."""


def load_espeak() -> bool:
    """Make eSpeak NG available to this process; return whether there is one.

    Call it before pyttsx3's driver is imported: the driver opens the library by its SONAME, and a library
    that is already loaded under that name is the one it gets.
    """
    return _opens(SONAME) or _load_packaged()


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library, ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True


def _load_packaged() -> bool:
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or not spec.submodule_search_locations:
        return False
    folder = Path(spec.submodule_search_locations[0])
    # The library was built with its builder's data path, which does not exist here.
    os.environ["ESPEAK_DATA_PATH"] = str(folder / "espeak-ng-data")
    return _opens(str(folder / SONAME)) or _opens(str(folder / "libespeak-ng.so"))
