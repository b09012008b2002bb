"""The map of the board: one tile for each region, about where it lies, and how much of it burns."""

from __future__ import annotations

from enum import StrEnum

from tracker.web.tallies import Tally

GAP = ""

LAYOUT: tuple[tuple[str, ...], ...] = (
    (GAP, GAP, "39", "59", "55", GAP),
    ("27", "15", "11", "71", "10", "63"),
    ("23", GAP, "62", "35", "33", GAP),
    ("47", "43", "61", "31", "19", "75"),
    (GAP, GAP, "79", GAP, GAP, GAP),
)
"""The regions from north to south and west to east, by their codes: our own drawing, no map of others."""

FEW, MANY = 1, 3
"""Per cent of the schools: up to the one those without service are few, above the other many (house)."""


class Level(StrEnum):
    """How many of the schools of a place that need service are without it; each has a pattern of its own."""

    NONE = "none"
    FEW = "few"
    SOME = "some"
    MANY = "many"


def level_of(place: Tally) -> Level:
    """The level of a region or district."""
    without = place.uncovered * 100
    if not without:
        return Level.NONE
    if without <= FEW * place.required:
        return Level.FEW
    return Level.SOME if without <= MANY * place.required else Level.MANY
