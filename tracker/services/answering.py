"""What people say by Telegram: a chat that is connected by a code, a deadline that is taken up or put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.errors import HoldRefused, NotAllowed, NotFound
from tracker.domain.holds import HoldKind
from tracker.domain.messages import reference
from tracker.services import connecting, holding
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.store import accounts, digests, outbox, ways

KINDS = {"done": HoldKind.ACKNOWLEDGED, "snooze": HoldKind.SNOOZED}
REASON = "Telegram"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, as a code of ``letters.ANSWERS``, and who it was if we know her."""

    code: str
    person: int | None


def connect(session: Session, code: str, chat: str, *, now: datetime) -> Answer:
    """Connect the chat to the person whose code this is."""
    number = connecting.connect_telegram(session, Author.unknown(now, ""), code, chat)
    return Answer("link_dead" if number is None else "connected", number)


def press(session: Session, data: str, chat: str, *, now: datetime, book: Book) -> Answer:
    """Do what a button says, for the person whose chat it stands in and for nobody else.

    Only a message that went to this very chat counts, whatever the button says.
    """
    action, _, mark = data.partition(":")
    way = ways.of_chat(session, chat)
    if way is None or action not in KINDS:
        return Answer("not_allowed", None)
    account = accounts.account_of(session, way.person)
    if account is None or account.disabled_at or account.erased_at:
        return Answer("not_allowed", None)
    line = _line(session, way.id, mark)
    if line is None:
        return Answer("gone", way.person)
    person, kind = account.person, KINDS[action]
    try:
        holding.hold_line(
            session,
            Author(person.mark, now),
            person,
            line,
            kind,
            reason=REASON,
            today=legal_day(now),
            book=book,
        )
    except NotFound:
        return Answer("gone", way.person)
    except HoldRefused:
        return Answer("too_late", way.person)
    except NotAllowed:
        return Answer("not_allowed", way.person)
    return Answer(kind.value, way.person)


def _line(session: Session, way: int, mark: str) -> Mapping[str, Any] | None:
    """The only line of the digest that a message to this way told under the reference."""
    for key, digest in outbox.told_by(session, way):
        if reference(key) == mark:
            kept = digests.get(session, digest)
            left = [line for line in kept.body["lines"] if not kept.withdrawn.issuperset(line["keys"])]
            return left[0] if len(left) == 1 else None
    return None
