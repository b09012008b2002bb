"""The numbers of the board: schools, counted as the lists behind them show them, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.alphabet import sort_key
from tracker.domain.vocabulary import FlagKind, State
from tracker.services.evaluating import NeedView
from tracker.web.filters import (
    HORIZONS,
    NOT_STATED,
    PROVEN,
    is_in_purchase,
    is_integrated,
    is_lost_within,
)
from tracker.web.standings import SchoolStanding, by_school


@dataclass(frozen=True, slots=True)
class Tally:
    """Schools of one region, one district or the country, each in the state of its worst need.

    ``losing`` is by days ahead. ``integrated`` counts schools whose cameras the control centre sees: a fact
    beside the contracts.
    """

    schools: int
    integrated: int
    states: Mapping[State, int]
    stalled: int
    in_purchase: int
    losing: Mapping[int, int]

    @property
    def required(self) -> int:
        """Schools that need anything on the day: what shares are shares of."""
        return self.schools - self.states[State.NOT_REQUIRED]

    @property
    def uncovered(self) -> int:
        """Schools that are proven to be without service."""
        return self.states[State.UNCOVERED]

    @property
    def served(self) -> int:
        """Schools that are proven to have service, by a regular contract or an interim one."""
        return sum(self.states[state] for state in PROVEN)

    @property
    def hoped(self) -> int:
        """The same with those of which it is not known: as many as may have service at most."""
        return self.served + self.states[State.UNKNOWN]


def tally(needs: Iterable[NeedView]) -> Tally:
    """Count the schools of these needs."""
    schools = by_school(needs)
    states = Counter(school.state for school in schools)
    return Tally(
        schools=len(schools),
        integrated=sum(is_integrated(school.needs[0]) for school in schools),
        states={state: states[state] for state in State},
        stalled=sum(FlagKind.TENDER_STALLED in school.kinds for school in schools),
        in_purchase=sum(any(map(is_in_purchase, school.assessments)) for school in schools),
        losing={days: sum(_loses_within(school, days) for school in schools) for days in HORIZONS},
    )


def together(tallies: Iterable[Tally]) -> Tally:
    """The tally of several places that share no school."""
    every = tuple(tallies)
    return Tally(
        schools=sum(one.schools for one in every),
        integrated=sum(one.integrated for one in every),
        states={state: sum(one.states[state] for one in every) for state in State},
        stalled=sum(one.stalled for one in every),
        in_purchase=sum(one.in_purchase for one in every),
        losing={days: sum(one.losing[days] for one in every) for days in HORIZONS},
    )


def _loses_within(school: SchoolStanding, days: int) -> bool:
    return any(is_lost_within(found, days) for found in school.assessments)


def by_region(needs: Iterable[NeedView], codes: Iterable[str]) -> tuple[tuple[str, Tally], ...]:
    """One row per region that has schools, in the order of ``codes``; those that state none come last."""
    groups = _groups(needs, lambda need: need.school.region)
    return tuple((code, tally(groups[code])) for code in (*codes, NOT_STATED) if code in groups)


def by_district(needs: Iterable[NeedView]) -> tuple[tuple[str, Tally], ...]:
    """One row per district of the given needs, by the alphabet; those that state none come last."""
    groups = _groups(needs, lambda need: need.school.district)
    names = sorted(groups, key=lambda name: (name == NOT_STATED, sort_key(name)))
    return tuple((name, tally(groups[name])) for name in names)


def _groups(
    needs: Iterable[NeedView], place: Callable[[NeedView], str | None]
) -> Mapping[str, list[NeedView]]:
    groups: dict[str, list[NeedView]] = {}
    for need in needs:
        groups.setdefault(place(need) or NOT_STATED, []).append(need)
    return groups
