"""What is due is read from the database as from the facts: within one's regions, as known, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.office import Office
from tests.store.rows import record
from tests.web.register import COVERED, NEVER, NOW, RECORDED_AT, STALLED, a_contract, a_school, day
from tests.world_register import register_of, worlds_around
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import DeadlineKind, Service, TenderStatus
from tracker.services import foreseeing
from tracker.services.evaluating import bench, need_facts, snapshot
from tracker.services.foreseeing import Agenda, Task
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope


def agenda(office: Office, on: date, *, scope: Scope = EVERYTHING, known: datetime | None = None) -> Agenda:
    """What is due on a day for those who see so much."""
    with reading(office.engine, seeing=scope) as session:
        return foreseeing.agenda(session, scope, on=on, known=known, book=office.book)


def tasks(office: Office, on: date) -> tuple[Task, ...]:
    """The things to do in the country."""
    found = agenda(office, on)
    with reading(office.engine, seeing=EVERYTHING) as session:
        needs = snapshot(session, EVERYTHING, on=on, known=None, book=office.book).needs
    return foreseeing.tasks(needs, found)


def of_school(found: Agenda, school_id: str) -> set[Deadline]:
    """What is due for one school."""
    return {due for group in found.groups for (school, _), due in group if school == school_id}


def test_every_need_of_the_register_has_the_deadlines_that_its_facts_give(office: Office) -> None:
    worlds = worlds_around(day("2026-12-01"), day("2027-01-31"), 12)
    record(office.engine, *register_of(worlds), at=RECORDED_AT)
    on = day("2027-01-05")
    found = agenda(office, on)
    with reading(office.engine, seeing=EVERYTHING) as session:
        shared = bench(session, office.book, on=on)
        for world in worlds:
            [facts] = need_facts(session, EVERYTHING, f"W-{world.seed}")
            due = deadlines_of(
                facts, on, policy=shared.policy, calendar=shared.calendar, history=shared.history
            )
            assert of_school(found, facts.school_id) == set(due), world.seed


def test_nobody_is_told_what_is_due_in_another_region(busy: Office) -> None:
    mine = agenda(busy, busy.today, scope=Scope.of("71"))
    everything = agenda(busy, busy.today)
    assert mine.needs < everything.needs
    assert of_school(mine, STALLED) == set()
    assert of_school(everything, STALLED) != set()


def test_a_tender_of_several_schools_is_one_thing_to_do(busy: Office) -> None:
    more = [a_school(f"M-{number}", f"more {number}") for number in range(3)]
    lines = [
        TenderRow(
            "T-2",
            school.school_id,
            TenderStatus.ACTIVE,
            published_on=day("2026-12-14"),
            planned_on=day("2026-12-05"),
        )
        for school in more
    ]
    record(busy.engine, *more, *lines, at=RECORDED_AT + timedelta(hours=1))
    [stage] = [
        task
        for task in tasks(busy, busy.today)
        if task.due and task.due.kind is DeadlineKind.STAGE and task.due.subject.number == "T-2"
    ]
    assert sorted(need.school.school_id for need in stage.needs) == [STALLED, "M-0", "M-1", "M-2"]


def test_what_was_not_known_yet_was_not_due(busy: Office) -> None:
    later = NOW + timedelta(days=1)
    record(busy.engine, a_contract("K-1", COVERED, "2026-01-01", "2027-02-10"), at=later)
    ends = [
        {due.due_on for due in of_school(found, COVERED) if due.kind is DeadlineKind.COVER_END}
        for found in (agenda(busy, busy.today, known=NOW), agenda(busy, busy.today))
    ]
    assert ends[1] == {day("2027-02-10")}
    assert ends[0] != ends[1]


def test_the_same_question_is_worked_out_once_until_the_facts_change(busy: Office) -> None:
    first = agenda(busy, busy.today)
    assert agenda(busy, busy.today) is first
    assert agenda(busy, busy.today, scope=Scope.of("59")) is not first
    record(busy.engine, a_contract("K-1", COVERED, "2026-01-01", "2027-02-10"), at=NOW + timedelta(days=1))
    assert agenda(busy, busy.today) is not first


def test_a_tender_for_two_services_of_a_school_names_both(busy: Office) -> None:
    [stage] = [
        task
        for task in tasks(busy, busy.today)
        if task.due and task.due.subject.number == "T-2" and task.due.kind is DeadlineKind.STAGE
    ]
    [channel] = stage.needs
    cameras = replace(channel, assessment=replace(channel.assessment, service=Service.CCTV))
    both = Task(stage.due, (channel, cameras))
    assert (both.services, both.others) == ((Service.CHANNEL, Service.CCTV), 0)


def test_a_school_that_never_had_service_is_late_since_the_eve_of_its_need(busy: Office) -> None:
    first, *_ = tasks(busy, busy.today)
    assert first.due is not None
    assert (first.due.due_on, first.needs[0].school.school_id) == (day("2025-12-31"), NEVER)


def test_where_no_beginning_is_stated_either_it_is_something_to_do_with_no_day(busy: Office) -> None:
    record(busy.engine, a_school(NEVER, "N", needed_from=None), at=NOW)
    first, *_ = tasks(busy, busy.today)
    assert (first.due, first.needs[0].school.school_id) == (None, NEVER)
