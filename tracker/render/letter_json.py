"""What a program is told in place of a letter: codes and days, no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote, urlencode

from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.render.deadline_json import OF_TENDERS
from tracker.render.told import Told

OF_PURCHASES = frozenset({DeadlineKind.STAGE, DeadlineKind.SAFE_START})
"""Deadlines that are answered by recording a step of the purchase (journey O1)."""


def page_of(line: Told, home: str) -> str:
    """The address of the page where the deadline of a line is answered.

    ``home`` is the address of the service without a path. A school is opened as from the queue, with the way
    to the next case, but for a report, for which no flag stands.
    """
    page = answered_at(home, line.kind, line.school_id, line.service, line.number)
    is_case = line.kind not in OF_PURCHASES and line.kind is not DeadlineKind.REPORT
    return f"{page}?from=queue" if is_case else page


def answered_at(home: str, kind: DeadlineKind, school_id: str, service: Service, number: str | None) -> str:
    """The purchase at its step where a step ends the deadline, else the school; a stage names its tender."""
    school = quote(school_id, safe="")
    if kind not in OF_PURCHASES:
        return f"{home}/schools/{school}"
    asked = {
        "service": service.value if service is not Service.CHANNEL else "",
        "number": number if kind is DeadlineKind.STAGE else "",
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{home}/purchases/{school}" + (f"?{query}" if query else "")


def digest_facts(shown: Sequence[Told], more: int, on: date, home: str) -> Mapping[str, object]:
    """A digest of a day; ``more`` counts the lines that are left out."""
    return {
        "type": "digest",
        "on": on.isoformat(),
        "lines": [_facts_of(line, home) for line in shown],
        "more": more,
        "url": f"{home}/reminders",
    }


def _facts_of(line: Told, home: str) -> Mapping[str, object]:
    is_tender = line.kind in OF_TENDERS
    return {
        "kind": line.kind.value,
        "school_id": line.school_id,
        "school": line.names[2],
        "region": line.region,
        "service": line.service.value,
        "contract_number": None if is_tender else line.number,
        "tender_number": line.number if is_tender else None,
        "stage": line.stage and line.stage.value,
        "due_on": line.due_on and line.due_on.isoformat(),
        "was_due_on": line.was_due_on and line.was_due_on.isoformat(),
        "timing": line.timing.value,
        "working_days_left": line.working_days_left,
        "consequence": line.consequence.value,
        "consequence_on": line.consequence_on and line.consequence_on.isoformat(),
        "fact": line.fact,
        "clauses": list(line.clauses),
        "assumed": line.is_assumed,
        "needs": line.needs,
        "told_late": line.is_late,
        "pinned": list(line.pinned),
        "url": page_of(line, home),
    }
