"""Drawings of a pack as inline SVG: where each topic leads, and how an exercise runs in time."""

from collections import defaultdict
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
        return 8 + self.column * (WIDTH + GAP_X)

    @property
    def middle(self) -> float:
        return 8 + self.row * (HEIGHT + GAP_Y) + HEIGHT / 2


def graph(pack: Pack) -> str:
    """Return the dialog as a drawing: from what is said to the topics, to the exercises, to what follows."""
    edges = _edges(pack)
    nodes = _placed(pack, edges)
    width = 16 + max(node.left for node in nodes.values()) + WIDTH
    height = 16 + max(node.middle for node in nodes.values()) + HEIGHT
    drawn = [_curve(nodes[start], nodes[end], kind) for start, end, kind in edges if end in nodes]
    drawn += [_box(node) for node in nodes.values()]
    return (
        f'<svg class="graph" role="img" aria-label="The dialog as a graph" width="{width}" '
        f'height="{height:.0f}" viewBox="0 0 {width} {height:.0f}">{"".join(drawn)}</svg>'
    )


def _edges(pack: Pack) -> list[tuple[str, str, str]]:
    found: dict[tuple[str, str, str], None] = {}
    for name in pack.red_flags:
        found["start", f"flag-{name}", "first"] = None
    for intent, topic in pack.topics.items():
        found["start", f"topic-{intent}", "asks"] = None
        for answer in topic.answers:
            for exercise in filter(None, (answer.exercise, answer.offer)):
                found[f"topic-{intent}", f"exercise-{exercise}", "leads"] = None
    for name, one in pack.exercises.items():
        for kind, after in (("next", one.next), ("then", one.then)):
            if after:
                found[f"exercise-{name}", f"exercise-{after}", kind] = None
    return list(found)


def _placed(pack: Pack, edges: list[tuple[str, str, str]]) -> dict[str, Node]:
    """Place topics and flags in the second column, each exercise in the column after all that lead to it."""
    titles = {f"flag-{name}": (name.replace("_", " "), "flag") for name in pack.red_flags}
    titles |= {f"topic-{intent}": (topic.title, "topic") for intent, topic in pack.topics.items()}
    titles |= {f"exercise-{name}": (one.title, "exercise") for name, one in pack.exercises.items()}
    depth = {key: 1 for key in titles}
    for _ in range(len(pack.exercises)):  # the longest way is no longer than that
        for start, end, _kind in edges:
            if start != "start" and end in depth and depth[end] <= depth[start] < len(depth):
                depth[end] = depth[start] + 1
    nodes = {"start": Node("start", "somebody speaks", "topic", 0, 0)}
    rows: dict[int, int] = defaultdict(int)
    for key, (title, kind) in titles.items():
        column = min(depth[key], 6)
        nodes[key] = Node(key, title, kind, column, rows[column])
        rows[column] += 1
    return nodes


def _box(node: Node) -> str:
    title = node.title if len(node.title) <= 34 else f"{node.title[:33]}…"
    box = (
        f'<rect class="node {node.kind}" x="{node.left}" y="{node.middle - HEIGHT / 2}" '
        f'width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{node.left + 9}" y="{node.middle + 4}">{escape(title)}</text>'
    )
    link = f'<a href="#{node.key}">{box}</a>' if node.key != "start" else box
    return f"<g><title>{escape(node.title)}</title>{link}</g>"


def _curve(start: Node, end: Node, kind: str) -> str:
    x1, x2 = start.left + WIDTH, end.left
    bend = max(40.0, abs(x2 - x1) / 2)
    return (
        f'<path class="edge {kind}" d="M{x1} {start.middle} C{x1 + bend:.0f} {start.middle} '
        f'{x2 - bend:.0f} {end.middle} {x2} {end.middle}"/>'
    )


def timeline(exercise: Exercise, *, counted: bool) -> tuple[str, float]:
    """Return how an exercise runs, as a drawing, and how many seconds it takes: speaking, holding, resting."""
    parts: list[tuple[str, float, float, str]] = []
    marks: list[tuple[float, str]] = []
    clock = 0.0
    for step in exercise.steps:
        spoken = speaking_time(step.text)
        parts.append(("say", clock, spoken, step.text))
        clock += spoken
        marks += [(clock + at, "ten more" if text == COUNTED else text) for at, text in cues(step, counted=counted)]
        wait = step.hold_s or PAUSE_S
        parts.append(("hold" if step.hold_s else "rest", clock, wait, f"{wait:.0f} s"))
        clock += wait
    bars = [
        f'<rect class="{kind}" x="{1000 * at / clock:.1f}" y="6" width="{1000 * length / clock:.1f}" height="22">'
        f"<title>{escape(text)}</title></rect>"
        for kind, at, length, text in parts
    ]
    dots = [
        f'<rect class="cue" x="{1000 * at / clock:.1f}" y="2" width="3" height="30"><title>{escape(text)}</title></rect>'
        for at, text in marks
    ]
    drawing = (
        f'<svg class="timeline" role="img" aria-label="{escape(exercise.title)}: {clock:.0f} seconds" '
        f'viewBox="0 0 1000 34" preserveAspectRatio="none">{"".join(bars + dots)}</svg>'
    )
    return drawing, clock
