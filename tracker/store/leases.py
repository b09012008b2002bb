"""Who does what only one does at a time: leases in rows, which end by the time of the database.

No lock of a connection, so a pooler between may hand every transaction another one (reliability §3 rule 8).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from tracker.store.bulk import insert_all
from tracker.store.reminder_tables import LEASE

_SQLITE_NOW = text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")


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
