"""Bringing the database to the present schema, once, however many processes start at the same moment.

The whole upgrade is one transaction that begins by taking the writers' lock and looking again: whoever comes
first migrates, the others find the work done, and a killed one leaves nothing behind.
"""

from __future__ import annotations

from functools import lru_cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from tracker.domain.errors import DatabaseNotReady
from tracker.paths import bundled
from tracker.store.engine import answering, hold_writers, reading, sqlite_path

READY, MISSING, OLD, NEWER = "ready", "missing", "old", "newer"


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, made in code so that they also work from the wheel."""
    made = Config()
    made.set_main_option("script_location", str(bundled("alembic")).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@lru_cache(maxsize=1)
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def head() -> str:
    """The revision that this program works with."""
    revision = _scripts().get_current_head()
    if revision is None:
        raise DatabaseNotReady(reason="no_migrations")
    return revision


def state(engine: Engine) -> str:
    """``ready``, ``missing`` (no database or an empty one), ``old`` or ``newer`` than this program.

    Writes nothing. Raises :class:`DatabaseNotReady` when the database cannot be asked.
    """
    try:
        with reading(engine) as session:
            return _state(session.connection())
    except DatabaseNotReady as error:
        if error.details.get("reason") == MISSING:
            return MISSING
        raise


def _state(connection: Connection) -> str:
    present = MigrationContext.configure(connection).get_current_revision()
    if present is None:
        return MISSING
    if present == head():
        return READY
    try:
        return OLD if _scripts().get_revision(present) else NEWER
    except CommandError:
        return NEWER


def require_ready(engine: Engine) -> None:
    """Raises :class:`DatabaseNotReady` with the state as reason unless the schema is this program's own."""
    found = state(engine)
    if found != READY:
        raise DatabaseNotReady(reason=found)


def upgrade(engine: Engine) -> bool:
    """Bring the schema to :func:`head`; says whether anything was done. Safe for many starters at once.

    Raises :class:`DatabaseNotReady` with reason ``newer``, and writes nothing, for a later program's schema.
    """
    if _settled(state(engine)):
        return False
    _make_file(engine)
    with answering(), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            hold_writers(connection)
        if _settled(_state(connection)):
            return False
        command.upgrade(config(connection), "head")
    return True


def _settled(found: str) -> bool:
    if found == NEWER:
        raise DatabaseNotReady(reason=NEWER)
    return found == READY


def _make_file(engine: Engine) -> None:
    path = sqlite_path(engine)
    if path is None:
        return
    try:
        path.touch()
    except OSError as error:
        raise DatabaseNotReady(reason="unreadable") from error
