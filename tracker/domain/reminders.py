"""Who is to be told of which deadline, when, and under which key: once, and until it is done (rules §7).

Nothing here remembers anything. What is owed is worked out from the deadlines as they stand, from what was
told already and from who took what up; so a day that was missed is made up for on the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tracker.domain.days import BEGINNING, FOREVER, next_day
from tracker.domain.deadlines import OF_THE_NEED, Deadline
from tracker.domain.holds import Hold, HoldKind, Silence, is_put_off, silence
from tracker.domain.keys import Key, Ledger
from tracker.domain.policy import LeadRule, Policy
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.domain.workdays import WorkCalendar, days_apart

Ident = tuple[DeadlineKind, tuple[str, ...], date | None]
"""A deadline on its day: when the day moves, it is another."""

ANEW, UP = "anew-", "up-"
"""How leads are called that tell that a deadline is back, and that nobody below took it up; a day follows."""

_UNIT_LETTERS = {LeadUnit.DAYS: "d", LeadUnit.WORKING_DAYS: "w"}


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a due day people are told; ``unless_begun`` only where no purchase is under way.

    ``since`` is the day from which on it is asked for: days of telling before it are not made up for.
    """

    count: int
    unit: LeadUnit
    unless_begun: bool = False
    since: date = BEGINNING

    @property
    def name(self) -> str:
        """The lead as the key names it, such as ``60d``, ``5w`` or ``120d-unless-begun``."""
        return f"{self.count}{_UNIT_LETTERS[self.unit]}{'-unless-begun' if self.unless_begun else ''}"

    def send_on(self, due_on: date, calendar: WorkCalendar) -> date:
        """The day to tell on; one that falls on a day off moves to the working day before."""
        if self.unit is LeadUnit.DAYS:
            return calendar.latest_start(days_apart(due_on, -self.count), 0)
        return calendar.latest_start(due_on, self.count)


@dataclass(frozen=True, slots=True)
class Plan:
    """When people are told: leads by kind, other leads of single contracts or tenders, and escalation.

    ``escalate_after`` is the number of working days without an acknowledgement until the next rank is told.
    """

    leads: Mapping[DeadlineKind, tuple[Lead, ...]]
    escalate_after: int
    of_number: Mapping[tuple[DeadlineKind, str], tuple[Lead, ...]] = field(default_factory=dict)

    def leads_of(self, due: Deadline) -> tuple[Lead, ...]:
        """The leads of a deadline: those of its contract or tender before those of its kind."""
        return self.of_number.get((due.kind, due.subject.number or ""), self.leads[due.kind])


def plan_of(
    policy: Policy, on: date, of_number: Mapping[tuple[DeadlineKind, str], tuple[Lead, ...]] | None = None
) -> Plan:
    """The plan of the house on a day, with the leads that single contracts were given."""
    leads = {rule.kind: tuple(_leads(rule)) for rule in policy.leads}
    return Plan(leads, policy.on(on).escalate_after_days, of_number or {})


def _leads(rule: LeadRule) -> Iterator[Lead]:
    yield from (Lead(count, rule.unit, unless_begun=True) for count in rule.unless_begun)
    yield from (Lead(count, rule.unit) for count in rule.leads)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to tell, and the first day on which that was hers to know."""

    person: int
    since: date = BEGINNING


@dataclass(frozen=True, slots=True)
class Watch:
    """A deadline with its people, rank by rank; the first rank that has anybody is told by the leads.

    ``known_on`` is the day since which the need has the deadline with this due day, without a break;
    ``stood_since`` the same of any need where many share it. What was told before that is over.
    """

    due: Deadline
    known_on: date
    ranks: tuple[tuple[Recipient, ...], ...]
    stood_since: date | None = None

    @property
    def since(self) -> date:
        """Since when the deadline stands on its day, whichever need had it first."""
        return self.stood_since or self.known_on

    @property
    def people(self) -> tuple[tuple[Recipient, ...], ...]:
        """The ranks that have anybody; none if nobody is there to be told, which is to be shown."""
        return tuple(rank for rank in self.ranks if rank)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message owed to a person about a deadline, from ``send_on`` on."""

    due: Deadline
    key: Key
    send_on: date

    @property
    def person(self) -> int:
        """Whom it is owed to."""
        return self.key.person

    @property
    def is_anew(self) -> bool:
        """Whether it tells that a day is back that was told before."""
        return self.key.lead.startswith(ANEW)


def ident(due: Deadline) -> Ident:
    """A deadline on its due day."""
    return due.kind, due.identity, due.due_on


