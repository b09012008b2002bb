"""On which day the report on a contract was posted: a fact with two times, like those of the register."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.store.decision_tables import REPORT_POSTED
from tracker.store.versions import add_versions


def record(session: Session, contract: str, posted_on: date, seq: int) -> None:
    """Record that the report on a contract was posted, in place of what was known of it."""
    row = {"contract_number": contract, "posted_on": posted_on}
    add_versions(session, REPORT_POSTED, [row], key=("contract_number",), seq=seq)


def take_back(session: Session, contract: str, seq: int) -> None:
    """Let the report be owed again from this recording on."""
    row = REPORT_POSTED.c
    present = (row.contract_number == contract, row.superseded_seq.is_(None))
    session.execute(update(REPORT_POSTED).where(*present).values(superseded_seq=seq))
