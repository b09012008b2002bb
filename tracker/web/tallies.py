"""The numbers of the board: counted from the very needs that the lists behind them show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tracker.domain.alphabet import sort_key
from tracker.domain.vocabulary import FlagKind, State
from tracker.services.evaluating import NeedView
from tracker.web.filters import HORIZONS, NOT_STATED, is_in_purchase, is_integrated, is_lost_within


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one region, one district or the country. ``losing`` is by days ahead.

    ``integrated`` counts schools whose cameras the control centre sees: a fact beside the contracts.
    """

    schools: int
    integrated: int
    needs: int
    states: Mapping[State, int]
    stalled: int
    in_purchase: int
    losing: Mapping[int, int]

    @property
    def required(self) -> int:
        """Needs that are required on the day: what shares are shares of."""
        return self.needs - self.states[State.NOT_REQUIRED]


def tally(needs: Iterable[NeedView]) -> Tally:
    """Count needs and their schools."""
    needs = tuple(needs)
    assessments = [need.assessment for need in needs]
    states = Counter(found.state for found in assessments)
    return Tally(
        schools=len({need.school.school_id for need in needs}),
        integrated=len({need.school.school_id for need in needs if is_integrated(need)}),
        needs=len(needs),
        states={state: states[state] for state in State},
        stalled=sum(FlagKind.TENDER_STALLED in found.kinds for found in assessments),
        in_purchase=sum(is_in_purchase(found) for found in assessments),
        losing={days: sum(is_lost_within(found, days) for found in assessments) for days in HORIZONS},
    )


def by_region(needs: Iterable[NeedView], codes: Iterable[str]) -> tuple[tuple[str, Tally], ...]:
    """One row per region in the order of ``codes``; those that state none come last, if there are any."""
    groups = _groups(needs, lambda need: need.school.region)
    shown = [*codes, *([NOT_STATED] if NOT_STATED in groups else [])]
    return tuple((code, tally(groups.get(code, ()))) for code in shown)


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
