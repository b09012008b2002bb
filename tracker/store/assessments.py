"""What the rules last said of each need, compared with what they say now (design §8).

Days and words are stored, never counters or windows that move with the day, and only differences are written:
then hardly a row changes on an ordinary day.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.findings import Answer, Assessment
from tracker.domain.vocabulary import Service, Stage, State
from tracker.store.bulk import insert_all
from tracker.store.flags import flag_history as flag_history
from tracker.store.flags import settle_flags
from tracker.store.scope import Scope, among, visible
from tracker.store.tables import ASSESSMENT, NEED
from tracker.store.versions import as_known

NeedKey = tuple[str, str]
"""School and service."""

FACTS_CHANGED = ""
"""The basis of an assessment that no longer rests on the present facts."""


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment as it is kept. ``flags`` holds ``kind`` or ``kind:since``, separated by commas.

    ``gap_first`` is empty where the gap has begun: it then opens on whatever day is asked about. ``answer``
    is ``suggestion`` with the recommended route as detail, ``refusal`` with its reason, or None.
    """

    school_id: str
    service: Service
    region: str | None
    state: State
    covered_until: date | None
    uncovered_since: date | None
    flags: str
    tender_number: str | None
    tender_stage: Stage | None
    tender_due_on: date | None
    gap_first: date | None
    gap_last: date | None
    answer: str | None
    answer_detail: str | None
    next_change_on: date

    @property
    def digest(self) -> str:
        """A fingerprint of everything kept."""
        said = [str(value) for value in _values(self)]
        return hashlib.sha256(_as_json(said).encode()).hexdigest()

    @property
    def findings(self) -> tuple[object, ...]:
        """Everything but the day on which to look again."""
        return _values(self)[:-1]


KEPT = tuple(field.name for field in fields(StoredAssessment))
_values: Callable[[StoredAssessment], tuple[Any, ...]] = attrgetter(*KEPT)
_as_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """What storing changed: assessments written, flags opened and closed."""

    written: int
    opened: int
    closed: int


def as_stored(assessment: Assessment, region: str | None) -> StoredAssessment:
    """What is kept of an assessment of a school in ``region``."""
    tender, gap = assessment.tender, assessment.projected_gap
    answer, detail = _answer(assessment.answer)
    return StoredAssessment(
        school_id=assessment.school_id,
        service=assessment.service,
        region=region,
        state=assessment.state,
        covered_until=assessment.covered_until,
        uncovered_since=assessment.uncovered_since,
        flags=",".join(f"{flag.kind}:{flag.since}" if flag.since else flag.kind for flag in assessment.flags),
        tender_number=tender.number if tender else None,
        tender_stage=tender.stage if tender else None,
        tender_due_on=tender.due_on if tender else None,
        gap_first=gap.span.start if gap and gap.span.start > assessment.on else None,
        gap_last=gap.span.last if gap else None,
        answer=answer,
        answer_detail=detail,
        next_change_on=assessment.next_change_on,
    )


def _answer(answer: Answer | None) -> tuple[str | None, str | None]:
    if answer is None:
        return None, None
    return ("suggestion", answer.recommended) if answer.is_suggestion else ("refusal", answer.reason)


def due_needs(session: Session, *, today: date, basis: str) -> list[tuple[str, Service]]:
    """The needs to assess: never assessed, changed, their next moment has come, or another ``basis``.

    ``basis`` names the policy, calendar and statistics that an assessment rests on.
    """
    same = and_(ASSESSMENT.c.school_id == NEED.c.school_id, ASSESSMENT.c.service == NEED.c.service)
    due = or_(
        ASSESSMENT.c.school_id.is_(None), ASSESSMENT.c.next_change_on <= today, ASSESSMENT.c.basis != basis
    )
    query = select(NEED.c.school_id, NEED.c.service).outerjoin(ASSESSMENT, same).where(as_known(NEED), due)
    return sorted((school_id, service) for school_id, service in session.execute(query))


def mark_due(session: Session, needs: Iterable[NeedKey]) -> None:
    """Have these needs assessed again: their facts changed."""
    for named in _named(session, needs):
        session.execute(update(ASSESSMENT).where(named).values(basis=FACTS_CHANGED))


