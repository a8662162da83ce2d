"""What may stand in a dialog pack, file by file. Unknown keys are errors.

A pack is a folder:

    pack.yaml        name, language, regions
    sources.yaml     the medical sources that statements refer to
    slots.yaml       what people say for each slot value
    phrases/*.yaml   what people say for each intent
    sayings/*.yaml   more of it, for likeness alone; may be left out
    red_flags.yaml   signs of an emergency: what people say, and what is answered
    answers/*.yaml   what is answered for each intent
    exercises/*.yaml guided steps with holds
    hints.yaml       what else helps to understand it; may be left out
    prompts.yaml     the program's own short lines: asking back, helping, ending
    conversations/*.yaml  conversations that must go as written (`voice-skill test`)
"""

import re
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
SourceId = Annotated[str, StringConstraints(pattern=r"^(S[1-9][0-9]*|[a-z][a-z0-9]*:[a-z0-9-]+)$")]
Level = Literal["none", "soon", "urgent", "emergency"]

SEED_SOURCE = re.compile(r"^S([1-9][0-9]*)$")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Listed = BeforeValidator(_as_list, json_schema_input_type=str | list[str])

OneOrMore = Annotated[list[Text], Field(min_length=1), _Listed]


class Part(BaseModel):
    """Every part of a pack: nothing unknown, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Region(Part):
    """What differs between countries. words: filled into `{name}` in texts."""

    title: Text
    words: dict[Name, Text]


class PackInfo(Part):
    """pack.yaml."""

    name: Name
    title: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    version: int = 1
    summary: Text
    reviewed_by: str = ""
    reviewed_on: str = ""
    statements: int = Field(default=0, ge=0, description="S1..Sn of the source document must be said")
    regions: dict[Name, Region] = Field(min_length=1)
    default_region: Name
    remembered: list[Name] = Field(
        default_factory=list,
        description="Slots that describe the person and carry over to the next question.",
    )
    translates: str = Field(
        default="", description="The folder of the pack that this one is a translation of."
    )
    shared_phrases: list[Annotated[list[Name], Field(min_length=2, max_length=2)]] = Field(
        default_factory=list,
        description="Pairs of topics that may be asked for in the same words: what went before decides.",
    )
    word_groups: list[Name] = Field(
        default_factory=list,
        description="Lists of slots.yaml that no template names: they tell which words are alike.",
    )
    known_words: list[Text] = Field(
        default_factory=list, description="Long words that everybody knows; they count as easy ones."
    )


class Source(Part):
    """One entry of sources.yaml. grade: A the body's own page, B a faithful copy, C weak, R our own rule."""

    title: Text
    url: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")] = ""
    grade: Literal["A", "B", "C", "R"] = "B"


class Statement(Part):
    """One or two sentences that are said, and where they come from."""

    text: Text
    sources: list[SourceId] = Field(min_length=1)


Variants = Annotated[
    list[Statement | Text],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=str | list[Statement | str]),
]
"""Lines that are used in turn; one that says more than "yes" or "wait" is a statement with its sources."""


class Phrases(Part):
    """What people say for one intent.

    phrases: hassil templates, all that may be said in one piece. examples: free sentences, for likeness.
    sayings: more of them, by the thousand: unlike examples they do not make the grammar of hearing larger.
    """

    phrases: list[Text] = Field(default_factory=list)
    examples: list[Text] = Field(default_factory=list)
    sayings: list[Text] = Field(default_factory=list)


Sayings = Annotated[list[Text], Field(min_length=1)]
"""sayings/*.yaml: topic or red flag -> sentences, which are added to its `sayings`."""


class Answer(Part):
    """One answer. when: the slot values it is for (all must hold); without it, for any.

    say: at once. more: on request ("go on"). how_long: the answer to "for how long?" right after it.
    exercise: led right after it. offer: an exercise that is only
    offered after it ("Would you like ...?").
    """

    when: dict[Name, OneOrMore] = Field(default_factory=dict)
    say: list[Statement] = Field(min_length=1)
    more: list[Statement] = Field(default_factory=list)
    how_long: list[Statement] = Field(default_factory=list)
    exercise: Name | None = None
    offer: Name | None = None


