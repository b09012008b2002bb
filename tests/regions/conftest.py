"""A country of two regions, on SQLite and on PostgreSQL behind its second lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from tests.databases import PostgresServer, shown
from tests.regions.second_lock import APP, as_role, documented_database
from tests.regions.work import settle_country
from tracker.store.engine import make_engine


@pytest.fixture(scope="session")
def documented(postgres: PostgresServer) -> Iterator[URL]:
    """A database set up as the documentation says; others are copied from it."""
    with documented_database(postgres) as database:
        yield database


@pytest.fixture
def guarded(postgres: PostgresServer, documented: URL) -> Iterator[Engine]:
    """A fresh PostgreSQL database, opened by the role of the application: the second lock is on."""
    with _copy(postgres, documented) as engine:
        yield engine


@pytest.fixture(scope="session")
def settled_postgres(postgres: PostgresServer, documented: URL) -> Iterator[URL]:
    """The same with both regions in it."""
    url = postgres.create(template=documented)
    _settle(shown(as_role(url, APP)))
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def settled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with both regions that others are copied from."""
    path = tmp_path_factory.mktemp("regions") / "settled.db"
    copyfile(migrated_sqlite, path)
    _settle(f"sqlite:///{path}")
    return path


def _settle(url: str) -> None:
    engine = make_engine(url)
    settle_country(engine)
    engine.dispose()


@pytest.fixture
def guarded_country(postgres: PostgresServer, settled_postgres: URL) -> Iterator[Engine]:
    """Both regions on PostgreSQL behind the second lock."""
    with _copy(postgres, settled_postgres) as engine:
        yield engine


@contextmanager
def _copy(server: PostgresServer, template: URL) -> Iterator[Engine]:
    """A copy of a database, as the role of the application opens it."""
    url = server.create(template=template)
    engine = make_engine(shown(as_role(url, APP)))
    try:
        yield engine
    finally:
        engine.dispose()
        server.drop(url)


@pytest.fixture
def country(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Both regions on each kind of database in turn, as the application opens it."""
    if database == "postgresql":
        yield request.getfixturevalue("guarded_country")
        return
    path = tmp_path / "regions.db"
    copyfile(request.getfixturevalue("settled_sqlite"), path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def locked(database: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh database as the application opens it, on both kinds in turn."""
    if database == "postgresql":
        yield request.getfixturevalue("guarded")
        return
    engine = make_engine(request.getfixturevalue("sqlite_url"))
    yield engine
    engine.dispose()
