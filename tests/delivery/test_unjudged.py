"""FLT-26: one need that the rules cannot judge is set aside by name; all others are judged and told of."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import Engine, select, update

from tests.delivery.conftest import Service
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.conftest import visit as visit
from tests.web.reading import text_of
from tests.web.register import ENDING, STALLED, small_country
from tracker.clock import FixedClock
from tracker.domain import vocabulary
from tracker.domain.errors import CalendarNotKnown
from tracker.domain.facts import NeedFacts
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.law.loader import load_calendar
from tracker.outgoing import Outgoing
from tracker.render.catalogs import load_catalogs
from tracker.scheduler import Tick
from tracker.services import checking, evaluating, exporting, rehearsing
from tracker.services.aside import MOST, Aside
from tracker.services.evaluating import Book
from tracker.services.exporting import ExportKind
from tracker.store import assessments, jobs
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.reminder_tables import REMINDER, WATCHED
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.tables import ASSESSMENT, TENDER_LINE

MARK = re.compile(rf"cannot judge {STALLED} channel \(([A-Z2-7]{{8}})\)")

BEYOND = date(1900, 1, 1)
"""No file brings such a day (decision 16); whoever writes into the database does."""

ON_FILE = pytest.mark.parametrize("database", ["sqlite"])
TODAY = date(2027, 1, 15)
SCHOOLS = {row.school_id for row in small_country() if isinstance(row, SchoolRow)}


def enter(engine: Engine, day: date, *schools: str) -> None:
    """Write the day on which tenders of these schools entered their stage past every check."""
    with transaction(engine, seeing=EVERYTHING) as session:
        of_schools = TENDER_LINE.c.school_id.in_(schools)
        assessments.mark_due(session, [(school, "channel") for school in schools])
        session.execute(
            update(TENDER_LINE).where(of_schools).values(stage="evaluation", stage_entered_on=day)
        )


@pytest.fixture
def broken(service: Service) -> Service:
    """A country in which one tender cannot be judged; what it told before waits for the morning."""
    service.add("h", Role.HEAD, "59")
    service.owe()
    enter(service.engine, BEYOND, STALLED)
    service.book, service.last = Book(service.book.policy), None
    return service


def tick(service: Service) -> Tick:
    """A round of the scheduler."""
    made = Tick(
        service.engine, service.book, FixedClock(service.now), Outgoing(service.dispatcher(), ear=None)
    )
    assert made()
    return made


def kept(service: Service) -> set[str]:
    """The schools of which anything is kept as judged."""
    with reading(service.engine, seeing=EVERYTHING) as session:
        return set(session.scalars(select(ASSESSMENT.c.school_id)))


def test_the_other_needs_are_judged_and_the_one_is_tried_at_every_tick_until_it_can_be(
    broken: Service,
) -> None:
    beat = tick(broken.on("2027-01-18"))
    assert beat.failed == ()
    assert kept(broken) == SCHOOLS - {STALLED}
    with reading(broken.engine) as session:
        assert jobs.last_runs(session)[Job.EVALUATION].detail["unjudged"] == 1
    enter(broken.engine, TODAY, STALLED)
    broken.book = Book(broken.book.policy)
    beat._book = broken.book  # what a page keeps under a version of the facts holds: no file brought this
    assert beat()
    assert kept(broken) == SCHOOLS


@ON_FILE
def test_what_is_due_for_the_others_is_told_and_nothing_of_the_one_is_taken_back(broken: Service) -> None:
    with reading(broken.engine, seeing=EVERYTHING) as session:
        before = session.execute(select(WATCHED).where(WATCHED.c.school_id == STALLED)).all()
    assert broken.on("2027-01-22").owe().digests == 1
    assert broken.deliver() > 0
    with reading(broken.engine, seeing=EVERYTHING) as session:
        assert session.execute(select(WATCHED).where(WATCHED.c.school_id == STALLED)).all() == before
        assert not session.scalars(
            select(REMINDER.c.withdrawn_why).where(
                REMINDER.c.withdrawn_at.is_not(None), REMINDER.c.key.contains("T-2")
            )
        ).all()
        today = broken.now.date()
        ahead = rehearsing.rehearse(
            session, Scope.of("59"), today=today, book=broken.book, first=today, by=broken.by
        )
    assert ENDING in {line.due.subject.school_id for each in ahead.digests for line in each.lines}


@ON_FILE
def test_no_list_drops_it_silently_and_no_page_counts_it_as_fine(
    broken: Service, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    tick(broken)
    client = visit(broken.engine, Language.EN)
    client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # an app of ours
    for path in ("/", "/queue", "/schools", "/deadlines", f"/schools/{STALLED}", "/schools?on=2027-02-01"):
        page = text_of(client.get(path).text)
        assert "1 need could not be judged." in page, path
        assert "Әйтеке" in page, path
    assert "Needs that could not be judged: 1." in text_of(client.get("/policy").text)
    operators = visit(broken.engine, Language.EN, person=a_person(Role.ADMIN))
    listed = operators.get("/operations").text
    [_] = [found for found in set(MARK.findall(caplog.text)) if f"<code>{found}</code>" in listed]
    assert f'href="/schools/{STALLED}"' in listed
    assert text_of(listed).count(STALLED) == 1
    ready = client.get("/readyz")
    assert (ready.status_code, "needs_unjudged" in ready.json()["reasons"]) == (200, True)
    named = [{"school_id": STALLED, "service": "channel"}]
    for path in ("needs", "flags", "suggestions", "deadlines"):
        assert client.get(f"/api/v1/{path}").json()["unjudged"] == named
    assert client.get("/api/v1/tenders/T-2").json()["standing"] is None
    elsewhere = visit(broken.engine, Language.EN, person=a_person(Role.HEAD, "71"))
    assert elsewhere.get("/api/v1/needs").json()["unjudged"] == []
    assert "Әйтеке" not in elsewhere.get("/queue").text


@ON_FILE
def test_the_export_names_it_and_verify_says_so(broken: Service) -> None:
    tick(broken)
    with reading(broken.engine, seeing=EVERYTHING) as session:
        sheet = exporting.export(
            session, EVERYTHING, ExportKind.NEEDS, on=TODAY, known=None, book=broken.book
        )
        [found, *_] = checking.verify(session, today=TODAY, book=broken.book)
    assert [row[5] for row in sheet.rows if row[0] == STALLED] == [exporting.NOT_JUDGED]
    assert {len(row) for row in sheet.rows} == {len(sheet.header)}
    assert (found.is_good, STALLED in found.detail) == (False, True)


@ON_FILE
def test_the_files_of_lists_name_it_whatever_state_is_asked_for(broken: Service, visit: Visit) -> None:
    tick(broken)
    client, words = visit(broken.engine, Language.EN), load_catalogs()[Language.EN]
    for path in ("queue", "schools", "queue?state=covered", "queue?region=59&flag=tender_stalled"):
        lines = client.post(f"/exports/{path}", data={"format": "csv"}).content.decode("utf-8-sig")
        [row] = [each for each in lines.splitlines() if STALLED in each]
        assert words.say("state.not_judged") in row, path
        assert "Әйтеке" in row
    for path in ("queue?region=71", "queue?q=Карл", "queue?mine=1"):
        lines = client.post(f"/exports/{path}", data={"format": "csv"}).content.decode("utf-8-sig")
        assert STALLED not in lines, path


@ON_FILE
def test_a_day_that_no_need_can_be_judged_on_is_refused_as_before(broken: Service) -> None:
    with reading(broken.engine, seeing=EVERYTHING) as session, pytest.raises(CalendarNotKnown):
        evaluating.snapshot(session, EVERYTHING, on=date(2076, 1, 1), known=None, book=broken.book)


def test_where_very_many_fail_the_program_is_at_fault_and_the_step_fails() -> None:
    aside = Aside(TODAY, load_calendar())
    need = NeedFacts(STALLED, vocabulary.Service.CHANNEL)

    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(MOST):
        assert aside.attempt(need, fail) is None
    with pytest.raises(ZeroDivisionError):
        aside.attempt(need, fail)
