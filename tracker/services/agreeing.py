"""Proof that plan and deliveries agree: each reminder owed on some days, and what became of it.

It is worked out from the stored keys against the stored messages each time it is asked for, so a row that was
lost or tampered with shows as missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.agreement import By, Outcome, Owed, Sent, outcome
from tracker.domain.messages import ChannelKind, reason_in
from tracker.domain.people import Person
from tracker.domain.withdrawing import Mark, Why
from tracker.feeds.regions import REGIONS
from tracker.services.overseeing import OVERSEEING
from tracker.store import agreement, laid_aside, told
from tracker.store.agreement import Plan
from tracker.store.digests import Body
from tracker.store.scope import EVERYTHING, Scope

ARRIVED = frozenset({Outcome.DELIVERED, Outcome.LATE, Outcome.REROUTED})
"""What a peer took."""

_REGIONS = frozenset(region.code for region in REGIONS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A reminder that was owed on a day, and what became of it.

    ``line`` is how it was told; None where a key is left that no digest tells. ``reader`` is who was to read
    it, ``answers`` what peers said where it did not simply arrive, ``faults`` why it did not.
    """

    key: str
    on: date | None
    reader: int | None
    line: Body | None
    outcome: Outcome
    why: Why | None = None
    answers: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def person(self) -> int:
        """To whom it was owed."""
        return Mark.of(self.key).person

    @property
    def region(self) -> str | None:
        """Where its school is; None also where its line says of no region that there is."""
        code = None if self.line is None else self.line["region"]
        return code if code in _REGIONS else None


@dataclass(frozen=True)
class Proof:
    """What was owed on some days, each reminder once."""

    entries: tuple[Entry, ...]

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many came to what."""
        return Counter(entry.outcome for entry in self.entries)

    @property
    def by_region(self) -> Mapping[str | None, Mapping[Outcome, int]]:
        """The same by region."""
        found: dict[str | None, Counter[Outcome]] = {}
        for entry in self.entries:
            found.setdefault(entry.region, Counter())[entry.outcome] += 1
        return dict(sorted(found.items(), key=lambda each: each[0] or ""))

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing."""
        return not self.counts.get(Outcome.MISSING)

    @property
    def differing(self) -> tuple[Entry, ...]:
        """What did not simply arrive on its day, the missing first."""
        found = (entry for entry in self.entries if entry.outcome is not Outcome.DELIVERED)
        return tuple(sorted(found, key=lambda each: each.outcome is not Outcome.MISSING))


def of_person(session: Session, viewer: Person, person: Person, first: date, last: date) -> Proof:
    """What was owed to one person, of schools that the viewer sees today."""
    found = _entries(session, first, last, person.id)
    return Proof(tuple(_within(session, viewer, (each for each in found if each.person == person.id))))


def of_all(session: Session, viewer: Person, first: date, last: date) -> Proof:
    """What was owed to anybody of the schools that the viewer sees; nothing for who looks after nobody."""
    if viewer.role not in OVERSEEING:
        return Proof(())
    return Proof(tuple(_within(session, viewer, _entries(session, first, last, None))))


def _within(session: Session, viewer: Person, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Only what is about schools that the viewer sees; what names no school, for who sees them all."""
    scope, found = Scope.of_person(viewer), tuple(entries)
    if scope == EVERYTHING:
        yield from found
        return
    schools = {each.line["school_id"] for each in found if each.line is not None}
    seen = told.schools_seen(session, scope, schools)
    for each in found:
        if each.person == viewer.id if each.line is None else each.line["school_id"] in seen:
            yield each


def _entries(session: Session, first: date, last: date, person: int | None) -> Iterator[Entry]:
    plans = agreement.plans(session, first, last, person=person)
    listed = {key for plan in plans for line in plan.body["lines"] for key in line["keys"]}
    owed = agreement.owed(session, first, last, listed)
    messages = agreement.messages(session, [plan.id for plan in plans])
    aside = laid_aside.of_digests(session, [plan.id for plan in plans])
    by_plan: dict[int, set[str]] = {}
    for plan in plans:
        by_plan[plan.id] = {key for line in plan.body["lines"] for key in line["keys"]}
        yield from _of_plan(plan, owed, messages.get(plan.id, ()), aside)
    told_by_none = (
        key
        for key, row in owed.items()
        if key not in by_plan.get(row.digest, ()) and (row.digest in by_plan or key not in listed)
    )
    for key in told_by_none:
        if person is None or Mark.of(key).person == person:
            yield Entry(key, None, None, None, Outcome.MISSING)


def _of_plan(
    plan: Plan, owed: Mapping[str, Owed], messages: tuple[Sent, ...], aside: frozenset[str]
) -> Iterator[Entry]:
    """The reminders that a digest settles; one that a later digest tells anew is counted there.

    What was laid ``aside`` stood in no letter that went out.
    """
    planned = _planned(plan.body)
    failed = [each for each in messages if not each.sent_at]
    faults = tuple(dict.fromkeys(code for each in failed if (code := reason_in(each.code))))
    answers = tuple(dict.fromkeys(each.answer for each in failed if each.answer))
    for line in plan.body["lines"]:
        for key in line["keys"]:
            row = owed.get(key)
            if row is not None and row.digest != plan.id:
                continue
            came = outcome(row, planned, messages, is_late=line["is_late"])
            if came in ARRIVED and key in aside:
                came = Outcome.UNREADABLE
            yield Entry(key, plan.on, plan.reader, line, came, row.why if row else None, answers, faults)


def _planned(body: Body) -> frozenset[By]:
    return frozenset((ChannelKind(channel), way) for channel, way in body.get("by", ()))
