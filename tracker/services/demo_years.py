"""The ordinary years of a lot: tenders in autumn, contracts from New Year, some late or failed at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tracker.domain.days import ONE_DAY, Span, months_from
from tracker.domain.vocabulary import (
    ContractKind,
    Method,
    TenderEventKind,
    TenderStatus,
)
from tracker.domain.workdays import WorkCalendar
from tracker.services.demo_dice import dice
from tracker.services.demo_lots import Fate, Lot
from tracker.services.demo_places import STATEMENT_ON
from tracker.services.demo_rows import Agreement, Purchase

NEW_LAW_ON = date(2025, 1, 1)
BRIDGE_MONTHS = 2

_FEASTS = (
    (1, 1),
    (1, 2),
    (1, 7),
    (3, 8),
    (3, 21),
    (3, 22),
    (3, 23),
    (5, 1),
    (5, 7),
    (5, 9),
    (7, 6),
    (12, 16),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """The usual length of each stage in working days, and how many days before its term a tender begins.

    ``lead`` are the earliest and the latest ordinary day, the latest one already a little late.
    """

    discussion: int
    bids: int
    evaluation: int
    appeal: int
    contract: int
    lead: tuple[int, int]


_PACES = {
    (Method.OPEN_TENDER, False): Pace(5, 15, 18, 5, 7, (125, 82)),
    (Method.OPEN_TENDER, True): Pace(3, 5, 3, 3, 5, (95, 33)),
    (Method.PRICE_QUOTATION, False): Pace(0, 5, 0, 0, 7, (80, 22)),
    (Method.PRICE_QUOTATION, True): Pace(0, 3, 0, 0, 5, (70, 16)),
}
"""By method, and whether the law of 2025 is in force."""

Bought = tuple[list[Purchase], list[Agreement]]


def invented_calendar(*, last_year: int) -> WorkCalendar:
    """Working days of the invented register: weekends and fixed feasts, no decrees."""
    years = range(2021, last_year + 1)
    feasts = {date(year, month, day): False for year in years for month, day in _FEASTS}
    return WorkCalendar(feasts, first_year=years[0], last_year=years[-1])


def buy_terms(
    lot: Lot, terms: Sequence[Span], calendar: WorkCalendar, *, is_last_punctual: bool = False
) -> Bought:
    """Everything a lot bought for ``terms``: its tenders and contracts, first to last."""
    first = terms[0]
    agreements = [Agreement(contract_number(lot, first.start), first.start, first.last, date(2021, 12, 24))]
    purchases: list[Purchase] = []
    for term in terms[1:]:
        is_punctual = is_last_punctual and term is terms[-1]
        tenders, contracts = _Buying(lot, term, agreements[-1], calendar).buy(is_punctual=is_punctual)
        purchases += tenders
        agreements += contracts
    return purchases, agreements


def contract_number(lot: Lot, start: date, suffix: str = "") -> str:
    """The number of the contract that was bought for a term from ``start``."""
    return f"DEMO-K{start:%y%m}-{lot.number:04d}{suffix}"


def tender_number(lot: Lot, start: date, attempt: int = 1) -> str:
    """The number of the tender for a term from ``start``."""
    return f"DEMO-T{start:%y%m}-{lot.number:04d}-{attempt}"


def stage_events(purchase: Purchase, calendar: WorkCalendar) -> tuple[tuple[date, TenderEventKind], ...]:
    """The course of a purchase told as dated events, up to its end."""
    published, close, results = purchase.published_on, purchase.bids_close_on, purchase.results_on
    is_open = purchase.method is Method.OPEN_TENDER
    pace = pace_of(purchase.method, published or purchase.planned_on)
    told: list[tuple[date, TenderEventKind]] = []
    if published and is_open:
        told.append((published, TenderEventKind.DISCUSSION))
    if published:
        told.append((calendar.after(published, pace.discussion), TenderEventKind.BIDS))
    if close:
        told.append((calendar.after(close, 1), TenderEventKind.EVALUATION))
    if results and is_open:
        told.append((results, TenderEventKind.APPEAL))
    if results:
        told.append((calendar.after(results, pace.appeal + 1), TenderEventKind.CONTRACT))
    if ended := purchase.ended_on:
        told = [event for event in told if event[0] < ended]
        told.append((ended, TenderEventKind(purchase.outcome.value)))
    return tuple(told)


def pace_of(method: Method, published_on: date) -> Pace:
    """The usual pace of a tender published on a day."""
    return _PACES[method, published_on >= NEW_LAW_ON]


@dataclass(frozen=True, slots=True)
class _Buying:
    """A lot buys one term after ``previous``."""

    lot: Lot
    term: Span
    previous: Agreement
    calendar: WorkCalendar

    def buy(self, *, is_punctual: bool) -> Bought:
        """The tenders for the term and the contracts they and the waiting for them led to."""
        chance = dice("term", self.lot.number, self.term.start)
        if self.term.start.year == STATEMENT_ON.year and self.lot.fate is Fate.IN_PROCUREMENT:
            return self._in_procurement(chance)
        if self.term.start.year == STATEMENT_ON.year and self.lot.fate is Fate.SIGNED_IN_FEBRUARY:
            return self._signed_in_february(chance)
        if is_punctual or self.term.start <= STATEMENT_ON:
            return self._contracted([self._punctual(chance)], chance)
        return self._contracted(self._tenders(chance), chance)

    def _tenders(self, chance: Random) -> list[Purchase]:
        """One tender, now and then late; or one that failed and the one that repeats it."""
        method, luck = self._method(chance), chance.random()
        earliest, latest = _PACES[method, self._is_new_law].lead
        lead = chance.randint(0, latest) if luck < 0.04 else chance.randint(latest, earliest)
        tender = self._walk(method, self._workday_before(lead), chance)
        if luck < 0.96 or tender.results_on is None:
            return [tender]
        outcome = chance.choice(
            [TenderStatus.UNSUCCESSFUL, TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED]
        )
        failed = replace(tender, ended_on=tender.results_on, results_on=None, outcome=outcome, events=())
        again = self.calendar.after(tender.results_on, chance.randint(3, 10))
        repeat = self._walk(method, again, chance, attempt=2)
        return [failed, replace(repeat, known_on=tender.results_on, repeats=failed.number)]

    def _punctual(self, chance: Random) -> Purchase:
        """A tender early enough and quick enough to be signed before its term."""
        method = self._method(chance)
        earliest, latest = _PACES[method, self._is_new_law].lead
        published = self._workday_before(chance.randint((earliest + latest) // 2, earliest))
        return self._walk(method, published, chance, is_slow=False)

    @property
    def _is_new_law(self) -> bool:
        return self.term.start - timedelta(days=60) >= NEW_LAW_ON

    def _method(self, chance: Random) -> Method:
        """Channels went mostly by price quotations until the law of 2025 made the open tender the rule."""
        share = 0.92 if self._is_new_law else 0.15
        return Method.OPEN_TENDER if chance.random() < share else Method.PRICE_QUOTATION

    def _workday_before(self, lead: int) -> date:
        return self.calendar.latest_start(self.term.start - timedelta(days=lead), 0)

    def _walk(
        self,
        method: Method,
        published: date,
        chance: Random,
        *,
        attempt: int = 1,
        is_slow: bool | None = None,
    ) -> Purchase:
        """A tender from publication to signature, stage by stage; one in sixteen takes its time."""
        pace, after = pace_of(method, published), self.calendar.after
        slow = chance.random() < 0.06 if is_slow is None else is_slow
        close = after(published, pace.discussion + pace.bids + chance.randint(0, 2))
        results = after(close, max(0, pace.evaluation - chance.randint(0, 1)) + slow * chance.randint(4, 20))
        signed = after(results, pace.appeal + chance.randint(pace.contract // 2, pace.contract + 1))
        planned = self.calendar.latest_start(published - timedelta(days=chance.choice((0, 0, 0, 2, 9))), 0)
        tender = Purchase(
            number=tender_number(self.lot, self.term.start, attempt),
            method=method,
            known_on=planned - timedelta(days=chance.randint(15, 45)),
            planned_on=planned,
            wanted_from=self.term.start,
            published_on=published,
            bids_close_on=close,
            results_on=results,
            ended_on=signed,
        )
        told = chance.random() < 0.06
        return replace(tender, events=stage_events(tender, self.calendar)) if told else tender

    def _contracted(self, tenders: list[Purchase], chance: Random) -> Bought:
        """The contract that the last tender led to, and a bridge to it if the term had already begun."""
        regular = self._regular(tenders[-1])
        if regular.start_on == self.term.start or chance.random() < 0.4:
            return tenders, [regular]
        return tenders, [self._bridge(self.term.start, regular, chance), regular]

    def _regular(self, tender: Purchase) -> Agreement:
        signed = tender.ended_on or self.term.start
        return Agreement(
            number=contract_number(self.lot, self.term.start),
            start_on=max(self.term.start, signed),
            end_on=self.term.last,
            signed_on=signed,
            method=tender.method,
            tender_number=tender.number,
        )

    def _bridge(self, start: date, regular: Agreement, chance: Random) -> Agreement:
        """Two months at most, until the regular contract enters into force."""
        last = months_from(start, BRIDGE_MONTHS).last
        kind = ContractKind.EXTENSION if self._is_new_law else ContractKind.INTERIM
        return Agreement(
            number=contract_number(self.lot, self.term.start, "-B"),
            start_on=start,
            end_on=last,
            signed_on=start - timedelta(days=chance.randint(2, 6)),
            kind=kind,
            method=Method.SINGLE_SOURCE if kind is ContractKind.INTERIM else None,
            terminated_on=regular.start_on - ONE_DAY if regular.start_on <= last else None,
            extends=self.previous.number if kind is ContractKind.EXTENSION else None,
        )

    def _in_procurement(self, chance: Random) -> Bought:
        """Published only after New Year 2023, signed in spring; some got a bridge in February."""
        published = self.calendar.after(date(2023, 1, 9), chance.randint(0, 28))
        tender = self._walk(Method.OPEN_TENDER, published, chance)
        regular = self._regular(tender)
        if chance.random() < 0.75:
            return [tender], [regular]
        return [tender], [self._bridge(date(2023, 2, 1), regular, chance), regular]

    def _signed_in_february(self, chance: Random) -> Bought:
        """Decided in good time, signed only in the last days of February 2023 for the whole year."""
        signed = date(2023, 2, chance.choice((24, 27, 28)))
        published = self.calendar.after(date(2022, 12, 1), chance.randint(0, 8))
        tender = self._walk(Method.OPEN_TENDER, published, chance)
        results = self.calendar.latest_start(signed, chance.randint(12, 15))
        tender = replace(tender, results_on=results, ended_on=signed, events=())
        return [tender], [replace(self._regular(tender), start_on=self.term.start)]
