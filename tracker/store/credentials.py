"""What people prove themselves with: the hash of a password, a sealed second factor, recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.people import hashed
from tracker.store.people_tables import PERSON, RECOVERY_CODE
from tracker.store.scope import is_storable


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is on record of one account; ``second_factor`` is sealed, ``last_step`` its last code's step."""

    person_id: int
    email: str
    name: str
    password_hash: str | None
    second_factor: str | None
    last_step: int | None
    is_enabled: bool

    @property
    def mark(self) -> str:
        """How the journal names the person."""
        return f"person:{self.person_id}"


def credentials_for(session: Session, email: str) -> Credentials | None:
    """What is on record of the account with an e-mail address; None where there is none."""
    return _first(session, _BY_EMAIL, email.strip().lower()) if is_storable(email) else None


def credentials_of(session: Session, person_id: int) -> Credentials | None:
    """What is on record of an account by its number."""
    return _first(session, _BY_NUMBER, person_id)


_BY_EMAIL = select(PERSON).where(PERSON.c.email == bindparam("which"))
_BY_NUMBER = select(PERSON).where(PERSON.c.id == bindparam("which"))
"""Asked at every try to come in, and so written once."""


def _first(session: Session, question: Select[*tuple[Any, ...]], which: str | int) -> Credentials | None:
    row = session.execute(question, {"which": which}).first()
    if row is None:
        return None
    return Credentials(
        person_id=row.id,
        email=row.email,
        name=row.name,
        password_hash=row.password_hash,
        second_factor=row.second_factor,
        last_step=row.last_step,
        is_enabled=row.disabled_at is None and row.erased_at is None,
    )


def set_password(session: Session, person_id: int, password_hash: str) -> None:
    """Keep the hash of a new password, or the same password's under present parameters."""
    _write(session, person_id, password_hash=password_hash)


def set_second_factor(session: Session, person_id: int, sealed: str | None, *, step: int | None) -> None:
    """Keep a sealed second factor, of whose codes ``step`` was used; None takes it and its codes away."""
    _write(session, person_id, second_factor=sealed, last_step=step)
    if sealed is None:
        replace_recovery_codes(session, person_id, ())


def _write(session: Session, person_id: int, **values: object) -> None:
    session.execute(update(PERSON).where(PERSON.c.id == person_id).values(values))


def take_step(session: Session, person_id: int, step: int) -> bool:
    """Use the code of a step up; False where it, or a later one, was used before."""
    unused = or_(PERSON.c.last_step.is_(None), PERSON.c.last_step < step)
    mine = update(PERSON).where(PERSON.c.id == person_id, unused).values(last_step=step)
    return session.execute(mine.returning(PERSON.c.id)).first() is not None


def replace_recovery_codes(session: Session, person_id: int, codes: Iterable[str]) -> None:
    """Keep new recovery codes as hashes; the old ones are dead."""
    session.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.person_id == person_id))
    rows = [{"person_id": person_id, "code_hash": hashed(code)} for code in codes]
    if rows:
        session.execute(insert(RECOVERY_CODE), rows)


def take_recovery_code(session: Session, person_id: int, code: str, *, at: datetime) -> bool:
    """Use a recovery code up; False for one that is wrong or was used."""
    mine = (RECOVERY_CODE.c.person_id == person_id, RECOVERY_CODE.c.code_hash == hashed(code))
    unused = update(RECOVERY_CODE).where(*mine, RECOVERY_CODE.c.used_at.is_(None)).values(used_at=at)
    return session.execute(unused.returning(RECOVERY_CODE.c.id)).first() is not None


def recovery_codes_left(session: Session, person_id: int) -> int:
    """How many recovery codes were not used yet."""
    mine = (RECOVERY_CODE.c.person_id == person_id, RECOVERY_CODE.c.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RECOVERY_CODE).where(*mine)) or 0
