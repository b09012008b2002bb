"""Taking a deadline up or putting it off: by a person, for what is due today within her scope (rules §7).

Both silence reminders and nothing else. An acknowledgement speaks for everybody; a snooze for its person, and
never beyond the day before what follows begins (REM-6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.days import ONE_DAY
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.errors import HoldRefused, NotAllowed, NotFound
from tracker.domain.holds import Hold, HoldKind, seen, silence
from tracker.domain.people import Person
from tracker.domain.roles import Action, Role
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.services import evaluating
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.store import holds, registry
from tracker.store.scope import Scope, is_storable

LONGEST_REASON = 500
LONGEST = timedelta(days=30)
"""How long a hold lasts at most where no nearer day ends it (house)."""

WEEK = timedelta(days=7)
"""How long a snooze lasts unless it is asked for otherwise."""

ACTS = {HoldKind.ACKNOWLEDGED: Act.ACKNOWLEDGED, HoldKind.SNOOZED: Act.SNOOZED}


@dataclass(frozen=True, slots=True)
class Target:
    """Which deadline of which need is meant."""

    school_id: str
    service: Service
    kind: DeadlineKind
    identity: tuple[str, ...]

    @classmethod
    def of(cls, due: Deadline) -> Target:
        """The mark of a deadline."""
        return cls(due.subject.school_id, due.subject.service, due.kind, due.identity)

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Target:
        """The deadline of a line of a digest's body."""
        service, kind = Service(line["service"]), DeadlineKind(line["kind"])
        return cls(line["school_id"], service, kind, tuple(line["identity"]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for; without ``back_on`` for as long as may be, a snooze for a week at most."""

    kind: HoldKind
    reason: str
    back_on: date | None = None


def hold(
    session: Session,
    author: Author,
    person: Person,
    target: Target,
    wanted: Wanted,
    *,
    today: date,
    book: Book,
) -> Hold:
    """Keep a hold on a deadline.

    Raises :class:`NotAllowed`, :class:`NotFound` where no such thing is due today within the person's scope,
    and :class:`HoldRefused`.
    """
    require(person, wanted)
    due = find(session, Scope.of_person(person), target, on=today, book=book)
    return keep(session, author, person, due, wanted, today=today)


def require(person: Person, wanted: Wanted) -> None:
    """What no deadline has to be known for; raises :class:`NotAllowed` and :class:`HoldRefused`."""
    if not person.may(Action.HOLD):
        raise NotAllowed
    reason = wanted.reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not is_storable(reason):
        raise HoldRefused(reason="reason", most=LONGEST_REASON)


def keep(
    session: Session, author: Author, person: Person, due: Deadline, wanted: Wanted, *, today: date
) -> Hold:
    """Keep what was required and found; raises :class:`HoldRefused` before anything is written."""
    back_on, target = _back_on(due, wanted, today), Target.of(due)
    kept = Hold(
        wanted.kind, due.kind, due.identity, person.id, today, back_on, wanted.reason.strip(), seen(due),
        target.school_id,
    )  # fmt: skip
    holds.add_hold(session, kept, at=author.now)
    said = {"service": target.service, "deadline": due.kind, "until": kept.back_on.isoformat()}
    author.note(session, ACTS[wanted.kind], f"school:{target.school_id}", **said)
    return kept


def hold_line(
    session: Session,
    author: Author,
    person: Person,
    line: Mapping[str, Any],
    kind: HoldKind,
    *,
    reason: str,
    today: date,
    book: Book,
) -> Hold:
    """Keep a hold on the deadline of a digest's line, as :func:`hold` does, for as long as that does."""
    return hold(session, author, person, Target.of_line(line), Wanted(kind, reason), today=today, book=book)


def find(session: Session, scope: Scope, target: Target, *, on: date, book: Book) -> Deadline:
    """The deadline as it stands on a day; raises :class:`NotFound`."""
    law = evaluating.bench(session, book, on=on)
    for need in evaluating.need_facts(session, scope, target.school_id):
        if need.service is not target.service:
            continue
        for due in deadlines_of(need, on, policy=law.policy, calendar=law.calendar, history=law.history):
            if Target.of(due) == target:
                return due
    raise NotFound(school_id=target.school_id)


def latest(due: Deadline, kind: HoldKind, today: date) -> date:
    """The last day on which a deadline must speak again.

    A snooze ends on the day before what follows begins; an acknowledgement on the due day, or where that has
    come or is not known, after :data:`LONGEST`.
    """
    if kind is HoldKind.ACKNOWLEDGED:
        return due.due_on if due.due_on is not None and due.due_on > today else today + LONGEST
    if due.consequence_on is None:
        return today + LONGEST
    return min(due.consequence_on - ONE_DAY, today + LONGEST)


def may_snooze(due: Deadline, today: date) -> bool:
    """Whether there is a day until which it can be put off: none is left once what follows is at hand."""
    return latest(due, HoldKind.SNOOZED, today) > today


def _back_on(due: Deadline, wanted: Wanted, today: date) -> date:
    last = latest(due, wanted.kind, today)
    if last <= today:
        raise HoldRefused(reason="too_late")
    if wanted.back_on is None:
        return min(last, today + WEEK) if wanted.kind is HoldKind.SNOOZED else last
    if not today < wanted.back_on <= last:
        raise HoldRefused(reason="day", latest=f"{last:%d.%m.%Y}")
    return wanted.back_on


@dataclass(frozen=True, slots=True)
class Standing:
    """What keeps a deadline silent for a reader today: an acknowledgement by anybody, or her own snooze.

    ``reason`` is None where it is not for her: she sees neither the school on whose line it was given nor is
    she its author, of whom she is told the ``role``.
    """

    kind: HoldKind
    back_on: date
    role: Role
    reason: str | None


def standings(
    session: Session, dues: Iterable[Deadline], person: Person, *, today: date
) -> Mapping[Target, Standing]:
    """Those of the deadlines that are silent today."""
    kept = holds.holds(session, since=today)
    found: dict[Target, Hold] = {}
    for due in dues if kept else ():
        for kind in HoldKind:
            last = silence(due, kind, today, kept, person.id)
            if last is not None and last.is_silent:
                found.setdefault(Target.of(due), last.hold)
    return _for_reader(session, found, person) if found else {}


def _for_reader(session: Session, found: Mapping[Target, Hold], person: Person) -> Mapping[Target, Standing]:
    """What a reader is told of these holds: that they stand always, why only within her scope."""
    named = {each.school_id for each in found.values() if each.school_id is not None}
    hers = registry.seen_schools(session, Scope.of_person(person), named)
    roles = holds.roles_of(session, (each.person for each in found.values()))
    return {
        target: Standing(
            each.kind,
            each.back_on,
            roles[each.person],
            each.reason if each.person == person.id or each.school_id in hers else None,
        )
        for target, each in found.items()
    }
