"""Files that wait between the preview of an import and its confirmation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.errors import UploadGone
from tracker.domain.register import RegisterKind
from tracker.store.row_security import whole_country
from tracker.store.scope import among
from tracker.store.tables import UPLOAD

KEPT = timedelta(days=1)
"""How long a file waits before it is forgotten."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded."""

    kind: RegisterKind
    filename: str
    data: bytes


def keep(
    session: Session, kind: RegisterKind, data: bytes, *, filename: str, at: datetime, person_id: int
) -> str:
    """Keep a file of a person and return its token; files that waited too long are forgotten."""
    with whole_country(session):
        session.execute(delete(UPLOAD).where(UPLOAD.c.uploaded_at < at - KEPT))
    token = secrets.token_urlsafe(24)
    values = {"token": token, "kind": kind, "filename": filename, "data": data, "uploaded_at": at}
    session.execute(insert(UPLOAD).values({**values, "person_id": person_id}))
    return token


def get(session: Session, token: str, *, person_id: int) -> Upload:
    """The person's file kept under ``token``; raises :class:`UploadGone`, also for another's."""
    waiting = select(UPLOAD.c.kind, UPLOAD.c.filename, UPLOAD.c.data)
    row = session.execute(waiting.where(_own(session, token, person_id))).first()
    if row is None:
        raise UploadGone
    return Upload(*row)


def forget(session: Session, token: str, *, person_id: int) -> None:
    """Forget a file of a person: it was taken in, or she left it."""
    session.execute(delete(UPLOAD).where(_own(session, token, person_id)))


def forget_all(session: Session, *, person_id: int) -> None:
    """Forget all files of a person."""
    session.execute(delete(UPLOAD).where(UPLOAD.c.person_id == person_id))


def _own(session: Session, token: str, person_id: int) -> ColumnElement[bool]:
    return and_(among(session, UPLOAD.c.token, [token]), UPLOAD.c.person_id == person_id)
