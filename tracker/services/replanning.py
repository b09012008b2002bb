"""A purchase that failed or was suspended: what may follow, how things would stand then, and recording it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.days import next_day
from tracker.domain.findings import Assessment, Condition, RouteAnswer
from tracker.domain.forecast import Asking
from tracker.domain.interim import ground_after
from tracker.domain.people import Person
from tracker.domain.policy import Route
from tracker.domain.progress import (
    Case,
    Plan,
    Wrong,
    followed,
    number_of_repeat,
    stopped,
    trouble_of,
    wrong_plan,
    wrong_stop,
)
from tracker.domain.reading import read
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.domain.remedies import Remedy, remedies_for
from tracker.domain.roles import Role
from tracker.domain.tenders import law_for
from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    RemedyId,
    RouteId,
    TenderStatus,
    Trouble,
    Verdict,
)
from tracker.services import evaluating, inquiring, progressing, working
from tracker.services.acting import Author
from tracker.services.amending import values_of
from tracker.services.evaluating import Bench, Book
from tracker.services.inquiring import Found, Which
from tracker.store import registry
from tracker.store.scope import Scope

PLANNED = "planned"
"""The step that plans what follows a purchase which the register has as failed already."""


@dataclass(frozen=True, slots=True)
class Want:
    """What somebody says of a purchase that stopped, and what is to follow: None leaves it open.

    ``tell`` is what the heads are told; an empty one tells nobody.
    """

    seen: str
    trouble: Trouble
    day: date | None
    then: RemedyId | None = None
    planned_on: date | None = None
    number: str = ""
    tell: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """What may follow: purchases anew, and the single source after a failure with its judged conditions."""

    remedies: tuple[Remedy, ...]
    ground: tuple[RouteAnswer, Route] | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a need would stand, and how many days an interim of the cap would leave without service.

    ``short`` is None where no interim is suggested or no day of service is in sight.
    """

    found: Assessment
    short: int | None


def ways(found: Found, trouble: Trouble, day: date, shared: Bench) -> Ways:
    """What the law data know to follow a failure, by the law under which the purchase was published."""
    tender = found.case.known
    if tender is None or trouble is Trouble.SUSPENDED:
        return Ways((), None)
    law_day = law_for(tender, shared.on, shared.policy).day
    is_failed = found.case.repeats is not None
    facts = found.facts if is_failed else stopped(found.facts, tender.number, trouble, day)
    need = read(facts, Asking(shared.on, shared.policy, shared.calendar, shared.history))
    answer = ground_after(need, RouteId.AFTER_FAILURE, shared.on)
    route = next((one for one in shared.policy.on(shared.on).routes if answer and one.id is answer.id), None)
    return Ways(
        remedies_for(shared.policy.remedies, tender.method, trouble, law_day),
        (_as_told(answer, trouble), route) if answer and route else None,
    )


def _as_told(answer: RouteAnswer, trouble: Trouble) -> RouteAnswer:
    """The ground where it was just said that somebody did bid: then it is closed."""
    if trouble is Trouble.NO_BIDS:
        return answer
    conditions = tuple(
        Condition(ConditionId.NO_BIDS, ConditionStatus.NOT_MET) if each.id is ConditionId.NO_BIDS else each
        for each in answer.conditions
    )
    return replace(answer, verdict=Verdict.CLOSED, conditions=conditions)


def outlook(found: Found, trouble: Trouble, day: date, plan: Plan | None, shared: Bench) -> Outlook:
    """How the need would stand once the purchase stopped and something else follows; writes nothing."""
    known = found.case.known
    assert known is not None
    if found.case.repeats is not None:
        facts = followed(found.facts, known.number, plan)
    else:
        facts = stopped(found.facts, known.number, trouble, day, plan)
    judged = shared.judge(facts)
    return Outlook(judged, short_of(judged))


def short_of(found: Assessment) -> int | None:
    """The days between the last one that the cap leaves an interim and the likely first day of service."""
    likely = found.tender.forecast.likely if found.tender and found.tender.forecast else None
    if found.answer is None or found.answer.end_on is None or likely is None:
        return None
    return max(0, (likely - next_day(found.answer.end_on)).days)


def proposed(case: Case, shared: Bench) -> Plan:
    """A plan to begin with: announced on the next working day, under the number that a repeat would bear."""
    assert case.known is not None
    return Plan(number_of_repeat(case.known.number), shared.calendar.after(shared.on, 1))


