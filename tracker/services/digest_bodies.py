"""What a digest says, in values that are kept: words are found when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tracker.domain.digests import Digest, Line
from tracker.domain.messages import ChannelKind
from tracker.domain.register import SchoolRow
from tracker.store import digests


def body_of(
    digest: Digest,
    schools: Mapping[str, SchoolRow],
    *,
    corrected: Mapping[str, date] | None = None,
    by: Iterable[tuple[ChannelKind, int | None]] = (),
) -> digests.Body:
    """What a digest says and by which ways, in values that JSON can hold: words are found when it is read.

    ``was_due_on`` of a line is the day told before, ``instead_of`` for whom else the reader reads it.
    """
    lines = [_line(line, schools, digest.person, corrected or {}) for line in digest.lines]
    return {"on": digest.on.isoformat(), "by": [list(way) for way in by], "lines": lines}


def _line(
    line: Line, schools: Mapping[str, SchoolRow], reader: int, corrected: Mapping[str, date]
) -> Mapping[str, object]:
    due, school = line.due, schools[line.due.subject.school_id]
    before = [day for each in line.reminders if (day := corrected.get(each.key.about))]
    return {
        "keys": [each.key.text for each in line.reminders],
        "was_due_on": _iso(max(before, default=None)),
        "instead_of": sorted({each.person for each in line.reminders} - {reader}),
        "kind": due.kind,
        "identity": due.identity,
        "due_on": _iso(due.due_on),
        "timing": due.timing,
        "working_days_left": due.working_days_left,
        "consequence": due.consequence,
        "consequence_on": _iso(due.consequence_on),
        "loses_on": _iso(due.loses_on),
        "is_late": line.is_late,
        "needs": line.needs,
        "school_id": school.school_id,
        "school": {"name": school.name, "name_kk": school.name_kk, "name_ru": school.name_ru},
        "region": school.region,
        "district": school.district,
        "service": due.subject.service,
        "number": due.subject.number,
        "stage": due.subject.stage,
        "fact": due.basis.fact,
        "clauses": due.basis.clauses,
        "is_assumed": due.basis.is_assumed,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
