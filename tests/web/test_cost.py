"""A page asks the database as many questions for many schools and people as for few (reliability LOD-8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from tests.people import a_person, sign_in
from tests.web.conftest import Visit
from tests.web.register import NOW, STALLED, a_contract, a_school, day, fill
from tests.web.test_cliff import hidden
from tracker.domain.keys import subject_of
from tracker.domain.people import Person, Reach
from tracker.domain.register import ContractRow, SchoolRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.store import accounts, case_changes, people
from tracker.store.engine import transaction
from tracker.store.reminder_tables import DIGEST, REMINDER

PAGES = (
    "/", "/?region=59", "/queue", "/queue?mine=1&supplier=x&holder=me&sort=holder", "/schools/S-1?from=queue",
    "/what-if/S-1", "/deadlines", "/schools", "/schools/S-1", "/policy", "/imports",
    "/cliff", "/cliff?region=59&begun=any&per=contract", "/losses", "/losses?region=59&per=school",
    "/schools?q=мектеп", "/months", "/months?region=59", "/purchases/S-1",
    "/history?school_id=S-1", "/history?region=59", "/what-if/S-1?announce_on=2027-01-20",
)  # fmt: skip
MOST = {"/history?school_id=S-1": 40}
"""Statements of a page that reads everything of a school twice, as known then and now; of all others 30."""

OF_A_CASE: tuple[tuple[str, dict[str, str] | None], ...] = (
    ("/cases/notes", {"school_id": STALLED, "text": "жеткізуші бас тартты"}),
    ("/cases", {"school_id": STALLED, "deed": "give"}), (f"/schools/{STALLED}?from=queue", None),
    (f"/what-if/{STALLED}?announce_on=2027-01-20", None), (f"/purchases/{STALLED}", None),
    ("/queue?mine=1", None), (f"/history?school_id={STALLED}", None),
)  # fmt: skip


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that the database was asked."""
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def questions(engine: Engine, visit: Visit, path: str) -> int:
    """How many statements a fresh server needs for a page."""
    client = visit(engine)
    with counted(engine) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_same_for_few_and_for_many_schools(empty: Engine, visit: Visit, path: str) -> None:
    fill(empty, *(row for number in range(10) for row in _school(number)))
    few = questions(empty, visit, path)
    fill(empty, *(row for number in range(10, 200) for row in _school(number)))
    assert questions(empty, visit, path) == few <= MOST.get(path, 30)


def test_a_case_costs_the_same_however_many_people_have_accounts(
    filled: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[Person] = []

    def knowing(*row: Any) -> Person:
        known.append(people.person_of_row(*row))
        return known[-1]

    def costs() -> dict[str, tuple[int, int]]:
        client, found = visit(filled), {}
        for path, form in OF_A_CASE:
            known.clear()
            with counted(filled) as asked:
                answer = client.get(path) if form is None else client.post(path, data=form)
            assert answer.status_code == 200
            found[path] = len(asked), len(known)
        with transaction(filled) as session:
            case_changes.release(session, STALLED)
        return found

    monkeypatch.setattr(accounts, "person_of_row", knowing)
    _crowd(filled, range(3))
    few = costs()
    _crowd(filled, range(3, 90))
    assert costs() == few
    assert max(read for _, read in few.values()) <= 4


def test_a_deed_for_many_schools_costs_a_few_statements_for_each(empty: Engine, visit: Visit) -> None:
    fill(empty, *(row for number in range(40) for row in _school(number)))
    sign_in(empty, a_person(Role.OFFICER, "59", name="officer"))
    client = visit(empty, person=a_person(Role.REVIEWER, "59", name="reviewer"))

    def cost(path: str, numbers: range) -> int:
        schools = [f"S-{number}" for number in numbers]
        form: dict[str, Any] = {"case": [f"0 {each}" for each in schools], "to": "1"}
        if path == "/cliff/ask":
            form = {"pick": [f"channel:{each}" for each in schools], "begin_by": "2027-01-22"}
            form["seen"] = hidden(client.post(path, data=form).text)["seen"]
        with counted(empty) as asked:
            assert client.post(path, data=form).status_code == 200
        return len(asked)

    for path, most in (("/queue/assign", 4), ("/cliff/ask", 2)):
        few, many = cost(path, range(1, 4)), cost(path, range(4, 40))
        assert many - few <= most * (36 - 3), path


def _crowd(engine: Engine, numbers: range) -> None:
    """People who work elsewhere by now, and were told of a case before it lost its service."""
    told_on, ended = day("2026-12-24"), day("2026-12-31")
    subject = subject_of(DeadlineKind.COVER_END, (STALLED, Service.CHANNEL.value))
    with transaction(engine) as session:
        for number in numbers:
            role, reach = (
                (Role.OFFICER, Reach(schools=frozenset({f"far-{number}"})))
                if number % 2
                else (Role.REVIEWER, Reach(frozenset({"71"})))
            )
            person = people.add_person(
                session, email=f"{number}@example.kz", name=f"{number}", role=role, reach=reach, at=NOW
            )
            digest = {
                "id": person, "person_id": person, "on_day": told_on, "serial": 1, "not_before": NOW,
                "urgency": 1, "body": "{}", "owed_at": NOW,
            }  # fmt: skip
            reminder = {
                "key": f"{subject}:{ended}:{person}:5d", "person_id": person, "digest_id": person,
                "due_on": ended, "send_on": told_on, "told_on": told_on,
            }  # fmt: skip
            session.execute(insert(DIGEST).values(digest))
            session.execute(insert(REMINDER).values(reminder))


def _school(number: int) -> tuple[SchoolRow, ContractRow]:
    school_id = f"S-{number}"
    line = a_contract(f"K-{number}", school_id, "2026-01-01", "2026-12-31" if number % 2 else "2027-12-31")
    return a_school(school_id, f"{number}"), line
