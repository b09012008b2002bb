"""What if: one thing changed on a copy, and the rules asked again; the facts themselves stay as they are."""

from __future__ import annotations

import pytest

from tests.builders import a_line, a_need, a_tender, assessed, day, the_calendar
from tracker.domain.days import Span
from tracker.domain.errors import SuppositionRefused
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.supposing import Change, changed
from tracker.domain.vocabulary import Method, Stage, State, TenderStatus

ON = "2026-12-01"
ENDING = a_need(a_line("2026-01-01", "2026-12-31"), needed_from="2026-01-01")
BUYING = a_need(
    a_line("2026-01-01", "2026-12-31"), tenders=[a_tender("2026-11-30")], needed_from="2026-01-01"
)
UNSERVED = a_need(a_line("2026-01-01", "2026-10-31"), needed_from="2026-01-01")


def supposed(facts: NeedFacts, change: Change) -> Assessment:
    """How a need would stand."""
    return assessed(changed(facts, assessed(facts, ON), change), ON)


def test_nothing_supposed_is_nothing_changed() -> None:
    assert Change().is_none
    assert changed(BUYING, assessed(BUYING, ON), Change()) == BUYING


def test_a_contract_that_ends_later_covers_longer_and_the_facts_stay() -> None:
    assert supposed(ENDING, Change(cover_until=day("2027-02-28"))).covered_until == day("2027-02-28")
    assert assessed(ENDING, ON).covered_until == day("2026-12-31")


def test_an_interim_contract_serves_its_days() -> None:
    interim = Span.inclusive(day("2026-12-01"), day("2027-01-31"))
    then = supposed(UNSERVED, Change(interim=interim))
    assert (assessed(UNSERVED, ON).state, then.state) == (State.UNCOVERED, State.INTERIM)
    assert then.covered_until == day("2027-01-31")


def test_a_purchase_announced_earlier_serves_earlier_than_one_announced_later() -> None:
    days = [
        forecast.likely
        for announced in ("2026-12-01", "2026-12-21")
        if (tender := supposed(ENDING, Change(announce_on=day(announced))).tender)
        and (forecast := tender.forecast)
    ]
    assert len(days) == 2
    assert days[0] < days[1]
    assert assessed(ENDING, ON).tender is None


@pytest.mark.parametrize(
    ("on", "last"), [("2026-10-26", "2026-12-31"), ("2026-10-24", "2027-02-14"), ("2024-12-10", "2025-02-10")]
)
@pytest.mark.parametrize("method", list(Method))
def test_a_purchase_announced_on_the_latest_safe_start_leaves_no_gap_and_one_day_later_it_does(
    on: str, last: str, method: Method
) -> None:
    """Also where the law of the day of announcement is another one than that of the day that asks."""
    planned = a_tender(method=method, status=TenderStatus.PLANNED)
    facts = a_need(a_line("2024-01-01", last), tenders=[planned])
    found = assessed(facts, on)
    safe = found.latest_safe_start
    assert safe
    assert safe > found.on
    gaps = [
        assessed(changed(facts, found, Change(announce_on=start)), on).projected_gap
        for start in (safe, the_calendar().after(safe, 1))
    ]
    assert gaps[0] is None
    assert gaps[1]


def test_a_purchase_announced_ahead_is_forecast_as_it_will_be_on_that_day() -> None:
    """Also on a day off, and with no more in its late forecast than one that is announced today."""
    for start in ("2026-12-01", "2026-12-02", "2026-12-05", "2027-01-11"):
        tender = supposed(ENDING, Change(announce_on=day(start))).tender
        announced = assessed(a_need(*ENDING.lines, tenders=[a_tender(start)]), start).tender
        assert tender
        assert announced
        assert tender.forecast == announced.forecast, start
        expected = Stage.DISCUSSION if start == ON else Stage.PLANNED
        assert (tender.stage, tender.is_stalled) == (expected, False)


def test_another_method_takes_another_time() -> None:
    now, then = assessed(BUYING, ON).tender, supposed(BUYING, Change(method=Method.PRICE_QUOTATION)).tender
    assert now
    assert now.forecast
    assert then
    assert then.forecast
    assert then.method is Method.PRICE_QUOTATION
    assert then.forecast.earliest < now.forecast.earliest


def test_the_end_of_cover_that_is_not_there_cannot_be_moved() -> None:
    for facts, until in ((UNSERVED, "2027-02-28"), (ENDING, "2025-12-31")):
        with pytest.raises(SuppositionRefused):
            supposed(facts, Change(cover_until=day(until)))
