"""Filled databases to measure on: made once, then copied, so that every round begins from the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, delete
from sqlalchemy.engine import make_url

from tests.databases import PostgresServer, postgres_server, shown
from tracker.domain.register import Register, RegisterKind
from tracker.store import histories, intake, migrate, versions
from tracker.store.engine import make_engine, transaction
from tracker.store.tables import ASSESSMENT, FLAG

RECORDED_AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Databases:
    """One kind of database and where its copies live."""

    name: str
    folder: Path
    server: PostgresServer | None

    @contextmanager
    def filled(self, register: Register) -> Iterator[Engine]:
        """A migrated database that holds ``register``; nothing is judged yet."""
        with self._empty() as url:
            engine = make_engine(url)
            migrate.upgrade(engine)
            fill(engine, register)
            try:
                yield engine
            finally:
                engine.dispose()

    @contextmanager
    def copied(self, original: Engine) -> Iterator[Engine]:
        """A copy of a database, to be changed and thrown away."""
        original.dispose()
        with self._copy(original) as url:
            engine = make_engine(url)
            try:
                yield engine
            finally:
                engine.dispose()

    @contextmanager
    def _empty(self) -> Iterator[str]:
        if self.server is None:
            yield self._file("new")
            return
        url = self.server.create()
        yield shown(url)
        self.server.drop(url)

    @contextmanager
    def _copy(self, original: Engine) -> Iterator[str]:
        if self.server is None:
            address = self._file("copy")
            path = make_url(address).database
            shutil.copyfile(original.url.database or "", path or "")
            yield address
            Path(path or "").unlink()
            return
        url = self.server.create(template=original.url)
        yield shown(url)
        self.server.drop(url)

    def _file(self, name: str) -> str:
        number = sum(1 for _ in self.folder.iterdir())
        return f"sqlite:///{self.folder / f'{name}-{number}.db'}"


@contextmanager
def databases(names: tuple[str, ...], folder: Path) -> Iterator[tuple[Databases, ...]]:
    """The kinds of databases that are wanted and found on this machine."""
    with ExitStack() as stack:
        found: list[Databases] = []
        for name in names:
            server = None if name == "sqlite" else stack.enter_context(postgres_server())
            if server is not None or name == "sqlite":
                found.append(Databases(name, folder, server))
        yield tuple(found)


def fill(engine: Engine, register: Register) -> None:
    """Record every row of ``register`` in one recording."""
    with transaction(engine) as session:
        seq = versions.open_recording(session, at=RECORDED_AT, actor="bench", source="bench", reason="fill")
        intake.record(session, RegisterKind.SCHOOLS, register.schools, seq)
        intake.record(session, RegisterKind.CONTRACTS, register.contracts, seq)
        intake.record(session, RegisterKind.TENDERS, register.tenders, seq)
        intake.record(session, RegisterKind.TENDER_EVENTS, register.events, seq)


def forget_assessments(engine: Engine, *, history: bool = False) -> None:
    """Bring the database back to the state before its first run, stage lengths too if ``history``."""
    with transaction(engine) as session:
        session.execute(delete(FLAG))
        session.execute(delete(ASSESSMENT))
        if history:
            histories.forget_history(session)
