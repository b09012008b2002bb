"""Owing reminders: what people are to be told today is worked out from the facts and put into the outbox.

Nothing is remembered between two looks but what was told. A look that did not happen is made up for by the
next one; two looks at once would write the same keys, and each is written once (rules §7, reliability §3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.deadlines import Deadline
from tracker.domain.digests import Digest, MayRead, Substitute, digests_on, needs_untold
from tracker.domain.holds import Hold
from tracker.domain.ladder import Ladder, Moved, Reached
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.quiet import QuietHours, deliver_at, quiet_hours
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import Plan, Telling, Watch, plan_of, standing
from tracker.domain.vocabulary import HARM
from tracker.domain.withdrawing import Why, reasons, silenced, withdrawn
from tracker.domain.workdays import WorkCalendar
from tracker.services import correcting, evaluating, foreseeing, retelling, ticking_off
from tracker.services.accounting import account
from tracker.services.digest_bodies import body_of
from tracker.services.evaluating import Book
from tracker.store import accounts, digests, holds, jobs, moves, outbox, own_leads, registry, watching, ways
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.outbox import Note
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.watching import Change
from tracker.store.ways import Way

LOOKED_BACK = timedelta(days=holds.KEPT_DAYS)
"""For so long after a due day it matters what was told of it; of what still stands, as long as it does."""

LATELY = timedelta(days=30)
"""So long ago people may have been owed what no way brought to them: more is owed of what still stands."""

DIGEST = "digest"
"""The template of a message that tells a digest."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who may be told, since when, and what they asked for.

    To the ``unreached`` no way is left that works: who is next is told in their place. The ``wayless`` are
    those and whoever never had a way: no letter comes to them, and none would in another's place.
    """

    people: tuple[Person, ...]
    since: tuple[tuple[int, date], ...]
    holds: tuple[Hold, ...]
    substitutes: tuple[Substitute, ...]
    plan: Plan
    unreached: frozenset[int] = frozenset()
    wayless: frozenset[int] = frozenset()
    given: tuple[tuple[tuple[int, Reached], date], ...] = ()

    def ladder(self, moved: Mapping[str, Moved] | None = None) -> Ladder:
        """Who answers for which school, and since when where it is known which of them ``moved``."""
        since, given = dict(self.since), dict(self.given)
        return Ladder(self.people, since, self.unreached, given=given, moved=moved)


@dataclass(frozen=True, slots=True)
class Question:
    """What a look rests on: where all of it is as before, there is nothing new to find.

    ``written`` is how far looks have written: who looked while another wrote begins anew.
    """

    on: date
    facts: int
    audience: Audience
    written: tuple[int, ...]


@dataclass(frozen=True)
class Outlook:
    """What is to be told, taken back and remembered, worked out and not yet written.

    ``withdrawn`` says why nothing asks for a key any more, ``lightened`` in which digests those keys stand;
    ``corrected`` gives, by the key without its lead, the day that its person was told before, ``untold`` the
    needs by region that nobody can be told of. It is not ``settled`` while something that is to be taken back
    is being sent.
    """

    question: Question
    change: Change
    digests: tuple[Digest, ...]
    withdrawn: Mapping[str, Why]
    lightened: frozenset[int]
    corrected: Mapping[str, date]
    schools: Mapping[str, SchoolRow]
    calendar: WorkCalendar
    quiet: QuietHours
    untold: Mapping[str, int]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """What a look wrote: digests put together, messages put into the outbox, reminders taken back.

    ``untold`` counts by region the needs that nobody can be told of; None where nothing was written. To
    ``no_way`` people no way led of late: what they were owed stands on their pages alone.
    """

    digests: int = 0
    messages: int = 0
    withdrawn: int = 0
    untold: Mapping[str, int] | None = None
    no_way: int = 0


def audience(
    session: Session, *, on: date, book: Book, by: Collection[ChannelKind] = tuple(ChannelKind)
) -> Audience:
    """Who may be told on a day; ``by`` are the channels that are set up."""
    present = [each for each in accounts.accounts(session) if not each.disabled_at and not each.erased_at]
    return Audience(
        people=tuple(each.person for each in present),
        since=tuple((each.person.id, each.since) for each in present),
        holds=holds.holds(session, since=on - LOOKED_BACK),
        substitutes=holds.substitutes(session, on=on),
        plan=plan_of(book.policy, on, own_leads.leads(session)),
        unreached=unreached(session, (each.person for each in present), by),
        wayless=_wayless(session, [each.person for each in present], by),
        given=tuple(sorted(moves.given(session).items())),
    )


def unreached(session: Session, people: Iterable[Person], by: Collection[ChannelKind]) -> frozenset[int]:
    """Those of some people to whom every way that there was is bad; who never had any reads the page."""
    own = ways.of_troubled(session)
    return frozenset(each.id for each in people if each.id in own and not open_ways(each, own[each.id], by))


def _wayless(session: Session, people: list[Person], by: Collection[ChannelKind]) -> frozenset[int]:
    """Those of some people to whom no way leads; mail leads to everybody of whom it did not come back."""
    if ChannelKind.MAIL in by:
        return unreached(session, people, by)
    own = ways.of_people(session, [each.id for each in people])
    return frozenset(each.id for each in people if not open_ways(each, own.get(each.id, ()), by))


def question(session: Session, *, on: date, book: Book, by: Collection[ChannelKind]) -> Question:
    """What a look on a day would rest on."""
    who = audience(session, on=on, book=book, by=by)
    return Question(on, registry.data_version(session), who, retelling.written(session, on))


def look(session: Session, asked: Question, *, book: Book) -> Outlook:
    """Work out what is to be told on a day; writes nothing."""
    on, who = asked.on, asked.audience
    agenda = foreseeing.agenda(session, EVERYTHING, on=on, known=None, book=book)
    schools = {school.school_id: school for school in registry.list_schools(session, EVERYTHING)}
    entries = [entry for group in agenda.groups for entry in group]
    spots = [watching.spot(*need, due) for need, due in entries]
    before = watching.known(session)
    asleep = {at for at in before if at[:2] in agenda.unjudged}
    present = {at: due.due_on for at, (_, due) in zip(spots, entries, strict=True)}
    change = watching.compare({at: row for at, row in before.items() if at not in asleep}, present)
    ladder = who.ladder(moves.moved(session))
    ranks = {number: ladder.ranks(school) for number, school in schools.items()}
    watches = standing(
        Watch(due, watching.known_on(before.get(at), due, on), ranks[need[0]])
        for at, (need, due) in zip(spots, entries, strict=True)
    )
    calendar = evaluating.calendar(session, book)
    may_read = reading_within(who.people, schools)
    so_far = account(
        session, watches, on=on, since=on - LOOKED_BACK, calendar=calendar, wayless=who.wayless,
        may_read=may_read, besides=asleep,
    )  # fmt: skip
    unread = so_far.unread
    at = Telling(on, who.plan, calendar, so_far.told, who.holds)
    found = digests_on(
        watches, at, substitutes=who.substitutes, served=so_far.served, wayless=who.wayless, may_read=may_read
    )
    again = so_far.waiting & {key.text for digest in found for key in digest.keys}
    reason = reasons(withdrawn(unread, watches, at), watches)
    silent = silenced({key: unread[key].reader for key in so_far.astray}, watches, at)
    held = dict.fromkeys(silent, Why.NOT_ASKED)
    back = {**dict.fromkeys(so_far.astray | again, Why.PEOPLE), **held, **reason}
    free = {key: why for key, why in back.items() if not unread[key].is_held}
    return Outlook(
        asked, change, found, free, frozenset(unread[key].digest for key in free),
        correcting.corrected(session, found, so_far.told), schools, calendar, quiet_hours(book.policy, on),
        Counter(schools[school].region or "" for school, _ in needs_untold(watches, at)), back == free,
    )  # fmt: skip


def reading_within(people: Iterable[Person], schools: Mapping[str, SchoolRow]) -> MayRead:
    """Whoever reads in another's place reads of the schools that she sees herself, and of no others."""
    scopes = {person.id: Scope.of_person(person) for person in people}

    def may_read(reader: int, due: Deadline) -> bool:
        return reader in scopes and scopes[reader].holds(schools[due.subject.school_id])

    return may_read


