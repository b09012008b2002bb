"""What a letter counts of the queue: schools without service, about to lose it, with a stalled tender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from tracker.domain.vocabulary import Consequence, FlagKind, State
from tracker.render.told import Told

UNSERVED, LOSING, STALLED = "uncovered", "losing", "stalled"
FILTERS: Mapping[str, Mapping[str, str]] = {
    UNSERVED: {"state": State.UNCOVERED},
    LOSING: {"within": "90"},
    STALLED: {"flag": FlagKind.TENDER_STALLED},
}
"""What the queue is asked for behind each count."""

FURTHEST = 90
"""Days ahead that the queue can be asked for."""


@dataclass(frozen=True, slots=True)
class Queued:
    """How many schools of a letter the queue has under a heading, and the address that shows them there."""

    code: str
    schools: int
    address: str


def queued(told: Iterable[Told], on: date, home: str) -> tuple[Queued, ...]:
    """The headings under which schools of a letter of ``on`` stand in the queue, the worst first."""
    found: dict[str, set[str]] = {code: set() for code in FILTERS}
    for line in told:
        if code := _code(line, on):
            found[code].add(line.school_id)
    return tuple(
        Queued(code, len(schools), f"{home}/queue?{urlencode(FILTERS[code])}")
        for code, schools in found.items()
        if schools
    )


def _code(line: Told, on: date) -> str | None:
    """Under which heading a line counts, by the rule of that list."""
    if line.consequence is Consequence.SERVICE_LOST and line.consequence_on is not None:
        if line.is_over(on):
            return UNSERVED
        return LOSING if line.loses_on and (line.loses_on - on).days <= FURTHEST else None
    is_stalled = line.consequence is Consequence.TENDER_STALLED and line.is_over(on)
    return STALLED if is_stalled else None
