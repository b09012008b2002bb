"""What may follow a failed purchase, read from the law file."""

from __future__ import annotations

from tracker.domain.remedies import Remedy
from tracker.domain.vocabulary import Method, RemedyId, Trouble
from tracker.law.grounds import Library
from tracker.law.toml_table import Table


def read_remedies(root: Table, library: Library) -> tuple[Remedy, ...]:
    """All of them, in the order of the file."""
    return tuple(_remedy(table, library) for table in root.tables("remedy"))


def _remedy(table: Table, library: Library) -> Remedy:
    ground = library.ground(table)
    remedy = Remedy(
        id=table.choice("id", RemedyId),
        span=table.span(),
        methods=table.choices("methods", Method),
        troubles=table.choices("troubles", Trouble),
        title=table.words("title"),
        hint=table.words("hint"),
        source=ground.source,
        at=ground.at,
        read_on=ground.read_on,
        assumed=ground.assumed,
    )
    for key in ("methods", "troubles"):
        if not getattr(remedy, key):
            raise table.broken("missing", key)
    table.close()
    return remedy
