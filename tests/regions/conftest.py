"""A country of two regions, on SQLite and on PostgreSQL behind its second lock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from tests.databases import PostgresServer, shown
from tests.regions.second_lock import APP, as_role, documented_database
from tracker.store.engine import make_engine


@pytest.fixture(scope="session")
def documented(postgres: PostgresServer) -> Iterator[URL]:
    """A database set up as the documentation says; others are copied from it."""
    with documented_database(postgres) as database:
        yield database


@pytest.fixture
def guarded(postgres: PostgresServer, documented: URL) -> Iterator[Engine]:
    """A fresh PostgreSQL database, opened by the role of the application: the second lock is on."""
    url = postgres.create(template=documented)
    engine = make_engine(shown(as_role(url, APP)))
    yield engine
    engine.dispose()
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def locked(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh database as the application opens it, on both kinds in turn."""
    if request.param == "postgresql":
        yield request.getfixturevalue("guarded")
        return
    engine = make_engine(request.getfixturevalue("sqlite_url"))
    yield engine
    engine.dispose()
