"""PgBouncer before a PostgreSQL server, as those run it who have few connections: a transaction, a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

PORT = 6432
SERVERS = 3
"""Connections to the server for everybody: fewer than hands, so that each is handed around."""

PATIENCE = 30


def program() -> str | None:
    """Where it is, if it is here."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def pooled(database: URL, bouncer: str) -> Iterator[URL]:
    """The address of the same database behind a pooler; it refuses to run as root, as PostgreSQL does."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tracker-pooler-"))
    if user:
        shutil.chown(folder, user)
    host, port = database.query.get("host", database.host), database.port or 5432
    settings = {
        "listen_addr": "",
        "listen_port": PORT,
        "unix_socket_dir": folder,
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": SERVERS,
        "max_client_conn": 200,
        "logfile": folder / "log",
    }
    lines = [f"[databases]\n* = host={host} port={port} user={database.username}\n[pgbouncer]"]
    (folder / "ini").write_text("\n".join(lines + [f"{name} = {value}" for name, value in settings.items()]))
    process = subprocess.Popen(
        [bouncer, "-q", folder / "ini"], user=user, extra_groups=[] if user else None, cwd=folder
    )
    try:
        url = database.set(host=None, port=PORT, query={"host": str(folder)})
        _wait_for(url, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: URL, log: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            assert time.monotonic() < give_up, log.read_text() if log.exists() else "no log"
            time.sleep(0.05)
        else:
            return
