"""Languages in step: a pack that is a translation says what the other says, about the same things."""

from voice_skill.dialog.reading import Draft, read_pack
from voice_skill.dialog.schema import Answer, RedFlag, Topic

PARTS = {
    "answers": "the topic",
    "exercises": "the exercise",
    "red_flags": "the red flag",
    "slots": "the list",
    "sources": "the source",
}


def check_translation(draft: Draft) -> None:
    """Add to the draft where it is out of step with the pack that it translates."""
    info = draft.parts["pack"]
    if info is None or not info.translates:
        return
    folder = (draft.path / info.translates).resolve()
    if not (folder / "pack.yaml").is_file():
        draft.report("pack", ("translates",), f"there is no pack in '{info.translates}'", "language")
        return
    original = read_pack(folder)
    for part, title in PARTS.items():
        _check_names(draft, original, part, title)
    for intent, topic in draft.parts["answers"].items():
        other = original.parts["answers"].get(intent)
        if other is not None:
            _check_topic(draft, intent, topic, other)
    for name, flag in (draft.parts["red_flags"] or {}).items():
        other = (original.parts["red_flags"] or {}).get(name)
        if other is not None:
            _check_flag(draft, name, flag, other)
    for name, exercise in draft.parts["exercises"].items():
        other = original.parts["exercises"].get(name)
        if other is not None and [s.hold_s for s in exercise.steps] != [s.hold_s for s in other.steps]:
            message = f"the steps or holds of '{name}' differ from those in {info.translates}"
            draft.report("exercises", (name, "steps"), message, "language")


def _check_names(draft: Draft, original: Draft, part: str, title: str) -> None:
    if part in draft.unread | original.unread:
        return
    where = draft.parts["pack"].translates
    for name in sorted(original.names(part) - draft.names(part)):
        draft.report(part, (), f"{title} '{name}' of {where} is missing here", "language")
    for name in sorted(draft.names(part) - original.names(part)):
        draft.report(part, (name,), f"{title} '{name}' is not in {where}", "language")


def _check_topic(draft: Draft, intent: str, topic: Topic, other: Topic) -> None:
    where = draft.parts["pack"].translates
    if topic.urgency != other.urgency:
        message = f"the urgency is {topic.urgency}, in {where} it is {other.urgency}"
        draft.report("answers", (intent, "urgency"), message, "language")
    if len(topic.answers) != len(other.answers):
        message = f"{len(topic.answers)} answers here, {len(other.answers)} in {where}"
        draft.report("answers", (intent, "answers"), message, "language")
        return
    for index, (answer, model) in enumerate(zip(topic.answers, other.answers, strict=True)):
        if answer.when != model.when or answer.exercise != model.exercise:
            message = f"is for another case, or leads elsewhere, than in {where}"
            draft.report("answers", (intent, "answers", index), message, "language")
        elif _sources(answer) != _sources(model):
            missing = ", ".join(sorted(_sources(model) ^ _sources(answer)))
            message = f"says something else than in {where}; sources that differ: {missing}"
            draft.report("answers", (intent, "answers", index), message, "language")


def _check_flag(draft: Draft, name: str, flag: RedFlag, other: RedFlag) -> None:
    where = draft.parts["pack"].translates
    if flag.level != other.level:
        message = f"the level is {flag.level}, in {where} it is {other.level}"
        draft.report("red_flags", (name, "level"), message, "language")
    for key in ("say", "if_now"):
        if len(getattr(flag, key)) != len(getattr(other, key)):
            message = (
                f"{len(getattr(flag, key))} statements in '{key}', {len(getattr(other, key))} in {where}"
            )
            draft.report("red_flags", (name, key), message, "language")


def _sources(answer: Answer) -> set[str]:
    said = (*answer.say, *answer.more, *answer.how_long)
    return {source for statement in said for source in statement.sources}
