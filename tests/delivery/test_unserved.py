"""A need that nothing ever served, or whose end nobody stated, is told of like any other (rules §7)."""

from __future__ import annotations

from sqlalchemy import select

from tests.delivery.conftest import LETTERS, Service
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NEVER, UNKNOWN, a_contract, a_school, day
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.store import digests
from tracker.store.engine import make_engine, reading
from tracker.store.migrate import upgrade
from tracker.store.reminder_tables import REMINDER


def told(service: Service, school: str, *days: str) -> list[tuple[str, str, int]]:
    """Deadline and day of what is told of a school on some days, and to whom."""
    for each in days:
        service.on(each).round()
    with reading(service.engine) as session:
        rows = session.execute(select(REMINDER.c.key, REMINDER.c.told_on, REMINDER.c.person_id)).all()
    of_school = [row for row in rows if f":{school}/" in row.key]
    return sorted((row.told_on.isoformat(), row.key.partition(":")[0], row.person_id) for row in of_school)


def bare(sqlite_url: str) -> Service:
    """A database without facts."""
    engine = make_engine(sqlite_url)
    upgrade(engine)
    return Service(engine)


def test_the_school_that_never_had_a_contract_heads_the_letter_and_goes_further_up(sqlite_url: str) -> None:
    service = bare(sqlite_url)
    ended = a_school(ENDING, "E"), a_contract("K-1", ENDING, "2026-02-01", "2027-01-14")
    record(service.engine, a_school(NEVER, "N"), *ended, at=service.now)
    officer, head = service.add("r", Role.REVIEWER, "59"), service.add("h", Role.HEAD, "59")
    found = told(service, NEVER, "2027-01-15", "2027-01-18", "2027-01-19", "2027-01-20")
    assert found == [("2027-01-15", "cover_end", officer), ("2027-01-20", "cover_end", head)]
    with reading(service.engine) as session:
        [first, *_] = digests.of_person(session, officer, most=9)[-1].body["lines"]
    assert (first["school_id"], first["fact"], first["due_on"]) == (NEVER, "needed_from", "2025-12-31")
    assert LETTERS[Language.RU].voice.words.say("deadline_fact.needed_from") in service.mail.got[0].text


def test_a_base_of_schools_only_is_one_letter_with_all_of_them(sqlite_url: str) -> None:
    service = bare(sqlite_url)
    officer = service.add("r", Role.REVIEWER, "59")
    rows = [a_school(f"S{number:03}", f"{number}", confirmed_on=None) for number in range(100)]
    record(service.engine, *rows, at=service.now)
    assert service.round() == 1
    with reading(service.engine) as session:
        [digest] = digests.of_person(session, officer, most=9)
    assert len(digest.body["lines"]) == 100
    assert "100" in service.mail.got[0].subject
    assert service.on("2027-01-18").round() == 0


def test_a_need_that_begins_ahead_is_told_ahead(sqlite_url: str) -> None:
    service = bare(sqlite_url)
    service.add("r", Role.REVIEWER, "59")
    ahead = a_school(COVERED, "A", confirmed_on=None, needed_from=day("2027-02-01"))
    record(service.engine, ahead, at=service.now)
    days = [
        each[0] for each in told(service, COVERED, "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-01")
    ]
    assert days[0] == "2027-01-15"
    assert days[-1] == "2027-01-29"


def test_an_end_that_nobody_stated_is_asked_for_each_month(sqlite_url: str) -> None:
    service = bare(sqlite_url)
    service.add("r", Role.REVIEWER, "59")
    rows = a_school(UNKNOWN, "X", confirmed_on=None), a_contract("K-4", UNKNOWN, "2026-01-01", None)
    record(service.engine, *rows, at=service.now)
    found = told(service, UNKNOWN, "2027-01-15", "2027-02-05", "2027-02-15", "2027-03-17")
    assert {(on[:7], kind) for on, kind, _ in found} >= {
        ("2027-01", "facts_to_confirm"),
        ("2027-02", "facts_to_confirm"),
        ("2027-03", "facts_to_confirm"),
    }
    record(service.engine, a_contract("K-4", UNKNOWN, "2026-01-01", "2027-12-31"), at=service.now)
    assert told(service, UNKNOWN, "2027-04-19") == found
