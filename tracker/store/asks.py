"""What schools are asked by a link, what they answer once, and what becomes of the answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, and_, insert, not_, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.asking import LASTS, Channel, SchoolAnswer, Settled
from tracker.domain.vocabulary import Service
from tracker.store.people import hashed
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope, among, visible

LISTED = 200
"""How many asks a page lists."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a school; ``answer`` is None until it is answered."""

    number: int
    school_id: str
    service: Service
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer: SchoolAnswer | None
    settled: Settled | None
    settled_at: datetime | None


def add_ask(
    session: Session, school_id: str, service: Service, *, actor: str, at: datetime
) -> tuple[str, int]:
    """The secret of a new link, which is kept nowhere, and its number; earlier open ones of the need end."""
    ask = SCHOOL_ASK.c
    same = and_(ask.school_id == school_id, ask.service == service, ask.answered_at.is_(None))
    session.execute(update(SCHOOL_ASK).where(same, ask.expires_at > at).values(expires_at=at))
    secret = secrets.token_urlsafe(32)
    values = {
        "school_id": school_id,
        "service": service,
        "secret_hash": hashed(secret),
        "asked_by": actor,
        "asked_at": at,
        "expires_at": at + LASTS,
    }
    added = session.execute(insert(SCHOOL_ASK).values(values).returning(SCHOOL_ASK.c.id))
    return secret, added.scalar_one()


def ask_of_link(session: Session, secret: str, *, now: datetime) -> Ask | None:
    """What a living link asks; None alike for one that is unknown, used or too old."""
    found = session.execute(select(SCHOOL_ASK).where(_alive(secret, now))).first()
    return None if found is None else _ask(found)


def take_answer(session: Session, secret: str, answer: SchoolAnswer, *, at: datetime) -> int | None:
    """Keep the answer and use the link up; of two at once only one is kept, the other gets None."""
    used = update(SCHOOL_ASK).where(_alive(secret, at)).values(answered_at=at, answer=_written(answer))
    number: int | None = session.scalar(used.returning(SCHOOL_ASK.c.id))
    return number


def list_asks(session: Session, scope: Scope, *, now: datetime) -> tuple[Ask, ...]:
    """Answers that wait first, then open links, then what is settled, each the newest first."""
    ask = SCHOOL_ASK.c
    shown = or_(ask.answered_at.is_not(None), ask.expires_at > now)
    wanted = select(SCHOOL_ASK).where(visible(session, scope, ask.school_id), shown)
    rows = [_ask(row) for row in session.execute(wanted.order_by(ask.id.desc()).limit(LISTED))]
    return tuple(sorted(rows, key=lambda one: (one.settled is not None, one.answered_at is None)))


def open_asks(
    session: Session, scope: Scope, schools: Collection[str], *, now: datetime
) -> frozenset[tuple[str, str]]:
    """The needs of some schools of which a link is open."""
    ask = SCHOOL_ASK.c
    is_open = and_(ask.answered_at.is_(None), ask.expires_at > now, among(session, ask.school_id, schools))
    query = select(ask.school_id, ask.service).where(is_open, visible(session, scope, ask.school_id))
    return frozenset((school_id, service) for school_id, service in session.execute(query))


def get_ask(session: Session, scope: Scope, number: int) -> Ask | None:
    """An ask by its number; None alike where there is none and where it lies outside the scope."""
    mine = and_(SCHOOL_ASK.c.id == number, visible(session, scope, SCHOOL_ASK.c.school_id))
    found = session.execute(select(SCHOOL_ASK).where(mine)).first()
    return None if found is None else _ask(found)


def end_asks(session: Session, actor: str, *, at: datetime, but: Scope | None = None) -> None:
    """The open links that somebody made end, save those for schools within the scope ``but``."""
    ask = SCHOOL_ASK.c
    hers = and_(ask.asked_by == actor, ask.answered_at.is_(None), ask.expires_at > at)
    with whole_country(session):  # whoever ends them need not see the schools
        lost = hers if but is None else and_(hers, not_(visible(session, but, ask.school_id)))
        session.execute(update(SCHOOL_ASK).where(lost).values(expires_at=at))


def take_back(session: Session, number: int, *, at: datetime) -> bool:
    """The open link of an ask ends; False where it was answered meanwhile, or has ended."""
    ask = SCHOOL_ASK.c
    is_open = and_(ask.id == number, ask.answered_at.is_(None), ask.expires_at > at)
    ended = update(SCHOOL_ASK).where(is_open).values(expires_at=at)
    return session.scalar(ended.returning(ask.id)) is not None


def settle(session: Session, number: int, settled: Settled, *, actor: str, at: datetime) -> bool:
    """Write down what became of an answer; False where somebody was first, or there is no answer."""
    ask = SCHOOL_ASK.c
    waits = and_(ask.id == number, ask.answered_at.is_not(None), ask.settled.is_(None))
    values = {"settled": settled, "settled_at": at, "settled_by": actor}
    return session.scalar(update(SCHOOL_ASK).where(waits).values(values).returning(ask.id)) is not None


def _alive(secret: str, now: datetime) -> ColumnElement[bool]:
    ask = SCHOOL_ASK.c
    return and_(
        ask.secret_hash == hashed(secret),
        ask.answered_at.is_(None),
        ask.asked_at <= now,
        ask.expires_at > now,
    )


def _ask(row: Row[tuple[object, ...]]) -> Ask:
    return Ask(
        number=row.id,
        school_id=row.school_id,
        service=row.service,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        answer=None if row.answer is None else _read(row.answer),
        settled=row.settled,
        settled_at=row.settled_at,
    )


def _written(answer: SchoolAnswer) -> str:
    said = {
        "channel": answer.channel.value,
        "contract_number": answer.contract_number,
        "start_on": answer.start_on and answer.start_on.isoformat(),
        "end_on": answer.end_on and answer.end_on.isoformat(),
        "supplier_name": answer.supplier_name,
        "remark": answer.remark,
    }
    return json.dumps(said, ensure_ascii=False)


def _read(text: str) -> SchoolAnswer:
    said = json.loads(text)
    start, end = (said[name] and date.fromisoformat(said[name]) for name in ("start_on", "end_on"))
    return SchoolAnswer(
        channel=Channel(said["channel"]),
        contract_number=said["contract_number"],
        start_on=start,
        end_on=end,
        supplier_name=said["supplier_name"],
        remark=said["remark"],
    )
