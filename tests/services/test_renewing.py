"""After new facts a country is judged where something was learnt, and stands as if all were judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from tests.office import Office
from tests.store.rows import record
from tests.web.register import a_contract, a_school, day
from tests.world_register import register_of, worlds_around
from tracker.domain.months import course_to
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import TenderEventKind, TenderStatus
from tracker.domain.workdays import Override
from tracker.services.decreeing import decree
from tracker.services.evaluating import Book, NeedView, Snapshot, snapshot
from tracker.services.foregoing import Prospects, prospects
from tracker.services.looking_back import Past, look_back
from tracker.store import changes
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.tables import CALENDAR_OVERRIDE, Base

DAYS = (day("2027-01-15"),)


def look(office: Office, book: Book, on: date) -> tuple[Snapshot, Prospects, Past]:
    """What the board of the country rests on."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        shot = snapshot(session, EVERYTHING, on=on, known=None, book=book)
        ahead = prospects(session, EVERYTHING, shot, book=book)
        days = course_to(on)
        past = look_back(session, EVERYTHING, days=days, known=None, calendar=ahead.calendar, book=book)
    return shot, ahead, past


def agree(office: Office) -> dict[date, tuple[NeedView, ...]]:
    """What the process says that has answered before, which is what a new one says."""
    said = {}
    for on in DAYS:
        kept, anew = look(office, office.book, on), look(office, Book.load(), on)
        assert [each.needs for each in kept] == [each.needs for each in anew]
        assert kept[0].unjudged == anew[0].unjudged
        said[on] = kept[0].needs
    return said


def news(rows: tuple[RegisterRow, ...]) -> Iterator[tuple[RegisterRow, ...]]:
    """What is learnt, one recording after the other."""
    lines = [row for row in rows if isinstance(row, ContractRow) and row.end_on]
    schools = [row for row in rows if isinstance(row, SchoolRow)]
    live = [row for row in rows if isinstance(row, TenderRow) and row.status is TenderStatus.ACTIVE]
    yield tuple(replace(row, end_on=row.end_on and row.end_on + timedelta(days=40)) for row in lines[:3])
    yield replace(schools[0], region="11", district="Жаңа"), replace(schools[1], closed_on=day("2026-12-01"))
    yield a_school("NEW", "new"), a_contract("K-NEW", "NEW", "2026-03-01", "2027-01-31")
    yield tuple(TenderEventRow(row.tender_number, TenderEventKind.CANCELLED, DAYS[0]) for row in live[:2])
    yield tuple(replace(row, status=TenderStatus.COMPLETE, ended_on=DAYS[0]) for row in live[2:4])


def test_what_was_judged_before_the_news_stands_and_all_the_rest_is_judged_anew(office: Office) -> None:
    rows = register_of(worlds_around(day("2026-12-20"), day("2027-02-10"), 12))
    record(office.engine, *rows, at=office.now - timedelta(days=40))
    said = agree(office)
    kept = 0
    for hours, learnt in enumerate(news(rows)):
        assert learnt
        record(office.engine, *learnt, at=office.now - timedelta(days=3) + timedelta(hours=hours))
        now = agree(office)
        kept += any({*map(id, said[on])} & {*map(id, now[on])} for on in DAYS)
        said = now
    assert kept >= 4  # a tender that ends may move the usual lengths, by which all are judged
    christmas = Override(day("2026-12-25"), True, "№ 1")
    with transaction(office.engine, seeing=EVERYTHING) as session:
        decree(session, christmas, actor="ministry", now=office.now, today=office.today, book=office.book)
    agree(office)
    with reading(office.engine, seeing=Scope.of("11")) as session:
        moved = snapshot(session, Scope.of("11"), on=DAYS[0], known=None, book=office.book)
    assert {need.school.district for need in moved.needs} == {"Жаңа"}


def test_no_kind_of_fact_is_left_out() -> None:
    versioned = [table for table in Base.metadata.sorted_tables if "superseded_seq" in table.c]
    assert [table for table in versioned if not list(changes.of_schools(table, 0))] == [CALENDAR_OVERRIDE]
