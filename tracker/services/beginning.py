"""Asking officers to begin a purchase in time: many at once, each need judged by itself, one letter a person.

What is shown before and what is done are worked out alike; only :func:`ask` writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import BeginRefused, NotAllowed
from tracker.domain.ladder import Ladder
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.quiet import deliver_at, quiet_hours
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.domain.vocabulary import HARM, Consequence, Service
from tracker.services.acting import Author
from tracker.services.evaluating import Book, NeedKey
from tracker.services.foregoing import End, Prospect, Prospects
from tracker.services.reminding import Audience, audience, open_ways
from tracker.store import begin_requests, outbox, ways
from tracker.store.begin_requests import BeginRequest
from tracker.store.outbox import Note
from tracker.store.scope import Scope

BEGIN = "begin"
"""The template of a message that asks for purchases to be begun."""

MOST = 500
"""Needs that are asked for at once."""


class Fate(StrEnum):
    """What becomes of one need that was picked.

    ``nobody`` answers for its school but the asker herself; the officer whom the register names has
    ``no_account``, and no other officer answers for the school.
    """

    ASKED = "asked"
    ALREADY = "already"
    BEGUN = "begun"
    NOBODY = "nobody"
    NO_ACCOUNT = "no_account"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one need, and who is told; ``before`` is what was asked of it already.

    ``found`` is None where nothing of hers that ends is called so.
    """

    key: NeedKey
    fate: Fate
    found: Prospect | None = None
    told: tuple[Person, ...] = ()
    before: BeginRequest | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Which needs are to be begun by when, as one person asks."""

    keys: tuple[NeedKey, ...]
    begin_by: date


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made on: what lies ahead of her needs ``today``, the rules, the channels there are."""

    look: Prospects
    today: date
    book: Book
    by: Collection[ChannelKind]


def plan(session: Session, person: Person, wish: Wish, ground: Ground) -> tuple[Outcome, ...]:
    """What would become of each need; writes nothing.

    Raises :class:`NotAllowed`, and :class:`BeginRefused`
    for a day that is not ahead, no need at all, or more than :data:`MOST`.
    """
    if not person.may(Action.ASSIGN):
        raise NotAllowed
    if not wish.keys:
        raise BeginRefused(reason="nothing")
    if len(wish.keys) > MOST:
        raise BeginRefused(reason="many", most=MOST)
    if wish.begin_by <= ground.today:
        raise BeginRefused(reason="day")
    ends = {found.key: found for found in ground.look.needs if found.end is not None}
    asked = begin_requests.begin_requests(
        session, Scope.of_person(person), {school_id for school_id, _ in wish.keys}
    )
    hearers = _Hearers.of(audience(session, on=ground.today, book=ground.book, by=ground.by), person)
    return tuple(
        _outcome(key, ends.get(key), asked, hearers, ground.today) for key in dict.fromkeys(wish.keys)
    )


@dataclass(frozen=True, slots=True)
class _Hearers:
    """Who may be told by somebody who asks: she does not ask herself."""

    people: tuple[Person, ...]
    ladder: Ladder
    addresses: frozenset[str]

    @classmethod
    def of(cls, who: Audience, asker: Person) -> _Hearers:
        people = tuple(each for each in who.people if each.id != asker.id)
        return cls(people, who.ladder, frozenset(each.email.lower() for each in who.people))

    def of_school(self, school: SchoolRow) -> tuple[Fate, tuple[Person, ...]]:
        """What becomes of a need of a school that can be asked for, and who is told."""
        ranks, named = self.ladder.ranks(school), (school.officer_email or "").lower()
        if named and named not in self.addresses and not ranks[0]:
            return Fate.NO_ACCOUNT, ()
        first = {each.person for each in next((rank for rank in ranks if rank), ())}
        told = tuple(person for person in self.people if person.id in first)
        return (Fate.ASKED if told else Fate.NOBODY), told


