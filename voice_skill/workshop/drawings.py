"""Drawings of a pack as inline SVG: where each topic leads, and how an exercise runs in time."""

from dataclasses import dataclass
from html import escape

from voice_skill.dialog.exercises import COUNTED, PAUSE_S, cues
from voice_skill.dialog.pack import Pack
from voice_skill.dialog.schema import Exercise
from voice_skill.workshop.speakable import speaking_time

WIDTH, HEIGHT, GAP_X, GAP_Y = 210, 26, 90, 9


@dataclass(frozen=True, slots=True)
class Node:
    """A box of the graph. kind: topic, flag or exercise. column, row: its place."""

    key: str
    title: str
    kind: str
    column: int
    row: int

    @property
    def left(self) -> int:
        """Return the x of the left edge."""
        return 8 + self.column * (WIDTH + GAP_X)

    @property
    def middle(self) -> float:
        """Return the y of the middle."""
        return 34 + self.row * (HEIGHT + GAP_Y) + HEIGHT / 2


HEADINGS = ("red flags, before all else", "topics")
"""Over the first two columns; exercises stand in those to the right."""


def graph(pack: Pack) -> str:
    """Return the dialog as a drawing: red flags, topics, the exercises they lead to, and what follows."""
    edges = _edges(pack)
    nodes = _placed(pack, edges)
    columns = max((node.column for node in nodes.values()), default=0) + 1
    width = 16 + columns * (WIDTH + GAP_X) - GAP_X
    height = 16 + max((node.middle for node in nodes.values()), default=0) + HEIGHT
    drawn = [
        f'<text class="heading" x="{8 + number * (WIDTH + GAP_X)}" y="20">{escape(title)}</text>'
        for number, title in enumerate((*HEADINGS, *["exercises"] * (columns - len(HEADINGS))))
    ]
    drawn += [_curve(nodes[start], nodes[end], kind) for start, end, kind in edges]
    drawn += [_box(node) for node in nodes.values()]
    return (
        f'<svg class="graph" role="img" aria-label="The dialog as a graph" width="{width}" '
        f'height="{height:.0f}" viewBox="0 0 {width} {height:.0f}">{"".join(drawn)}</svg>'
    )


def _edges(pack: Pack) -> list[tuple[str, str, str]]:
    found: dict[tuple[str, str, str], None] = {}
    for intent, topic in pack.topics.items():
        for answer in topic.answers:
            for exercise in filter(None, (answer.exercise, answer.offer)):
                found[f"topic-{intent}", f"exercise-{exercise}", "leads"] = None
    for name, one in pack.exercises.items():
        for kind, after in (("next", one.next), ("then", one.then)):
            if after:
                found[f"exercise-{name}", f"exercise-{after}", kind] = None
    return list(found)


def _placed(pack: Pack, edges: list[tuple[str, str, str]]) -> dict[str, Node]:
    """Place flags, then topics, then each exercise in the column after all that lead to it."""
    titles = {f"flag-{name}": (name.replace("_", " "), "flag") for name in pack.red_flags}
    titles |= {f"topic-{intent}": (topic.title, "topic") for intent, topic in pack.topics.items()}
    titles |= {f"exercise-{name}": (one.title, "exercise") for name, one in pack.exercises.items()}
    column = {key: ("flag", "topic", "exercise").index(kind) for key, (_, kind) in titles.items()}
    for _ in range(len(pack.exercises)):  # the longest way is no longer than that
        for start, end, _kind in edges:
            column[end] = max(column[end], min(column[start] + 1, len(titles)))
    leading = {start for start, _, _ in edges}
    nodes: dict[str, Node] = {}
    for number in range(max(column.values(), default=0) + 1):
        inside = [key for key in titles if column[key] == number]
        before = {
            key: [nodes[start].row for start, end, _ in edges if end == key and start in nodes]
            for key in inside
        }
        # Near to what leads here, so that lines stay short; topics that lead on stand on top.
        inside.sort(
            key=lambda key: (sum(before[key]) / len(before[key]) if before[key] else 0, key not in leading)
        )
        for row, key in enumerate(inside):
            nodes[key] = Node(key, *titles[key], number, row)
    return nodes


def _box(node: Node) -> str:
    title = node.title if len(node.title) <= 30 else f"{node.title[:29]}…"
    box = (
        f'<rect class="node {node.kind}" x="{node.left}" y="{node.middle - HEIGHT / 2}" '
        f'width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{node.left + 9}" y="{node.middle + 4}">{escape(title)}</text>'
    )
    return f'<a href="#{node.key}"><title>{escape(node.title)}</title>{box}</a>'


def _curve(start: Node, end: Node, kind: str) -> str:
    x1, x2 = start.left + WIDTH, end.left
    bend = max(40.0, abs(x2 - x1) / 2)
    return (
        f'<path class="edge {kind}" d="M{x1} {start.middle} C{x1 + bend:.0f} {start.middle} '
        f'{x2 - bend:.0f} {end.middle} {x2} {end.middle}"/>'
    )


def timeline(exercise: Exercise, *, counted: bool) -> tuple[str, float]:
    """Return how an exercise runs, as a drawing, and how many seconds speaking, holding and resting take."""
    parts: list[tuple[str, float, float, str]] = []
    marks: list[tuple[float, str]] = []
    clock = 0.0
    for step in exercise.steps:
        spoken = speaking_time(step.text)
        parts.append(("say", clock, spoken, step.text))
        clock += spoken
        marks += [
            (clock + at, "ten more" if text == COUNTED else text) for at, text in cues(step, counted=counted)
        ]
        wait = step.hold_s or PAUSE_S
        parts.append(("hold" if step.hold_s else "rest", clock, wait, f"{wait:.0f} s"))
        clock += wait
    scale = 1000 / clock
    bars = [_bar(kind, at * scale, length * scale, text) for kind, at, length, text in parts]
    bars += [_bar("cue", at * scale, 3, text) for at, text in marks]
    drawing = (
        f'<svg class="timeline" role="img" aria-label="{escape(exercise.title)}: {clock:.0f} seconds" '
        f'viewBox="0 0 1000 34" preserveAspectRatio="none">{"".join(bars)}</svg>'
    )
    return drawing, clock


def _bar(kind: str, left: float, width: float, text: str) -> str:
    top, height = (2, 30) if kind == "cue" else (6, 22)
    place = f'x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height}"'
    return f'<rect class="{kind}" {place}><title>{escape(text)}</title></rect>'
