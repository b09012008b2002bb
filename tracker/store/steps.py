"""Events of purchases that were recorded one by one: the last of them, and taking it back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.register import TenderEventRow
from tracker.store.histories import forget_history
from tracker.store.scope import Scope, visible_tender
from tracker.store.tables import RECORDING, TENDER_EVENT
from tracker.store.versions import add_versions, as_known

_EVENT = (TENDER_EVENT.c.tender_number, TENDER_EVENT.c.event, TENDER_EVENT.c.on_day)


def last_step(session: Session, scope: Scope, number: str, *, source: str) -> TenderEventRow | None:
    """The event of a purchase that was recorded last, if it came from ``source`` and nothing took it back."""
    query = (
        select(*_EVENT, RECORDING.c.source)
        .join(RECORDING, RECORDING.c.seq == TENDER_EVENT.c.recorded_seq)
        .where(as_known(TENDER_EVENT), TENDER_EVENT.c.tender_number == number)
        .where(visible_tender(session, scope, TENDER_EVENT.c.tender_number))
        .order_by(RECORDING.c.seq.desc(), TENDER_EVENT.c.on_day.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return TenderEventRow(row[0], row[1], row[2]) if row is not None and row[3] == source else None


def withdraw_event(session: Session, event: TenderEventRow, seq: int) -> None:
    """Let an event be known no longer from the recording ``seq`` on: it stays in what was known before."""
    key = {"tender_number": event.tender_number, "event": event.event, "on_day": event.on}
    add_versions(session, TENDER_EVENT, [], key=tuple(key), seq=seq, replacing=[key])
    forget_history(session)
