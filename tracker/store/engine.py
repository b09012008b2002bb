"""Opening the database, and the two kinds of sessions: one that writes and commits once, one that reads.

One writer at a time on both databases: ``BEGIN IMMEDIATE`` on SQLite (with the driver's default most
concurrent updates are lost without an error), one advisory lock held until the commit on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from tracker.domain.errors import DatabaseNotReady, SettingsRefused
from tracker.store.row_security import confined
from tracker.store.scope import Scope

WAIT_SECONDS = 30
"""How long a writer waits for another one before it is told that the database is busy."""

LOOP_SECONDS = 30
"""How long PostgreSQL may take for one statement of what runs again and again (reliability §3 rule 8)."""

IDLE_SECONDS = 900
"""How long a writer of PostgreSQL may leave its transaction open and ask nothing: one that is stopped and not
killed lets the others write after so long. Judging ten times the country takes five minutes of it."""

IN_PASSING = 100
"""How long, in milliseconds, somebody waits who writes beside what was asked for and can leave it."""

WRITERS = 0x7363_686F_6F6C
"""The advisory lock of PostgreSQL that writing sessions hold."""

READS = "tracker_reads"
LOCK_WAIT = "tracker_lock_wait"
LOOPS = "tracker_loops"
"""Options by which the sessions of this module speak to its connections."""

SQLITE_REASONS = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_CANTOPEN": "unreadable",
    "SQLITE_PERM": "unreadable",
    "SQLITE_AUTH": "unreadable",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR": "disk",
    "SQLITE_NOMEM": "memory",
}
SQLITE_DAMAGE = ("no such table", "no such column", "Could not decode to UTF-8")
"""Complaints without a name: the schema was found ready, so something has torn it or its rows since."""

POSTGRESQL_REASONS = {
    "08": "unreachable",
    "25006": "read_only",
    "25P03": "busy",
    "42501": "refused",
    "53100": "full",
    "53": "busy",
    "55P03": "busy",
    "57014": "busy",
    "57P": "unreachable",
    "58": "disk",
    "XX001": "damaged",
    "XX002": "damaged",
}
"""Beginnings of SQLSTATE codes; the longest one that fits speaks."""


def make_engine(url: str, *, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql+psycopg://…``; nothing is opened or created yet.

    A writer waits ``wait_seconds`` for another one. Texts of errors never hold the rows that were being
    written. Raises :class:`SettingsRefused` for any other address and for a driver that is not installed.
    """
    parsed = _parse(url)
    options = {} if parsed.get_backend_name() == "sqlite" else _postgresql_options(wait_seconds)
    try:
        engine = create_engine(parsed, hide_parameters=True, **options)
    except (ArgumentError, ImportError) as error:
        raise SettingsRefused(name="TRACKER_DATABASE_URL", reason="driver") from error
    if engine.dialect.name == "sqlite":
        _listen_to_sqlite(engine, wait_seconds)
    return engine


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsRefused(name="TRACKER_DATABASE_URL", reason="value") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsRefused(name="TRACKER_DATABASE_URL", reason="value")
    return parsed


def _postgresql_options(wait_seconds: int) -> dict[str, object]:
    given = {
        "connect_timeout": wait_seconds,
        "tcp_user_timeout": wait_seconds * 1000,
        "prepare_threshold": None,  # a pooler hands the next transaction a server that has prepared nothing
    }
    waits = {LOCK_WAIT: wait_seconds * 1000}
    return {"pool_pre_ping": True, "connect_args": given, "execution_options": waits}


