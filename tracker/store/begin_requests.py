"""What officers were asked to begin, by when and by whom; of what was taken back the journal tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from tracker.domain.vocabulary import Service
from tracker.store.begin_tables import BEGIN_REQUEST
from tracker.store.bulk import insert_all
from tracker.store.scope import Scope, among, visible

FIELDS = ("school_id", "service", "ends_on", "begin_by", "told", "person_id", "asked_at")


@dataclass(frozen=True, slots=True)
class BeginRequest:
    """A purchase that is to be begun by a day, for a cover that ends; how many people ``told`` were told."""

    school_id: str
    service: Service
    ends_on: date
    begin_by: date
    told: int
    person: int
    asked_at: datetime


def begin_requests(
    session: Session, scope: Scope, school_ids: Iterable[str]
) -> Mapping[tuple[str, Service, date], BeginRequest]:
    """The last request for each end of cover of some schools, whatever day it names."""
    row = BEGIN_REQUEST.c
    query = select(*(row[name] for name in FIELDS)).where(
        among(session, row.school_id, school_ids), visible(session, scope, row.school_id)
    )
    found = (BeginRequest(*each) for each in session.execute(query.order_by(row.id)))
    return {(each.school_id, each.service, each.ends_on): each for each in found}


def keep_requests(session: Session, requests: Iterable[BeginRequest]) -> None:
    """Write down what was asked."""
    rows = [
        (
            each.school_id,
            each.service,
            each.ends_on,
            each.begin_by,
            each.told,
            each.person,
            each.asked_at,
        )
        for each in requests
    ]
    insert_all(session, BEGIN_REQUEST, FIELDS, rows)


def take_back(session: Session, requests: Iterable[BeginRequest]) -> None:
    """Ask no more for what was asked; an earlier request, whose day has passed, stays."""
    row, same = BEGIN_REQUEST.c, FIELDS[:4]
    gone = [{f"of_{name}": getattr(each, name) for name in same} for each in requests]
    if gone:
        wanted = (row[name] == bindparam(f"of_{name}") for name in same)
        session.connection().execute(delete(BEGIN_REQUEST).where(*wanted), gone)
