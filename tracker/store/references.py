"""What rows of a file refer to, and how much is known: small questions asked before an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.origins import DEMO
from tracker.domain.register import RegisterKind
from tracker.store.bounds import TABLES
from tracker.store.bounds import within as of_kind
from tracker.store.scope import Scope, among, visible, visible_tender
from tracker.store.tables import NEED, RECORDING, SCHOOL, TENDER_LINE
from tracker.store.versions import as_known

DEMO_SOURCE = DEMO
"""The source of recordings that were invented."""


def services_by_school(session: Session, scope: Scope) -> Mapping[str, frozenset[str]]:
    """Each known school with the services that are switched on."""
    within = visible(session, scope, SCHOOL.c.school_id)
    services: dict[str, set[str]] = defaultdict(set)
    for (school_id,) in session.execute(select(SCHOOL.c.school_id).where(as_known(SCHOOL), within)):
        services[school_id] = set()
    for school_id, service in session.execute(select(NEED.c.school_id, NEED.c.service).where(as_known(NEED))):
        if school_id in services:
            services[school_id].add(service)
    return {school_id: frozenset(found) for school_id, found in services.items()}


def tender_numbers(session: Session, scope: Scope) -> frozenset[str]:
    """The numbers of all known tenders."""
    within = visible_tender(session, scope, TENDER_LINE.c.tender_number)
    query = select(TENDER_LINE.c.tender_number).where(as_known(TENDER_LINE), within).distinct()
    return frozenset(session.scalars(query))


def needs_of_tenders(session: Session, scope: Scope, numbers: Collection[str]) -> set[tuple[str, str]]:
    """The needs that these tenders are for."""
    within = visible(session, scope, TENDER_LINE.c.school_id)
    named = among(session, TENDER_LINE.c.tender_number, numbers)
    query = select(TENDER_LINE.c.school_id, TENDER_LINE.c.service).where(as_known(TENDER_LINE), within, named)
    return {(school_id, service) for school_id, service in session.execute(query)}


def regions_of(session: Session, scope: Scope, schools: Collection[str]) -> Mapping[str, str | None]:
    """The region of each of these schools."""
    within = visible(session, scope, SCHOOL.c.school_id)
    named = among(session, SCHOOL.c.school_id, schools)
    query = select(SCHOOL.c.school_id, SCHOOL.c.region).where(as_known(SCHOOL), within, named)
    return {row.school_id: row.region for row in session.execute(query)}


def count_present(session: Session, scope: Scope, kind: RegisterKind) -> int:
    """How many present facts of a kind are known within ``scope``."""
    table = TABLES[kind]
    present = select(func.count()).select_from(table).where(as_known(table), of_kind(session, scope, kind))
    return session.scalar(present) or 0


def count_needs(session: Session) -> int:
    """How many needs are switched on."""
    return session.scalar(select(func.count()).select_from(NEED).where(as_known(NEED))) or 0


def next_moment(session: Session, *, now: datetime) -> datetime:
    """``now``, or the moment of the newest recording where that is later.

    Of two that write at once the one that waited may have read its clock first.
    """
    newest = session.scalar(select(RECORDING.c.recorded_at).order_by(RECORDING.c.seq.desc()).limit(1))
    return max(now, newest) if newest else now


def is_empty(session: Session) -> bool:
    """Whether nothing was ever recorded."""
    return session.scalar(select(RECORDING.c.seq).limit(1)) is None


def is_demo(session: Session) -> bool:
    """Whether anything here is invented."""
    return session.scalar(_INVENTED) is not None


_INVENTED = select(RECORDING.c.seq).where(RECORDING.c.source == DEMO_SOURCE).limit(1)
