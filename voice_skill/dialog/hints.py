"""hints.yaml: what else a pack tells about understanding what is said. Every key may be left out."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from voice_skill.dialog.positions import KeyPath
from voice_skill.dialog.schema import Name, Part, Text

WordCount = Annotated[int, Field(ge=1, le=9)]


class Place(Part):
    """The list of places on the body (or anywhere): one of them is what it is about.

    topics: those that are about one place. side: the list that says which of two ("the other one").
    led_by, followed_by: lists of words, and within how many words before or after a place they are said of
    it. "I looked over my shoulder and my neck is in spasm" is about the neck.
    """

    slot: Name
    side: Name | Literal[""] = ""
    topics: list[Name] = Field(default_factory=list)
    led_by: dict[Name, WordCount] = Field(default_factory=dict)
    followed_by: dict[Name, WordCount] = Field(default_factory=dict)


class Misheard(Part):
    """What recognisers write for a word that they do not know.

    heard: in its place. after: only right after one of these. near: only if a word nearby begins so.
    """

    heard: list[Text] = Field(min_length=1)
    after: list[Text] = Field(min_length=1)
    near: list[Text] = Field(min_length=1)


class Hints(Part):
    """hints.yaml."""

    main_topic: Name | Literal[""] = Field(
        default="", description="What a cry of pain asks for, and a place that is named alone."
    )
    slots: dict[Name, list[Name]] = Field(
        default_factory=dict,
        description="Topic -> the lists that matter for it; no others do. Without it: those in its patterns.",
    )
    topic_of: dict[Name, dict[Name, Name]] = Field(
        default_factory=dict,
        description="List -> value -> the topic that is meant when it is named; of these topics only.",
    )
    own_topics: list[Name] = Field(
        default_factory=list, description="About oneself: the place named with them is remembered."
    )
    of_person: dict[Name, Name] = Field(
        default_factory=dict, description="List -> value that is remembered of a person, whatever is asked."
    )
    cases: dict[Name, Name] = Field(
        default_factory=dict,
        description='List -> the topic that answers "and if I have ..." with a value of that list.',
    )
    about_signs: list[Name] = Field(
        default_factory=list,
        description="Topics that answer what is only asked about a sign of an emergency.",
    )
    complaints: list[Text] = Field(
        default_factory=list, description="Words for what the pack is about; alone they are no emergency."
    )
    vague: dict[Name, list[Name]] = Field(
        default_factory=dict, description="List -> values that give way when a more exact one is named too."
    )
    either: list[Name] = Field(
        default_factory=list,
        description='Lists of which nothing is taken when two are named: "heat or ice?".',
    )
    names: list[Name] = Field(
        default_factory=list, description="Lists with names that recognisers write as everyday words."
    )
    more_names: list[Text] = Field(default_factory=list, description="Other such names.")
    spellings: dict[Text, Text] = Field(
        default_factory=dict, description="A word as it may be written -> the word that is meant."
    )
    misheard: dict[Text, Misheard] = Field(
        default_factory=dict, description="A word -> what is often heard in its place, and where."
    )
    place: Place | None = Field(default=None, description="Which list names the place it is about.")


def names_in(hints: Hints) -> Iterator[tuple[KeyPath, str, str | tuple[str, str]]]:
    """Yield place, kind ("list", "topic", "value") and the name (of a value: with its list)."""
    for key in ("either", "names"):
        yield from (((key, at), "list", name) for at, name in enumerate(getattr(hints, key)))
    for key in ("own_topics", "about_signs"):
        yield from (((key, at), "topic", name) for at, name in enumerate(getattr(hints, key)))
    if hints.main_topic:
        yield ("main_topic",), "topic", hints.main_topic
    for topic, lists in hints.slots.items():
        yield ("slots", topic), "topic", topic
        yield from ((("slots", topic, at), "list", name) for at, name in enumerate(lists))
    yield from _names_in_values(hints)
    if hints.place:
        yield from _names_in_place(hints.place)


def _names_in_values(hints: Hints) -> Iterator[tuple[KeyPath, str, str | tuple[str, str]]]:
    for slot, topics in hints.topic_of.items():
        yield ("topic_of", slot), "list", slot
        for value, topic in topics.items():
            yield ("topic_of", slot), "value", (slot, value)
            yield ("topic_of", slot, value), "topic", topic
    for slot, value in hints.of_person.items():
        yield ("of_person", slot), "list", slot
        yield ("of_person",), "value", (slot, value)
    for slot, topic in hints.cases.items():
        yield ("cases", slot), "list", slot
        yield ("cases", slot), "topic", topic
    for slot, values in hints.vague.items():
        yield ("vague", slot), "list", slot
        yield from ((("vague",), "value", (slot, value)) for value in values)


def _names_in_place(place: Place) -> Iterator[tuple[KeyPath, str, str | tuple[str, str]]]:
    for key in ("slot", "side"):
        if name := getattr(place, key):
            yield ("place", key), "list", name
    for key in ("led_by", "followed_by"):
        yield from ((("place", key, name), "list", name) for name in getattr(place, key))
    yield from ((("place", "topics", at), "topic", name) for at, name in enumerate(place.topics))