def _outcome(
    key: NeedKey,
    found: Prospect | None,
    asked: Mapping[tuple[str, Service, date], BeginRequest],
    hearers: _Hearers,
    today: date,
) -> Outcome:
    if found is None or found.end is None:
        return Outcome(key, Fate.GONE)
    if found.end.is_begun:
        return Outcome(key, Fate.BEGUN, found)
    before = asked.get((found.need.school.school_id, found.need.assessment.service, found.end.last))
    if before is not None and before.begin_by >= today:
        return Outcome(key, Fate.ALREADY, found, before=before)
    fate, told = hearers.of_school(found.need.school)
    return Outcome(key, fate, found, told, before)


def reached(session: Session, outcomes: Iterable[Outcome], *, by: Collection[ChannelKind]) -> frozenset[int]:
    """The people who are told and to whom a letter goes by some way."""
    people = {person.id: person for _, _, told in _asked(outcomes) for person in told}
    own = ways.of_people(session, people)
    return frozenset(id for id, person in people.items() if open_ways(person, own.get(id, ()), by))


def seen_of(outcomes: Iterable[Outcome], today: date) -> str:
    """A fingerprint of what a plan shows its reader: her own needs alone, and nothing of the country's."""
    told = [
        (one.key, one.fate, one.found and one.found.end, [each.id for each in one.told], one.before)
        for one in outcomes
    ]
    return hashlib.sha256(repr((today, told)).encode()).hexdigest()


def ask(session: Session, author: Author, person: Person, wish: Wish, ground: Ground) -> tuple[Outcome, ...]:
    """Ask, owe each of those who are told one letter, and note every need; raises as :func:`plan` does."""
    outcomes = plan(session, person, wish, ground)
    begin_requests.keep_requests(
        session,
        (
            BeginRequest(
                one.need.school.school_id,
                one.need.assessment.service,
                end.last,
                wish.begin_by,
                len(told),
                person.id,
                author.now,
            )
            for one, end, told in _asked(outcomes)
        ),
    )
    _owe(session, author, wish, ground, outcomes)
    for one, end, told in _asked(outcomes):
        author.note(
            session,
            Act.BEGIN_ASKED,
            f"school:{one.need.school.school_id}",
            service=one.need.assessment.service,
            ends_on=end.last.isoformat(),
            begin_by=wish.begin_by.isoformat(),
            people=[each.mark for each in told],
        )
    return outcomes


def _asked(outcomes: Iterable[Outcome]) -> Iterable[tuple[Prospect, End, tuple[Person, ...]]]:
    for each in outcomes:
        if each.fate is Fate.ASKED and each.found is not None and each.found.end is not None:
            yield each.found, each.found.end, each.told


def _owe(session: Session, author: Author, wish: Wish, ground: Ground, outcomes: Iterable[Outcome]) -> None:
    """One letter to each person by each of her ways, about everything that she is asked to begin."""
    lines: dict[int, list[dict[str, object]]] = {}
    people: dict[int, Person] = {}
    for one, end, told in _asked(outcomes):
        for person in told:
            people[person.id] = person
            lines.setdefault(person.id, []).append(_line(one, end))
    own = ways.of_people(session, people)
    quiet = quiet_hours(ground.book.policy, ground.today)
    not_before = deliver_at(author.now, wish.begin_by, quiet, ground.look.calendar)
    notes = [
        Note(
            _key(author.now, person, channel, way),
            person.id,
            channel,
            BEGIN,
            HARM[Consequence.GAP_OPENS],
            not_before,
            way,
            None,
            {"begin_by": wish.begin_by.isoformat(), "asked_by": author.actor, "lines": lines[person.id]},
        )
        for person in people.values()
        for channel, way in open_ways(person, own.get(person.id, ()), ground.by)
    ]
    outbox.put(session, notes, at=author.now)


def _key(now: datetime, person: Person, channel: ChannelKind, way: int | None) -> str:
    """One for each act of asking: the same need is not asked for twice while its day has not passed."""
    return f"{BEGIN}:{now.isoformat()}:{person.id}:{channel}:{way or 0}"


def _line(found: Prospect, end: End) -> dict[str, object]:
    school = found.need.school
    return {
        "school_id": school.school_id,
        "school": {"name": school.name, "name_kk": school.name_kk, "name_ru": school.name_ru},
        "service": found.need.assessment.service.value,
        "ends_on": end.last.isoformat(),
        "safe_start": end.safe_start.isoformat(),
    }
