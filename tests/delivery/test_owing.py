"""Everybody hears what she can still change: once, in time, and again when a day moves (rules §7)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from tests.databases import shown
from tests.delivery.conftest import BOOK, Service
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, FAILED, NOW, a_contract, a_school
from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.services import holding
from tracker.services.acting import Author
from tracker.store import accounts, digests, outbox, people
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import EVERYTHING

CONNECTIONS = 16
KEYS = 1000


def told(service: Service, person: int) -> list[tuple[str, str | None]]:
    """What a person was told, newest digest first: kinds with due days."""
    with reading(service.engine) as session:
        kept = digests.of_person(session, person, most=50)
    return [(line["kind"], line["due_on"]) for digest in kept for line in digest.body["lines"]]


def test_it_is_told_once_however_often_one_looks(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    assert service.round() == 1
    before = told(service, person)
    for _ in range(3):
        service.last = None
        assert (service.owe().digests, service.deliver()) == (0, 0)
    assert told(service, person) == before
    assert len(service.mail.got) == 1


def test_after_an_outage_of_a_month_everything_owed_goes_out_in_one_letter_marked_late(
    service: Service,
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.round()
    assert service.on("2027-02-15").round() == 1
    with reading(service.engine) as session:
        newest = digests.of_person(session, person, most=1)[0]
    assert any(line["is_late"] for line in newest.body["lines"])
    assert service.round() == 0


def test_a_day_that_moves_before_anything_was_sent_takes_the_old_one_back(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    assert service.owe().digests == 1
    record(
        service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-12-31"), at=NOW + timedelta(hours=1)
    )
    service.now += timedelta(hours=2)
    assert service.owe().withdrawn > 0
    service.deliver()
    said = "".join(letter.text for letter in service.mail.got)
    assert "14 февраля 2027" not in said


def test_a_day_that_moves_after_it_was_sent_is_told_anew(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.round()
    assert ("cover_end", "2027-02-14") in told(service, person)
    record(
        service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-01"), at=NOW + timedelta(hours=1)
    )
    service.on("2027-01-18").round()
    assert ("cover_end", "2027-02-01") in told(service, person)


def disabled(session: Session, officer: int) -> None:
    accounts.change(session, officer, {"disabled_at": NOW})


def erased(session: Session, officer: int) -> None:
    accounts.change(session, officer, {"disabled_at": NOW, "erased_at": NOW})


def moved(session: Session, officer: int) -> None:
    session.connection().exec_driver_sql(f"DELETE FROM person_reach WHERE person_id = {officer}")
    people.write_reach(session, officer, Reach(regions=frozenset({"71"})))


@pytest.mark.parametrize("goes", [disabled, erased, moved])
def test_rem_5_where_an_officer_is_gone_the_next_in_line_is_told_within_one_round(
    service: Service, goes: Callable[[Session, int], None]
) -> None:
    officer, head = service.add("o", Role.REVIEWER, "59"), service.add("h", Role.HEAD, "59")
    service.round()
    before = told(service, officer)
    assert before
    assert not told(service, head)
    with transaction(service.engine) as session:
        goes(session, officer)
    service.on("2027-01-18").round()
    assert {kind for kind, _ in before} <= {kind for kind, _ in told(service, head)}
    assert [letter.to for letter in service.mail.got[1:] if ENDING in letter.text] == ["h@example.kz"]


def test_an_acknowledgement_stops_the_repeats_until_its_end_and_never_the_flag(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.round()
    with transaction(service.engine, seeing=EVERYTHING) as session:
        line = digests.of_person(session, person, most=1)[0].body["lines"][0]
        account = accounts.account_of(session, person)
        assert account is not None
        holding.hold_line(
            session, Author(account.person.mark, service.now), account.person, line, HoldKind.ACKNOWLEDGED,
            reason="келісім жүріп жатыр", today=NOW.date(), book=BOOK,
        )  # fmt: skip
    count = len(told(service, person))
    for day in ("2027-01-18", "2027-01-19"):
        service.on(day).round()
    newer = told(service, person)[: len(told(service, person)) - count]
    assert (line["kind"], line["due_on"]) not in newer


def test_what_waits_for_the_morning_is_not_taken_back_by_another_change_of_the_night(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    head = service.add("h", Role.HEAD, "59")
    service.round()
    service.on("2027-01-20").now -= timedelta(hours=10)  # an hour after midnight the next rank is to be told
    assert service.owe().messages > 0
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2028-03-01"), at=service.now)
    service.now += timedelta(hours=1)
    assert service.owe().withdrawn == 0
    service.on("2027-01-20").deliver()
    assert any(letter.to == "h@example.kz" for letter in service.mail.got)
    assert told(service, head)


def test_what_stands_late_for_years_is_not_told_again(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.round()
    record(service.engine, a_school(FAILED, "Өскен", confirmed_on=date(2025, 1, 1)), at=service.now)
    sent = [service.on(day).round() for day in ("2028-06-01", "2028-06-05", "2028-06-06")]
    assert sent[0] == 1
    assert sum(sent[1:]) == 0


def test_nobody_to_tell_tells_nobody_and_breaks_nothing(service: Service) -> None:
    assert service.owe().digests == 0
    assert service.deliver() == 0


OF_A_MODEL = "INSERT INTO message ({names}) SELECT {key}, {others} FROM message WHERE key = 'model'"
ON_THE_SERVER = """DO $$ DECLARE refused int := 0; BEGIN
FOR number IN 0..{last} LOOP
    BEGIN {insert}; EXCEPTION WHEN unique_violation THEN refused := refused + 1; END;
    COMMIT;
