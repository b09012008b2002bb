"""The journal only grows, and whatever was done to it by hand is found."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.store.rows import MOMENT
from tracker.store import journal
from tracker.store.engine import reading, transaction

TAMPERINGS = 1_000 if os.environ.get("NIGHTLY") == "true" else 100

COLUMNS = ("at", "actor", "action", "subject", "detail", "prev_hash", "hash")


def write(engine: Engine, count: int) -> None:
    for number in range(count):
        with transaction(engine) as session:
            journal.append(
                session,
                at=MOMENT + timedelta(minutes=number),
                actor="Әсел",
                action="import",
                subject=f"file {number}",
                detail={"rows": number, "on": date(2026, 11, 22), "note": "ә «1» \\ \n"},
            )


def first_bad(engine: Engine) -> int | None:
    with reading(engine) as session:
        return journal.verify_chain(session)


def test_what_was_written_is_told_with_the_newest_first(engine: Engine) -> None:
    write(engine, 3)
    with reading(engine) as session:
        told = journal.entries(session, limit=2)
        assert [entry.subject for entry in told] == ["file 2", "file 1"]
        assert [entry.subject for entry in journal.entries(session, limit=2, offset=2)] == ["file 0"]
    assert told[1].at == MOMENT + timedelta(minutes=1)
    assert told[1].details == {"rows": 1, "on": "2026-11-22", "note": "ә «1» \\ \n"}
    assert first_bad(engine) is None


def test_an_empty_journal_is_whole(engine: Engine) -> None:
    assert first_bad(engine) is None


def test_entries_of_many_writers_form_one_chain(engine: Engine) -> None:
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda _: write(engine, 6), range(5)))
    with reading(engine) as session:
        assert [entry.seq for entry in journal.entries(session, limit=100)] == list(range(30, 0, -1))
    assert first_bad(engine) is None


def test_nobody_changes_or_removes_an_entry(engine: Engine) -> None:
    write(engine, 2)
    for statement in ("UPDATE journal SET actor = 'nobody'", "DELETE FROM journal"):
        with pytest.raises(IntegrityError, match="only grows"), transaction(engine) as session:
            session.execute(text(statement))
    assert first_bad(engine) is None


def unlock(connection: Connection) -> None:
    """What someone with the database in hand can do."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER journal_no_update"))
        connection.execute(text("DROP TRIGGER journal_no_delete"))
    else:
        connection.execute(text("DROP TRIGGER journal_no_change ON journal"))


def tamper(connection: Connection, dice: random.Random, last: int) -> int:
    """Change, remove, put in or swap entries; returns the first one that no longer fits."""
    seq = dice.randint(1, last)
    what = dice.choice(["change", "remove", "insert", "swap"])
    if what == "change":
        column = dice.choice(COLUMNS)
        value = f"{MOMENT + timedelta(days=99)}" if column == "at" else "tampered"
        connection.execute(text(f"UPDATE journal SET {column} = :value WHERE seq = {seq}"), {"value": value})
        return seq
    if what == "remove" and seq < last:
        connection.execute(text(f"DELETE FROM journal WHERE seq = {seq}"))
        return seq
    if what == "swap" and seq < last:
        for before, after in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
            connection.execute(text(f"UPDATE journal SET seq = {after} WHERE seq = {before}"))
        return seq
    copied = ", ".join(COLUMNS)
    connection.execute(
        text(
            f"INSERT INTO journal (seq, {copied}) SELECT {last + 1}, {copied} FROM journal WHERE seq = {seq}"
        )
    )
    return last + 1


def test_whatever_was_tampered_with_the_first_bad_entry_is_named(engine: Engine) -> None:
    write(engine, 12)
    dice = random.Random(7)
    for _ in range(TAMPERINGS):
        with engine.connect() as connection:
            unlock(connection)
            bad = tamper(connection, dice, 12)
            assert journal.verify_chain(Session(connection)) == bad
            connection.rollback()
    assert first_bad(engine) is None
