"""Recording the next step of a purchase by one answer, as a file of it would.

What is written is what hand-made corrections write: new versions of facts, with a line in the journal, judged
in the same transaction. So deadlines move with it, a reminder of what was done is owed no more, and a later
file that says otherwise shows the difference before it is taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import ChangedMeanwhile, NotFound
from tracker.domain.facts import TenderEvent
from tracker.domain.origins import STEP_FILE, TAKEN_BACK
from tracker.domain.progress import (
    AHEAD,
    Answer,
    Case,
    Question,
    Wrong,
    answer_of,
    too_far,
    wrong_day,
)
from tracker.domain.register import ImportIssue, RegisterKind, TenderEventRow
from tracker.domain.vocabulary import Method, TenderStatus
from tracker.render.sheets import csv_bytes
from tracker.services import evaluating, importing, inquiring
from tracker.services.acting import Author
from tracker.services.amending import values_of
from tracker.services.evaluating import Book
from tracker.services.inquiring import Found, Which
from tracker.store import assessments, references, steps, versions
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answers, as read from a form: None where a day is missing or no day.

    ``is_renamed`` says that the announcement bears another number than its plan. ``contract`` and its days
    are those of a signed contract, ``method`` that of a purchase that the register does not know.
    """

    seen: str
    day: date | None
    number: str = ""
    is_renamed: bool = False
    method: Method = Method.OPEN_TENDER
    contract: str = ""
    start_on: date | None = None
    end_on: date | None = None


def record(
    session: Session, author: Author, scope: Scope, which: Which, said: Said, *, book: Book, today: date
) -> tuple[Wrong, ...]:
    """Record "yes, on that day" to the question of a purchase; empty where it is written.

    Otherwise everything that is wrong with the answer, and nothing is written. Raises :class:`NotFound`, and
    :class:`ChangedMeanwhile` where the facts or the question are others than those that were seen.
    """
    shared = evaluating.bench(session, book, on=today)
    found = require_seen(inquiring.find(session, scope, which, shared), said.seen)
    wrong = wrong_with(found, said, years=book.policy.on(today).longest_term_years)
    if wrong or said.day is None:
        return wrong
    if found.case.question is Question.SIGNED:
        files = [(RegisterKind.CONTRACTS, _contract(found, said, said.day))]
    else:
        files = _files(found, said, answer_of(found.case, said.day))
    return write(session, author, scope, files, step=found.case.question, book=book, today=today)


def mistaken(session: Session, scope: Scope, found: Found) -> TenderEventRow | None:
    """The step that may be taken back: the last event, where it was recorded here and is hers to say."""
    tender = found.case.tender
    if tender is None or found.is_shared:
        return None
    return steps.last_step(session, scope, tender.number, source=STEP_FILE)


def take_back(
    session: Session, author: Author, scope: Scope, which: Which, seen: str, *, book: Book, today: date
) -> None:
    """Take back the step that was recorded last by mistake; what was known meanwhile stays on record.

    Raises :class:`NotFound` where there is none, and what :func:`record` does.
    """
    shared = evaluating.bench(session, book, on=today)
    found = require_seen(inquiring.find(session, scope, which, shared), seen)
    event = mistaken(session, scope, found)
    if event is None:
        raise NotFound(number=which.number)
    withdraw(session, author, event, source=STEP_FILE, reason=TAKEN_BACK, book=book, today=today)
    author.note(
        session, Act.PURCHASE_STEP, RegisterKind.TENDER_EVENTS, step=TAKEN_BACK, keys=[" / ".join(event.key)]
    )


def withdraw(
    session: Session,
    author: Author,
    event: TenderEventRow,
    *,
    source: str,
    reason: str,
    book: Book,
    today: date,
) -> None:
    """Let an event be known no longer, as a recording of its own, and judge its needs anew."""
    at = references.next_moment(session, now=author.now)
    seq = versions.open_recording(session, at=at, actor=author.actor, source=source, reason=reason)
    steps.withdraw_event(session, event, seq)
    with whole_country(session):  # the purchase is judged for all its schools
        needs = references.needs_of_tenders(session, EVERYTHING, {event.tender_number})
        assessments.mark_due(session, needs)
        evaluating.evaluate(session, today=today, book=book)


def require_seen(found: Found, seen: str) -> Found:
    """What was found, where it is what its reader saw; raises :class:`ChangedMeanwhile`."""
    if found.seen != seen:
        raise ChangedMeanwhile
    return found


def write(
    session: Session,
    author: Author,
    scope: Scope,
    files: Sequence[tuple[RegisterKind, bytes]],
    *,
    step: str,
    book: Book,
    today: date,
) -> tuple[Wrong, ...]:
    """Take files of a step in, all or none; what an import would refuse is told as wrong."""
    for kind, data in files:
        looked = importing.preview(session, scope, kind, data, filename=STEP_FILE, book=book, on=today)
        if looked.issues:
            return tuple(dict.fromkeys(map(_told, looked.issues)))
        importing.apply(
            session,
            scope,
            kind,
            data,
            filename=STEP_FILE,
            book=book,
            actor=author.actor,
            now=author.now,
            today=today,
            confirmed=True,
            correcting=step,
            act=Act.PURCHASE_STEP,
            origin=author.origin,
        )
    return ()