END LOOP;
PERFORM set_config('tests.refused', refused::text, false);
END $$"""
"""A transaction for each key; only this way sixteen thousand of them take a second."""


def refused_of(engine: Engine, together: Barrier) -> int:
    """Put a thousand keys, each by itself, as soon as all are there; how many the database refused."""
    others = "person_id, channel, template, parameters, urgency, not_before, made_at, attempts"
    is_server = engine.dialect.name == "postgresql"
    insert = OF_A_MODEL.format(
        names=f"key, {others}", key="'test:' || number" if is_server else "'test:' || ?", others=others
    )
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        together.wait()
        if is_server:
            raw.autocommit = True
            raw.execute(ON_THE_SERVER.format(last=KEYS - 1, insert=insert))
            return int(raw.execute("SELECT current_setting('tests.refused')").fetchone()[0])
        refused = 0
        for number in range(KEYS):
            try:
                raw.execute(insert, (number,))
            except sqlite3.IntegrityError:
                refused += 1
    return refused


def test_rem_14_the_database_itself_takes_a_key_once_whoever_puts_it_and_whenever(service: Service) -> None:
    """Nobody looks first and nobody waits for a writer: what is refused, the key alone refuses."""
    person = service.add("p", Role.REVIEWER, "59")
    with transaction(service.engine) as session:
        outbox.put(session, [Note("model", person, ChannelKind.MAIL, "test", 0, NOW)], at=NOW)
    together = Barrier(CONNECTIONS)
    engines = [make_engine(shown(service.engine.url)) for _ in range(CONNECTIONS)]
    for once_more in (False, True):
        with ThreadPoolExecutor(CONNECTIONS) as crowd:
            refused = sum(crowd.map(refused_of, engines, [together] * CONNECTIONS))
        assert refused == KEYS * (CONNECTIONS - (not once_more))
        with reading(service.engine) as session:
            assert session.scalar(select(func.count()).select_from(MESSAGE)) == KEYS + 1
        with transaction(service.engine) as session:  # a key of what was sent long ago is as taken
            session.execute(update(MESSAGE).values(sent_at=NOW))
    for engine in engines:
        engine.dispose()


def test_rem_14_of_many_who_put_the_same_key_one_does_and_it_goes_out_once(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    note = Note("test:same", person, ChannelKind.MAIL, "test", 0, NOW)

    def put(_: int) -> int:
        with transaction(service.engine) as session:
            return outbox.put(session, [note], at=NOW)

    with ThreadPoolExecutor(16) as crowd:
        assert sum(crowd.map(put, range(32))) == 1
    assert service.deliver() == 1
    assert put(0) == 0
