"""A register file taken in: preview and import, beside the shortest way from a file to a table."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from bench.world import ON
from tracker.domain.register import ContractRow, RegisterKind
from tracker.services.evaluating import Book
from tracker.services.importing import apply, preview
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
COLUMNS = tuple(field.name for field in fields(ContractRow) if field.name != "extra")


def as_csv(rows: Iterable[ContractRow]) -> bytes:
    """The rows as a register file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    return out.getvalue().encode()


def look_and_take_in(engine: Engine, data: bytes, book: Book) -> None:
    """Preview the file, then import it and judge what it touches."""
    with reading(engine) as session:
        preview(session, EVERYTHING, RegisterKind.CONTRACTS, data, filename="contracts.csv", book=book, on=ON)
    with transaction(engine) as session:
        apply(
            session,
            EVERYTHING,
            RegisterKind.CONTRACTS,
            data,
            filename="contracts.csv",
            book=book,
            actor="bench",
            now=NOW,
            today=ON,
        )


def executemany(path: Path, data: bytes) -> None:
    """Read the file and insert every row as it is, with the two indexes of the register's own table."""
    rows = csv.reader(io.StringIO(data.decode()))
    next(rows)
    connection = sqlite3.connect(path)
    connection.executescript(
        f"create table line (id integer primary key, {', '.join(COLUMNS)});"
        "create unique index line_key on line (contract_number, school_id, service);"
        "create index line_school on line (school_id, service);"
    )
    with connection:
        places = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"insert into line ({', '.join(COLUMNS)}) values ({places})", rows)
    connection.close()
