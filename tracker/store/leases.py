"""Who does what only one does at a time: leases in rows, which end by the time of the database.

No lock of a connection, so a pooler between may hand every transaction another one (reliability §3 rule 8).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tracker.store.bulk import insert_all
from tracker.store.reminder_tables import LEASE
from tracker.store.types import Moment

_SQLITE_NOW = text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")


class DatabaseNow(FunctionElement[datetime]):
    """What time it is for the database, within a statement."""

    type = Moment()
    inherit_cache = True


class DatabaseLater(FunctionElement[datetime]):
    """So many seconds after that."""

    type = Moment()
    inherit_cache = True


@compiles(DatabaseNow, "sqlite")
def _now_of_sqlite(*_: object, **__: object) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@compiles(DatabaseNow, "postgresql")
def _now_of_postgresql(*_: object, **__: object) -> str:
    return "statement_timestamp()"


@compiles(DatabaseLater, "sqlite")
def _later_of_sqlite(element: DatabaseLater, compiler: SQLCompiler, **given: Any) -> str:
    seconds = compiler.process(element.clauses, **given)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"


@compiles(DatabaseLater, "postgresql")
def _later_of_postgresql(element: DatabaseLater, compiler: SQLCompiler, **given: Any) -> str:
    return f"statement_timestamp() + make_interval(secs => {compiler.process(element.clauses, **given)})"


def database_time(session: Session) -> datetime:
    """What time it is for the database: processes whose clocks differ agree on it."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.fromisoformat(session.execute(_SQLITE_NOW).scalar_one()).replace(tzinfo=UTC)
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def take(session: Session, name: str, holder: str, length: timedelta) -> bool:
    """Take or renew the lease ``name``; False while somebody else holds it."""
    now = database_time(session)
    found = session.execute(select(LEASE.c.holder, LEASE.c.until).where(LEASE.c.name == name)).one_or_none()
    if found is not None and found.holder != holder and found.until > now:
        return False
    session.execute(delete(LEASE).where(LEASE.c.name == name))
    insert_all(session, LEASE, ("name", "holder", "until"), [(name, holder, now + length)])
    return True


def give_back(session: Session, name: str, holder: str) -> None:
    """End one's own lease, so that nobody waits for its end."""
    session.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.holder == holder))


def holder_of(session: Session, name: str) -> str | None:
    """Who holds a lease now."""
    held = select(LEASE.c.holder).where(LEASE.c.name == name, LEASE.c.until > database_time(session))
    return session.execute(held).scalar_one_or_none()
