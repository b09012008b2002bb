"""Deadlines as the JSON that other programs rely on (interfaces §6): days inclusive, codes, no words."""

from __future__ import annotations

from tracker.domain.deadlines import Deadline
from tracker.domain.vocabulary import DeadlineKind
from tracker.render.assessment_json import Json, day

OF_TENDERS = frozenset({DeadlineKind.STAGE, DeadlineKind.DECISION})
"""Kinds whose number is that of a tender; of the others it is that of a contract."""


def deadline(found: Deadline) -> Json:
    """One deadline; ``due_on`` is null where the facts do not give the day."""
    subject, basis = found.subject, found.basis
    is_tender = found.kind in OF_TENDERS
    return {
        "kind": found.kind.value,
        "school_id": subject.school_id,
        "service": subject.service.value,
        "contract_number": None if is_tender else subject.number,
        "tender_number": subject.number if is_tender else None,
        "stage": None if subject.stage is None else subject.stage.value,
        "due_on": day(found.due_on),
        "timing": found.timing.value,
        "working_days_left": found.working_days_left,
        "consequence": found.consequence.value,
        "consequence_on": day(found.consequence_on),
        "basis": {
            "fact": basis.fact,
            "clauses": list(basis.clauses),
            "sources": list(basis.sources),
            "assumed": basis.is_assumed,
        },
    }