def standing(watches: Iterable[Watch]) -> list[Watch]:
    """Watches, each with the day since which any of the needs that share its deadline has had it."""
    found, first = list(watches), dict[Ident, date]()
    for watch in found:
        if watch.due.kind not in OF_THE_NEED:
            at = ident(watch.due)
            first[at] = min(first.get(at, FOREVER), watch.known_on)
    return [
        replace(watch, stood_since=first[ident(watch.due)]) if watch.due.kind not in OF_THE_NEED else watch
        for watch in found
    ]


def planned(watch: Watch, *, plan: Plan, calendar: WorkCalendar) -> tuple[Reminder, ...]:
    """Every reminder that the leads ask for, past and to come, whoever took the deadline up."""
    first = watch.people[0] if watch.people else ()
    return tuple(each for recipient in first for each in _by_leads(watch, recipient, plan, calendar))


def _by_leads(watch: Watch, recipient: Recipient, plan: Plan, calendar: WorkCalendar) -> Iterator[Reminder]:
    """A reminder for each lead; of those that passed before she could know only the nearest, at once."""
    due, since = watch.due, max(watch.known_on, recipient.since)
    if due.due_on is None:
        return
    found = ((lead, lead.send_on(due.due_on, calendar)) for lead in plan.leads_of(due))
    days = {lead: send_on for lead, send_on in found if send_on >= lead.since}
    made_up = _made_up(days, since)
    for lead, send_on in days.items():
        if (send_on >= since or lead == made_up) and not (lead.unless_begun and due.is_begun):
            yield _reminder(due, recipient, lead.name, max(send_on, since))


def _made_up(days: Mapping[Lead, date], since: date) -> Lead | None:
    """The one lead of the passed ones that is told all the same, unless one that falls on ``since`` will do.

    A lead that asks for a condition only where no other has passed: what is made up for must not change
    with the condition.
    """
    plain = {lead: day for lead, day in days.items() if not lead.unless_begun}
    if since in plain.values():
        return None
    passed = [lead for lead in plain if days[lead] < since] or [lead for lead in days if days[lead] < since]
    return max(passed, key=lambda lead: (days[lead], -lead.count, lead.name), default=None)


def _reminder(due: Deadline, recipient: Recipient, lead: str, send_on: date) -> Reminder:
    key = Key(due.kind, due.identity, due.due_on or FOREVER, recipient.person, lead)
    return Reminder(due, key, send_on)


@dataclass(frozen=True, slots=True)
class Telling:
    """The day that asks, the plan and calendar it asks with, what was told by then and what was taken up.

    ``unread`` are told keys that are asked for as if they were not told.
    """

    on: date
    plan: Plan
    calendar: WorkCalendar
    told: Ledger = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    unread: frozenset[str] = frozenset()

    def is_told(self, reminder: Reminder) -> bool:
        """Whether a reminder was told."""
        known = self.told.get(reminder.key.about, {})
        return reminder.key.lead in known and reminder.key.text not in self.unread


def owed(watch: Watch, at: Telling) -> tuple[Reminder, ...]:
    """What is to be told on a day and was not yet; nothing while the deadline is acknowledged.

    A deadline without a due day owes nothing, and neither does one without people.
    """
    due, people = watch.due, watch.people
    if due.due_on is None or not people:
        return ()
    acknowledged = silence(due, HoldKind.ACKNOWLEDGED, at.on, at.holds, person=0)
    if acknowledged is not None and acknowledged.is_silent:
        return ()
    found: list[Reminder] = []
    for recipient in people[0]:
        found += _to_first(watch, recipient, acknowledged, at)
    for recipient in (each for rank in people[1:] for each in rank):
        found += _after_snooze(watch, recipient, at)
    found += _to_higher(watch, acknowledged, at)
    return tuple(
        each
        for each in found
        if each.send_on <= at.on
        and not at.is_told(each)
        and not is_put_off(each.due, at.on, at.holds, each.person)
    )


def _to_first(
    watch: Watch, recipient: Recipient, acknowledged: Silence | None, at: Telling
) -> Iterator[Reminder]:
    """What the leads ask for, what was held back until now, and that a held deadline speaks again."""
    snoozed = silence(watch.due, HoldKind.SNOOZED, at.on, at.holds, recipient.person)
    ended = [each for each in (acknowledged, snoozed) if each is not None and not each.is_silent]
    leads = _by_leads(watch, recipient, at.plan, at.calendar)
    for reminder in (*leads, *_anew(watch, recipient, at)):
        held = [_speaks_on(each, at.on) for each in ended if each.hold.from_on <= reminder.send_on]
        yield _reminder(watch.due, recipient, reminder.key.lead, max([reminder.send_on, *held]))
    for each in ended:
        yield from _again(watch, recipient, each, at)


