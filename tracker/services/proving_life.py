"""The proof of life: each day a school that is none loses its service, and its reminder goes the whole way.

Its facts stand in no table, so no list, count or page knows it; the rules judge it as they judge any other,
and what they find waits in the outbox, is put into words and handed to the mail server like every digest
(reliability OBS-4). Only its receiver is not a person but an address that somebody watches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from tracker.domain.days import LEGAL_ZONE, legal_day, next_day
from tracker.domain.deadlines import deadlines_of
from tracker.domain.digests import Digest, digests_on
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import Recipient, Telling, Watch, plan_of
from tracker.domain.roles import Role
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import HARM, ContractKind, ContractStatus, Service, State
from tracker.domain.workdays import WorkCalendar
from tracker.services import evaluating
from tracker.services.digest_bodies import body_of
from tracker.services.evaluating import Bench, Book
from tracker.store import accounts, jobs, outbox
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job, Run
from tracker.store.outbox import Note

CANARY = "canary"
"""The template of the message, and the number and name of the school."""

FROM = time(7)
"""When it is due on each legal day: what is broken is known before people come to work (house)."""

ALLOWED = timedelta(minutes=10)
"""How long it may take (reliability OBS-4)."""

SCHOOL = SchoolRow(CANARY, CANARY.upper())


@dataclass(frozen=True, slots=True)
class Sign:
    """The day's proof: since when it is due, and when the mail server took it."""

    on: date
    due_at: datetime
    sent_at: datetime | None

    def is_missed(self, now: datetime) -> bool:
        """Whether somebody has to look."""
        return self.sent_at is None and now - self.due_at > ALLOWED


def sent_on(session: Session, run: Run | None, *, now: datetime) -> Sign | None:
    """The proof of the day, as the last ``run`` says that there are any; None where nobody asks for them."""
    if run is None or run.outcome is Outcome.STOPPED:
        return None
    on = _day(now)
    course = outbox.course_of(session, _key(on))
    if course is not None:
        return Sign(on, course.made_at, course.sent_at)
    return Sign(on, max(datetime.combine(on, FROM, LEGAL_ZONE), _since(run)), None)


def prove(session: Session, *, now: datetime, book: Book, is_asked: bool) -> bool:
    """Put the day's message into the outbox; False where there is nothing to put, or nobody asks for it.

    Raises :class:`LookupError` where the rules do not see the gap.
    """
    run, on = jobs.last_runs(session).get(Job.CANARY), _day(now)
    is_on = run is not None and run.outcome is not Outcome.STOPPED
    if not is_asked:
        if run is not None and is_on:
            jobs.record(
                session, Job.CANARY, began_at=now, ended_at=now, outcome=Outcome.STOPPED, **run.detail
            )
        return False
    if run is not None and run.outcome is Outcome.DONE and run.detail["day"] == on.isoformat():
        return False
    keeper = _keeper(session)
    if keeper is None:
        return False
    note = _note(keeper, on, now, book, evaluating.calendar(session, book))
    since = _since(run) if run is not None and is_on else now
    jobs.record(session, Job.CANARY, began_at=now, ended_at=now, day=on.isoformat(), since=since.isoformat())
    return bool(outbox.put(session, [note], at=now))


def _day(now: datetime) -> date:
    """The legal day whose proof is due by now."""
    return legal_day(now - timedelta(hours=FROM.hour))


def _since(run: Run) -> datetime:
    """Since when proofs are asked for."""
    return datetime.fromisoformat(run.detail["since"]) if "since" in run.detail else run.began_at


def _key(on: date) -> str:
    return f"{CANARY}:{on.isoformat()}"


def _keeper(session: Session) -> Person | None:
    """The administrator under whom the message is kept; she is not its receiver."""
    present = (each for each in accounts.accounts(session) if not each.disabled_at and not each.erased_at)
    return next((each.person for each in present if each.person.role is Role.ADMIN), None)


def _note(keeper: Person, on: date, now: datetime, book: Book, calendar: WorkCalendar) -> Note:
    digest = gap(on, book=book, calendar=calendar)
    urgency = min(HARM[line.due.consequence] for line in digest.lines)
    body = body_of(digest, {CANARY: SCHOOL})
    return Note(_key(on), keeper.id, ChannelKind.MAIL, CANARY, urgency, now, parameters=body)


def gap(on: date, *, book: Book, calendar: WorkCalendar) -> Digest:
    """What the rules owe about a school whose only contract ends on this day.

    Raises :class:`LookupError` where they owe nothing, or do not see it without service on the day after.
    """
    line = ServiceLine(CANARY, ContractKind.REGULAR, ContractStatus.ACTIVE, on - timedelta(days=364), on)
    need = NeedFacts(CANARY, Service.CHANNEL, lines=(line,))
    law = Bench(next_day(on), book.policy, calendar, StageHistory.none())
    if law.judge(need).state is not State.UNCOVERED:
        raise LookupError(CANARY)
    dues = deadlines_of(need, on, policy=law.policy, calendar=calendar, history=law.history)
    watches = [Watch(due, on, ((Recipient(0),),)) for due in dues]
    found = digests_on(watches, Telling(on, plan_of(book.policy, on), calendar, {}, ()))
    if not found:
        raise LookupError(CANARY)
    return found[0]
