"""Files that wait between the preview of an import and its confirmation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.register import RegisterKind
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


def keep(session: Session, kind: RegisterKind, data: bytes, *, filename: str, at: datetime) -> str:
    """Keep a file and return its token; files that waited too long are forgotten."""
    session.execute(delete(UPLOAD).where(UPLOAD.c.uploaded_at < at - KEPT))
    token = secrets.token_urlsafe(24)
    values = {"token": token, "kind": kind, "filename": filename, "data": data, "uploaded_at": at}
    session.execute(insert(UPLOAD).values(values))
    return token


def get(session: Session, token: str) -> Upload:
    """The file kept under ``token``; raises :class:`NotFound`."""
    waiting = select(UPLOAD.c.kind, UPLOAD.c.filename, UPLOAD.c.data)
    row = session.execute(waiting.where(among(session, UPLOAD.c.token, [token]))).first()
    if row is None:
        raise NotFound(token=token)
    return Upload(*row)


def forget(session: Session, token: str) -> None:
    """Forget a file: it was taken in, or someone left it."""
    session.execute(delete(UPLOAD).where(among(session, UPLOAD.c.token, [token])))
