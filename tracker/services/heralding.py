"""Telling whoever asked schools that they answered: one letter an hour for all of them, by each of her ways.

It tells what still waits when it goes out; where that is nothing, nothing goes out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.quiet import deliver_at, quiet_hours
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import HARM, Consequence
from tracker.services.evaluating import Book, calendar
from tracker.services.reminding import open_ways
from tracker.store import asks, outbox, people, registry, ways
from tracker.store.asks import Ask
from tracker.store.outbox import Note
from tracker.store.scope import Scope

ANSWERED = "answered"
"""The template of a message that tells which schools answered."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Post:
    """How a letter goes out: the rules that say when, and the channels that are set up."""

    book: Book
    by: Collection[ChannelKind]


def herald(session: Session, found: Ask, post: Post, *, now: datetime) -> None:
    """Put word for whoever asked that a school has answered; nobody is told of what a command asked."""
    kind, _, number = found.asked_by.partition(":")
    person = people.present_person(session, int(number)) if kind == "person" else None
    if person is None:
        return
    full = now.replace(minute=0, second=0, microsecond=0) + HOUR
    quiet = quiet_hours(post.book.policy, legal_day(now))
    not_before = deliver_at(full, None, quiet, calendar(session, post.book))
    own = ways.of_people(session, [person.id]).get(person.id, ())
    notes = [
        Note(
            f"{ANSWERED}:{not_before.isoformat()}:{person.id}:{channel}:{way or 0}",
            person.id,
            channel,
            ANSWERED,
            HARM[Consequence.FACTS_STALE],
            not_before,
            way,
        )
        for channel, way in open_ways(person, own, post.by)
    ]
    outbox.put(session, notes, at=now)


def waiting_for(session: Session, person: Person) -> tuple[tuple[Ask, SchoolRow], ...]:
    """The answers to what a person asked that wait still, of schools that she sees."""
    scope = Scope.of_person(person)
    waiting = asks.waiting_for(session, scope, person.mark)
    named = {one.school_id for one in waiting}
    schools = {each.school_id: each for each in registry.list_schools(session, scope, named=named)}
    return tuple((one, schools[one.school_id]) for one in waiting if one.school_id in schools)
