"""A server over a real database, empty or filled, whose clock stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import ADMIN, sign_in
from tests.web.register import NOW, fill
from tracker.clock import FixedClock
from tracker.domain.people import Person
from tracker.domain.vocabulary import Language
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web.app import create_app
from tracker.web.visitors import csrf_token

HOME = "http://127.0.0.1:8000"

Visit = Callable[..., TestClient]


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[Engine]:
    """A migrated database that holds nothing."""
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def filled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the small country that others are copied from."""
    path = tmp_path_factory.mktemp("small") / "country.db"
    copyfile(migrated_sqlite, path)
    engine = make_engine(f"sqlite:///{path}")
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def filled(filled_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """The small country."""
    path = tmp_path / "tracker.db"
    copyfile(filled_sqlite, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Opens a browser-like client to a server over a database."""
    opened: list[TestClient] = []

    def open_client(
        engine: Engine,
        language: Language = Language.KK,
        *,
        raises: bool = True,
        person: Person | None = ADMIN,
    ) -> TestClient:
        app = create_app(Settings(), FixedClock(NOW), engine)
        client = TestClient(
            app,
            base_url=HOME,
            raise_server_exceptions=raises,
            headers={"accept-language": language, "sec-fetch-site": "same-origin"},
        )
        if person is not None:
            cookie = sign_in(engine, person)
            client.cookies.set("tracker", cookie)
            client.headers["x-csrf-token"] = csrf_token(cookie)
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        client.close()
