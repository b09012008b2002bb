"""The schema of reminders: what is watched, what was told, what waits to go out, and by which ways."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Table, Text, UniqueConstraint, text
from sqlmodel import Field

from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.domain.withdrawing import Why
from tracker.store.tables import Base, in_order
from tracker.store.types import Day, Key, Moment, Word


class Watched(Base, table=True):
    """A deadline of a need, since when it is known with its present day; one that is gone stays.

    ``identity`` is JSON. ``sequence`` counts how often its day moved, it went or it came back (RFC 5545).
    """

    __tablename__ = "watched"
    __table_args__ = (UniqueConstraint("school_id", "service", "kind", "identity"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    kind: DeadlineKind = Field(sa_type=Word(DeadlineKind, "deadline_kind"))
    identity: str = Field(sa_type=Key)
    due_on: date | None = Field(sa_type=Day)
    known_on: date = Field(sa_type=Day)
    gone_on: date | None = Field(sa_type=Day)
    sequence: int
    changed_at: datetime = Field(sa_type=Moment)


class DigestRow(Base, table=True):
    """What one person was told on a day, as it was put together: ``body`` is JSON; ``serial`` from 1 on."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "on_day", "serial"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    on_day: date = Field(sa_type=Day, index=True)
    serial: int
    not_before: datetime = Field(sa_type=Moment)
    urgency: int
    body: str = Field(sa_type=Text)
    owed_at: datetime = Field(sa_type=Moment)


class ReminderRow(Base, table=True):
    """A reminder that was owed: its key is unique for ever, also when it was told or withdrawn."""

    __tablename__ = "reminder"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Key, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    digest_id: int = Field(foreign_key="digest.id", index=True)
    due_on: date = Field(sa_type=Day, index=True)
    send_on: date = Field(sa_type=Day)
    told_on: date = Field(sa_type=Day)
    withdrawn_at: datetime | None = Field(sa_type=Moment)
    withdrawn_why: Why | None = Field(sa_type=Word(Why, "why_withdrawn"))


WAITING = text("sent_at IS NULL AND dead_at IS NULL AND voided_at IS NULL")
"""Few of all the messages that there ever were wait; they alone are in the index by which they are found."""


class MessageRow(Base, table=True):
    """A message on its way to one person by one channel; ``parameters`` and nothing else goes into its words.

    Leases end by the time of the database, everything else by the clock of the program. Nothing is deleted.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_waiting",
            "channel", "urgency", "not_before",
            sqlite_where=WAITING, postgresql_where=WAITING,
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Key, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    channel: ChannelKind = Field(sa_type=Word(ChannelKind, "channel"))
    way_id: int | None = Field(foreign_key="way.id")
    digest_id: int | None = Field(foreign_key="digest.id", index=True)
    template: str = Field(sa_type=Text)
    parameters: str = Field(sa_type=Text)
    urgency: int
    not_before: datetime = Field(sa_type=Moment)
    made_at: datetime = Field(sa_type=Moment)
    leased_by: str | None = Field(sa_type=Text)
    leased_until: datetime | None = Field(sa_type=Moment)
    attempts: int
    tried_at: datetime | None = Field(sa_type=Moment)
    sent_at: datetime | None = Field(sa_type=Moment)
    dead_at: datetime | None = Field(sa_type=Moment)
    voided_at: datetime | None = Field(sa_type=Moment)
    code: str | None = Field(sa_type=Text)
    answer: str | None = Field(sa_type=Text)


class Way(Base, table=True):
    """A way to reach a person besides her mail; ``address`` and ``secret`` are sealed where they are secret.

    It is used from ``confirmed_at`` on, and not while ``bad_since`` is set.
    """

    __tablename__ = "way"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    channel: ChannelKind = Field(sa_type=Word(ChannelKind, "channel"))
    address: str = Field(sa_type=Text)
    secret: str | None = Field(sa_type=Text)
    added_at: datetime = Field(sa_type=Moment)
    confirmed_at: datetime | None = Field(sa_type=Moment)
    failures: int
    bad_since: datetime | None = Field(sa_type=Moment)
    answer: str | None = Field(sa_type=Text)
    removed_at: datetime | None = Field(sa_type=Moment)


class HoldRow(Base, table=True):
    """A deadline that somebody took up or put off, and what she saw of it (``seen``, JSON).

    What is held is one thing for many schools, as a tender's stage is; ``put_on_school`` is on whose line.
    """

    __tablename__ = "hold"
    __table_args__ = (Index(None, "deadline", "identity"), in_order("days_in_order", "from_on", "back_on"))

    id: int | None = Field(default=None, primary_key=True)
    kind: HoldKind = Field(sa_type=Word(HoldKind, "hold_kind"))
    deadline: DeadlineKind = Field(sa_type=Word(DeadlineKind, "deadline_kind"))
    identity: str = Field(sa_type=Key)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_on: date = Field(sa_type=Day)
    back_on: date = Field(sa_type=Day)
    reason: str = Field(sa_type=Text)
    put_on_school: str | None = Field(sa_type=Key)
    seen: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Moment)


class SubstituteRow(Base, table=True):
    """Who reads somebody's digests, from a first to a last day."""

    __tablename__ = "substitute"
    __table_args__ = (in_order("days_in_order", "first_on", "last_on"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    by_id: int = Field(foreign_key="person.id")
    first_on: date = Field(sa_type=Day)
    last_on: date = Field(sa_type=Day)
    made_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(sa_type=Moment)


class OwnLeads(Base, table=True):
    """Other leads for the deadlines of one contract or tender.

    ``leads`` is JSON: names such as ``30d``, each with the day since which it is asked for, or null.
    """

    __tablename__ = "own_leads"

    kind: DeadlineKind = Field(sa_type=Word(DeadlineKind, "deadline_kind"), primary_key=True)
    number: str = Field(sa_type=Key, primary_key=True)
    leads: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=Moment)


class Feed(Base, table=True):
    """A calendar that programs fetch by a secret address, of which only the hash is kept."""

    __tablename__ = "calendar_feed"

    id: int | None = Field(default=None, primary_key=True)
    secret_hash: str = Field(sa_type=Key, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    region: str | None = Field(sa_type=Key)
    made_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(sa_type=Moment)


class Lease(Base, table=True):
    """Who does a thing that only one does at a time, until when by the time of the database."""

    name: str = Field(sa_type=Key, primary_key=True)
    holder: str = Field(sa_type=Text)
    until: datetime = Field(sa_type=Moment)


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[str(model.__tablename__)]


WATCHED = _table(Watched)
DIGEST = _table(DigestRow)
REMINDER = _table(ReminderRow)
MESSAGE = _table(MessageRow)
WAY = _table(Way)
HOLD = _table(HoldRow)
SUBSTITUTE = _table(SubstituteRow)
OWN_LEADS = _table(OwnLeads)
FEED = _table(Feed)
LEASE = _table(Lease)
