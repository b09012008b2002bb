"""What people say by Telegram: a chat that is connected by a code, a deadline that is taken up or put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.errors import HoldRefused, NotAllowed, NotFound
from tracker.domain.holds import Hold, HoldKind
from tracker.domain.messages import reference
from tracker.domain.people import Person
from tracker.services import connecting, holding, ticking_off
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.services.holding import Standing, Target
from tracker.store import accounts, digests, outbox, ways
from tracker.store.scope import Scope

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


def press(session: Session, data: str, chat: str, under: str, *, now: datetime, book: Book) -> Answer:
    """Do what a button says, for the person whose chat it stands in and for nobody else; once.

    Only a message that went to this very chat counts, whatever the button says. That message, ``under`` in
    the chat, then says itself what was done, and its buttons go. What is silent already stays as it is.
    """
    action, _, mark = data.partition(":")
    way = ways.of_chat(session, chat)
    if way is None or action not in KINDS:
        return Answer("not_allowed", None)
    account = accounts.account_of(session, way.person)
    if account is None or account.disabled_at or account.erased_at:
        return Answer("not_allowed", None)
    digest, line = _line(session, way.id, mark)
    if line is None:
        return Answer("gone", way.person)
    person, kind = account.person, KINDS[action]
    try:
        before = _before(session, person, line, now=now, book=book)
        silent: Standing | Hold | None = before if before and _is_said(before.kind, kind) else None
        if silent is None:
            silent = holding.hold_line(
                session, Author(person.mark, now), person, line, kind,
                reason=REASON, today=legal_day(now), book=book,
            )  # fmt: skip
    except NotFound:
        return Answer("gone", way.person)
    except HoldRefused:
        return Answer("too_late", way.person)
    except NotAllowed:
        return Answer("not_allowed", way.person)
    ticking_off.say_held(session, way, digest, under, silent.kind, silent.back_on, now=now)
    return Answer(f"{silent.kind}.already" if silent is before else silent.kind.value, way.person)


def _before(
    session: Session, person: Person, line: Mapping[str, Any], *, now: datetime, book: Book
) -> Standing | None:
    """What keeps the deadline of a line silent for a person already; raises :class:`NotFound`."""
    today, target = legal_day(now), Target.of_line(line)
    due = holding.find(session, Scope.of_person(person), target, on=today, book=book)
    return holding.standings(session, [due], person, today=today).get(target)


def _is_said(before: HoldKind, kind: HoldKind) -> bool:
    """Whether one asks for no more than stands: what was put off can still be taken up."""
    return before is kind or before is HoldKind.ACKNOWLEDGED


def _line(session: Session, way: int, mark: str) -> tuple[int, Mapping[str, Any] | None]:
    """The only line of the digest that a message to this way told under the reference, and that digest."""
    for key, digest in outbox.told_by(session, way):
        if reference(key) == mark:
            kept = digests.get(session, digest)
            left = [line for line in kept.body["lines"] if not kept.withdrawn.issuperset(line["keys"])]
            return digest, left[0] if len(left) == 1 else None
    return 0, None
