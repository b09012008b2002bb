"""What people said of unknown columns: kept for everybody who sees the same place, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.register import RegisterKind
from tracker.store.column_tables import COLUMN_SAID
from tracker.store.scope import Scope, among


def place_of(scope: Scope) -> str:
    """What those who share an answer have in common: the country, the same regions, or only themselves."""
    if scope.regions is None:
        return ""
    regions = scope.regions | {region for region, _ in scope.districts}
    return ",".join(sorted(regions)) or f"person:{scope.person}"


def said(session: Session, scope: Scope, kind: RegisterKind) -> Mapping[str, str]:
    """What each title means in files of a kind."""
    row = COLUMN_SAID.c
    query = select(row.title, row.meaning).where(row.place == place_of(scope), row.kind == kind.value)
    return {each.title: each.meaning for each in session.execute(query)}


def say(
    session: Session, scope: Scope, kind: RegisterKind, meanings: Mapping[str, str], *, at: datetime
) -> None:
    """Keep what titles mean from now on."""
    row, place = COLUMN_SAID.c, place_of(scope)
    told = and_(row.place == place, row.kind == kind.value, among(session, row.title, list(meanings)))
    session.execute(delete(COLUMN_SAID).where(told))
    common = {"place": place, "kind": kind.value, "said_at": at}
    rows = [{**common, "title": title, "meaning": meaning} for title, meaning in meanings.items()]
    session.execute(insert(COLUMN_SAID), rows)
