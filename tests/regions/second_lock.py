"""PostgreSQL as the documentation sets it up: one role owns the tables, another works with the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from tests.databases import PostgresServer, shown
from tracker.store import migrate
from tracker.store.engine import make_engine

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"
OWNER, APP = "tracker_owner", "tracker_app"
PASSWORD = "tests-only"

OF_THE_LOOP = "written and read by the sender, which asks for the whole country; a page shows one's own"
OF_ACCOUNTS = "who may come in: read before anybody is known, and it says nothing of a school"
OF_THE_COUNTRY = "the same for the whole country"
BESIDE = {
    "digest": OF_THE_LOOP,
    "reminder": OF_THE_LOOP,
    "message": OF_THE_LOOP,
    "way": OF_THE_LOOP,
    "substitute": "who reads in whose place: two people and days, which the sender asks for all",
    "person": OF_ACCOUNTS,
    "person_reach": "what people may see: it is read to say what a session may see",
    "signed_in": OF_ACCOUNTS,
    "sign_in_attempt": OF_ACCOUNTS,
    "single_use_link": OF_ACCOUNTS,
    "recovery_code": OF_ACCOUNTS,
    "api_token": OF_ACCOUNTS,
    "calendar_feed": OF_ACCOUNTS,
    "recording": "who took in what and when, by number: the first lock lists one's own (decision 23)",
    "journal": "one chain for the country, for auditors and administrators alone",
    "calendar_override": OF_THE_COUNTRY,
    "law_edition": OF_THE_COUNTRY,
    "stage_history": OF_THE_COUNTRY,
    "column_said": "what titles of files mean: the query names the reader's own place, and no school",
    "job_run": "what the program did when",
    "lease": "who does what at the moment",
}
"""The tables that the second lock is not on, and why."""


def statements(number: int) -> list[str]:
    """The statements of one block of SQL in the documentation."""
    block = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[number]
    plain = re.sub(r"--.*", "", block)
    return [statement.strip() for statement in plain.split(";") if statement.strip()]


def run(url: URL, *said: str) -> None:
    """Run statements one by one."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in said:
            connection.exec_driver_sql(statement)


def make_roles(server: PostgresServer) -> None:
    """Make both roles as the documentation says, where a test before has not."""
    engine = create_engine(server.url, poolclass=NullPool)
    with engine.connect() as connection:
        known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for statement in statements(0):
        name = re.match(r"CREATE ROLE (\w+)", statement)
        if name and name[1] not in known:
            run(server.url, statement)
    for role in (OWNER, APP):
        run(server.url, f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")


def as_role(database: URL, role: str) -> URL:
    """The address of a database for another role."""
    return database.set(username=role, password=PASSWORD)


@contextmanager
def documented_database(server: PostgresServer) -> Iterator[URL]:
    """A database whose schema the owner has brought up and whose rows the application may work with."""
    make_roles(server)
    database = server.create()
    run(server.url, f'ALTER DATABASE "{database.database}" OWNER TO {OWNER}')
    run(database, f"ALTER SCHEMA public OWNER TO {OWNER}")
    owner = as_role(database, OWNER)
    engine = make_engine(shown(owner))
    migrate.upgrade(engine)
    engine.dispose()
    run(owner, *statements(1))
    try:
        yield database
    finally:
        server.drop(database)
