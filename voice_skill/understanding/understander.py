"""From words to meaning: red flags first, then whole phrases, then likeness.

Nothing here hears, speaks, waits or remembers; the same words in the same context always mean the same.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from voice_skill.dialog.hints import Hints
from voice_skill.dialog.schema import Phrases, RedFlag, SlotLists
from voice_skill.understanding.calibration import AS_IT_IS, CALIBRATION, Points, calibrated
from voice_skill.understanding.evidence import Evidence
from voice_skill.understanding.followups import follow_up
from voice_skill.understanding.intents import FLAG_INTENT, STEERING
from voice_skill.understanding.likeness import Likeness, Sample
from voice_skill.understanding.meaning import CERTAIN, OUT_OF_SCOPE, Candidate, Context, Meaning
from voice_skill.understanding.misheard import Ear
from voice_skill.understanding.normalize import Words, normal_form, normalize, pieces, without_fillers
from voice_skill.understanding.red_flags import Level, RedFlagFinder, Sign
from voice_skill.understanding.repair import Repair
from voice_skill.understanding.sentences import SentenceEncoder, common_words
from voice_skill.understanding.slots import Mention, SlotFinder, allowed_slots
from voice_skill.understanding.templates import ListPhrases, ListSpans, Template
from voice_skill.understanding.words import CRIES, FILLERS

UNSURE = 0.3
"""Confidence where a recogniser may have written something else for a red flag."""

LIKE_A_FLAG = 0.5
"""From this probability on, words that no rule foresaw count as a red flag."""

PERHAPS_A_FLAG = 0.2
"""From this probability on, they leave a doubt: the person is asked.

Chosen by cost: one question costs a moment, a sign that is missed may cost a life. At 0.2 about one in a
hundred harmless sentences is asked about; at 0.1, three in a hundred (`benchmarks.understanding`).
"""

UNLIKE_ANY_FLAG, UNLIKE_IN_CLAUSE = 0.1, 0.5
"""Where a sentence does not reach the one probability, nor any clause of it the other, it speaks of else.