class Topic(Part):
    """What is answered for one intent; the first answer whose `when` holds is taken.

    title: as named in "did you mean ..., or ...?". ask: the slot asked for when it is missing. hands_on: it
    tells people to do something with their body, so it is withheld once an urgent sign has been said.
    """

    title: Text
    urgency: Level = "none"
    ask: Name | None = None
    hands_on: bool = False
    answers: list[Answer] = Field(min_length=1)

    @field_validator("answers")
    @classmethod
    def _last_is_for_any(cls, answers: list[Answer]) -> list[Answer]:
        if answers[-1].when:
            raise ValueError("the last answer must be for any case: remove its 'when'")
        return answers


class Step(Part):
    """One guided step. hold_s: seconds to wait after saying it.

    during: said during the hold, one after the other at equal distances; a single one half-way. The safety
    questions belong here, in the first hold: nobody in pain waits for a questionnaire.
    """

    text: Text
    hold_s: int = Field(default=0, ge=0, le=120)
    during: Annotated[list[Text], Field(max_length=3), _Listed] = Field(default_factory=list)
    sources: list[SourceId] = Field(min_length=1)


class Exercise(Part):
    """Guided steps, then the question whether it is easing.

    better, not_better, worse: what is said then. next: the exercise that is offered when it is not better.
    then: the one that is offered when it is. not_for: slot values for which only its `next` is offered.
    ends: nothing hurts here, so nothing is asked at the end; `better` is said.
    """

    title: Text
    steps: list[Step] = Field(min_length=1)
    better: list[Statement] = Field(default_factory=list)
    not_better: list[Statement] = Field(default_factory=list)
    worse: list[Statement] = Field(default_factory=list)
    next: Name | None = None
    then: Name | None = None
    not_for: dict[Name, OneOrMore] = Field(default_factory=dict)
    ends: bool = False


class RedFlag(Part):
    """A sign of an emergency.

    said: rules. A rule is groups of words joined by " + "; every group must be heard, in any order, in the
    same stretch of speech (18 words). A group is alternatives joined by "|". An alternative is words in a
    row; a word ending in "*" stands for all words that begin so, "..." for up to four other words, "#" for
    any number from nine on, {muscle} for anything in that slot list. Contractions, spelling and words like
    "very" make no difference.
    unless: rules of harmless talk; words heard as part of it do not count. Denied ("no chest pain"), long
    past ("years ago"), merely asked ("what are the signs of ...") and merely supposed ("if it ever swelled")
    are seen without being written here.
    The gravest level wins, then the order of the file.
    phrases: sentence templates, as a topic has them: what hearing expects first when a voice is unclear. The
    rules must hear every sentence that they stand for.
    examples: free sentences, for likeness and for hearing.
    sayings: more of them, that the grammar of hearing does without.
    say: the answer, the instruction first.
    question: asked when the sign is possible but not clear.
    if_now: said besides when the sign is only asked about ("is chest pain a sign of ...?").
    heard_as: whole sentences that a recogniser may write for it ("just pain" for chest pain); they leave
    a doubt, so the question is asked.
    always: counts also when it is only asked about or supposed ("if I did kill myself ...").
    """

    level: Literal["urgent", "emergency"]
    said: list[Text] = Field(min_length=1)
    unless: list[Text] = Field(default_factory=list)
    phrases: list[Text] = Field(default_factory=list)
    examples: list[Text] = Field(default_factory=list)
    sayings: list[Text] = Field(default_factory=list)
    heard_as: list[Text] = Field(default_factory=list)
    question: Text | None = None
    if_now: list[Statement] = Field(default_factory=list)
    always: bool = False
    say: list[Statement] = Field(min_length=1)


