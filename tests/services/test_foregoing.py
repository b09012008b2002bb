"""What is lost if nobody does anything adds up over places, and an interim saves its days; the burn-down."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from tests.office import Office
from tests.store.rows import record
from tests.web.register import RECORDED_AT, a_contract, a_school, day
from tests.world_register import register_of, worlds_around
from tracker.domain.days import LEGAL_ZONE, Span
from tracker.domain.foregone import horizon_of
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import ContractKind, ContractStatus, TenderStatus
from tracker.services.burning import BurnDown, burn_down
from tracker.services.evaluating import snapshot
from tracker.services.foregoing import Prospects, prospects
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope

AUTUMN = datetime(2026, 10, 2, 6, tzinfo=UTC)


def look(office: Office, on: date, *, known: datetime | None = None, scope: Scope = EVERYTHING) -> Prospects:
    """What lies ahead on a day."""
    with reading(office.engine, seeing=scope) as session:
        shot = snapshot(session, scope, on=on, known=known, book=office.book)
        return prospects(session, scope, shot, book=office.book)


def burnt(office: Office, on: date) -> BurnDown:
    """The burn-down that is shown on a day."""
    asking = look(office, on).asking
    with reading(office.engine, seeing=EVERYTHING) as session:
        return burn_down(session, EVERYTHING, asking, known=None, book=office.book)


def test_regions_and_schools_add_up_to_the_country(office: Office) -> None:
    record(
        office.engine, *register_of(worlds_around(day("2026-12-01"), day("2027-01-31"), 40)), at=RECORDED_AT
    )
    on = day("2027-01-05")
    until = horizon_of(on)
    found = look(office, on)
    with reading(office.engine, seeing=EVERYTHING) as session:
        needs = snapshot(session, EVERYTHING, on=on, known=None, book=office.book).needs
    whole = found.lost(needs, until).school_days
    regions = {need.school.region for need in needs}
    parts = [found.lost([need for need in needs if need.school.region == each], until) for each in regions]
    assert sum(part.school_days for part in parts) == whole > 0
    assert sum(found.lost([need], until).school_days for need in needs) == whole


def test_an_interim_makes_the_figure_of_the_country_fall_by_exactly_its_days(office: Office) -> None:
    record(
        office.engine, a_school("S-1", "1"), a_contract("K-1", "S-1", "2026-01-01", "2026-12-31"), at=AUTUMN
    )
    on, until = day("2026-11-23"), day("2027-03-01")
    before = look(office, on)
    bridge = a_contract("K-2", "S-1", "2027-01-01", "2027-01-31", kind=ContractKind.INTERIM)
    record(office.engine, bridge, at=AUTUMN + timedelta(days=1))
    after = look(office, on)
    lost = [before.loss(before.needs[0], until), after.loss(after.needs[0], until)]
    january = Span.inclusive(day("2027-01-01"), day("2027-01-31"))
    assert lost[0].days - lost[1].days == 31
    assert lost[0].school_days - lost[1].school_days == before.calendar.within(january)
    assert lost[1].since == day("2027-02-01")


def test_a_later_line_that_leaves_a_hole_has_not_begun_what_serves_on_the_day_after_the_end(
    office: Office,
) -> None:
    starts = {"S-1": "2027-01-15", "S-2": "2027-01-01"}
    for school, start in starts.items():
        waits = ContractStatus.PENDING if school == "S-2" else ContractStatus.ACTIVE
        now = a_contract(f"{school}-1", school, "2026-01-01", "2026-12-31")
        later = a_contract(f"{school}-2", school, start, "2027-12-31", status=waits)
        record(office.engine, a_school(school, school), now, later, at=AUTUMN)
    ends = {one.key[0]: one.end for one in look(office, day("2026-10-08")).needs if one.end}
    assert {school: end.is_begun for school, end in ends.items()} == {"S-1": False, "S-2": True}


def test_a_burn_down_falls_when_a_tender_is_registered_and_not_when_service_is_lost(office: Office) -> None:
    record(
        office.engine,
        *(a_school(f"S-{n}", f"{n}") for n in range(1, 4)),
        *(a_contract(f"K-{n}", f"S-{n}", "2026-01-01", "2026-12-31") for n in (1, 2)),
        a_contract("K-3", "S-3", "2026-01-01", "2026-10-10"),
        at=AUTUMN,
    )
    registered = TenderRow("T-1", "S-1", TenderStatus.ACTIVE, published_on=day("2026-10-01"))
    record(office.engine, registered, at=AUTUMN + timedelta(days=14))
    found = burnt(office, day("2026-10-23"))
    assert found.days == tuple(map(day, ("2026-10-23", "2026-10-22", "2026-10-15", "2026-10-08")))
    assert found.of(None) == (("59", (2, 2, 3, 3)),)
    assert found.of("59") == (("Петропавл", (2, 2, 3, 3)),)


def test_a_week_of_the_burn_down_is_what_the_cliff_of_that_day_showed(office: Office) -> None:
    record(office.engine, *register_of(worlds_around(day("2026-10-05"), day("2026-12-31"), 12)), at=AUTUMN)
    found = burnt(office, day("2026-11-12"))
    assert len(found.days) > 4
    for week in found.needs:
        if week.left is None:
            continue
        known = datetime.combine(week.on, time.max, LEGAL_ZONE)
        shown = look(office, week.on, known=known)
        ends = [one for one in shown.needs if one.end and not one.end.is_begun and one.end.last <= found.last]
        assert {one.key for one in ends} <= set(found.left(week.on, None, None))
        at = found.days.index(week.on)
        assert len(found.left(week.on, "59", None)) == sum(weeks[at] for _, weeks in found.of("59"))
