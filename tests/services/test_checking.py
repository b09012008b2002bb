"""What was changed behind the program's back is found, and a bad database is told and never raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tests.office import Office
from tests.web.register import COVERED, STALLED, day
from tracker.domain.register import RegisterKind
from tracker.services import checking
from tracker.services.checking import Check
from tracker.services.evaluating import Book
from tracker.store.engine import make_engine, reading


def verified(office: Office) -> dict[str, Check]:
    with reading(office.engine) as session:
        return {check.code: check for check in checking.verify(session, today=office.today, book=office.book)}


def examined(engine: Engine) -> dict[str, Check]:
    return {
        check.code: check for check in checking.examine(engine, today=day("2027-01-15"), book=Book.load())
    }


def alter(office: Office, statement: str) -> None:
    """Change a row as somebody with a database tool would."""
    with office.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1


def test_an_untouched_database_is_good(busy: Office) -> None:
    assert {code: check.is_good for code, check in verified(busy).items()} == {
        "assessments": True,
        "journal": True,
        "citations": True,
        "decisions": True,
    }
    bad = {code for code, check in examined(busy.engine).items() if not check.is_good}
    assert bad <= {"row_security"}  # the tests are at home as a superuser; tests/regions is not


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessment SET state = 'covered' WHERE school_id = '{school}'",
        "UPDATE assessment SET uncovered_since = NULL WHERE school_id = '{school}'",
        "UPDATE assessment SET flags = '' WHERE school_id = '{school}'",
        "UPDATE assessment SET answer = NULL WHERE school_id = '{school}'",
        "UPDATE assessment SET next_change_on = '2027-06-01' WHERE school_id = '{school}'",
        "UPDATE assessment SET region = NULL WHERE school_id = '{school}'",
        "UPDATE assessment SET digest = 'x' WHERE school_id = '{school}'",
        "DELETE FROM flag WHERE school_id = '{school}' AND kind = 'no_service'",
        "UPDATE flag SET closed_on = '2027-01-15' WHERE school_id = '{school}' AND kind = 'tender_stalled'",
        "UPDATE flag SET since = '2027-01-02' WHERE school_id = '{school}' AND kind = 'no_service'",
        "UPDATE contract_line SET end_on = '2027-12-31' WHERE school_id = '{school}'",
        "UPDATE contract_line SET status = 'cancelled' WHERE school_id = '{school}'",
        "UPDATE tender_line SET status = 'withdrawn' WHERE school_id = '{school}'",
        "DELETE FROM tender_line WHERE school_id = '{school}'",
    ],
    ids=str.lower,
)
def test_a_row_altered_behind_the_programs_back_is_found(busy: Office, statement: str) -> None:
    alter(busy, statement.format(school=STALLED))
    found = verified(busy)["assessments"]
    assert not found.is_good
    assert found.detail == f"1: {STALLED}/channel"
    busy.evaluate(everything=True)
    assert verified(busy)["assessments"].is_good


def test_an_invented_flag_is_found(busy: Office) -> None:
    alter(
        busy,
        "INSERT INTO flag (school_id, service, kind, opened_on)"
        f" VALUES ('{COVERED}', 'channel', 'overlap', '2027-01-15')",
    )
    assert verified(busy)["assessments"].detail == f"1: {COVERED}/channel"


GUARDS = {
    "sqlite": ("DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete"),
    "postgresql": ("DROP TRIGGER journal_no_change ON journal",),
}
"""What somebody who means it takes away first: the database itself keeps the journal from being changed."""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'nobody' WHERE seq = 2",
        "UPDATE journal SET detail = 'null' WHERE seq = 2",
        "UPDATE journal SET at = '2020-01-01 00:00:00' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
    ],
)
def test_a_broken_journal_names_its_first_bad_row(busy: Office, statement: str) -> None:
    for name in ("Бір", "Екі", "Үш"):
        busy.take_in(RegisterKind.SCHOOLS, f"school_id;name\n{COVERED};{name}\n")
    with pytest.raises(IntegrityError):
        alter(busy, statement)
    assert verified(busy)["journal"].is_good
    with busy.engine.begin() as connection:
        for guard in GUARDS[busy.engine.dialect.name]:
            connection.execute(text(guard))
    alter(busy, statement)
    assert (verified(busy)["journal"].is_good, verified(busy)["journal"].detail) == (False, "seq 2")
    assert not examined(busy.engine)["journal"].is_good


def test_a_citation_read_more_than_a_year_ago_is_named(busy: Office) -> None:
    with reading(busy.engine) as session:
        found = checking.verify(session, today=day("2028-06-01"), book=busy.book)
    (citations,) = (check for check in found if check.code == "citations")
    assert not citations.is_good
    assert "interim.cap" in citations.detail


def test_needs_whose_day_has_come_are_counted(busy: Office) -> None:
    found = {c.code: c for c in checking.examine(busy.engine, today=day("2027-01-16"), book=busy.book)}
    assert not found["due"].is_good
    assert int(found["due"].detail) > 0


def test_a_database_that_nobody_made_is_told(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert examined(engine)["database"] == Check("database", False, "missing")
    engine.dispose()


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "no database at all": lambda _: b"school_id;name\n" * 500,
    "cut in half": lambda data: data[: len(data) // 2],
    "a torn page": lambda data: data[:8192] + bytes(4096) + data[12288:],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoilt_file_is_told_and_left_as_it_is(tmp_path: Path, sqlite_url: str, spoil: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.write_bytes(SPOILS[spoil](path.read_bytes()))
    before = path.read_bytes()
    engine = make_engine(sqlite_url)
    found = examined(engine)["database"]
    engine.dispose()
    assert not found.is_good
    assert found.detail in ("damaged", "missing")
    assert path.read_bytes() == before
