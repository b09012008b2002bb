"""What whoever approves must read before: decisions with any of it are approved one by one, never in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import OPEN
from tracker.services.evaluating import NeedView
from tracker.store import decisions
from tracker.web.deps import Visit
from tracker.web.queueing import all_needs


def cautions_of(visit: Visit, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The cautions of each decision: ``guard``, ``against``, ``late``, ``moved``; none for most."""
    found = decisions.list_decisions(visit.session, visit.scope, numbers)
    needs = all_needs(visit)
    return {each.number: tuple(_cautions(visit, each, needs)) for each in found}


def _cautions(visit: Visit, found: DecisionRecord, needs: Iterable[NeedView]) -> Iterable[str]:
    stated = {
        "guard": bool(found.frozen.guard),
        "against": found.is_against_advice,
        "late": is_late(visit, found),
        "moved": moved_facts(found, needs) is not None,
    }
    return (code for code, is_so in stated.items() if is_so)


def is_late(visit: Visit, found: DecisionRecord) -> bool:
    """Whether its first day has passed while it is open."""
    return found.status in OPEN and visit.today > found.start_on


def moved_facts(found: DecisionRecord, needs: Iterable[NeedView]) -> str | None:
    """What is otherwise today than when it was drafted: ``not_needed``, ``advice``, or nothing (None)."""
    if found.status not in OPEN:
        return None
    asked = {(line.school_id, line.service) for line in found.lines}
    judged = [need.assessment for need in needs]
    answers = [one.answer for one in judged if (one.school_id, one.service) in asked]
    if any(answer is None for answer in answers):
        return "not_needed"
    advised = {answer.recommended for answer in answers if answer is not None}
    return "advice" if advised - {found.frozen.recommended} else None
