"""Errors as a picture and as a list: which intent was taken for which, and in which sentences."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

CELL = 18
MARGIN = 140
"""Pixels."""

Pair = tuple[str, str]


def write_picture(pairs: Sequence[Pair], file: Path) -> None:
    """Write an SVG with one row for each intent wanted, one column for each intent understood.

    A cell's number counts sentences; the diagonal is green, mistakes are red, the darker the larger their
    share of the row.
    """
    names = sorted({name for pair in pairs for name in pair})
    count = Counter(pairs)
    total = Counter(wanted for wanted, _ in pairs)
    size = MARGIN + CELL * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 10} {size + 10}" width="{size + 10}"'
        ' font-family="sans-serif" font-size="10">',
        f'<rect width="{size + 10}" height="{size + 10}" fill="white"/>',
        f'<text x="4" y="{MARGIN - 4}">wanted, by row; understood, by column</text>',
    ]
    for at, name in enumerate(names):
        middle = MARGIN + at * CELL + 13
        parts.append(f'<text x="{MARGIN - 4}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        turned = f'transform="rotate(-90 {middle} {MARGIN - 4})"'
        parts.append(f'<text x="{middle}" y="{MARGIN - 4}" {turned}>{escape(name)}</text>')
    for (wanted, got), n in sorted(count.items()):
        parts.append(_cell(names.index(wanted), names.index(got), n, n / total[wanted]))
    file.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _cell(row: int, column: int, n: int, share: float) -> str:
    x, y = MARGIN + column * CELL, MARGIN + row * CELL
    colour = "34, 139, 34" if row == column else "200, 30, 30"
    fill = f"rgba({colour}, {0.2 + 0.6 * share:.2f})"
    return (
        f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="#ddd"/>'
        f'<text x="{x + CELL / 2}" y="{y + 13}" text-anchor="middle">{n}</text>'
    )
