"""What the database holds of the second region, whoever wrote it: strangers leave it as it is (RGN-4)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Engine, select

from tests.regions.country import CANARIES
from tracker import store
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING
from tracker.store.tables import Base

for module in iter_modules(store.__path__):  # a table is known once its module is
    import_module(f"{store.__name__}.{module.name}")

BESIDE = frozenset({"journal", "upload"})
"""The journal may tell what was tried, and a file that waits to be confirmed says what its person wrote."""


def kept_of_b(engine: Engine) -> frozenset[str]:
    """Each row in which something of the second region stands, with its table."""
    found = set()
    with reading(engine, seeing=EVERYTHING) as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in BESIDE:
                found |= {f"{table.name}: {row!r}" for row in session.execute(select(table))}
    marks = [canary.casefold() for canary in CANARIES]
    return frozenset(row for row in found if any(mark in row.casefold() for mark in marks))
