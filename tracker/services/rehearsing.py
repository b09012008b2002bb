"""Who will be told what and when: the rules of reminders over the facts as they are, with nothing written.

It holds as long as nobody records anything and nobody takes anything up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from sqlalchemy.orm import Session

from tracker.domain.days import ONE_DAY
from tracker.domain.deadlines import Deadline, Subject
from tracker.domain.digests import Charge, Digest, MayRead, Substitute, anybody, digests_on
from tracker.domain.errors import FilterNotKnown
from tracker.domain.facts import NeedFacts
from tracker.domain.holds import Seen, seen
from tracker.domain.ladder import RANKS
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import Ident, Lead, Recipient, Telling, Watch, ident, wakes_on
from tracker.domain.vocabulary import DeadlineKind
from tracker.services import evaluating, reminding
from tracker.services.accounting import account
from tracker.services.aside import Aside
from tracker.services.evaluating import Bench, Book
from tracker.services.reminding import LOOKED_BACK, Audience
from tracker.store import facts, moves, registry, versions, watching
from tracker.store.own_leads import Which
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope

NOBODY: Mapping[date, Collection[int]] = {}

Mark = tuple[DeadlineKind, tuple[str, ...], Subject, Seen]

AHEAD = timedelta(days=90)
LEAST = timedelta(days=1)
MOST_LOOKS = 10_000
"""Needs times days that a page looks at; who answers for many schools sees fewer days ahead."""

FARTHEST = timedelta(days=400)
MOST_ASKED = 700_000
"""Days, and needs times days, that may be asked for by name: the whole country for three months."""


@dataclass(frozen=True)
class Rehearsal:
    """The digests of the days from ``first`` to ``last``, as they would go out."""

    first: date
    last: date
    digests: tuple[Digest, ...]
    schools: Mapping[str, SchoolRow]

    @property
    def needs(self) -> Mapping[str, SchoolRow]:
        """What it is about, to be counted where it is kept."""
        return self.schools


@dataclass(frozen=True)
class Stage:
    """The needs of a scope and the people of their schools, on which days are played."""

    needs: tuple[NeedFacts, ...]
    schools: Mapping[str, SchoolRow]
    ranks: Mapping[str, tuple[tuple[Recipient, ...], ...]]
    law: Bench

    @property
    def people(self) -> frozenset[int]:
        """Everybody who answers for any of them."""
        return frozenset(each.person for rows in self.ranks.values() for rank in rows for each in rank)

    def charges(self, on: date) -> Iterable[Charge]:
        """What is due for the needs on a day, and who answers for it; of the day of ``law`` found once."""
        return self._of_today if on == self.law.on else self._charges(on)

    @cached_property
    def _of_today(self) -> tuple[Charge, ...]:
        return tuple(self._charges(self.law.on))

    def _charges(self, on: date) -> Iterator[Charge]:
        aside = Aside(on, self.law.calendar)
        for need in self.needs:
            ranks = self.ranks[need.school_id]
            for due in aside.attempt(need, partial(self.law.due_for, need, on)) or ():
                yield due, ranks


def play(
    charges_on: Callable[[date], Iterable[Charge]],
    days: Iterable[date],
    at: Telling,
    *,
    substitutes: Collection[Substitute],
    known: Mapping[Ident, date],
    served: Mapping[date, Collection[int]] = NOBODY,
    wayless: Collection[int] = (),
    may_read: MayRead = anybody,
) -> Iterator[Digest]:
    """What ``domain.digests.simulate`` finds, in a fraction of the time.

    ``served`` had their digest of a day already; to the ``wayless`` no letter comes. A deadline that has not
    changed is looked at again on the day for which ``wakes_on`` says so.
    """
    since, told = dict(known), {about: dict(leads) for about, leads in at.told.items()}
    wakes: dict[Mark, date] = {}
    for day in days:
        charges = tuple(charges_on(day))
        since = {ident(due): since.get(ident(due), day) for due, _ in charges}
        awake = {ident(due) for due, _ in charges if wakes.get(_mark(due), day) <= day}
        watches = [Watch(due, since[ident(due)], ranks) for due, ranks in charges if ident(due) in awake]
        now = replace(at, on=day, told=told)
        had = served.get(day, ())
        for digest in digests_on(
            watches, now, substitutes=substitutes, served=had, wayless=wayless, may_read=may_read
        ):
            yield digest
            for key in digest.keys:
                told.setdefault(key.about, {})[key.lead] = day
        if at.calendar.is_workday(day) and not had:  # what is owed on a day off, or after a digest, waits
            now = replace(at, on=day, told=told)
            wakes.update((_mark(watch.due), wakes_on(watch, now)) for watch in watches)


def _mark(due: Deadline) -> Mark:
    """A deadline of a need with all that tells whether it changed."""
    return due.kind, due.identity, due.subject, seen(due)


def horizon(needs: int) -> timedelta:
    """How far ahead a page looks for so many needs."""
    return max(LEAST, min(AHEAD, timedelta(days=MOST_LOOKS // max(needs, 1))))


def farthest(begin: date, needs: int) -> date:
    """The last day that may be asked for by name, where what comes is played from a day on."""
    return begin + min(FARTHEST, timedelta(days=MOST_ASKED // max(needs, 1)))


def _end(begin: date, first: date, last: date | None, needs: int) -> date:
    """The last day to be played: what is asked for, if it may be, else as far as a page looks."""
    latest = farthest(begin, needs)
    if last is None:
        return first + horizon(needs)
    if last > latest:
        told = {"needs": needs, "latest": latest.isoformat()}
        raise FilterNotKnown(name="--to", value=last.isoformat(), reason="too_far", **told)
    if last < first:
        raise FilterNotKnown(name="--to", value=last.isoformat(), reason="before")
    return last


@facts.keeping_all()
def rehearse(
    session: Session,
    scope: Scope,
    *,
    today: date,
    book: Book,
    first: date,
    last: date | None = None,
    by: Collection[ChannelKind],
    instead: Mapping[Which, tuple[Lead, ...]] | None = None,
    known: datetime | None = None,
) -> Rehearsal:
    """The digests about the schools of a scope from ``first`` to ``last``, or for as long as a page looks.

    Days before ``first`` but not before ``today`` are played too, for what is told then is not told again.
    ``by`` are the channels that are set up, ``instead`` leads of single contracts to try in place of theirs.
    Facts are those ``known`` then; people, plans, holds and what was told are those of now. Raises
    :class:`FilterNotKnown` for a last day that is beyond :func:`farthest` or before the first.
    """
    who = reminding.audience(session, on=today, book=book, by=by)
    plan = replace(who.plan, of_number={**who.plan.of_number, **(instead or {})})
    stage = _stage(session, scope, who, evaluating.bench(session, book, on=today, known=known), known)
    begin = min(today, first)
    stop = _end(begin, first, last, len(stage.needs))
    since_when = _known(session, stage, today)
    may_read = reminding.reading_within(who.people, stage.schools)
    so_far = account(
        session,
        [Watch(due, since_when[ident(due)], own) for due, own in stage.charges(today)],
        on=today, since=today - LOOKED_BACK, calendar=stage.law.calendar, wayless=who.wayless,
        may_read=may_read, people=stage.people,
    )  # fmt: skip
    found = play(
        stage.charges,
        [begin + ONE_DAY * number for number in range((stop - begin).days + 1)],
        Telling(begin, plan, stage.law.calendar, so_far.told, who.holds),
        substitutes=who.substitutes, known=since_when,
        served={today: so_far.served}, wayless=who.wayless, may_read=may_read,
    )  # fmt: skip
    return Rehearsal(first, stop, tuple(digest for digest in found if digest.on >= first), stage.schools)


def _stage(session: Session, scope: Scope, who: Audience, law: Bench, known: datetime | None) -> Stage:
    """The schools of a scope as they were ``known``, each with the people who answer for it now."""
    seq = None if known is None else versions.known_seq(session, known)
    schools = {school.school_id: school for school in registry.list_schools(session, scope, known_seq=seq)}
    ladder = who.ladder(moves.moved(session))
    ranks = {number: ladder.ranks(school) for number, school in schools.items()}
    return Stage(tuple(facts.load_facts(session, scope, known_seq=seq)), schools, ranks, law)


def _known(session: Session, stage: Stage, today: date) -> Mapping[Ident, date]:
    """Since when the deadlines of today are known."""
    before = watching.known(session)
    found: dict[Ident, date] = {}
    for due, _ in stage.charges(today):
        spot = watching.spot(due.subject.school_id, due.subject.service, due)
        known_on = watching.known_on(before.get(spot), due, today)
        found[ident(due)] = min(found.get(ident(due), known_on), known_on)
    return found


def rehearse_for(
    session: Session,
    viewer: Person,
    person: Person,
    *,
    today: date,
    book: Book,
    by: Collection[ChannelKind],
) -> Rehearsal:
    """What a person will be told of those of her schools that the viewer sees too."""
    if person.role not in RANKS:
        return Rehearsal(today, today + AHEAD, (), {})

    def hers() -> Rehearsal:
        found = rehearse(session, Scope.of_person(person), today=today, book=book, first=today, by=by)
        return replace(found, digests=tuple(one for one in found.digests if one.person == person.id))

    with whole_country(session):
        found = book.remember(Rehearsal, (person, *_rests_on(session, today, book, by)), hers)
    within = Scope.of_person(viewer)
    seen = {number: school for number, school in found.schools.items() if within.holds(school)}
    return replace(found, schools=seen)


def _rests_on(session: Session, today: date, book: Book, by: Collection[ChannelKind]) -> tuple[object, ...]:
    """Where all of this is as before, a rehearsal is as before."""
    found = reminding.question(session, on=today, book=book, by=by)
    who, leads = found.audience, tuple(found.audience.plan.of_number.items())
    away = who.substitutes, who.unreached, who.wayless
    asked = (who.people, who.since, who.given, who.holds, *away, leads)
    return session.get_bind().engine.url, today, found.facts, found.written, *asked
