"""What people stated for papers, and what papers need of the register beside a decision's own record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, or_, select
from sqlalchemy.orm import Session

from tracker.domain.drafts import OF_CUSTOMERS, GivenName
from tracker.domain.register import ContractRow
from tracker.store.decision_tables import DECISION_LINE
from tracker.store.given_tables import DECISION_GIVEN, DECISION_GIVEN_BEFORE
from tracker.store.people_tables import PERSON
from tracker.store.rows import read_contracts
from tracker.store.scope import Scope, among, numbered, visible
from tracker.store.tables import CONTRACT_LINE


@dataclass(frozen=True, slots=True)
class Given:
    """A stated fact, and of which decision it was stated."""

    decision: int
    customer: str
    name: GivenName
    value: str


@dataclass(frozen=True, slots=True)
class GivenBefore:
    """What a fact said until somebody stated it otherwise at a moment."""

    customer: str
    name: GivenName
    value: str
    changer: str
    changed_at: datetime


def list_given(
    session: Session, scope: Scope, decisions: Iterable[int], customers: Iterable[str]
) -> tuple[Given, ...]:
    """What was stated of these decisions, and what holds of these customers in others; the newest last.

    Of decisions within ``scope`` only.
    """
    row = DECISION_GIVEN.c
    seen = select(DECISION_LINE.c.decision_number).where(visible(session, scope, DECISION_LINE.c.school_id))
    of_customers = row.name.in_(sorted(OF_CUSTOMERS)) & among(session, row.customer, customers)
    query = (
        select(row.decision_number, row.customer, row.name, row.value)
        .where(
            row.decision_number.in_(seen),
            or_(numbered(session, row.decision_number, decisions), of_customers),
        )
        .order_by(row.given_at, row.decision_number)
    )
    return tuple(Given(*found) for found in session.execute(query))


def give(
    session: Session,
    number: int,
    customer: str,
    values: Mapping[GivenName, str],
    *,
    person_id: int,
    at: datetime,
) -> None:
    """Keep what somebody states for a customer; an empty value takes back what was stated before.

    What was said until then is laid aside, never lost.
    """
    row = DECISION_GIVEN.c
    before = (row.decision_number == number, row.customer == customer, row.name.in_(sorted(values)))
    by, when = DECISION_GIVEN_BEFORE.c.changed_by_id.type, DECISION_GIVEN_BEFORE.c.changed_at.type
    gone = select(*row, bindparam("changed_by", person_id, by), bindparam("changed", at, when))
    aside = DECISION_GIVEN_BEFORE.insert().from_select(
        [*(column.name for column in row), "changed_by_id", "changed_at"], gone.where(*before)
    )
    session.execute(aside)
    session.execute(delete(DECISION_GIVEN).where(*before))
    said = [
        {
            "decision_number": number, "customer": customer, "name": name, "value": value,
            "given_by_id": person_id, "given_at": at,
        }
        for name, value in values.items()
        if value
    ]  # fmt: skip
    if said:
        session.execute(insert(DECISION_GIVEN), said)


def list_given_before(session: Session, scope: Scope, decision: int) -> tuple[GivenBefore, ...]:
    """What a decision's facts said before, the last change first."""
    row = DECISION_GIVEN_BEFORE.c
    seen = select(DECISION_LINE.c.decision_number).where(visible(session, scope, DECISION_LINE.c.school_id))
    query = (
        select(row.customer, row.name, row.value, PERSON.c.name, row.changed_at)
        .join(PERSON, PERSON.c.id == row.changed_by_id)
        .where(row.decision_number == decision, row.decision_number.in_(seen))
        .order_by(row.id.desc())
    )
    return tuple(GivenBefore(*found) for found in session.execute(query))


def contracts_numbered(session: Session, scope: Scope, contracts: Iterable[str]) -> tuple[ContractRow, ...]:
    """Lines of the contracts with these numbers."""
    within = visible(session, scope, CONTRACT_LINE.c.school_id)
    return tuple(read_contracts(session, among(session, CONTRACT_LINE.c.contract_number, contracts), within))