def told(session: Session, person: Person, school: SchoolRow) -> tuple[Person, ...]:
    """Who is to know besides: the heads who see the school, and where there is none its reviewers."""
    others = [each for each in working.colleagues(session, [school]) if each.id != person.id]
    by_role = {role: tuple(each for each in others if each.role is role) for role in Role}
    return by_role[Role.HEAD] or by_role[Role.REVIEWER]


def record(
    session: Session, author: Author, person: Person, which: Which, want: Want, *, book: Book, today: date
) -> tuple[Wrong, ...]:
    """Record that a purchase stopped, with what is to follow, and tell the heads; empty where it is written.

    Else everything that is wrong with it, and nothing is written. Raises what ``progressing.record`` does.
    """
    scope = Scope.of_person(person)
    shared = evaluating.bench(session, book, on=today)
    found = progressing.require_seen(inquiring.find(session, scope, which, shared), want.seen)
    wrong = wrong_with(found, want) or _number_taken(session, scope, want)
    if wrong:
        return wrong
    step = PLANNED if found.case.repeats is not None else want.trouble
    wrong = progressing.write(session, author, scope, _files(found, want), step=step, book=book, today=today)
    if not wrong:
        _tell(session, author, person, found.school, want.tell)
    return wrong


def _files(found: Found, want: Want) -> list[tuple[RegisterKind, bytes]]:
    """What is written: the stop, where it is not on record yet, and the lines of what follows."""
    tender, rows = found.case.tender, _following(found, want)
    if tender is not None and want.day is not None:
        said = trouble_of(want.trouble, want.day)
        if said.event is not None:
            return [(RegisterKind.TENDER_EVENTS, progressing.event_file(tender.number, said.event))]
        rows = [*({**values_of(line), **said.columns} for line in found.lines), *rows]
    return [(RegisterKind.TENDERS, progressing.file_of(rows))]


def _number_taken(session: Session, scope: Scope, want: Want) -> tuple[Wrong, ...]:
    """That the number of what is to follow is that of a purchase which the register knows."""
    number = want.number.strip() if want.then is not None else ""
    is_known = bool(number and registry.tender_rows(session, scope, number=number))
    return (Wrong("number", "taken", number=number),) if is_known else ()


def may_be_said(found: Found, trouble: Trouble) -> bool:
    """Whether the stop is hers to say: a suspension is an event of the whole purchase."""
    return not found.is_shared or trouble is not Trouble.SUSPENDED


def wrong_with(found: Found, want: Want) -> tuple[Wrong, ...]:
    """Everything that is wrong with what is said, at once."""
    if found.case.repeats is not None:
        return _wrong_follow(found, want) if want.then is not None else (Wrong("", "stage"),)
    if want.trouble not in found.case.troubles:
        return (Wrong("", "stage"),)
    if not may_be_said(found, want.trouble):
        return (Wrong("", "shared"),)
    stop = wrong_stop(found.case, want.trouble, want.day)
    return (*((stop,) if stop else ()), *_wrong_follow(found, want))


def _wrong_follow(found: Found, want: Want) -> tuple[Wrong, ...]:
    """What is wrong with what is to follow, if anything is."""
    if want.then is None:
        return ()
    wrong = (
        wrong_plan("planned_on", want.planned_on, found.case.on),
        progressing.wrong_new_number(found, want.number.strip()),
    )
    return tuple(each for each in wrong if each is not None)


def _following(found: Found, want: Want) -> list[Mapping[str, str]]:
    """The lines of the purchase that is to follow: a repeat of the failed one only with its documents."""
    if want.then is None or want.planned_on is None:
        return []
    failed = replace(found, case=replace(found.case, repeats=found.case.known))
    planned = {"status": TenderStatus.PLANNED.value, "planned_on": want.planned_on.isoformat()}
    rows = progressing.new_rows(failed, want.number.strip(), planned)
    if want.then is RemedyId.CHANGE:
        return [{**row, "repeats_tender_number": ""} for row in rows]
    return rows


def _tell(session: Session, author: Author, person: Person, school: SchoolRow, text: str) -> None:
    """Note it where those who are to know find it above their queue."""
    who = told(session, person, school) if text.strip() else ()
    if who:
        named = " ".join(f"@{each.email}" for each in who)
        said = f"{text.strip()} {named}"
        working.write_note(session, author, person, school.school_id, said, is_pinned=False)