def write(session: Session, outlook: Outlook, *, now: datetime, by: Collection[ChannelKind]) -> Owed:
    """Write what a look found; ``by`` are the channels that are set up."""
    watching.keep(session, outlook.change, today=outlook.question.on, at=now)
    digests.withdraw(session, outlook.withdrawn, at=now)
    empty = digests.emptied(session, outlook.lightened)
    outbox.void_digests(session, empty, at=now, code=retelling.WITHDRAWN)
    ticking_off.tick_off(session, since=outlook.question.on - LOOKED_BACK, now=now, by=by)
    people = {person.id: person for person in outlook.question.audience.people}
    ways_of = ways.of_people(session, {digest.person for digest in outlook.digests})
    put = 0
    for digest in outlook.digests:
        person, own = people[digest.person], ways_of.get(digest.person, ())
        put += outbox.put(session, _notes(session, digest, outlook, open_ways(person, own, by), now), at=now)
    no_way = digests.wayless(session, since=outlook.question.on - LATELY) if by else 0
    return Owed(len(outlook.digests), put, len(outlook.withdrawn), outlook.untold, no_way)


def open_ways(
    person: Person, own: tuple[Way, ...], by: Collection[ChannelKind]
) -> tuple[tuple[ChannelKind, int | None], ...]:
    """Those of the channels by which letters go to a person, with the numbers of her ways: her mail first.

    Mail needs no way of its own; it has one where letters to this address came to nothing.
    """
    bad_mail = any(
        way.channel is ChannelKind.MAIL and way.address == person.email and way.bad_since for way in own
    )
    first = [(ChannelKind.MAIL, None)] if ChannelKind.MAIL in by and not bad_mail else []
    others = [
        (way.channel, way.id)
        for way in own
        if way.is_used and way.channel in by and way.channel is not ChannelKind.MAIL
    ]
    return (*first, *others)