"Heart attack on a plate, that breakfast": whatever a rule hears in it, the person is asked before anything is
raised. Chosen by cost, on sayings left out of learning (`benchmarks.second_opinion`): it makes a question of
19 of 846 grave ones that would alarm, and of 116 of 222 harmless ones.
"""

CLEARLY_LIKE_A_FLAG = 0.75
"""From this probability on, one telling word is enough for an alarm; below it takes two."""

PUT_RIGHT = 0.95
"""Confidence in a red flag that is only there once words that a recogniser got wrong are put right."""

LEANING = 0.9
"""Confidence of a remark that leans on what was talked about before."""

_FLAG = "flag:"
_SAMPLES_OF_TEMPLATE = 2
_SAMPLE_WEIGHT = 0.5
_LONG = 1500
"""Characters from which on a text is searched for red flags piece by piece."""
_TELLS_MORE = 10
"""Words from which on a sentence holds enough besides a sign to be about something else."""
_TELLS_SOMETHING = 4
"""Words beyond those of an exception from which on they may tell of a sign."""
_SHORT = 9
_SHORT_ANSWER = 8
_SEED = 20


class Understander:
    """Understands what is said, from what a pack says may be said. Built once, used often (milliseconds).

    hints: what else the pack tells about understanding.
    likeness: learnt from the same pack before (see `learning`); without it, it is learnt now.
    """

    def __init__(
        self,
        phrases: Mapping[str, Phrases],
        slots: SlotLists,
        red_flags: Mapping[str, RedFlag],
        hints: Hints,
        likeness: Likeness | None = None,
    ) -> None:
        self.hints = hints
        # A word that is in the dictionary was most likely said as it was heard: cooking is not choking.
        ordinary = _words_of(phrases, red_flags) | common_words()
        self._slots = SlotFinder(slots, ordinary, hints)
        complaints = frozenset(hints.complaints)
        self._signs = RedFlagFinder(red_flags, self._slots.phrases, ordinary, complaints)
        self._slots_of = {intent: _slots_of(intent, of, hints) for intent, of in phrases.items()}
        self._ear = self._ear_for(ordinary)
        self._evidence = Evidence(phrases, red_flags)
        self._repair = Repair(_sentences(phrases, red_flags, self._slots.phrases))
        self._levels = {name: flag.level for name, flag in red_flags.items()}
        self._heard_as = {
            normal_form(said): name for name, flag in red_flags.items() for said in flag.heard_as
        }
        places = self._slots.phrases.get(hints.place.slot, ()) if hints.place else ()
        self._places = frozenset(word for text in places for word in text.split())
        self._templates = [
            (intent, Template(text)) for intent, said in phrases.items() for text in said.phrases
        ]
        self.calibration: Points = CALIBRATION
        self.unlike_any_flag = UNLIKE_ANY_FLAG
        self._encoder = SentenceEncoder()
        self.likeness = likeness or Likeness.train(
            self.samples(phrases, red_flags), OUT_OF_SCOPE, self._encoder.encode
        )

    def _ear_for(self, ordinary: frozenset[str]) -> Ear:
        lists = (self._slots.phrases.get(slot, ()) for slot in self.hints.names)
        names = [name for phrases in lists for name in phrases if " " not in name]
        known = ordinary | self._slots.vocabulary | self._signs.vocabulary
        return Ear([*names, *self.hints.more_names], known, self.hints.spellings, self.hints.misheard)

    @property
    def vocabulary(self) -> frozenset[str]:
        """All words of slot lists and of rules."""
        return self._slots.vocabulary | self._signs.vocabulary

    def understand(self, text: str, context: Context | None = None) -> Meaning:
        """Return what `text` means; intent None when nothing was said."""
        context = context or Context()
        heard = self._ear.restore(normalize(text))
        if not heard.words:
            return _no_words(text)
        meant = self._repair.restore(heard)
        signs = self._gravest(heard, meant) if len(text) <= _LONG else self._anywhere(text)
        maybe = self._heard_as.get(" ".join(word for word in heard.words if word not in FILLERS), "")
        # "Cast pain" may be a plaster that is too tight, or pain in the chest: the graver one is asked about.
        settled = not maybe or (bool(signs) and signs[0].level == "emergency")
        if signs and signs[0].mood == "now" and settled:
            if self._about_else(text, meant, signs[0].level):
                return replace(self._without_signs(text, heard, meant, [], context), doubt=signs[0].flag)
            in_words = meant == heard or len(text) > _LONG or signs[0] in self._signs.find(heard)
            return _flagged(text, signs[0].flag, signs[0].level, CERTAIN if in_words else PUT_RIGHT)
        if maybe:
            candidate = Candidate(OUT_OF_SCOPE, UNSURE)
            return Meaning(text, OUT_OF_SCOPE, {}, "none", UNSURE, (candidate,), doubt=maybe, misheard=True)
        calm = self._without_signs(text, heard, meant, signs, context)
        return replace(calm, asked=next((sign.flag for sign in signs if sign.mood == "asked"), ""))

    def _without_signs(
        self, text: str, heard: Words, meant: Words, signs: list[Sign], context: Context
    ) -> Meaning:
        """Return the meaning of words in which no rule hears a red flag of now.

        heard, meant: the words as they came, and with what a recogniser got wrong put right.
        """
        said, core = without_fillers(heard.words), without_fillers(meant.words)
        mentions = self._slots.mentions(meant.words)
        slots = self._slots.values(meant, mentions)
        if not said or not core:
            return self._nothing_but_fillers(text, heard)
        exact = self._exact(said, context) or self._exact(core, context)
        asked = self.hints.main_topic or context.topic
        answered = asked and context.asking_slot in slots and len(core) <= _SHORT_ANSWER
        if answered and not STEERING.intersection(exact):
            return self._meaning(text, {asked: CERTAIN}, slots)
        remark = follow_up(core, slots, self._places, context, self.hints)
        if remark:
            return self._followed(text, *remark)
        if len(exact) == 1:
            return self._meaning(text, {exact[0]: CERTAIN}, slots)
        chances = self._likely(core, context, signs)
        if exact:
            chances = _shared({intent: chances.get(intent, 0.0) + 0.01 for intent in exact}, CERTAIN)
            return self._meaning(text, self._by_intent(chances), slots)
        flag, chance = _likest_flag(chances)
        telling = self._evidence.count(core, flag) if chance >= PERHAPS_A_FLAG else 0
        # A sign whose words were cleared is asked about at most.
        cleared = any(sign.flag == flag and sign.mood == "cleared" for sign in signs)
        if not cleared and chance >= LIKE_A_FLAG and telling >= (1 if chance >= CLEARLY_LIKE_A_FLAG else 2):
            return _flagged(text, flag, self._levels[flag], chance)
        meaning = self._meaning(text, self._by_intent(chances), slots, self.calibration)
        doubtful = telling and (chance >= LIKE_A_FLAG or self._evidence.weight(core, flag) > 1)
        return replace(meaning, doubt=flag) if doubtful else meaning

    def _about_else(self, text: str, meant: Words, level: Level) -> bool:
        """Tell whether the words as a whole are like no red flag, but like something else that people say.

        An urgent sign may be a detail of the complaint itself ("it's been cramping for an hour").
        """
        core = without_fillers(meant.words)
        if len(core) < _TELLS_MORE or len(text) > _LONG:
            return False
        chances = self._chances(core)
        complaint = chances.get(self.hints.main_topic, 0.0) if level == "urgent" else 0.0
        if _likest_flag(chances)[1] + complaint >= self.unlike_any_flag:
            return False
        clauses = (without_fillers(meant.in_clause(clause)) for clause in dict.fromkeys(meant.clauses))
        return all(_likest_flag(self._chances(part))[1] < UNLIKE_IN_CLAUSE for part in clauses if part)

    def _chances(self, core: tuple[str, ...]) -> dict[str, float]:
        """Return the probability of each class by likeness alone."""
        point = self._encoder.encode([" ".join(core)])[0]
        return self.likeness.probabilities(core, self._abstract(core), point)

    def _gravest(self, *readings: Words) -> list[Sign]:
        """Return the signs in the reading that holds the gravest one, of now."""
        found = [self._signs.find(reading) for reading in dict.fromkeys(readings)]
        return min(
            found, key=lambda signs: (not signs or signs[0].mood != "now", signs[0].level if signs else "")
        )

    def _anywhere(self, text: str) -> list[Sign]:
        """Return the signs in the piece of a long text that holds the gravest one."""
        found = [signs for piece in pieces(text) if (signs := self._signs.find(piece))]
        return min(
            found, key=lambda signs: (signs[0].mood != "now", signs[0].level != "emergency"), default=[]
        )

    def _exact(self, core: tuple[str, ...], context: Context) -> list[str]:
        """Return the intents of which a whole template was said; those expected before any other."""
        text = " ".join(core)
        words = frozenset(core)
        found = ListSpans(text, self._slots.phrases)
        intents = dict.fromkeys(
            intent
            for intent, template in self._templates
            if template.may_match(words, text) and template.matches(text, found)
        )
        expected = [intent for intent in intents if intent in context.expecting]
        return expected or list(intents)

    def _likely(self, core: tuple[str, ...], context: Context, signs: list[Sign]) -> dict[str, float]:
        """Return the probability of each class, in the light of the context."""
        chances = self._chances(core)
        settled = {
            sign.flag for sign in signs if self._is_settled(sign, core, chances.get(_FLAG + sign.flag, 0.0))
        }
        asked = any(sign.mood == "asked" for sign in signs)
        for name in chances:
            if name in context.expecting:
                chances[name] *= 3
            if name in STEERING:
                chances[name] *= 2 if context.in_session else 1
                chances[name] *= 1 if len(core) <= _SHORT else 0.2
            if name.removeprefix(_FLAG) in settled:
                chances[name] = 0.0
            if asked and name in self.hints.about_signs:
                chances[name] = 3 * (chances[name] + 0.05)
        return _shared(chances, 1.0)

    def _is_settled(self, sign: Sign, words: tuple[str, ...], chance: float) -> bool:
        """Tell whether a sign that is not of now may be forgotten: of a cleared one nothing else may tell.

        chance: how likely the words as a whole make it; where nearly all of them are cleared that is no news.
        """
        rest = frozenset(words) - sign.but
        likely = chance >= LIKE_A_FLAG and len(rest) >= _TELLS_SOMETHING
        return sign.mood != "cleared" or not (likely or self._evidence.count(rest, sign.flag))

    def _by_intent(self, chances: Mapping[str, float]) -> dict[str, float]:
        intents: dict[str, float] = defaultdict(float)
        for name, chance in chances.items():
            flag = name.removeprefix(_FLAG)
            intents[FLAG_INTENT[self._levels[flag]] if flag in self._levels else name] += chance
        return dict(intents)

    def _meaning(
        self, text: str, intents: Mapping[str, float], slots: Mapping[str, str], points: Points = AS_IT_IS
    ) -> Meaning:
        sure = {name: calibrated(chance, points) for name, chance in self._named(intents, slots).items()}
        ranked = sorted(sure.items(), key=lambda item: -item[1])
        harmless = [item for item in ranked if item[0] not in FLAG_INTENT.values()]
        intent, confidence = harmless[0]
        candidates = tuple(Candidate(name, round(c, 3)) for name, c in ranked[:3] if c >= 0.05)
        return Meaning(
            text,
            intent,
            allowed_slots(slots, self._slots_of.get(intent, ())),
            "none",
            round(confidence, 3),
            candidates or (Candidate(intent, round(confidence, 3)),),
            besides=self._besides(intent, slots),
        )

    def _followed(self, text: str, intent: str, slots: Mapping[str, str]) -> Meaning:
        """Return the meaning of a remark that leans on what was talked about before."""
        own = allowed_slots(slots, self._slots_of.get(intent, ()))
        besides = {slot: value for slot, value in slots.items() if slot not in own}
        sure = round(LEANING, 3)
        return Meaning(text, intent, own, "none", sure, (Candidate(intent, sure),), besides=besides)

    def _besides(self, intent: str, slots: Mapping[str, str]) -> dict[str, str]:
        """Return what is said of the person, although it is no slot of the intent."""
        place = self.hints.place
        own = (place.slot, place.side) if place and intent in self.hints.own_topics else ()
        found = {slot: slots[slot] for slot in own if slot in slots}
        found |= {slot: value for slot, value in self.hints.of_person.items() if slots.get(slot) == value}
        return {slot: value for slot, value in found.items() if slot not in self._slots_of.get(intent, ())}

    def _named(self, intents: Mapping[str, float], slots: Mapping[str, str]) -> dict[str, float]:
        """Join the intents between which a value decides, into the one that the value named belongs to."""
        joined = dict(intents)
        for slot, topics in self.hints.topic_of.items():
            meant = topics.get(slots.get(slot, ""))
            if meant:
                joined[meant] = sum(joined.pop(name, 0.0) for name in set(topics.values()))
        return joined

    def _nothing_but_fillers(self, text: str, heard: Words) -> Meaning:
        """Take a cry of pain for a call for help, a hesitation for nothing."""
        topic = self.hints.main_topic
        if topic and CRIES.intersection(heard.words):
            return Meaning(text, topic, {}, "none", 0.6, (Candidate(topic, 0.6),))
        return Meaning(text, None)

    def _abstract(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words with `<list>` in place of what a list says; the longest mention wins."""
        taken: dict[int, Mention] = {}
        for mention in sorted(self._slots.mentions(words), key=lambda m: m.start - m.end):
            span = range(mention.start, mention.end)
            if not any(at in taken for at in span):
                taken.update(dict.fromkeys(span, mention))
        return tuple(
            f"<{taken[at].slot}>" if at in taken else word
            for at, word in enumerate(words)
            if at not in taken or taken[at].start == at
        )

    def samples(self, phrases: Mapping[str, Phrases], red_flags: Mapping[str, RedFlag]) -> list[Sample]:
        """Return what likeness is learnt from: all examples and sayings, and some of what templates allow."""
        rng = random.Random(_SEED)  # noqa: S311 - the same samples every time, nothing secret
        told: list[tuple[str, Phrases | RedFlag]] = [(intent, of) for intent, of in phrases.items()]
        told += [(_FLAG + name, flag) for name, flag in red_flags.items()]
        said = [(text, label, 1.0) for label, of in told for text in (*of.examples, *of.sayings)]
        said += [
            (template.sample(rng, self._slots.phrases), intent, _SAMPLE_WEIGHT)
            for intent, template in self._templates
            for _ in range(_SAMPLES_OF_TEMPLATE)
        ]
        samples: dict[tuple[tuple[str, ...], str], Sample] = {}
        for text, label, weight in said:
            words = without_fillers(self._ear.spelt(normalize(text).words))
            samples.setdefault((words, label), Sample(words, self._abstract(words), label, weight))
        return list(samples.values())


