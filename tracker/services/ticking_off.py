"""Ticking off: a message of Telegram says itself what became of its deadlines; its buttons go (O1).

What ended is ticked off; what its reader took up or put off is said with its day. It is an own message of the
outbox, at least once and by the same way: whoever gets it twice sees it once. A message that its peer does
not change any more is left as it is, and nobody is told of that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import HARM
from tracker.store import cards, outbox
from tracker.store.cards import ENDED, HELD, Card
from tracker.store.outbox import Note
from tracker.store.ways import Way

AT_ONCE = 0
"""How urgent is what somebody waits for who has just pressed a button."""


def tick_off(session: Session, *, since: date, now: datetime, by: Collection[ChannelKind]) -> None:
    """Have the messages changed that told from a day on what is over now; ``by`` are the channels set up."""
    if ChannelKind.TELEGRAM in by:
        outbox.put(session, [_note(*each, now) for each in cards.ended(session, since=since)], at=now)


def _note(card: Card, key: str, now: datetime) -> Note:
    """It rings nobody's telephone, so it waits for no hour; what is due goes first."""
    said = {"digest": card.digest, "replaces": card.number}
    return Note(key, card.person, ChannelKind.TELEGRAM, ENDED, len(HARM), now, way=card.way, parameters=said)


def say_held(
    session: Session, way: Way, digest: int, number: str, kind: HoldKind, back_on: date, *, now: datetime
) -> None:
    """Have the message ``number`` of a digest say that its one deadline is silent, and until when; once."""
    said = {"digest": digest, "replaces": number, "kind": kind, "back_on": back_on.isoformat()}
    key = f"{HELD}:{way.id}:{number}:{kind}:{back_on.isoformat()}"
    note = Note(key, way.person, ChannelKind.TELEGRAM, HELD, AT_ONCE, now, way=way.id, parameters=said)
    outbox.put(session, [note], at=now)
