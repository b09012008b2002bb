"""What a purchase is asked about at its present stage, and what each answer says of its facts (rules §4).

Nothing here is recorded: an answer becomes columns of the tender's lines or a dated event, as a file would
write them. A purchase that is told by its dates goes on being told by them, one told by events by events
(decision 1), so that a later file and an answer speak of the same facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.domain.days import add_months
from tracker.domain.facts import NeedFacts, TenderEvent, TenderFacts
from tracker.domain.findings import TenderStanding
from tracker.domain.tenders import STAGE_EVENTS, later_stages
from tracker.domain.vocabulary import (
    COURSE,
    Method,
    Stage,
    TenderEventKind,
    TenderStatus,
    Trouble,
)

FAILURE = "failed_because"
"""The column that keeps how a purchase failed: the register's own has no place for it."""

RESUMED = TenderEventKind.RESUMED
FARTHEST_MONTHS = 12
"""Days further ahead are taken for a slip of the pen (house)."""


class Question(StrEnum):
    """What is asked of a purchase, by its stage.

    ``bids_until`` is asked where the dates tell the stages, for then the last day of bids moves it on; a
    ``complaint`` likewise, for without one the clock ends the complaint window.
    """

    ANNOUNCED = "announced"
    BIDS_UNTIL = "bids_until"
    BIDS_OPENED = "bids_opened"
    BIDS_CLOSED = "bids_closed"
    RESULTS = "results"
    COMPLAINT = "complaint"
    COMPLAINTS_OVER = "complaints_over"
    SIGNED = "signed"
    RESUMED = "resumed"


AHEAD = frozenset({Question.BIDS_UNTIL})
"""Questions whose answer may be a day to come."""


@dataclass(frozen=True, slots=True)
class Case:
    """A purchase with what is asked of it on a day; ``tender`` is None where the need has none.

    ``not_before`` is the day of the step before: no answer lies before it. ``repeats`` is the failed purchase
    that a new one would repeat.
    """

    on: date
    question: Question
    troubles: tuple[Trouble, ...] = ()
    not_before: date | None = None
    tender: TenderFacts | None = None
    standing: TenderStanding | None = None
    repeats: TenderFacts | None = None

    @property
    def known(self) -> TenderFacts | None:
        """The purchase that the register knows: the one asked about, else the failed one."""
        return self.tender or self.repeats

    @property
    def is_new(self) -> bool:
        """Whether an announcement would be a purchase that the register does not know."""
        return self.tender is None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field of an answer: a code, and the day or number that it is held against."""

    field: str
    code: str
    day: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says: columns of the tender's lines, and an event where it is one."""

    columns: Mapping[str, str]
    event: TenderEvent | None = None


def case_of(tender: TenderFacts | None, standing: TenderStanding | None, on: date) -> Case:
    """What is asked of a purchase as it stands; of none at all, whether one was announced."""
    if tender is None or standing is None:
        return Case(on, Question.ANNOUNCED)
    if standing.stage is None:
        return _ended(tender, standing, on)
    question = _question(tender, standing, on)
    return Case(
        on, question, _troubles(tender, standing), _not_before(tender, standing, question), tender, standing
    )


def _ended(tender: TenderFacts, standing: TenderStanding, on: date) -> Case:
    """A purchase that was held awaits its contract; one that failed awaits its repeat."""
    if standing.status is TenderStatus.COMPLETE:
        return Case(on, Question.SIGNED, (), standing.ended_on, tender, standing)
    return Case(on, Question.ANNOUNCED, (), standing.ended_on, None, standing, repeats=tender)


def _question(tender: TenderFacts, standing: TenderStanding, on: date) -> Question:
    by_events = is_told_by_events(tender)
    if standing.suspended:
        return Question.RESUMED
    match standing.stage:
        case Stage.DISCUSSION:
            return Question.BIDS_OPENED if by_events else Question.BIDS_UNTIL
        case Stage.BIDS:
            return Question.RESULTS if _has_closed(tender, on) else Question.BIDS_CLOSED
        case Stage.EVALUATION:
            return Question.RESULTS
        case Stage.APPEAL:
            return Question.COMPLAINTS_OVER if by_events else Question.COMPLAINT
        case Stage.CONTRACT:
            return Question.SIGNED
        case _:
            return Question.ANNOUNCED


def is_told_by_events(tender: TenderFacts) -> bool:
    """Whether any stage of the purchase was stated as such: then its dates do not move it (decision 1)."""
    is_stated = tender.stage is not None and tender.stage_entered_on is not None
    return is_stated or any(event.kind in STAGE_EVENTS for event in tender.events)


def _has_closed(tender: TenderFacts, on: date) -> bool:
    return tender.bids_close_on is not None and tender.bids_close_on <= on and not is_told_by_events(tender)


def _not_before(tender: TenderFacts, standing: TenderStanding, question: Question) -> date | None:
    """The day of the step before; what is only planned binds nobody."""
    if standing.suspended_since is not None:
        return standing.suspended_since
    if standing.stage is Stage.PLANNED:
        return None
    is_opened = question is Question.RESULTS and not is_told_by_events(tender)
    return tender.bids_close_on if is_opened and tender.bids_close_on else standing.entered_on


BY_COMPETITION = frozenset({Method.OPEN_TENDER, Method.PRICE_QUOTATION, Method.OTHER})
"""Methods whose bids are admitted or not."""


def _troubles(tender: TenderFacts, standing: TenderStanding) -> tuple[Trouble, ...]:
    """How it may stop at its stage: bids are counted once they are asked for, judged until the contract."""
    stage, found = standing.stage, [Trouble.CANCELLED]
    if stage not in (None, Stage.PLANNED) and not standing.suspended:
        found.append(Trouble.SUSPENDED)
    is_judged = stage in (Stage.BIDS, Stage.EVALUATION, Stage.APPEAL)
    if is_judged and tender.method in BY_COMPETITION:
        found = [Trouble.NONE_ADMITTED, Trouble.ONE_ADMITTED, *found]
    if stage in (Stage.BIDS, Stage.EVALUATION):
        found.insert(0, Trouble.NO_BIDS)
    return tuple(found)


