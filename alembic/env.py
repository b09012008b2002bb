"""Runs migrations on the connection it is given, or on the database of the settings."""

from __future__ import annotations

import os
from typing import Literal

from alembic import context
from sqlalchemy import Connection, Engine, text
from sqlalchemy.types import TypeDecorator

from tracker.settings import Settings
from tracker.store import begin_tables as begin_tables
from tracker.store import case_tables as case_tables
from tracker.store import column_tables as column_tables
from tracker.store import decision_tables as decision_tables
from tracker.store import enclosure_tables as enclosure_tables
from tracker.store import given_tables as given_tables
from tracker.store import job_tables as job_tables
from tracker.store import people_tables as people_tables
from tracker.store import reminder_tables as reminder_tables
from tracker.store import report_tables as report_tables
from tracker.store.engine import make_engine
from tracker.store.tables import Base


def plainly(kind: str, item: object, _: object) -> str | Literal[False]:
    """New revisions hold the library's own types: ours may change, a revision may not."""
    return f"sa.{item.impl_instance!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def migrate(connection: Connection) -> None:
    """One transaction for all revisions, on SQLite too."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=plainly,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":  # where the lock on rows holds for their owner as well
            connection.execute(text("SELECT set_config('tracker.sees', 'everything', true)"))
        context.run_migrations()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    migrate(given)
else:
    engine = given if isinstance(given, Engine) else make_engine(Settings.from_env(os.environ).database_url)
    with engine.begin() as connection:
        migrate(connection)
