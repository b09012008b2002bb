"""Files that were handed over and wait until someone confirms or leaves what they would change."""

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

KEPT_FOR = timedelta(days=1)
"""A file that nobody confirmed for so long is forgotten when the next one comes."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed over."""

    token: str
    kind: RegisterKind
    filename: str
    data: bytes
    uploaded_at: datetime


def keep(session: Session, kind: RegisterKind, data: bytes, *, filename: str, at: datetime) -> str:
    """Keep a file; returns the token that names it, which nobody can guess."""
    session.execute(delete(UPLOAD).where(UPLOAD.c.uploaded_at < at - KEPT_FOR))
    token = secrets.token_urlsafe(24)
    values = {"token": token, "kind": kind, "filename": filename, "data": data, "uploaded_at": at}
    session.execute(insert(UPLOAD).values(values))
    return token


def get(session: Session, token: str) -> Upload:
    """The file kept under ``token``; raises :class:`NotFound`."""
    found = session.execute(select(UPLOAD).where(among(session, UPLOAD.c.token, [token]))).first()
    if found is None:
        raise NotFound(token=token)
    return Upload(*found)


def forget(session: Session, token: str) -> None:
    """Let a file go; nothing happens where it is gone already."""
    session.execute(delete(UPLOAD).where(among(session, UPLOAD.c.token, [token])))
