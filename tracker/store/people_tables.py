"""The schema of people: accounts, what they may see, sessions, tokens, links and tries to sign in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Table, Text
from sqlmodel import Field

from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.store.tables import Base, one_where
from tracker.store.types import Key, Moment, Word


class PersonRow(Base, table=True):
    """An account; ``email`` is kept in lower case. An erased person keeps only the number.

    ``since`` is None until her role changes or her account is opened again.
    """

    __tablename__ = "person"
    __table_args__ = (one_where("uq_person_subject", "subject IS NOT NULL", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(sa_type=Key, unique=True)
    name: str = Field(sa_type=Text)
    telephone: str | None = Field(sa_type=Text)
    role: Role = Field(sa_type=Word(Role, "role"))
    language: Language | None = Field(sa_type=Word(Language, "language"))
    password_hash: str | None = Field(sa_type=Text)
    subject: str | None = Field(sa_type=Key)
    second_factor: str | None = Field(sa_type=Text)
    last_step: int | None
    added_at: datetime = Field(sa_type=Moment)
    since: date | None = None
    disabled_at: datetime | None = Field(sa_type=Moment)
    erased_at: datetime | None = Field(sa_type=Moment)


class PersonReach(Base, table=True):
    """One thing a person may see: a region, a district of one, or a school.

    ``since`` is None for what she was given with her account.
    """

    __tablename__ = "person_reach"
    __table_args__ = (
        CheckConstraint("(region IS NULL) <> (school_id IS NULL)", name="region_or_school"),
        CheckConstraint("district IS NULL OR region IS NOT NULL", name="district_of_region"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    region: str | None = Field(sa_type=Key)
    district: str | None = Field(sa_type=Text)
    school_id: str | None = Field(sa_type=Key)
    since: date | None = None


class SignedIn(Base, table=True):
    """A session on the server: what its cookie hashes to, and when it began, was last used and ended."""

    __tablename__ = "signed_in"

    id: int | None = Field(default=None, primary_key=True)
    cookie_hash: str = Field(sa_type=Key, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    began_at: datetime = Field(sa_type=Moment)
    used_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(sa_type=Moment)
    address: str = Field(sa_type=Text)
    agent: str = Field(sa_type=Text)
    known_by: str = Field(sa_type=Text)


class Token(Base, table=True):
    """A key for programs: only its hash is kept, its ``prefix`` is shown."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    prefix: str = Field(sa_type=Key, unique=True)
    secret_hash: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    actions: str = Field(sa_type=Text)
    region: str | None = Field(sa_type=Key)
    added_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(sa_type=Moment)


class Link(Base, table=True):
    """A link that works once: to take up an invitation or to set a new password."""

    __tablename__ = "single_use_link"

    secret_hash: str = Field(sa_type=Key, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    purpose: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(sa_type=Moment)


class RecoveryCode(Base, table=True):
    """A code that stands in once for the second factor."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    code_hash: str = Field(sa_type=Text)
    used_at: datetime | None = Field(sa_type=Moment)


class Attempt(Base, table=True):
    """One try to sign in: of which account (hashed), from where, on a device it knows, and how it ended."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "account_hash", "at"), Index(None, "address", "at"))

    id: int | None = Field(default=None, primary_key=True)
    account_hash: str = Field(sa_type=Key)
    address: str = Field(sa_type=Key)
    device_hash: str | None = Field(sa_type=Key)
    at: datetime = Field(sa_type=Moment)
    succeeded: bool


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[str(model.__tablename__)]


PERSON = _table(PersonRow)
PERSON_REACH = _table(PersonReach)
SIGNED_IN = _table(SignedIn)
API_TOKEN = _table(Token)
LINK = _table(Link)
RECOVERY_CODE = _table(RecoveryCode)
ATTEMPT = _table(Attempt)