def _anew(watch: Watch, recipient: Recipient, at: Telling) -> Iterator[Reminder]:
    """That a deadline stands on its day again, where she was told of it before it moved or was gone."""
    (told,) = _told(watch, (recipient,), at)
    if any(day < watch.since for day in told.values()):
        lead = f"{ANEW}{watch.since.isoformat()}"
        yield _reminder(watch.due, recipient, lead, max(watch.known_on, recipient.since))


def _speaks_on(ended: Silence, on: date) -> date:
    """The day on which a held deadline speaks again: at once where it got worse."""
    return ended.hold.back_on if ended.is_over else on


def _again(watch: Watch, recipient: Recipient, ended: Silence, at: Telling) -> Iterator[Reminder]:
    """That a held deadline got worse, or else, once, that its hold is over.

    A hold that is over says nothing of a later day than the one that was seen: that one has its own leads.
    """
    worse = _reminder(watch.due, recipient, _worse(ended.hold), at.on)
    if not ended.is_over:
        yield worse
    elif not at.is_told(worse) and worse.key.due_on <= (ended.hold.seen.due_on or FOREVER):
        back_on = ended.hold.back_on
        yield _reminder(watch.due, recipient, f"back-{back_on.isoformat()}", back_on)


def _after_snooze(watch: Watch, recipient: Recipient, at: Telling) -> Iterator[Reminder]:
    """That the snooze of somebody of a higher rank is over."""
    snoozed = silence(watch.due, HoldKind.SNOOZED, at.on, at.holds, recipient.person)
    if snoozed is not None and not snoozed.is_silent:
        yield from _again(watch, recipient, snoozed, at)


def _worse(hold: Hold) -> str:
    return f"worse-{hold.from_on.isoformat()}"


def _to_higher(watch: Watch, acknowledged: Silence | None, at: Telling) -> Iterator[Reminder]:
    """Each next rank so many working days after the one before it was told and did not acknowledge.

    Whoever was told so since it began to count is not told again, whoever came to the first rank or left it.
    """
    since = _counts_since(watch, acknowledged, at)
    days = [day for each in _told(watch, watch.people[0], at) for day in each.values()]
    told_on = min((day for day in days if day >= since), default=None)
    for rank in watch.people[1:]:
        if told_on is None:
            return
        send_on = max(at.calendar.after(told_on, at.plan.escalate_after), watch.known_on)
        told = [_told_up(each, since) for each in _told(watch, rank, at)]
        for recipient, known in zip(rank, told, strict=True):
            lead, day = known or (f"{UP}{told_on.isoformat()}", max(send_on, recipient.since))
            yield _reminder(watch.due, recipient, lead, day)
        told_on = min((day for _, day in filter(None, told)), default=None)


def _told_up(told: Mapping[str, date], since: date) -> tuple[str, date] | None:
    """The lead by which a person heard first that nobody below her took a deadline up, and its day."""
    ups = ((lead, day) for lead, day in told.items() if lead.startswith(UP) and day >= since)
    return min(ups, key=lambda each: each[1], default=None)


def _counts_since(watch: Watch, acknowledged: Silence | None, at: Telling) -> date:
    """From when on what is told counts: since the deadline stands, or an acknowledgement ended or fell."""
    if acknowledged is None:
        return watch.since
    worse = _worse(acknowledged.hold)
    fallen = [each[worse] for each in _told(watch, watch.people[0], at) if worse in each]
    return max(watch.since, min(fallen, default=acknowledged.hold.back_on))


def _told(watch: Watch, rank: tuple[Recipient, ...], at: Telling) -> list[Mapping[str, date]]:
    """What the people of a rank were told of the deadline."""
    return [at.told.get(_reminder(watch.due, each, "", at.on).key.about, {}) for each in rank]


def wakes_on(watch: Watch, at: Telling) -> date:
    """The first later day on which more can be owed, with no new fact, telling or hold; else ``FOREVER``.

    So a run looks only at the deadlines whose day has come, and at those that changed.
    """
    due = watch.due
    if due.due_on is None or not watch.people:
        return FOREVER
    holds = [hold for hold in at.holds if hold.is_about(due)]
    acknowledged = silence(due, HoldKind.ACKNOWLEDGED, at.on, holds, person=0)
    reminders = (
        *planned(watch, plan=at.plan, calendar=at.calendar),
        *_to_higher(watch, acknowledged, at),
    )
    days = [each.send_on for each in reminders]
    days += [day for hold in holds for day in (hold.from_on, hold.back_on, next_day(due.due_on))]
    return min((day for day in days if day > at.on), default=FOREVER)