def _listen_to_sqlite(engine: Engine, wait_seconds: int) -> None:
    path = sqlite_path(engine)

    @event.listens_for(engine, "do_connect")
    def exists(*_: object) -> None:
        if path is not None and not _is_there(path):
            raise DatabaseNotReady(reason="missing")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        try:
            connection.execute(f"PRAGMA busy_timeout = {wait_seconds * 1000}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            _choose_journal(connection)
        except UnicodeDecodeError as error:  # the complaint quotes what stands where the schema was
            raise DatabaseNotReady(reason="damaged") from error

    @event.listens_for(engine, "checkin")
    def wait_again(connection: sqlite3.Connection | None, _: object) -> None:
        if connection is not None:
            connection.execute(f"PRAGMA busy_timeout = {wait_seconds * 1000}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        reads = options.get(READS, False)
        wait = options.get(LOCK_WAIT)
        if wait is not None:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
        connection.exec_driver_sql(f"PRAGMA query_only = {reads:d}")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise DatabaseNotReady(reason="unreadable") from error


def sqlite_path(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for one in memory and for PostgreSQL."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite library lacks the WAL-reset fault (reliability §3 rule 8)."""
    repaired_families = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    family = version[:2]
    return family > (3, 51) or version[2] >= repaired_families.get((family[0], family[1]), 1_000_000)


def _choose_journal(connection: sqlite3.Connection) -> None:
    wanted = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "delete"
    (present,) = connection.execute("PRAGMA journal_mode").fetchone()
    if present != wanted and present != "memory":
        with suppress(sqlite3.OperationalError):  # the file is in use; the next connection tries
            connection.execute(f"PRAGMA journal_mode = {wanted}")


def durability(engine: Engine) -> Mapping[str, str]:
    """How the database keeps what it has acknowledged, read back from it, for start-up and ``doctor``."""
    with reading(engine) as session:
        if engine.dialect.name == "sqlite":
            verb, names = "PRAGMA", ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        else:
            verb, names = "SHOW", ("server_version", "synchronous_commit", "fsync", "full_page_writes")
        found = {name: str(session.scalar(text(f"{verb} {name}"))) for name in names}
    return {"sqlite_version": sqlite3.sqlite_version, **found} if verb == "PRAGMA" else found


def is_whole(engine: Engine) -> bool:
    """Whether SQLite finds every page of its file in order; a server looks after its own pages."""
    if engine.dialect.name != "sqlite":
        return True
    with reading(engine) as session:
        said: str | None = session.scalar(text("PRAGMA quick_check(1)"))
    return said == "ok"


def for_loops(engine: Engine) -> Engine:
    """The same engine for what runs again and again: no statement of it holds up PostgreSQL for long."""
    return engine.execution_options(**{LOOPS: True})


def _begin(connection: Connection, seeing: Scope | None, *, writes: bool) -> None:
    """Say to PostgreSQL what holds until the commit, in one statement; SQLite needs none of it.

    A statement of a loop that takes too long is ended: on SQLite only locks hold one up, and they are bound.
    """
    if connection.dialect.name != "postgresql":
        return
    said = {} if seeing is None else confined(seeing)
    if connection.get_execution_options().get(LOOPS):
        said["statement_timeout"] = f"{LOOP_SECONDS * 1000:.0f}"
    if writes:
        hold_writers(connection, **said)
    elif said:
        connection.exec_driver_sql(f"SELECT {_settings(said)}", tuple(said.values()))


@contextmanager
def transaction(
    engine: Engine, *, seeing: Scope | None = None, wait_ms: int | None = None
) -> Iterator[Session]:
    """A writing session: one commit at the end, rollback on any exception; writers wait for each other.

    On PostgreSQL it sees and writes the schools of ``seeing`` and no others; without it none at all.
    ``wait_ms`` (at least 1) is how long it waits where that is not as long as the engine says.
    Raises :class:`DatabaseNotReady` when the database cannot be used now.
    """
    waiting = engine if wait_ms is None else engine.execution_options(**{LOCK_WAIT: wait_ms})
    with answering(), Session(waiting) as session, session.begin():
        _begin(session.connection(), seeing, writes=True)
        yield session


def hold_writers(connection: Connection, **said: str) -> None:
    """Keep other writers of a PostgreSQL database out until this transaction ends, for which ``said`` holds.

    The settings come into force before the lock is waited for: what stands first in the list is done first.
    """
    wait = connection.get_execution_options().get(LOCK_WAIT, WAIT_SECONDS * 1000)
    bounds = {"lock_timeout": wait, "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000}
    given = {name: f"{number:.0f}" for name, number in bounds.items()} | said
    asked = f"SELECT {_settings(given)}, pg_advisory_xact_lock({WRITERS})"
    connection.exec_driver_sql(asked, tuple(given.values()))


def _settings(said: Iterable[str]) -> str:
    """Each of these names set to a value that is given apart, until the commit."""
    return ", ".join(f"set_config('{name}', %s, true)" for name in said)


@contextmanager
def reading(engine: Engine, *, seeing: Scope | None = None) -> Iterator[Session]:
    """A reading session: everything it reads is of one moment, and it always rolls back.

    On PostgreSQL it sees the schools of ``seeing`` and no others; without it none at all.

    Who reads and then writes ends the moment first (``session.rollback()``): without WAL, SQLite lets nobody
    commit while anybody reads, and a request would wait for itself.

    Raises :class:`DatabaseNotReady` when the database cannot be used now.
    """
    options: dict[str, object] = {READS: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with answering(), Session(engine) as session:
        _begin(session.connection(execution_options=options), seeing, writes=False)
        yield session
        session.rollback()


@contextmanager
def answering() -> Iterator[None]:
    """Turns what a database says when it cannot be used into :class:`DatabaseNotReady`; bugs pass through."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseNotReady(reason="busy") from error
    except (DBAPIError, sqlite3.Error) as error:
        reason = _reason(error.orig if isinstance(error, DBAPIError) else error)
        if reason is None:
            raise
        raise DatabaseNotReady(reason=reason) from error


def _reason(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", None) or ""
        if str(error).startswith(SQLITE_DAMAGE):
            return "damaged"
        return next((why for begin, why in SQLITE_REASONS.items() if name.startswith(begin)), None)
    state = getattr(error, "sqlstate", None)
    if state is None:
        return "unreachable" if type(error).__name__ == "OperationalError" else None
    begins = [begin for begin in POSTGRESQL_REASONS if str(state).startswith(begin)]
    return POSTGRESQL_REASONS[max(begins, key=len)] if begins else None
