"""What an import changed on the board of whoever brought it in: each number before and now, with its list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from tracker.domain.vocabulary import State
from tracker.services.evaluating import NeedView
from tracker.web.filters import HORIZONS
from tracker.web.tallies import tally

LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "covered": ("/schools", {"state": State.COVERED}),
    "interim": ("/schools", {"state": State.INTERIM}),
    "uncovered": ("/schools", {"state": State.UNCOVERED}),
    "unknown": ("/schools", {"state": State.UNKNOWN}),
    "losing": ("/schools", {"within": str(HORIZONS[0])}),
    "stalled": ("/schools", {"flag": "tender_stalled"}),
    "flagged": ("/queue", {}),
}
"""The numbers that are told, and the list that each counts."""

JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Change:
    """One number of the board; the addresses open the list as it was known then and as it is known now."""

    name: str
    before: int
    now: int
    list_before: str
    list_now: str

    @property
    def difference(self) -> int:
        """How many more there are now."""
        return self.now - self.before


def counted(needs: Iterable[NeedView]) -> dict[str, int]:
    """The numbers of :data:`LISTS`: schools, and of the queue its needs."""
    seen = tuple(needs)
    found = tally(seen)
    states = {state.value: found.states[state] for state in State if state.value in LISTS}
    flagged = sum(bool(need.assessment.flags) for need in seen)
    return {**states, "losing": found.losing[HORIZONS[0]], "stalled": found.stalled, "flagged": flagged}


def written(numbers: Mapping[str, int]) -> str:
    """The numbers as the journal keeps them."""
    return urlencode(numbers)


def changes(kept: str, needs: Iterable[NeedView], *, at: datetime) -> tuple[Change, ...]:
    """The numbers kept at an import beside those of now; none where it kept none."""
    before = {name: int(number) for name, number in parse_qsl(kept)}
    now = counted(needs) if before else {}
    then = (at - JUST_BEFORE).isoformat()
    return tuple(
        Change(name, before[name], now[name], _address(path, {**asked, "known": then}), _address(path, asked))
        for name, (path, asked) in LISTS.items()
        if name in before
    )


def _address(path: str, asked: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path
