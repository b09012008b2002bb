"""RGN-10: with the filter of the program switched off PostgreSQL still shows nothing of another region."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.orm import Session

from tests.people import a_person, sign_in
from tests.regions.country import (
    BIN_B,
    CANARIES,
    CONTRACT_B,
    SCHOOL_A,
    SCHOOL_B,
    TENDER_A,
    TENDER_B,
    A,
    B,
    move,
    of_a,
    school_b,
    settle,
)
from tests.regions.crowd import HEAD_B
from tests.regions.doors import decision_on, state
from tests.regions.second_lock import BESIDE
from tests.store.test_registry import LISTS
from tests.web.register import NOW, RECORDED_AT
from tracker import store
from tracker.clock import legal_day
from tracker.domain.errors import DatabaseNotReady, NotFound
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind, TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Service, TenderEventKind, TenderStatus
from tracker.services import checking
from tracker.services.evaluating import Book, take_snapshot
from tracker.store import facts, holds, people, registry, uploads
from tracker.store.engine import reading, transaction
from tracker.store.row_security import PROTECTED, holder_fault, whole_country
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.tables import ASSESSMENT, FLAG, NEED, SCHOOL, Base

for module in iter_modules(store.__path__):  # a table is known once its module is
    import_module(f"{store.__name__}.{module.name}")

TABLES = {name: Base.metadata.tables[name] for name in PROTECTED}
WAYS = {
    "region": Scope.of(A),
    "district": Scope(frozenset(), frozenset({(A, "Petropavl")})),
    "school": Scope(frozenset(), schools=frozenset({SCHOOL_A})),
    "officer": Scope(frozenset(), officer="officer-a@example.kz"),
    "token": Scope(frozenset({A, B}), within=frozenset({A})),
}
"""Each of these sees the school of A and no other."""


@pytest.fixture
def country(guarded_country: Engine) -> Engine:
    """Both regions behind the second lock."""
    return guarded_country


@pytest.fixture
def decided(country: Engine) -> Engine:
    """Both regions, and a decision of B with what somebody stated for its papers."""
    number, person_id = decision_on(country, SCHOOL_B, HEAD_B, "CANARY-reason"), number_of(country, HEAD_B)
    with transaction(country, seeing=EVERYTHING) as session:
        state(session, number, person_id)
    return country


@contextmanager
def unfiltered(engine: Engine, scope: Scope) -> Iterator[Session]:
    """A session that PostgreSQL confines to ``scope`` while its queries ask for everything."""
    with reading(engine, seeing=scope) as session:
        yield session


def asked_of(name: str) -> dict[str, object]:
    """What a list needs to be told, always of B."""
    known: dict[str, object] = {
        "school_id": SCHOOL_B,
        "number": TENDER_B,
        "text": "canary",
        "schools": [SCHOOL_A, SCHOOL_B],
        "numbers": [TENDER_A, TENDER_B],
        "kind": RegisterKind.SCHOOLS,
        "named": [SCHOOL_A, SCHOOL_B],
        "decision": 1,
        "enclosure": 1,
        "decisions": [1, 2],
        "since": RECORDED_AT,
        "on": legal_day(NOW),
        "known_seq": None,
        "customers": [BIN_B],
        "contracts": [CONTRACT_B],
        "person_id": 1,
        "note": 1,
    }
    needed = inspect.signature(LISTS[name]).parameters.values()
    return {
        each.name: known[each.name] for each in needed if each.default is each.empty and each.name in known
    }


def told(session: Session, name: str) -> str:
    """All that a list of the store says when it is asked for everything."""
    try:
        return repr(LISTS[name](session, EVERYTHING, **asked_of(name)))
    except NotFound:
        return ""


def leaks(said: str) -> list[str]:
    """Canaries in a text."""
    return [canary for canary in CANARIES if canary in said]


@pytest.mark.parametrize("way", WAYS)
def test_every_list_asked_for_everything_tells_nothing_foreign(decided: Engine, way: str) -> None:
    with unfiltered(decided, WAYS[way]) as session:
        said = {name: told(session, name) for name in LISTS}
        seen = take_snapshot(session, EVERYTHING, on=legal_day(NOW), known=None, book=Book.load())
        asked = facts.load_facts(session, EVERYTHING)
    assert {name: leaks(each) for name, each in said.items() if leaks(each)} == {}
    assert {need.school.school_id for need in seen.needs} == {SCHOOL_A}
    assert [need.school_id for need in asked] == [SCHOOL_A]


def test_whoever_sees_everything_sees_the_canaries(decided: Engine) -> None:
    with unfiltered(decided, EVERYTHING) as session:
        silent = {name for name in LISTS if not leaks(told(session, name))}
    # numbers, rows that somebody tampered with, and what one person did
    assert silent <= {"count_present", "count_lines", "count_held", "altered", "recent_events"}


def test_a_session_that_says_nothing_of_itself_sees_no_row(country: Engine) -> None:
    with reading(country) as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) for name, table in TABLES.items()
        }
    assert counts == dict.fromkeys(TABLES, 0)


def test_what_one_session_may_see_does_not_stay_for_the_next_on_the_same_connection(country: Engine) -> None:
    with reading(country, seeing=EVERYTHING) as session:
        assert len(registry.list_schools(session, EVERYTHING)) == 3
    with reading(country) as session:
        assert registry.list_schools(session, EVERYTHING) == ()
    with reading(country, seeing=Scope.of(A)) as session:
        assert len(registry.list_schools(session, EVERYTHING)) == 1


def test_the_lock_is_lifted_for_a_moment_only_also_when_something_fails(country: Engine) -> None:
    with reading(country, seeing=Scope.of(A)) as session:
        with pytest.raises(NotFound), whole_country(session):
            registry.get_school(session, EVERYTHING, "nobody")
        assert len(registry.list_schools(session, EVERYTHING)) == 1
        with whole_country(session):
            assert len(registry.list_schools(session, EVERYTHING)) == 3
        assert len(registry.list_schools(session, EVERYTHING)) == 1


def test_nothing_foreign_is_changed_or_deleted(country: Engine) -> None:
    with transaction(country, seeing=Scope.of(A)) as session:
        connection = session.connection()
        assert connection.execute(update(SCHOOL).values(address="x")).rowcount == 1
        for table in (NEED, ASSESSMENT, FLAG):
            assert connection.execute(table.delete().where(table.c.school_id != SCHOOL_A)).rowcount == 0
    with reading(country, seeing=EVERYTHING) as session:
        assert registry.get_school(session, EVERYTHING, SCHOOL_B).address == "CANARY-address"


def test_nothing_is_added_to_another_region(country: Engine) -> None:
    need = {"recorded_seq": 1, "school_id": SCHOOL_B, "service": Service.GUARD}
    school = {"recorded_seq": 1, "school_id": "1", "name": "1", "search": "1", "sort_key": "1", "region": B}
    event = {"recorded_seq": 1, "tender_number": TENDER_B, "event": "bids", "on_day": legal_day(NOW)}
    for table, values in ((NEED, need), (SCHOOL, school), (TABLES["tender_event"], event)):
        with (
            pytest.raises(DatabaseNotReady, match="refused"),
            transaction(country, seeing=Scope.of(A)) as session,
        ):
            session.execute(insert(table).values(values))


def test_a_moved_school_takes_its_history_along(country: Engine) -> None:
    move(country, school_b(), A)
    for scope, there in ((Scope.of(A), True), (Scope.of(B), False)):
        with unfiltered(country, scope) as session:
            found = registry.contract_rows(session, EVERYTHING, known_seq=2, school_id=SCHOOL_B)
            schools = registry.list_schools(session, EVERYTHING, known_seq=2)
            flags = told(session, "flag_history")
        assert bool(found) is there
        assert any(school.region == B for school in schools) is there
        assert bool(leaks(flags)) is there


def test_a_shared_tender_shows_its_own_lines_and_all_its_events(country: Engine) -> None:
    shared = TenderRow(TENDER_B, SCHOOL_A, TenderStatus.ACTIVE, title="own title")
    event = TenderEventRow(TENDER_B, TenderEventKind.BIDS, legal_day(NOW))
    settle(country, shared, event, source="shared", hours=3)
    with unfiltered(country, Scope.of(A)) as session:
        assert [row.title for row in registry.tender_rows(session, EVERYTHING, number=TENDER_B)] == [
            "own title"
        ]
        assert len(registry.event_rows(session, EVERYTHING, number=TENDER_B)) == 2


def test_a_waiting_file_is_seen_by_its_owner_alone(country: Engine) -> None:
    numbers = [number_of(country, a_person(Role.HEAD, A, name=name)) for name in ("first", "second")]
    scopes = [Scope(frozenset({A}), person=number) for number in numbers]
    with transaction(country, seeing=scopes[0]) as session:
        token = uploads.keep(
            session, RegisterKind.SCHOOLS, b"x", filename="x.csv", at=NOW, person_id=numbers[0]
        )
    with reading(country, seeing=scopes[0]) as session:
        assert uploads.get(session, token, person_id=numbers[0]).data == b"x"
    with reading(country, seeing=scopes[1]) as session, pytest.raises(NotFound):
        uploads.get(session, token, person_id=numbers[0])


def number_of(engine: Engine, person: Person) -> int:
    """The number of somebody who is signed in."""
    sign_in(engine, person)
    with reading(engine) as session:
        found = people.number_of(session, person.email)
    assert found is not None
    return found


def test_lengths_of_stages_are_those_of_the_whole_country_for_everyone(country: Engine) -> None:
    with reading(country, seeing=EVERYTHING) as session:
        whole = repr(facts.tender_histories(session))
    with reading(country, seeing=Scope.of(A)) as session, whole_country(session):
        assert repr(facts.tender_histories(session)) == whole


def test_doctor_says_whether_the_lock_holds(country: Engine, both: list[Engine]) -> None:
    _, superuser = both
    settle(superuser, *of_a(), source="a")
    assert lock_check(country) == checking.Check("row_security", True, "")
    assert lock_check(superuser) == checking.Check("row_security", False, "superuser")


def test_doctor_says_nothing_of_a_lock_that_sqlite_does_not_have(both: list[Engine]) -> None:
    found = checking.examine(both[0], today=legal_day(NOW), book=Book.load())
    assert "row_security" not in {check.code for check in found}
    with reading(both[0]) as session:
        assert holder_fault(session) is None


def lock_check(engine: Engine) -> checking.Check:
    """What doctor says of the lock."""
    found = checking.examine(engine, today=legal_day(NOW), book=Book.load())
    return next(check for check in found if check.code == "row_security")


def test_every_table_is_behind_the_lock_or_says_why_it_is_not(country: Engine) -> None:
    """A new table is one or the other; what has a school or a tender in a column is always behind it."""
    tables = Base.metadata.tables
    assert set(PROTECTED) | set(BESIDE) == set(tables)
    assert set(PROTECTED) & set(BESIDE) == set()
    naming = {name for name, table in tables.items() if {"school_id", "tender_number"} & set(table.c.keys())}
    assert naming - {"person_reach"} <= set(PROTECTED)
    with reading(country) as session:
        forced = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert set(session.scalars(forced)) == set(PROTECTED)


@pytest.mark.parametrize("name", ["hold", "own_leads", "printed_report", "saved_view"])
def test_what_is_said_of_a_school_without_its_column_is_foreign_too(country: Engine, name: str) -> None:
    counts = {}
    for who, scope in {"A": Scope.of(A), "B": Scope.of(B), "all": EVERYTHING}.items():
        with reading(country, seeing=scope) as session:
            counts[who] = session.scalar(select(func.count()).select_from(TABLES[name]))
    of_her_own = {"hold": 2, "own_leads": 1, "printed_report": 2, "saved_view": 0}
    assert counts == {"A": 0, "B": of_her_own[name], "all": of_her_own[name] or 1}
    with transaction(country, seeing=Scope.of(A)) as session:
        assert session.connection().execute(TABLES[name].delete()).rowcount == 0


def test_her_report_her_view_and_her_hold_follow_their_author(country: Engine) -> None:
    with reading(country) as session:
        worker = people.number_of(session, "canary-worker@example.kz")
    for name, own in {"hold": 2, "printed_report": 2, "saved_view": 1}.items():
        for person, count in ((worker, own), (None, 0)):
            with reading(country, seeing=Scope(frozenset({A}), person=person)) as session:
                assert session.scalar(select(func.count()).select_from(TABLES[name])) == count, name


def test_that_a_deadline_is_held_is_known_everywhere_and_why_only_where_it_was_said(country: Engine) -> None:
    """Decision 54: the sender and every page know that it is held; the reason does not leave the database."""
    told = {}
    for who, scope in {"A": Scope.of(A), "B": Scope.of(B), "all": EVERYTHING}.items():
        with reading(country, seeing=scope) as session:
            told[who] = [each.reason for each in holds.holds(session, since=legal_day(NOW))]
    both = ["CANARY-hold", "CANARY-snooze"]
    assert told == {"A": ["", ""], "B": both, "all": both}


OF_PERSONS = ("upload", "printed_report", "saved_view")


@pytest.mark.parametrize("table", PROTECTED)
def test_whoever_sees_everything_pays_nothing_for_the_lock(country: Engine, table: str) -> None:
    """The list of seen schools is asked for only by those who need one."""
    asked = text(f"EXPLAIN ANALYZE SELECT * FROM {table}")
    with reading(country, seeing=EVERYTHING) as session:
        steps = [step.strip() for step in session.scalars(asked)]
    listing = [step for step in steps if "tracker_" in step or "ProjectSet" in step]
    assert all("never executed" in step for step in listing if "actual" in step or "executed" in step), steps
    assert table in OF_PERSONS or any("never executed" in step for step in steps), steps