def _notes(
    session: Session,
    digest: Digest,
    outlook: Outlook,
    by: tuple[tuple[ChannelKind, int | None], ...],
    now: datetime,
) -> list[Note]:
    """Keep a digest, and one message for each way to its reader; without any it stands on her page."""
    not_before = min(
        deliver_at(now, line.due.due_on, outlook.quiet, outlook.calendar) for line in digest.lines
    )
    urgency = min(HARM[line.due.consequence] for line in digest.lines)
    number, serial = digests.add(
        session,
        digest,
        body_of(digest, outlook.schools, corrected=outlook.corrected, by=by),
        not_before=not_before,
        urgency=urgency,
        at=now,
    )
    return [
        Note(
            message_key(digest.person, digest.on, serial, channel, way),
            digest.person, channel, DIGEST, urgency, not_before, way, number,
        )
        for channel, way in by
    ]  # fmt: skip


def message_key(person: int, on: date, serial: int, channel: ChannelKind, way: int | None) -> str:
    """What makes a digest by one way the same for ever; all its copies are known by it."""
    return f"{DIGEST}:{person}:{on.isoformat()}:{serial}:{channel}" + ("" if way is None else f":{way}")


def owe(
    engine: Engine,
    *,
    now: datetime,
    book: Book,
    by: Collection[ChannelKind],
    last: Question | None = None,
    waits: bool = True,
) -> tuple[Question | None, Owed]:
    """Look, and write what was found; the question to give as ``last`` next time.

    Where everything is as at the ``last`` look there is nothing to do. Who ``waits`` no longer writes also
    what rests on facts that changed meanwhile.
    """
    with reading(engine, seeing=EVERYTHING) as session:
        asked = question(session, on=legal_day(now), book=book, by=by)
        if asked == last:
            return asked, Owed()
        outlook = look(session, asked, book=book)
    return keep(engine, outlook, now=now, book=book, by=by, waits=waits)


def keep(
    engine: Engine,
    outlook: Outlook,
    *,
    now: datetime,
    book: Book,
    by: Collection[ChannelKind],
    waits: bool = True,
) -> tuple[Question | None, Owed]:
    """Write what was found; nothing, and no question, where that may be so no more.

    So it is where facts or people changed or another wrote since the look, also while this process slept,
    and where a letter that is to be taken back is just being sent: the next look finds it. Where facts change
    at every look one that ``waits`` no longer is written, and the next one mends what it tells.
    """
    asked = outlook.question
    with transaction(engine, seeing=EVERYTHING) as session:
        present = question(session, on=asked.on, book=book, by=by)
        is_same = present == asked or (not waits and replace(present, facts=asked.facts) == asked)
        since = asked.on - LOOKED_BACK
        if not is_same or not retelling.are_free(session, outlook.withdrawn, since=since):
            return None, Owed()
        owed = write(session, outlook, now=now, by=by)
        after = replace(asked, written=retelling.written(session, asked.on))
    return (after if outlook.is_settled else None), owed


def untold(session: Session) -> Mapping[str, int]:
    """By region (empty where none is known), the needs with reminders owed of which nobody can be told.

    As the last look found them (REM-5).
    """
    run = jobs.last_runs(session).get(Job.REMINDERS)
    return {} if run is None else dict(run.detail.get("untold") or {})