def _slots_of(intent: str, said: Phrases, hints: Hints) -> tuple[str, ...]:
    """Return the slots of an intent: those that the pack tells; else those that its templates name."""
    if hints.slots:
        return tuple(hints.slots.get(intent, ()))
    return tuple(dict.fromkeys(name for text in said.phrases for name in re.findall(r"\{(\w+)\}", text)))


def _flagged(text: str, flag: str, level: Level, confidence: float) -> Meaning:
    intent = FLAG_INTENT[level]
    confidence = round(confidence, 3)
    return Meaning(text, intent, {"flag": flag}, level, confidence, (Candidate(intent, confidence),))


def _no_words(text: str) -> Meaning:
    """Take letters of another script for something else, and marks alone for nothing."""
    if any(character.isalpha() for character in text):
        return Meaning(text, OUT_OF_SCOPE, {}, "none", CERTAIN, (Candidate(OUT_OF_SCOPE, CERTAIN),))
    return Meaning(text, None)


def _likest_flag(chances: Mapping[str, float]) -> tuple[str, float]:
    """Return the red flag that the words are most like, and the probability that it is any."""
    flags = {name.removeprefix(_FLAG): c for name, c in chances.items() if name.startswith(_FLAG)}
    return max(flags, key=lambda name: flags[name], default=""), sum(flags.values())


def _shared(chances: Mapping[str, float], total: float) -> dict[str, float]:
    whole = sum(chances.values()) or 1.0
    return {name: total * chance / whole for name, chance in chances.items()}


def _sentences(
    phrases: Mapping[str, Phrases], red_flags: Mapping[str, RedFlag], lists: ListPhrases
) -> Iterator[tuple[str, ...]]:
    """Yield what people say by this pack: all examples, and what the lists of slots hold."""
    examples = [said.examples for said in phrases.values()]
    examples += [flag.examples for flag in red_flags.values()]
    for texts in (*examples, *lists.values()):
        yield from (tuple(normal_form(text).split()) for text in texts)


def _words_of(phrases: Mapping[str, Phrases], red_flags: Mapping[str, RedFlag]) -> frozenset[str]:
    """Return the words of all examples: never taken for a mis-hearing of another."""
    examples = [text for of in phrases.values() for text in of.examples]
    examples += [text for flag in red_flags.values() for text in flag.examples]
    return frozenset(word for text in examples for word in normal_form(text).split())
