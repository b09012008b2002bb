"""The year before stands as snapshots give it: as known now, and as known at the end of each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from tests.office import Office
from tests.store.rows import record
from tests.web.register import COVERED, INTERIM, STALLED, a_contract, a_school, day, small_country
from tests.world_register import register_of, worlds_around
from tracker.domain.days import LEGAL_ZONE, Span
from tracker.domain.months import course_to, month_before, weeks_to
from tracker.domain.vocabulary import State
from tracker.services.evaluating import Snapshot, calendar, snapshot
from tracker.services.looking_back import Past, look_back
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope
from tracker.web.tallies import tally

FIRST = datetime(2026, 10, 1, 6, tzinfo=UTC)


def past(office: Office, days: tuple[date, ...], scope: Scope = EVERYTHING) -> Past:
    """These days as they are shown."""
    with reading(office.engine, seeing=scope) as session:
        workdays = calendar(session, office.book)
        return look_back(session, scope, days=days, known=None, calendar=workdays, book=office.book)


def shot(office: Office, on: date, *, then: bool, scope: Scope = EVERYTHING) -> Snapshot:
    """The same day judged whole."""
    known = datetime.combine(on, time.max, LEGAL_ZONE) if then else None
    with reading(office.engine, seeing=scope) as session:
        return snapshot(session, scope, on=on, known=known, book=office.book)


def fill(office: Office) -> None:
    """A register that was filled in October, corrected later, and joined by twenty needs in December."""
    record(office.engine, *small_country(), at=FIRST)
    record(office.engine, a_contract("K-2", STALLED, "2026-01-01", "2026-08-31"), at=FIRST + timedelta(20))
    record(office.engine, a_school(INTERIM, "Ғани", region="71"), at=FIRST + timedelta(40))
    worlds = worlds_around(day("2026-09-01"), day("2027-01-31"), 20)
    record(office.engine, *register_of(worlds), at=FIRST + timedelta(70))


def test_each_day_agrees_with_the_snapshots_of_that_day(office: Office) -> None:
    fill(office)
    days = course_to(day("2027-01-15"), months=4)
    for scope in (EVERYTHING, Scope.of("71")):
        for on, now, then in past(office, days, scope).of():
            whole = tally(shot(office, on, then=False, scope=scope).needs).states
            assert {state: now.states.get(state, 0) for state in State} == whole, on
            known = tally(shot(office, on, then=True, scope=scope).needs)
            assert (then is None) is (not known.schools)
            if then is not None:
                assert {state: then.states.get(state, 0) for state in State} == known.states, on


def test_regions_add_up_to_the_country(office: Office) -> None:
    fill(office)
    found = past(office, course_to(day("2027-01-15"), months=3))
    regions = {region or "none" for point in found.needs for region, _ in point.now}
    for place, (_, whole, _) in enumerate(found.of()):
        parts = [found.of(region)[place][1] for region in regions]
        assert sum(part.lost for part in parts) == whole.lost
        assert sum(part.required for part in parts) == whole.required


def test_the_school_days_of_a_month_are_those_counted_day_by_day(office: Office) -> None:
    record(office.engine, *small_country(), at=FIRST)
    on = day("2027-01-01")
    [(_, now, _)] = past(office, (on,)).of()
    with reading(office.engine, seeing=EVERYTHING) as session:
        workdays = calendar(session, office.book)
    month = month_before(on)
    counted = 0
    for number in range(month.days):
        each = month.start + timedelta(number)
        if workdays.is_workday(each):
            needs = shot(office, each, then=False).needs
            counted += sum(need.assessment.state is State.UNCOVERED for need in needs)
    assert now.lost == counted > 0


def test_a_contract_entered_late_changes_today_and_leaves_what_was_known_then(office: Office) -> None:
    record(office.engine, a_school(COVERED, "Абай"), at=FIRST)
    days = (day("2026-11-01"),)
    [(_, before, _)] = past(office, days).of()
    record(office.engine, a_contract("K-1", COVERED, "2026-01-01", "2026-12-31"), at=FIRST + timedelta(60))
    [(_, now, then)] = past(office, days).of()
    assert before.served == 0
    assert (now.served, now.lost) == (1, 0)
    assert then == before


def test_a_course_goes_back_month_by_month_and_ends_on_the_day_itself() -> None:
    days = course_to(day("2026-11-23"))
    assert (len(days), days[0], days[-2], days[-1]) == (
        14, day("2025-11-01"), day("2026-11-01"), day("2026-11-23"),
    )  # fmt: skip
    assert course_to(day("2026-11-01"))[-1] == day("2026-11-01")
    assert month_before(day("2026-11-01")) == Span(day("2026-10-01"), day("2026-11-01"))
    weeks = weeks_to(day("2026-10-20"), day("2026-10-01"), day("2026-12-31"))
    assert weeks == tuple(map(day, ("2026-10-01", "2026-10-08", "2026-10-15", "2026-10-20")))
    assert weeks_to(day("2026-09-20"), day("2026-10-01"), day("2026-12-31")) == ()
