"""Writing decisions: a new one with its lines, a tick, a move. Who may is the business of the callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from tracker.domain.decision_records import Event, Frozen, LineRecord, Signed, Tick
from tracker.domain.decisions import OPEN, Agreed, DecisionStatus
from tracker.domain.vocabulary import ConditionId, RouteId
from tracker.store.decision_tables import DECISION, DECISION_EVENT, DECISION_LINE, DECISION_TICK
from tracker.store.decisions import FROZEN, LINE, FrozenLine
from tracker.store.row_security import whole_country

NOTHING: Mapping[str, Any] = {}
"""No other column changes."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that somebody drafts; the second lock lets in lines of her own schools only."""

    route: RouteId
    agreed: Agreed
    frozen: Frozen
    reason: str
    lines: tuple[LineRecord, ...]
    asked: int


def add(session: Session, draft: Draft, *, person_id: int, at: datetime) -> int:
    """Keep a draft and return its number; the schema refuses a second open one for a need."""
    with whole_country(session):  # no line tells yet whose it is
        made = insert(DECISION).values(
            **_kept(draft, person_id, at), status=DecisionStatus.PROPOSED, revision=0, verdict_reason=""
        )
        number: int = session.execute(made.returning(DECISION.c.number)).scalar_one()
    _add_lines(session, number, draft)
    return number


def _kept(draft: Draft, person_id: int, at: datetime) -> Mapping[str, Any]:
    return {
        "route": draft.route,
        "agreed": draft.agreed,
        "start_on": draft.frozen.start_on,
        "end_on": draft.frozen.end_on,
        "expected_release_on": draft.frozen.expected_release_on,
        "drafted_by_id": person_id,
        "drafted_at": at,
        "reason": draft.reason,
        "frozen": FROZEN.dump_json(draft.frozen).decode(),
        "asked": draft.asked,
    }


def _add_lines(session: Session, number: int, draft: Draft) -> None:
    rows = [
        {
            "decision_number": number,
            "school_id": line.school_id,
            "service": line.service,
            "present_contract": line.contract and line.contract.number,
            "price": line.price,
            "signed_number": None,
            "frozen": LINE.dump_json(FrozenLine(line.school, line.contract, line.tender)).decode(),
            "is_open": True,
        }
        for line in draft.lines
    ]
    session.execute(insert(DECISION_LINE), rows)


def move(
    session: Session, number: int, event: Event, *, decided: bool = False, more: Mapping[str, Any] = NOTHING
) -> None:
    """Write down what was done. ``decided`` keeps who did it as whoever decided, ``more`` other columns."""
    session.execute(
        insert(DECISION_EVENT).values(
            decision_number=number,
            revision=event.revision,
            deed=event.deed,
            person_id=event.person_id,
            done_at=event.at,
            before=event.before,
            after=event.after,
            reason=event.reason,
            batch=event.batch,
        )
    )
    said: dict[str, Any] = {"status": event.after, "revision": event.revision, **more}
    if decided:
        said |= decided_columns(event)
    session.execute(update(DECISION).where(DECISION.c.number == number).values(**said))
    if event.before is not event.after:
        lines = update(DECISION_LINE).where(DECISION_LINE.c.decision_number == number)
        session.execute(lines.values(is_open=event.after in OPEN))


def decided_columns(event: Event) -> Mapping[str, Any]:
    """The columns of who decided, when and why."""
    return {"decided_by_id": event.person_id, "decided_at": event.at, "verdict_reason": event.reason}


NOBODY_DECIDED: Mapping[str, Any] = {"decided_by_id": None, "decided_at": None, "verdict_reason": ""}
"""The columns of a decision that nobody has decided."""


def signed_columns(signed: Signed) -> Mapping[str, Any]:
    """The columns of a signed contract."""
    return {
        "signed_number": signed.number,
        "signed_on": signed.signed_on,
        "signed_from": signed.start_on,
        "signed_until": signed.end_on,
    }


UNSIGNED: Mapping[str, Any] = {
    "signed_number": None, "signed_on": None, "signed_from": None, "signed_until": None,
}  # fmt: skip
"""The columns of a decision of which no contract is signed."""


def number_lines(session: Session, number: int, contract_number: str | None) -> None:
    """Tell every line of a decision the number of its signed contract; None where there is none any more."""
    lines = update(DECISION_LINE).where(DECISION_LINE.c.decision_number == number)
    session.execute(lines.values(signed_number=contract_number))


def tick(session: Session, number: int, tick: Tick) -> None:
    """Keep that a condition was confirmed, in place of what was kept of it before."""
    untick(session, number, tick.condition)
    session.execute(
        insert(DECISION_TICK).values(
            decision_number=number,
            condition=tick.condition,
            person_id=tick.person_id,
            ticked_at=tick.at,
            note=tick.note,
            attachment=tick.attachment,
        )
    )


def untick(session: Session, number: int, condition: ConditionId) -> bool:
    """Let a condition be unconfirmed again; whether it was confirmed."""
    row = DECISION_TICK.c
    gone = delete(DECISION_TICK).where(row.decision_number == number, row.condition == condition)
    return session.execute(gone.returning(row.id)).first() is not None


def set_prices(
    session: Session,
    number: int,
    prices: Sequence[tuple[LineRecord, Decimal]],
    frozen: Frozen,
    reason: str,
) -> None:
    """Keep the price asked for each need, what the guard says of it, and why."""
    row = DECISION_LINE.c
    of_need = row.school_id == bindparam("school"), row.service == bindparam("of")
    lines = update(DECISION_LINE).where(row.decision_number == number, *of_need)
    asked = [{"school": line.school_id, "of": line.service, "asked": price} for line, price in prices]
    session.execute(lines.values(price=bindparam("asked")), asked)
    said = {"frozen": FROZEN.dump_json(frozen).decode(), "reason": reason}
    session.execute(update(DECISION).where(DECISION.c.number == number).values(**said))
