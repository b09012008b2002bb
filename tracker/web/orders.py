"""The order of the queue: by harm (rules §5) unless its reader asks for another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from tracker.domain.alphabet import sort_key
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import STAGES, Language
from tracker.render.formats import school_name
from tracker.services.evaluating import NeedView, in_harm_order
from tracker.store.cases import Holder

BACK = "-"
"""Before the word of an order: the other way round."""


class Order(StrEnum):
    """What the queue is ordered by.

    ``since`` is the first day on which something was wrong, ``days`` the days without service (most first),
    ``ends`` the last day of cover, ``holder`` who has the school in hand.
    """

    HARM = "harm"
    SINCE = "since"
    DAYS = "days"
    ENDS = "ends"
    SCHOOL = "school"
    DISTRICT = "district"
    STAGE = "stage"
    HOLDER = "holder"


SORTS: tuple[str, ...] = (*Order, *(f"{BACK}{order}" for order in Order if order is not Order.HARM))
"""What an address may ask for; harm has no other way round, for the worst off never come last."""

Key = Callable[[NeedView], Any]


@dataclass(frozen=True, slots=True)
class Sort:
    """An order and its direction, as an address writes them."""

    text: str = Order.HARM

    @property
    def order(self) -> Order:
        """What it is ordered by."""
        return Order(self.text.removeprefix(BACK))

    @property
    def is_back(self) -> bool:
        """Whether it is the other way round."""
        return self.text.startswith(BACK)

    @property
    def named(self) -> str | None:
        """As an address asks for it; nothing where it is the order of harm."""
        return None if self.text == Order.HARM else self.text

    def asked(self, order: str) -> str | None:
        """What the title of an order leads to: that order, or the other way round where it stands so."""
        return Sort(f"{BACK}{order}" if self.text == order and self.named else order).named

    def aria(self, orders: Iterable[str]) -> str:
        """How a column with the titles of these orders is sorted, for those who cannot see it."""
        if self.order not in tuple(orders):
            return "none"
        return "descending" if self.is_back != (self.order is Order.DAYS) else "ascending"

    def line(
        self, needs: Iterable[NeedView], *, language: Language, held: Mapping[str, Holder]
    ) -> tuple[NeedView, ...]:
        """The flagged needs in this order; what it says nothing of comes last, and equals by harm."""
        worst_first = in_harm_order(needs)
        if self.order is Order.HARM:
            return worst_first
        key = _key(self.order, language, held)
        placed = [(key(need), need) for need in worst_first]
        known = sorted((pair for pair in placed if pair[0] is not None), key=_place, reverse=self.is_back)
        return (*(need for _, need in known), *(need for place, need in placed if place is None))


HARM = Sort()


def name_key(school: SchoolRow, language: Language) -> str:
    """By which a school's name stands in a list that shows it in this language."""
    return sort_key(school_name((school.name_kk, school.name_ru, school.name), language))


def _place(pair: tuple[Any, NeedView]) -> Any:
    return pair[0]


def _key(order: Order, language: Language, held: Mapping[str, Holder]) -> Key:
    if order is Order.SCHOOL:
        return lambda need: name_key(need.school, language)
    if order is Order.HOLDER:
        return partial(_holder, held)
    return {
        Order.SINCE: _since,
        Order.DAYS: _days,
        Order.ENDS: lambda need: need.assessment.covered_until,
        Order.DISTRICT: _district,
        Order.STAGE: _stage,
    }[order]


def _since(need: NeedView) -> Any:
    known = [flag.since for flag in need.assessment.flags if flag.since is not None]
    return min(known, default=need.assessment.uncovered_since)


def _days(need: NeedView) -> Any:
    without = need.assessment.days_without
    return None if without is None else -without


def _district(need: NeedView) -> Any:
    school = need.school
    return (sort_key(school.district), school.region or "") if school.district else None


def _stage(need: NeedView) -> Any:
    tender = need.assessment.tender
    return None if tender is None or tender.stage is None else STAGES.index(tender.stage)


def _holder(held: Mapping[str, Holder], need: NeedView) -> Any:
    holder = held.get(need.school.school_id)
    return None if holder is None else (sort_key(holder.name or holder.email), holder.person)
