"""Calendars that programs of a person fetch: made, revoked, and put together for whoever has the address."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.diary import Entry, entries
from tracker.domain.errors import NotFound
from tracker.domain.people import Person
from tracker.feeds.regions import REGIONS
from tracker.services.acting import Author
from tracker.store import calendar_feeds
from tracker.store.scope import Scope


def regions_of(person: Person) -> tuple[str, ...]:
    """The regions to which she may cut a calendar: those of which she sees a part."""
    scope = Scope.of_person(person)
    return tuple(region.code for region in REGIONS if scope.touches(region.code))


def subscribe(session: Session, author: Author, person: Person, region: str | None) -> str:
    """The secret of a new calendar, told once: of all that the person sees, or of one region of it.

    Raises :class:`NotFound` for a region that she does not see.
    """
    if region is not None and region not in regions_of(person):
        raise NotFound(region=region)
    secret, number = calendar_feeds.add_feed(session, person.id, region=region, at=author.now)
    author.note(session, Act.FEED_ADDED, f"feed:{number}", region=region, person=person.mark)
    return secret


def unsubscribe(session: Session, author: Author, person_id: int, number: int) -> None:
    """End one calendar of a person; raises :class:`NotFound`."""
    if not calendar_feeds.revoke(session, person_id, number, at=author.now):
        raise NotFound
    author.note(session, Act.FEED_REVOKED, f"feed:{number}", person=f"person:{person_id}")


def unsubscribe_all(session: Session, author: Author, person_id: int) -> None:
    """End every calendar of a person."""
    for feed in calendar_feeds.feeds_of(session, person_id):
        unsubscribe(session, author, person_id, feed.id)


def edition(session: Session, person: Person, *, today: date) -> str:
    """A name of what stands in a calendar of this person today, found without putting it together."""
    return f"{today} {calendar_feeds.edition_of(session, Scope.of_person(person))}"


def diary(session: Session, person: Person, *, today: date) -> tuple[Entry, ...]:
    """What stands in a calendar of this person, cut as she is."""
    return entries(calendar_feeds.watched_within(session, Scope.of_person(person), today=today), today=today)