class Prompts(Part):
    """The program's own lines. A list holds variants that are used in turn, never twice running."""

    not_understood: list[Text] = Field(min_length=3)
    out_of_scope: list[Text] = Field(min_length=2)
    nothing_heard: list[Text] = Field(min_length=2)
    clarify: Text
    ask: dict[Name, OneOrMore]
    narrow: dict[Name, OneOrMore] = Field(
        default_factory=dict, description="For each slot: the second question, for those who do not know."
    )
    easing: OneOrMore
    help: list[Text] = Field(min_length=1)
    no_more: OneOrMore
    nothing_running: OneOrMore
    paused: OneOrMore
    resumed: OneOrMore
    slower: OneOrMore
    faster: OneOrMore
    louder: OneOrMore
    quieter: OneOrMore
    start_over: OneOrMore
    stopped: OneOrMore
    thanks: OneOrMore
    still_there: OneOrMore
    time_left: Text
    no_hold: OneOrMore
    steps_done: OneOrMore
    better: Variants
    not_better: Variants
    offer_next: OneOrMore
    offer_then: OneOrMore = Field(default_factory=lambda: ["{exercise}?"])
    declined: OneOrMore | None = None
    worse: Variants | None = None
    worse_words: list[Text] = Field(
        default_factory=list,
        description='Words that tell "worse" from "not better"; then the exercise stops.',
    )
    unsure_words: list[Text] = Field(
        default_factory=list,
        description="Words by which people say that they do not know; then `narrow` asks.",
    )
    ten_more: OneOrMore | None = Field(
        default=None, description="Said ten seconds before the end of a hold of twenty-five seconds or more."
    )
    emergency_again: OneOrMore
    microphone_gone: Text | None = Field(default=None, description="Said when nothing can be heard any more.")
    microphone_back: Text | None = Field(default=None, description="Said when that is over.")
    missed_that: Text | None = Field(
        default=None, description="Said when somebody spoke and the program itself failed to hear it."
    )
    recording: Text | None = Field(default=None, description="Said before `--debug-audio` records.")


class Expectation(Part):
    """What must come back: texts that must, and must not, be said; the meaning; the urgency.

    order: texts that must be said in this order. within: text -> seconds from the end of the turn (or from
    the start of the wait) until it has begun to be said, as long as speaking takes. quiet: nothing is said.
    """

    intent: Name | None = None
    urgency: Level | None = None
    slots: dict[Name, str] | None = None
    says: Annotated[list[Text], _Listed] = Field(default_factory=list)
    never: Annotated[list[Text], _Listed] = Field(default_factory=list)
    order: list[Text] = Field(default_factory=list)
    within: dict[Text, float] = Field(default_factory=dict)
    holds_s: int | None = None
    asks: bool | None = None
    quiet: bool | None = None


class Turn(Part):
    """One turn of a conversation, of four kinds.

    `user` says something; or `wait` for the end of what runs (`wait: half`: for what is said next in a hold);
    or nobody answers (`silent`); or there is a `noise` that is no speech.
    """

    user: Text | None = None
    wait: bool | Literal["half"] = False
    silent: bool = False
    noise: bool = False
    expect: Expectation = Field(default_factory=Expectation)

    @model_validator(mode="after")
    def _one_thing(self) -> "Turn":
        if [self.user is not None, bool(self.wait), self.silent, self.noise].count(True) != 1:
            raise ValueError("a turn is one of: user, wait, silent, noise")
        return self


class Conversation(Part):
    """A conversation that must go as written."""

    name: Text
    region: Name | None = None
    turns: list[Turn] = Field(min_length=1)


MOST_PERMUTED = 6
"""Parts of a template that may stand in any order: each more multiplies the ways to say it."""

SlotLists = dict[Name, dict[Name, OneOrMore]]
"""slot -> value -> what people say for it (hassil templates); the first is how the program says it.

A name that is often misheard may also stand there as it sounds: "the trail x" for Detralex.
"""