def answer_of(case: Case, day: date) -> Answer:
    """What "yes, on that day" says of the purchase that is asked about; a contract is another matter."""
    match case.question:
        case Question.RESUMED:
            return Answer({}, TenderEvent(day, TenderEventKind.RESUMED))
        case Question.COMPLAINT:
            return Answer({}, TenderEvent(day, TenderEventKind.SUSPENDED))
        case Question.BIDS_UNTIL:
            return Answer({"bids_close_on": day.isoformat()})
        case Question.ANNOUNCED:
            return _announced(case, day)
        case question:
            return _moved(case, question, day)


def _announced(case: Case, day: date) -> Answer:
    columns = {"status": TenderStatus.ACTIVE.value, "published_on": day.isoformat()}
    if case.tender is None or not is_told_by_events(case.tender):
        return Answer(columns)
    return Answer(columns, _entered(COURSE[case.tender.method][1], day))


def _moved(case: Case, question: Question, day: date) -> Answer:
    """The step to the next stage: a date where dates tell the stages, else an event."""
    assert case.tender is not None
    if is_told_by_events(case.tender):
        return Answer({}, _entered(_next_stage(case), day))
    column = "results_on" if question is Question.RESULTS else "bids_close_on"
    return Answer({column: day.isoformat()})


def _next_stage(case: Case) -> Stage:
    assert case.tender is not None
    assert case.standing is not None
    assert case.standing.stage is not None
    return later_stages(case.tender.method, case.standing.stage)[0]


def _entered(stage: Stage, day: date) -> TenderEvent:
    return TenderEvent(day, TenderEventKind(stage.value))


def trouble_of(trouble: Trouble, day: date) -> Answer:
    """What a failure or a suspension says. A failure can be corrected by hand, as other dates can."""
    if trouble is Trouble.SUSPENDED:
        return Answer({}, TenderEvent(day, TenderEventKind.SUSPENDED))
    status = TenderStatus.CANCELLED if trouble is Trouble.CANCELLED else TenderStatus.UNSUCCESSFUL
    return Answer({"status": status.value, "ended_on": day.isoformat(), FAILURE: trouble.value})


def wrong_day(case: Case, field: str, day: date | None, *, may_be_ahead: bool = False) -> Wrong | None:
    """Why a day cannot be the one, if it cannot: none, before the step before, or not yet come."""
    if day is None:
        return Wrong(field, "day")
    if case.not_before is not None and day < case.not_before:
        return Wrong(field, "before", case.not_before)
    if may_be_ahead:
        return too_far(field, day, case.on)
    return Wrong(field, "future", case.on) if day > case.on else None


def wrong_stop(case: Case, trouble: Trouble, day: date | None) -> Wrong | None:
    """Why a purchase cannot have stopped on a day; of one day its going on wins (decision 21)."""
    resumed = {event.on for event in case.tender.events if event.kind is RESUMED} if case.tender else set()
    if trouble is Trouble.SUSPENDED and day in resumed:
        return Wrong("day", "resumed", day)
    return wrong_day(case, "day", day)


def wrong_plan(field: str, day: date | None, on: date) -> Wrong | None:
    """Why a purchase cannot be announced on a planned day."""
    if day is None:
        return Wrong(field, "day")
    return Wrong(field, "past", on) if day < on else too_far(field, day, on)


def too_far(field: str, day: date, on: date) -> Wrong | None:
    """That a day lies further ahead than anybody plans."""
    last = add_months(on, FARTHEST_MONTHS)
    return Wrong(field, "far", last) if day > last else None


_COUNTED = re.compile(r"(.*\d)-(\d{1,2})")


def number_of_repeat(number: str) -> str:
    """The number that a repeat is likely to bear: the portal counts them behind a dash."""
    found = _COUNTED.fullmatch(number)
    return f"{found[1]}-{int(found[2]) + 1}" if found else f"{number}-2"


@dataclass(frozen=True, slots=True)
class Plan:
    """A purchase that is to follow a failed one."""

    number: str
    planned_on: date


def stopped(
    facts: NeedFacts, number: str, trouble: Trouble, day: date, plan: Plan | None = None
) -> NeedFacts:
    """The facts of a need as they would be once its purchase stopped, and with what is to follow."""
    tenders = tuple(
        _stopped(tender, trouble, day) if tender.number == number else tender for tender in facts.tenders
    )
    return followed(replace(facts, tenders=tenders), number, plan)


def followed(facts: NeedFacts, number: str, plan: Plan | None) -> NeedFacts:
    """The facts of a need as they would be with what is planned to follow a failed purchase."""
    if plan is None:
        return facts
    failed = next(tender for tender in facts.tenders if tender.number == number)
    follows = TenderFacts(
        plan.number,
        failed.method,
        TenderStatus.PLANNED,
        planned_on=plan.planned_on,
        repeats=number,
        amount=failed.amount,
    )
    return replace(facts, tenders=(*facts.tenders, follows))


def _stopped(tender: TenderFacts, trouble: Trouble, day: date) -> TenderFacts:
    if trouble is Trouble.SUSPENDED:
        suspended = TenderEvent(day, TenderEventKind.SUSPENDED)
        return replace(tender, events=(*tender.events, suspended))
    status = TenderStatus.CANCELLED if trouble is Trouble.CANCELLED else TenderStatus.UNSUCCESSFUL
    return replace(tender, status=status, ended_on=day)
