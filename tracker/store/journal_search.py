"""Looking the journal up: who, what, from where and when; and whether what is shown fits the chain.

The journal is of the whole country: only whoever sees everything may ask.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.store.journal import START, Entry, chained
from tracker.store.people_tables import PERSON
from tracker.store.scope import among, is_storable, numbered
from tracker.store.tables import JOURNAL

MARK = "person:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the journal looks for; None and empty texts ask for everything.

    ``actor`` is a mark, an e-mail address or part of a name; ``since`` is included, ``until`` is not;
    ``text`` is searched as written, in what was acted on and in the details.
    """

    actor: str = ""
    act: Act | None = None
    subject: str = ""
    address: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


def count(session: Session, wanted: Wanted) -> int:
    """How many entries are wanted."""
    counted = select(func.count()).select_from(JOURNAL).where(_where(session, wanted))
    number: int = session.execute(counted).scalar_one()
    return number


def look_up(session: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> tuple[Entry, ...]:
    """The wanted entries, the newest first."""
    page = select(JOURNAL).where(_where(session, wanted)).order_by(JOURNAL.c.seq.desc())
    return tuple(Entry(*row) for row in session.execute(page.limit(limit).offset(offset)))


def _where(session: Session, wanted: Wanted) -> ColumnElement[bool]:
    if not all(map(is_storable, (wanted.actor, wanted.subject, wanted.address, wanted.text))):
        return false()
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.actor:
        conditions.append(among(session, JOURNAL.c.actor, _marks(session, wanted.actor)))
    if wanted.act:
        conditions.append(JOURNAL.c.action == wanted.act)
    if wanted.subject:
        conditions.append(_holds(session, JOURNAL.c.subject, wanted.subject))
    if wanted.address:
        conditions.append(_holds(session, JOURNAL.c.detail, f'"address":{_quoted(wanted.address)}'))
    if wanted.since:
        conditions.append(JOURNAL.c.at >= wanted.since)
    if wanted.until:
        conditions.append(JOURNAL.c.at < wanted.until)
    if wanted.text:
        found = _holds(session, JOURNAL.c.detail, _quoted(wanted.text)[1:-1])
        conditions.append(or_(found, _holds(session, JOURNAL.c.subject, wanted.text)))
    return and_(*conditions)


def _quoted(text: str) -> str:
    """The text as it stands among the details; no value can hold it with its bare quotes."""
    return json.dumps(text, ensure_ascii=False)


def _holds(session: Session, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text, letter by letter on both databases."""
    place = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    return place(column, text) > 0


def _marks(session: Session, asked: str) -> Collection[str]:
    """The marks of everybody whom the text may mean."""
    like = or_(PERSON.c.email == asked.lower(), _holds(session, PERSON.c.name, asked))
    numbers = session.scalars(select(PERSON.c.id).where(like, PERSON.c.erased_at.is_(None)))
    return {asked, f"{MARK}{asked}", *(f"{MARK}{number}" for number in numbers)}


def names_of(session: Session, marks: Iterable[str]) -> dict[str, str | None]:
    """Mark -> the person's name; None for one who was erased. Marks of nobody we know are left out."""
    numbers = {int(mark.removeprefix(MARK)) for mark in marks if _is_person(mark)}
    known = select(PERSON.c.id, PERSON.c.name, PERSON.c.email, PERSON.c.erased_at)
    rows = session.execute(known.where(numbered(session, PERSON.c.id, numbers)))
    return {f"{MARK}{row.id}": None if row.erased_at else row.name or row.email for row in rows}


def _is_person(mark: str) -> bool:
    number = mark.removeprefix(MARK)
    return mark.startswith(MARK) and number.isascii() and number.isdigit() and len(number) < 9


def first_misfit(session: Session, shown: Sequence[Entry]) -> int | None:
    """The first of these entries that does not fit its own hash or the entry before; None if all do."""
    before = numbered(session, JOURNAL.c.seq, {entry.seq - 1 for entry in shown})
    links: dict[int, str] = {
        row.seq: row.hash for row in session.execute(select(JOURNAL.c.seq, JOURNAL.c.hash).where(before))
    }
    links[0] = START
    bad = [entry.seq for entry in shown if links.get(entry.seq - 1) != entry.prev_hash or not _is_own(entry)]
    return min(bad, default=None)


def _is_own(entry: Entry) -> bool:
    said = (entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.detail, entry.prev_hash)
    return chained(*said) == entry.hash


def newest_link(session: Session) -> tuple[int, str]:
    """The number and the hash of the newest entry; 0 and the start where there is none."""
    found = session.execute(
        select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
    ).first()
    return (found.seq, found.hash) if found else (0, START)


def is_link(session: Session, seq: int, hash_: str) -> bool:
    """Whether the journal still holds this entry with this hash."""
    if seq == 0:
        return hash_ == START
    found: str | None = session.scalar(select(JOURNAL.c.hash).where(JOURNAL.c.seq == seq))
    return found == hash_
