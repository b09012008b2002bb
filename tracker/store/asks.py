"""What schools are asked by a link, what they answer once, and what becomes of the answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, not_, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.asking import LASTS, Channel, SchoolAnswer, Settled
from tracker.domain.vocabulary import Service
from tracker.store.people import hashed
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope, among, either, visible

LISTED = 50
"""How many asks a page lists."""

UNANSWERED_LISTED = timedelta(days=30)
"""For so long a link that ended without an answer is listed, unless the school was asked anew."""


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

    def is_open(self, now: datetime) -> bool:
        """Whether its link still takes an answer."""
        return self.answered_at is None and self.expires_at > now


def add_ask(
    session: Session, school_id: str, service: Service, *, actor: str, at: datetime
) -> tuple[str, int]:
    """The secret of a new link, which is kept nowhere, and its number; earlier open ones of the need end."""
    ask = SCHOOL_ASK.c
    same = and_(ask.school_id == school_id, ask.service == service, ask.answered_at.is_(None))
    session.execute(update(SCHOOL_ASK).where(same, ask.expires_at > at).values(_ENDED))
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


def is_answered(session: Session, secret: str) -> bool:
    """Whether a link was used up by an answer."""
    ask = SCHOOL_ASK.c
    used = and_(ask.secret_hash == hashed(secret), ask.answered_at.is_not(None))
    return session.execute(select(ask.id).where(used)).first() is not None


def take_answer(session: Session, secret: str, answer: SchoolAnswer, *, at: datetime) -> int | None:
    """Keep the answer and use the link up; of two at once only one is kept, the other gets None."""
    used = update(SCHOOL_ASK).where(_alive(secret, at)).values(answered_at=at, answer=_written(answer))
    number: int | None = session.scalar(used.returning(SCHOOL_ASK.c.id))
    return number


def list_asks(
    session: Session,
    scope: Scope,
    *,
    now: datetime,
    school_id: str | None = None,
    start: int = 0,
    most: int = LISTED,
) -> tuple[Ask, ...]:
    """Answers that wait, then links that ended without one, open links, what is settled; the newest first."""
    ask = SCHOOL_ASK.c
    answered, settled = ask.answered_at.is_not(None), ask.settled.is_not(None)
    order = case((settled, 3), (answered, 0), (ask.expires_at > now, 2), else_=1)
    wanted = select(SCHOOL_ASK).where(_listed(session, scope, now, school_id))
    rows = session.execute(wanted.order_by(order, ask.id.desc()).offset(start).limit(most))
    return tuple(map(_ask, rows))


def count_asks(session: Session, scope: Scope, *, now: datetime, school_id: str | None = None) -> int:
    """How many :func:`list_asks` has to list."""
    counted = select(func.count()).select_from(SCHOOL_ASK).where(_listed(session, scope, now, school_id))
    return session.scalar(counted) or 0


def _listed(session: Session, scope: Scope, now: datetime, school_id: str | None) -> ColumnElement[bool]:
    ask, newer = SCHOOL_ASK.c, SCHOOL_ASK.alias().c
    same = and_(newer.school_id == ask.school_id, newer.service == ask.service, newer.id > ask.id)
    lately = and_(ask.expires_at > ask.asked_at, ask.expires_at > now - UNANSWERED_LISTED)
    unanswered = and_(lately, ~select(newer.id).where(same).exists())
    shown = or_(ask.answered_at.is_not(None), ask.expires_at > now, unanswered)
    return and_(visible(session, scope, ask.school_id), shown, _of_school(session, school_id))


def count_waiting(session: Session, scope: Scope, school_id: str | None = None) -> int:
    """How many answers wait to be accepted or laid aside, of all schools or of one."""
    ask = SCHOOL_ASK.c
    waits = and_(ask.answered_at.is_not(None), ask.settled.is_(None), _of_school(session, school_id))
    counted = (
        select(func.count()).select_from(SCHOOL_ASK).where(waits, visible(session, scope, ask.school_id))
    )
    return session.scalar(counted) or 0


def waiting_for(session: Session, scope: Scope, actor: str) -> tuple[Ask, ...]:
    """The answers that wait to what somebody asked, the oldest first."""
    ask = SCHOOL_ASK.c
    waits = and_(ask.asked_by == actor, ask.answered_at.is_not(None), ask.settled.is_(None))
    wanted = select(SCHOOL_ASK).where(waits, visible(session, scope, ask.school_id))
    return tuple(map(_ask, session.execute(wanted.order_by(ask.answered_at, ask.id))))


def _of_school(session: Session, school_id: str | None) -> ColumnElement[bool]:
    return either(session, SCHOOL_ASK.c.school_id, None if school_id is None else [school_id])


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
        session.execute(update(SCHOOL_ASK).where(lost).values(_ENDED))


def take_back(session: Session, number: int, *, at: datetime) -> bool:
    """The open link of an ask ends; False where it was answered meanwhile, or has ended."""
    ask = SCHOOL_ASK.c
    is_open = and_(ask.id == number, ask.answered_at.is_(None), ask.expires_at > at)
    ended = update(SCHOOL_ASK).where(is_open).values(_ENDED)
    return session.scalar(ended.returning(ask.id)) is not None


def settle(session: Session, number: int, settled: Settled, *, actor: str, at: datetime) -> bool:
    """Write down what became of an answer; False where somebody was first, or there is no answer."""
    ask = SCHOOL_ASK.c
    waits = and_(ask.id == number, ask.answered_at.is_not(None), ask.settled.is_(None))
    values = {"settled": settled, "settled_at": at, "settled_by": actor}
    return session.scalar(update(SCHOOL_ASK).where(waits).values(values).returning(ask.id)) is not None


_ENDED = {"expires_at": SCHOOL_ASK.c.asked_at}
"""An end before its time: no link that ran out has none of its days, so the list tells them apart."""


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
        "emptied": answer.emptied,
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
        emptied=tuple(said.get("emptied", ())),
    )
