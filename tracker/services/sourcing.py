"""Whom a price may be asked of: the suppliers of the region and service, and three of them proposed (O2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import Agreed
from tracker.domain.suppliers import Supplier, directory, to_be_asked
from tracker.store.scope import Scope
from tracker.store.suppliers import list_supplier_lines

SHOWN = 20
"""So many suppliers a page lists."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The suppliers that serve most schools, and the names that are ``proposed`` for requests."""

    suppliers: tuple[Supplier, ...]
    proposed: tuple[str, ...]


def sources_for(session: Session, scope: Scope, found: DecisionRecord, *, on: date) -> Sources:
    """The directory for a decision; whoever refused to extend is listed and not proposed."""
    suppliers = directory(list_supplier_lines(session, scope, found.number), on=on)
    refused = [line.contract for line in found.lines if line.contract and found.agreed is Agreed.NO]
    asked = (
        each
        for each in suppliers
        if not any(each.is_party(one.supplier_bin, one.supplier_name) for one in refused)
    )
    return Sources(suppliers[:SHOWN], to_be_asked(asked))
