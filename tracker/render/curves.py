"""Small curves beside a table that says the same in numbers: shares as points, unknown ones left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 300, 90, 8
"""Units of the drawing, and the room around it for the marks."""

STEP = 10
"""Per cent by which the lowest share of the scale is rounded down."""

Share = tuple[int, int] | None
"""A part and its whole; None, or a whole of nothing, where no share is known."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a curve."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through the points that are known, in their order."""

    marks: tuple[Mark, ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return "M" + "L".join(f"{mark.x} {mark.y}" for mark in self.marks) if self.marks else ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Curves over one scale from ``low`` to ``high`` per cent."""

    low: int
    high: int
    curves: tuple[Curve, ...]


def draw(rows: Sequence[Sequence[Share]]) -> Picture:
    """Curves of equally many shares on one scale, each between a round lowest share and a hundred."""
    known = [share for row in rows for share in row if share and share[1]]
    low = min((part * 100 // whole // STEP * STEP for part, whole in known), default=0)
    low = min(low, 100 - STEP)
    return Picture(low, 100, tuple(Curve(tuple(_marks(row, low))) for row in rows))


def _marks(row: Sequence[Share], low: int) -> Iterable[Mark]:
    for place, share in enumerate(row):
        if share and share[1]:
            x = EDGE + place * (WIDTH - 2 * EDGE) // max(1, len(row) - 1)
            left = 100 * share[1] - 100 * share[0]
            yield Mark(x, EDGE + left * (HEIGHT - 2 * EDGE) // ((100 - low) * share[1]))
