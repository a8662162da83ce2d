"""Has the person said it all? The words tell more than the silence after them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from voice_skill.conversation.words import spoken_words
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.words import STEERING
from voice_skill.hearing.readings import Outlook
from voice_skill.understanding.meaning import OUT_OF_SCOPE, Context, Meaning
from voice_skill.understanding.words import listed

SURE = 0.9
"""Confidence from which a meaning counts as said in full: of a whole phrase of the pack, or very like one."""

PLAUSIBLE = 0.6

SURELY_HEARD = 0.65
"""Confidence in the words below which a question may be but the beginning of one: a recogniser makes a whole
sentence of half a sentence, but is less sure of it. Commands are too short to judge."""

SHORT_COMMAND = 2
"""So few words are a whole command ("go on") while one is led, whatever they end on."""

POINTERS = frozenset({"it", "this", "that"})
"""They point at something; when nobody has spoken yet, it is still to be named ("is it safe to ...")."""

WHOLE: Sequence[Outlook] = ("open", "end")
"""Where words that lead there are a whole sentence of the pack."""

VAGUE_WORDS = 3
"""So few words that name nothing ("can I walk") are rarely a whole question when nobody has spoken yet."""

POINTING_WORDS = 6
"""The same of words that point at something: "is it safe if I take"."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Silence, in seconds after the last sound, after which a turn is over.

    ended: all was said, and no sentence of the pack goes on from there. complete: all was said. likely: all
    was said, as far as that can be told. doubtful: more may be to come. open: it was surely not all, or it
    made no sense. look: after so much the words so far are looked at.
    """

    look: float = 0.03
    ended: float = 0.125
    complete: float = 0.15
    likely: float = 0.4
    doubtful: float = 0.8
    open: float = 1.5


HESITATIONS = listed("um umm uh uhm er erm hmm hm well so like")

EXPECT_MORE = listed(
    "a an the my your his her its our their this these some any no and or but because if when while "
    "that which who what where how why can could should shall will would may might must do does did is "
    "are am was were be been have has had i we they to of in on at for from with by about into onto "
    "under over between very too more not isn't can't don't then than as also just really"
)
"""Words that hardly anybody ends on: what they belong to is still to come."""

MAY_END = listed("this that these then so also too well over more really just her no not")
"""Those of them that may be the last all the same: "what's good for this?", "my arm too"."""

ENDS_AFTER = {
    "do": listed("i we you he she it they to"),
    "like": listed("feel feels look looks"),
    "well": listed("as"),
    "what": listed("or now"),
    "not": listed("or"),
    "no": listed("or"),
}
"""After one of these each of them ends a sentence: "what must I do?", "is it serious or what?"."""

FRAME = listed("my the a an in of on both left right one lower upper back front inner outer it is it's")
"""With the name of a muscle these make no sentence yet: "my calf, the left one"."""


class Completeness:
    """Judges how long to wait after words, by what a pack says may be said."""

    def __init__(self, pack: Pack, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        place = pack.hints.place
        places = (
            [said for value in pack.slots.get(place.slot, {}).values() for said in value] if place else ()
        )
        self._places = frozenset(word for said in places for word in spoken_words(said)) | FRAME

    def wait(
        self,
        meaning: Meaning,
        context: Context,
        alternatives: Sequence[str] = (),
        outlook: Outlook = "unknown",
    ) -> float:
        """Return the silence, in seconds, after which words that mean this are all that comes.

        alternatives: what the recogniser heard freely, where it took that for a sentence of the pack: then
        the end of the sentence may be a guess. outlook: what can follow in a sentence of the pack.
        """
        words = spoken_words(meaning.text)
        if meaning.intent is None or not words:
            return self.patience.open
        settled = self.patience.complete if meaning.confidence >= SURE else self.patience.likely
        if meaning.intent in STEERING and context.in_session and len(words) <= SHORT_COMMAND:
            return settled
        free = [spoken_words(other) for other in alternatives]
        loose = self._loose_end(meaning, words, free, context, whole=outlook in WHOLE)
        guessed = any(self._guessed(one, words) for one in free)
        alarming = meaning.urgency in ("urgent", "emergency") and meaning.confidence >= SURE and not guessed
        if loose == self.patience.open:
            return self.patience.doubtful if alarming else loose
        if alarming:
            return self.patience.complete
        if meaning.intent == OUT_OF_SCOPE or meaning.confidence < PLAUSIBLE:
            return self.patience.open
        if guessed or (meaning.heard < SURELY_HEARD and meaning.intent not in STEERING):
            return self.patience.doubtful
        if not (context.in_session or meaning.slots or meaning.intent in STEERING):
            loose = max(loose, self._unnamed(words, outlook))
        return loose or self._settled(settled, outlook, context)

    def _unnamed(self, words: Sequence[str], outlook: Outlook) -> float:
        """Return how long to wait after words that name nothing when nobody has spoken yet, or 0.0."""
        pointing = bool(POINTERS.intersection(words))
        if pointing and outlook in {"beginning", "unknown"}:
            return self.patience.open
        few = POINTING_WORDS if pointing else VAGUE_WORDS
        return self.patience.doubtful if len(words) <= few and outlook != "end" else 0.0

    def _settled(self, settled: float, outlook: Outlook, context: Context) -> float:
        """Return how long to wait after a meaning that is settled, by what may follow the words."""
        answers = context.asking_slot or context.expecting  # they are whole, and no sentences of the pack
        # "How long does a cramp" makes sense, and is but half a sentence; own words may go on after a comma.
        if outlook in {"beginning", "outside"} and not answers:
            return self.patience.likely
        return min(settled, self.patience.ended) if outlook == "end" else settled

    def _loose_end(
        self,
        meaning: Meaning,
        words: Sequence[str],
        free: Sequence[Sequence[str]],
        context: Context,
        *,
        whole: bool,
    ) -> float:
        """Return how long to wait where people rarely end so, on "my" or with but a place; else 0.0.

        free: other texts of the same sound. whole: the pack has such a sentence.
        """
        ends = [0.0 if whole else self._open_ended(words)]
        if meaning.urgency == "none":
            ends += [self._open_ended(one) for one in free if one]
            if not context.asking_slot and self._places.issuperset(words):
                return self.patience.open
        return max(ends)

    def _open_ended(self, words: Sequence[str]) -> float:
        """Return how long to wait after words that end like this, 0.0 where people do end so."""
        last = words[-1]
        if words[-2:-1] and words[-2] in ENDS_AFTER.get(last, ()):
            return 0.0
        if last in HESITATIONS:
            return self.patience.open
        if last not in EXPECT_MORE:
            return 0.0
        return self.patience.doubtful if last in MAY_END else self.patience.open

    def _guessed(self, free: Sequence[str], held: Sequence[str]) -> bool:
        """Tell whether the sentence goes on where the free text ends: whether its beginning is liker that."""
        if not free or self._open_ended(free) == self.patience.open:
            return True
        letters = "".join(free)
        distances = [Levenshtein.distance(letters, "".join(held[:end])) for end in range(1, len(held) + 1)]
        return distances[-1] > min(distances)
