"""The ground after a failed purchase buys a full contract, which bridges to nothing (law, art. 15 para 4).

So no cap counts for it, nor what bridges used up: it serves from the first day without service to the day
that a person states, before what serves next and the end of the need.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.days import Span, add_months
from tracker.domain.findings import RouteAnswer, TenderStanding
from tracker.domain.interim import ground_after
from tracker.domain.reading import Reading
from tracker.domain.vocabulary import RouteId

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class FullContract:
    """The ``ground`` as it stands for a need, all days that the contract may have, and what it follows.

    It ``follows`` the purchase that failed, also where its repeat is planned; one that is announced since
    stands in its place, and then nothing ``has_failed`` that it could be based on.
    """

    ground: RouteAnswer
    days: Span
    follows: TenderStanding | None
    has_failed: bool

    def window(self, until: date | None = None) -> Span:
        """The days until the stated one, else to the end of the year; empty where it is none of them."""
        start = self.days.start
        if until is None:
            return Span.inclusive(start, min(date(start.year, MONTHS_A_YEAR, 31), self.days.last))
        return Span.inclusive(start, until) if until in self.days else Span(start, start)


def full_contract(need: Reading) -> FullContract | None:
    """What the ground after a failure may buy; None where no first day can be told."""
    start = need.unserved_from
    if start is None or need.cover.open_from <= start:
        return None
    law = need.at.policy.on(start)
    longest = add_months(start, law.longest_term_years * MONTHS_A_YEAR)
    days = Span(start, min(longest, need.cover.next_served(start), need.cover.required.stop))
    ground = ground_after(need, RouteId.AFTER_FAILURE, start)
    if ground is None or days.is_empty:
        return None
    if need.is_published:
        return FullContract(ground, days, need.shown, has_failed=False)
    return FullContract(ground, days, need.failed or need.shown, has_failed=need.failed is not None)