def _told(issue: ImportIssue) -> Wrong:
    """What an import refuses, as the form tells it: a number out of reach is one that others have taken."""
    if issue.column in ("tender_number", "contract_number"):
        field = "number" if issue.column == "tender_number" else "contract"
        return Wrong(field, "taken", number=issue.value)
    return Wrong(issue.column or "", "refused")


def wrong_with(found: Found, said: Said, *, years: int) -> tuple[Wrong, ...]:
    """Everything that is wrong with an answer at once."""
    case = found.case
    if not found.may_be_answered:
        return (Wrong("", "shared"),)
    wrong = [
        wrong_day(case, "day", said.day, may_be_ahead=case.question in AHEAD),
        _wrong_number(found, said),
        *(_wrong_contract(found, said, years) if case.question is Question.SIGNED else ()),
    ]
    return tuple(each for each in wrong if each is not None)


def _wrong_number(found: Found, said: Said) -> Wrong | None:
    """The number must be the purchase's own; a new one must be free, and one only planned may be renamed."""
    number, own = said.number.strip(), found.case.tender
    if own is not None and number == own.number:
        return None
    if own is not None and not (said.is_renamed and may_be_renamed(found.case)):
        return Wrong("number", "other", number=own.number)
    return wrong_new_number(found, number)


def wrong_new_number(found: Found, number: str) -> Wrong | None:
    """Why a number cannot be that of a purchase which the register does not know."""
    if not number or len(number) > LONGEST_NUMBER or not is_storable(number):
        return Wrong("number", "number")
    is_known = any(tender.number == number for tender in found.facts.tenders)
    return Wrong("number", "known", number=number) if is_known else None


def may_be_renamed(case: Case) -> bool:
    """Whether the purchase is only planned, so that its announcement may bear another number."""
    return case.question is Question.ANNOUNCED and case.tender is not None


def _wrong_contract(found: Found, said: Said, years: int) -> tuple[Wrong | None, ...]:
    number = said.contract.strip()
    is_blank = not number or len(number) > LONGEST_NUMBER or not is_storable(number)
    is_known = any(line.contract_number == number for line in found.facts.lines)
    start, end = said.start_on, said.end_on
    return (
        Wrong("contract", "number") if is_blank else None,
        Wrong("contract", "known", number=number) if is_known else None,
        Wrong("start_on", "day") if start is None else too_far("start_on", start, found.case.on),
        _wrong_end(start, end, years),
    )


def _wrong_end(start: date | None, end: date | None, years: int) -> Wrong | None:
    if end is None:
        return Wrong("end_on", "day")
    if start is not None and end < start:
        return Wrong("end_on", "before", start)
    if start is not None and end > start + timedelta(days=366 * years):
        return Wrong("end_on", "far", start + timedelta(days=366 * years))
    return None


def _contract(found: Found, said: Said, day: date) -> bytes:
    """A regular contract for every need of the purchase."""
    common = {
        "contract_number": said.contract.strip(),
        "signed_on": day.isoformat(),
        "start_on": said.start_on.isoformat() if said.start_on else "",
        "end_on": said.end_on.isoformat() if said.end_on else "",
    }
    return file_of(
        {
            **common,
            "school_id": line.school_id,
            "service": line.service.value,
            "method": line.method.value,
            "tender_number": line.tender_number,
        }
        for line in found.lines
    )


def _files(found: Found, said: Said, answer: Answer) -> list[tuple[RegisterKind, bytes]]:
    files: list[tuple[RegisterKind, bytes]] = []
    number = said.number.strip()
    if answer.columns:
        files.append((RegisterKind.TENDERS, file_of(_rows(found, said, number, answer.columns))))
    if answer.event is not None:
        files.append((RegisterKind.TENDER_EVENTS, event_file(number, answer.event)))
    return files


def _rows(found: Found, said: Said, number: str, columns: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The lines of the purchase as they are then; under a new number those of the plan are withdrawn."""
    case = found.case
    if case.is_new:
        return new_rows(found, number, {**columns, "method": said.method.value})
    known = [values_of(line) for line in found.lines]
    if case.tender is not None and number == case.tender.number:
        return [{**line, **columns} for line in known]
    withdrawn = [{**line, "status": TenderStatus.WITHDRAWN.value} for line in known]
    return [*withdrawn, *({**line, "tender_number": number, **columns} for line in known)]


def new_rows(found: Found, number: str, columns: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Lines of a new purchase: for the needs of the failed one that its reader sees, else the need alone."""
    failed = found.case.repeats
    if failed is None:
        only = {"school_id": found.school.school_id, "service": found.service.value}
        return [{"tender_number": number, **only, **columns}]
    kept = ("school_id", "service", "title", "method", "wanted_from", "amount", "organiser_bin")
    return [
        {
            **{name: text for name, text in values_of(line).items() if name in kept},
            "tender_number": number,
            "repeats_tender_number": failed.number,
            **columns,
        }
        for line in found.lines
    ]


def file_of(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A register file of some rows, with every column that any of them has."""
    listed = list(rows)
    names = tuple(dict.fromkeys(name for row in listed for name in row))
    return csv_bytes(names, [[row.get(name, "") for name in names] for row in listed])


def event_file(number: str, event: TenderEvent) -> bytes:
    """A file of one dated event."""
    return file_of([{"tender_number": number, "event": event.kind.value, "on": event.on.isoformat()}])