def store_assessments(
    session: Session,
    assessments: Sequence[Assessment],
    regions: Mapping[str, str | None],
    *,
    today: date,
    basis: str,
) -> StoredCounts:
    """Keep these assessments of ``today`` and let their flags open, stay and close; write only differences.

    ``regions`` gives each school's region; assessments of other needs stay as they are.
    """
    kept = [as_stored(assessment, regions.get(assessment.school_id)) for assessment in assessments]
    written = _write(session, kept, today=today, basis=basis)
    findings = {_need_of(found): found.flags for found in assessments}
    opened, closed = settle_flags(session, findings, today=today)
    return StoredCounts(written, opened, closed)


def retire_needs(session: Session, *, today: date) -> StoredCounts:
    """Forget the assessments of needs that were switched off, and close their flags."""
    need = and_(NEED.c.school_id == ASSESSMENT.c.school_id, NEED.c.service == ASSESSMENT.c.service)
    present = select(NEED.c.id).where(as_known(NEED), need)
    query = select(ASSESSMENT.c.school_id, ASSESSMENT.c.service).where(~present.exists())
    gone = [(school_id, service) for school_id, service in session.execute(query)]
    _, closed = settle_flags(session, dict.fromkeys(gone, ()), today=today)
    forget(session, gone)
    return StoredCounts(len(gone), 0, closed)


def stored(session: Session, scope: Scope) -> tuple[StoredAssessment, ...]:
    """All assessments as they are kept, by school and service."""
    found = _read(session, visible(session, scope, ASSESSMENT.c.school_id))
    return tuple(assessment for assessment, _, _ in found)


def altered(session: Session, scope: Scope) -> tuple[NeedKey, ...]:
    """The needs whose assessment was changed by something other than this program."""
    found = _read(session, visible(session, scope, ASSESSMENT.c.school_id))
    return tuple(_need_of(assessment) for assessment, digest, _ in found if assessment.digest != digest)


def _read(session: Session, wanted: ColumnElement[bool]) -> list[tuple[StoredAssessment, str, str]]:
    """Assessments with their digest and their basis, by school and service."""
    columns = (*(ASSESSMENT.c[name] for name in KEPT), ASSESSMENT.c.digest, ASSESSMENT.c.basis)
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.execute(select(*columns).where(wanted))]
    return sorted(((StoredAssessment(*row[:-2]), row[-2], row[-1]) for row in rows), key=_need_of_first)


def _write(session: Session, kept: Sequence[StoredAssessment], *, today: date, basis: str) -> int:
    schools = {assessment.school_id for assessment in kept}
    found = _read(session, among(session, ASSESSMENT.c.school_id, schools))
    before = {_need_of(assessment): (assessment, digest, old) for assessment, digest, old in found}
    changed = [
        (now, digest) for now in kept if before.get(_need_of(now)) != (now, digest := now.digest, basis)
    ]
    forget(session, [_need_of(now) for now, _ in changed if _need_of(now) in before])
    rows = [(*_values(now), digest, basis, today) for now, digest in changed]
    insert_all(session, ASSESSMENT, (*KEPT, "digest", "basis", "assessed_on"), rows)
    return len(changed)


def forget(session: Session, needs: Iterable[NeedKey]) -> None:
    """Keep nothing of what was said of these needs: they are due, and stand in no count."""
    for named in _named(session, needs):
        session.execute(delete(ASSESSMENT).where(named))


def _named(session: Session, needs: Iterable[NeedKey]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together name these needs: one for each service, whatever the number of schools."""
    schools: dict[str, list[str]] = defaultdict(list)
    for school_id, service in needs:
        schools[service].append(school_id)
    for service, school_ids in schools.items():
        yield and_(ASSESSMENT.c.service == service, among(session, ASSESSMENT.c.school_id, school_ids))


def _need_of(assessment: StoredAssessment | Assessment) -> NeedKey:
    return assessment.school_id, assessment.service


def _need_of_first(found: tuple[StoredAssessment, str, str]) -> NeedKey:
    return _need_of(found[0])
