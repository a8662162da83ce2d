"""Find slot values in what was said: longest phrase first, mis-hearings forgiven, corrections obeyed."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from voice_skill.dialog.hints import Hints, Place
from voice_skill.dialog.schema import SlotLists
from voice_skill.understanding.normalize import Words
from voice_skill.understanding.templates import expand
from voice_skill.understanding.words import ADVERBS, listed

_COMPLAINTS = listed("pain pains ache aches problem problems swelling trouble issue issues symptom symptoms")
CORRECTIONS = listed("no not wait sorry actually rather meant mean correction")
"""A value after one of these words replaces the one before it."""

JOINING = listed("in of on at inside through round around behind under up down my me the her his both a")

UNKNOWN = "unknown"
"""The value of something that the person cannot name; any other is more exact."""

AIMING = listed("for into")

OWNERS = listed("my me the his her your our their a this that")
"""Words before a part of the body."""

_FUZZY_FROM = 5
_FUZZY_TWO_FROM = 9
_NEAR = 8
"""Words between two values; farther apart, a "no" between them corrects something else."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A slot value in the words [start, end)."""

    slot: str
    value: str
    start: int
    end: int


class SlotFinder:
    """Finds the values of slot lists. ordinary: words that are never taken for a misheard one."""

    def __init__(
        self, lists: SlotLists, ordinary: frozenset[str] = frozenset(), hints: Hints | None = None
    ) -> None:
        self._hints = hints or Hints()
        self.phrases: dict[str, list[str]] = {}
        self._values: dict[str, dict[tuple[str, ...], str]] = {}
        self._longest: dict[str, dict[str, int]] = {}
        for slot, values in lists.items():
            said = {
                tuple(text.split()): value
                for value, templates in values.items()
                for template in templates
                for text in expand(template)
                if text
            }
            self._values[slot] = said
            for run in said:
                longest = self._longest.setdefault(slot, {})
                longest[run[0]] = max(longest.get(run[0], 0), len(run))
            self.phrases[slot] = [" ".join(words) for words in said]
        self.vocabulary = frozenset(word for said in self._values.values() for run in said for word in run)
        self._ordinary = ordinary | self.vocabulary
        self._targets = [word for word in self.vocabulary if len(word) >= _FUZZY_FROM]

    def mentions(self, words: tuple[str, ...]) -> list[Mention]:
        """Return every value named, by slot and in order; within a slot none overlap."""
        heard = tuple(self.as_known(word) for word in words)
        return [mention for slot in self._values for mention in self._in_slot(slot, heard)]

    def as_known(self, word: str) -> str:
        """Return the word of the lists that `word` was probably meant to be, or `word` itself."""
        if len(word) < _FUZZY_FROM or word in self._ordinary:
            return word
        limit = 2 if len(word) >= _FUZZY_TWO_FROM else 1
        best, least = word, limit + 1
        for target in self._targets:
            if target[0] != word[0] or abs(len(target) - len(word)) > limit:
                continue
            distance = DamerauLevenshtein.distance(word, target, score_cutoff=limit)
            if distance < least:
                best, least = target, distance
        return best

    def values(self, heard: Words, mentions: list[Mention] | None = None) -> dict[str, str]:
        """Return one value for each slot that was named."""
        found: dict[str, str] = {}
        place = self._hints.place
        mentions = self.mentions(heard.words) if mentions is None else mentions
        for slot in self._values:
            of_slot = [m for m in mentions if m.slot == slot]
            if place and slot == place.slot:
                of_slot = _meant_first(of_slot, mentions, heard.words, place)
            value = self._chosen(slot, of_slot, heard.words)
            if value:
                found[slot] = value
        return found

    def _chosen(self, slot: str, mentions: list[Mention], words: tuple[str, ...]) -> str:
        """Return the value meant: the last correction, else the first exact one, else the first."""
        if not mentions:
            return ""
        refused = {m.value: m.end for m in mentions if _refused(words, m.start)}
        mentions = [m for m in mentions if m.end > refused.get(m.value, 0)] or mentions
        chosen, vague = mentions[0], self._hints.vague.get(slot, ())
        for mention in mentions[1:]:
            corrected = self._corrected(words, chosen, mention)
            exacter = chosen.value in vague and mention.value not in vague
            if corrected or exacter or chosen.value == UNKNOWN:
                chosen = mention
        undecided = chosen is mentions[0] and len({m.value for m in mentions}) > 1
        return "" if undecided and slot in self._hints.either else chosen.value

    def _corrected(self, words: tuple[str, ...], before: Mention, after: Mention) -> bool:
        """Say whether a value takes back the one before: "my left, no, the right"; "no right" is one value.

        Such a "no" denies it before what one may have: "my left calf hurts, no right calf pain".
        """
        between = words[before.end : after.start]
        if len(between) > _NEAR:
            return False
        first = words[after.start] if after.end - after.start > 1 else ""
        denied = bool(between) and not _COMPLAINTS.isdisjoint(words[after.end : after.end + 2])
        led = first in CORRECTIONS and not (first == "no" and denied)
        return led or not CORRECTIONS.isdisjoint(between[-4:])

    def _in_slot(self, slot: str, words: tuple[str, ...]) -> list[Mention]:
        said, longest = self._values[slot], self._longest.get(slot, {})
        found: list[Mention] = []
        at = 0
        while at < len(words):
            for n in range(min(longest.get(words[at], 0), len(words) - at), 0, -1):
                value = said.get(words[at : at + n])
                if value is not None and not _is_adverb(words, at, n):
                    found.append(Mention(slot, value, at, at + n))
                    at += n - 1
                    break
            at += 1
        return found


def allowed_slots(found: Mapping[str, str], slots: tuple[str, ...]) -> dict[str, str]:
    """Keep the slots that an intent has."""
    return {slot: found[slot] for slot in slots if slot in found}


def _leads(words: tuple[str, ...], between: set[int]) -> bool:
    """Say whether the words between join something and a place: "a pain in my knee", "bend the knee"."""
    return any(words[at] in JOINING for at in between)


def _aimed_at(words: tuple[str, ...], at: int) -> bool:
    """Say whether something is done for or to a place: "heel on a chair for the hamstring"."""
    return at >= 2 and words[at - 1] in OWNERS and words[at - 2] in AIMING


def _meant_first(
    places: list[Mention], mentions: list[Mention], words: tuple[str, ...], hints: Place
) -> list[Mention]:
    """Leave out the places named before the first one that something is said of."""
    starts = {m.start for m in places}
    for at, place in enumerate(places):
        if place.value == UNKNOWN:
            continue
        if _aimed_at(words, place.start):
            return places[at:]
        for other in mentions:
            limit = hints.followed_by.get(other.slot, 0)
            if 0 <= other.start - place.end < limit and not starts & set(range(place.end, other.start)):
                return places[at:]
            limit = hints.led_by.get(other.slot, 0)
            between = set(range(other.end, place.start))
            if 0 <= place.start - other.end < limit and not starts & between and _leads(words, between):
                return places[at:]
    return places


def _refused(words: tuple[str, ...], at: int) -> bool:
    """Say whether "not" stands right before: "not the foot"."""
    return "not" in words[max(0, at - (2 if words[at - 1] in OWNERS else 1)) : at]


def _is_adverb(words: tuple[str, ...], at: int, n: int) -> bool:
    if n > 1 or at == 0:
        return False
    before, after = words[at - 1], words[at + 1 : at + 2]
    if words[at] == "back" and after == ("in",) and before not in OWNERS and before not in ("lower", "upper"):
        return True
    return before in ADVERBS.get(words[at], ())
