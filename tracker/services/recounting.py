"""Recounting: what was recorded of how a purchase failed, for who confirms a condition about that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.decision_records import FrozenCondition
from tracker.domain.findings import Condition
from tracker.domain.progress import FAILURE
from tracker.domain.vocabulary import ConditionId, Trouble
from tracker.store import registry
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Failure:
    """How a purchase failed, as somebody recorded it; that proves nothing, so a person still confirms."""

    number: str
    trouble: Trouble

    @property
    def agrees(self) -> bool:
        """Whether that is what the condition asks for."""
        return self.trouble is Trouble.NO_BIDS


def failure(
    session: Session, scope: Scope, conditions: Iterable[Condition | FrozenCondition]
) -> Failure | None:
    """How the failed purchase of a ground failed; None where nothing asks for it, or nobody said."""
    stated = {condition.id: dict(condition.facts) for condition in conditions}
    number = stated.get(ConditionId.REPEAT_FAILED, {}).get("tender")
    if number is None or ConditionId.NO_BIDS not in stated:
        return None
    lines = registry.tender_rows(session, scope, number=number)
    said = (dict(line.extra).get(FAILURE) for line in lines)
    trouble = next((each for each in said if each in tuple(Trouble)), None)
    return None if trouble is None else Failure(number, Trouble(trouble))
