"""Messages that a peer lets us change: those that told of deadlines which stand no more."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, Text, and_, bindparam, cast, exists, select
from sqlalchemy.orm import Session

from tracker.domain.days import BEGINNING, FOREVER
from tracker.domain.keys import subject_of
from tracker.domain.messages import NUMBERED, ChannelKind
from tracker.domain.vocabulary import DeadlineKind
from tracker.domain.withdrawing import Mark
from tracker.store.reminder_tables import DIGEST, MESSAGE, REMINDER, WATCHED

ENDED = "ended"
"""What the keys of the messages begin with that take the place of such a one; their template is called so."""


HELD = "held"
"""The template of what takes the place of a message whose deadline its reader took up or put off."""

EDITS = frozenset({ENDED, HELD})
"""Templates of messages that change an earlier one: nobody misses one that its peer does not take."""


@dataclass(frozen=True, slots=True)
class Card:
    """A message that told a digest to a person by a way; ``number`` is what its peer calls it."""

    message: int
    person: int
    way: int
    digest: int
    number: str


def ended(session: Session, *, since: date) -> list[tuple[Card, str]]:
    """The messages of digests from a day on of which a deadline has ended, each with a key for telling that.

    The key is another whenever more of a message has ended; of one that is known as ended nothing is told.
    """
    found: dict[Card, list[str]] = {}
    for message, person, way, digest, answer, key in session.execute(_told(since)):
        card = Card(message, person, way, digest, answer.removeprefix(NUMBERED))
        found.setdefault(card, []).append(key)
    over = _over(session, {key for keys in found.values() for key in keys})
    counted = {card: (len(over.intersection(keys)), len(keys)) for card, keys in found.items()}
    return [
        (card, f"{ENDED}:{card.message}" + (f":{done}" if done < told else ""))
        for card, (done, told) in counted.items()
        if done
    ]


def over(session: Session, digest: int) -> frozenset[str]:
    """The keys of a digest whose deadlines stand no more."""
    row = REMINDER.c
    query = select(row.key).where(row.digest_id == digest, row.withdrawn_at.is_(None))
    return _over(session, set(session.scalars(query)))


def _told(since: date) -> Select[Any]:
    """The reminders of messages that can be changed and are not all over yet."""
    row, other = MESSAGE.c, MESSAGE.alias()
    ending = bindparam(None, f"{ENDED}:", Text, unique=True) + cast(row.id, Text)
    is_card = and_(
        row.channel == ChannelKind.TELEGRAM,
        row.sent_at.is_not(None),
        row.way_id.is_not(None),
        row.answer.startswith(NUMBERED),
    )
    return (
        select(row.id, row.person_id, row.way_id, row.digest_id, row.answer, REMINDER.c.key)
        .join(DIGEST, DIGEST.c.id == row.digest_id)
        .join(REMINDER, REMINDER.c.digest_id == row.digest_id)
        .where(is_card, DIGEST.c.on_day >= since, REMINDER.c.withdrawn_at.is_(None))
        .where(~exists().where(other.c.key == ending))
        .order_by(row.id)
    )


def _over(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those of some keys whose deadline stands neither on the day told nor on an earlier one."""
    marks = {key: Mark.of(key) for key in keys}
    first = _standing(session, {mark.subject for mark in marks.values()}) if marks else {}
    return frozenset(key for key, mark in marks.items() if first.get(mark.subject, FOREVER) > mark.due_on)


def _standing(session: Session, subjects: Collection[str]) -> dict[str, date]:
    """The first day of each of these deadlines that somebody has; one whose day is not known has come."""
    row, kinds = WATCHED.c, {subject.partition(":")[0] for subject in subjects}
    query = select(row.kind, row.identity, row.due_on).distinct().where(row.gone_on.is_(None))
    found: dict[str, date] = {}
    for kind, identity, due_on in session.execute(
        query.where(row.kind.in_(map(DeadlineKind, sorted(kinds))))
    ):
        subject = subject_of(kind, tuple(json.loads(identity)))
        found[subject] = min(found.get(subject, FOREVER), due_on or BEGINNING)
    return found
