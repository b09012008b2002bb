"""The ways by which a person is reached: added, tried with a message that tells nothing, and taken away.

Addresses and secrets that open something are sealed under ``TRACKER_SECRET`` as second factors are.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.channels import other, webhook
from tracker.domain.acts import Act
from tracker.domain.errors import NotFound, WayRefused
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.services.acting import Author
from tracker.services.sealing import Seal
from tracker.store import links, outbox, ways
from tracker.store.links import Purpose
from tracker.store.outbox import Note
from tracker.store.scope import is_storable
from tracker.store.ways import Way

TEST = "test"
"""The template of a message by which a way is tried; no reminder is told by it (REM-12)."""

MOST_WAYS = 10
LONGEST_ADDRESS = 1000


def own_ways(session: Session, person: Person) -> tuple[Way, ...]:
    """The ways of a person, in the order in which they were added."""
    return ways.of_people(session, [person.id]).get(person.id, ())


def add_webhook(session: Session, author: Author, person: Person, url: str, seal: Seal | None) -> str:
    """Keep a webhook and return its signing secret, which is told once; raises :class:`WayRefused`."""
    address = _address(session, person, url)
    if not webhook.is_address(address):
        raise WayRefused(reason="address")
    secret = webhook.new_secret()
    sealed = _sealed(secret, author, seal)
    number = ways.add(
        session, person.id, ChannelKind.WEBHOOK, address, at=author.now, secret=sealed, confirmed=True
    )
    _note(session, author, Act.WAY_ADDED, person, number, ChannelKind.WEBHOOK)
    return secret


def add_other(session: Session, author: Author, person: Person, url: str, seal: Seal | None) -> int:
    """Keep an address that Apprise knows, sealed: it mostly holds a token. Raises :class:`WayRefused`."""
    address = _address(session, person, url)
    if not other.is_address(address):
        raise WayRefused(reason="service", services=", ".join(sorted(other.SCHEMES)))
    sealed = _sealed(address, author, seal)
    number = ways.add(session, person.id, ChannelKind.OTHER, sealed, at=author.now, confirmed=True)
    _note(session, author, Act.WAY_ADDED, person, number, ChannelKind.OTHER)
    return number


def telegram_code(session: Session, author: Author, person: Person) -> str:
    """A code for ``/start`` that connects a chat once within an hour; earlier ones are dead."""
    return links.make_link(session, person.id, Purpose.TELEGRAM, at=author.now)


def connect_telegram(session: Session, author: Author, code: str, chat: str) -> int | None:
    """Keep a chat as the way to the person whose code this is; her number, or None for a dead code.

    Her earlier chats are taken away: one stands for her.
    """
    number = links.use_link(session, code, Purpose.TELEGRAM, now=author.now)
    if number is None:
        return None
    for way in ways.of_people(session, [number]).get(number, ()):
        if way.channel is ChannelKind.TELEGRAM:
            ways.change(session, way.id, removed_at=author.now)
    kept = ways.add(session, number, ChannelKind.TELEGRAM, chat, at=author.now, confirmed=True)
    said = {"channel": ChannelKind.TELEGRAM, "person": f"person:{number}"}
    author.note(session, Act.WAY_ADDED, f"way:{kept}", **said)
    return number


def remove(session: Session, author: Author, person: Person, number: int) -> None:
    """Take one's own way away; raises :class:`NotFound`."""
    way = own_way(session, person, number)
    ways.change(session, way.id, removed_at=author.now)
    _note(session, author, Act.WAY_REMOVED, person, way.id, way.channel)


def send_test(session: Session, author: Author, person: Person, number: int | None) -> bool:
    """Put a test message on a way, or (None) on the mail; whether it was put: one a second at most."""
    way = None if number is None else own_way(session, person, number)
    channel = ChannelKind.MAIL if way is None else way.channel
    moment = author.now.replace(microsecond=0).isoformat()
    mark = f"mail:{person.id}" if way is None else str(way.id)
    note = Note(f"{TEST}:{mark}:{moment}", person.id, channel, TEST, 0, author.now, way.id if way else None)
    return bool(outbox.put(session, [note], at=author.now))


def own_way(session: Session, person: Person, number: int) -> Way:
    """A way of the person; raises :class:`NotFound` for another's."""
    way = ways.get(session, number)
    if way is None or way.person != person.id:
        raise NotFound
    return way


def _address(session: Session, person: Person, text: str) -> str:
    address = text.strip()
    if len(own_ways(session, person)) >= MOST_WAYS:
        raise WayRefused(reason="many", most=MOST_WAYS)
    if len(address) > LONGEST_ADDRESS or not is_storable(address):
        raise WayRefused(reason="address")
    return address


def _sealed(text: str, author: Author, seal: Seal | None) -> str:
    if seal is None:
        raise WayRefused(reason="secret")
    return seal.close(text, now=author.now)


def _note(
    session: Session, author: Author, act: Act, person: Person, number: int, channel: ChannelKind
) -> None:
    author.note(session, act, f"way:{number}", channel=channel, person=person.mark)
