"""Word that comes back of a mail which a server had taken: what is lost goes another way (CHN-10).

A report may come from anybody. One counts only if it names the identity of a mail that went to that very
person, which nobody can make who has not seen it; so whoever holds one can speak of her own mail alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.channels.mail_address import receiver
from tracker.channels.returned import Fared, Report, Word
from tracker.domain.acts import Act
from tracker.domain.errors import ReportRefused
from tracker.domain.messages import ChannelKind, Delivery, Fate, Fault, identity
from tracker.services import rerouting
from tracker.services.acting import Author
from tracker.services.proving_life import CANARY
from tracker.settings import Settings
from tracker.store import accounts, returned
from tracker.store.returned import Mail
from tracker.store.ways import MANY_FAILURES

HEARD = timedelta(days=30)
"""For so long after a mail was handed over word of it is heard; servers try for five days (RFC 5321)."""

NOBODY_THERE = ("5.1.", "5.2.1")
"""Codes of RFC 3463 of an address that is none, or is used no more: no second letter need try it."""


class Came(StrEnum):
    """What came of a report; ``cli.bounce.…`` names it."""

    CLOSED = "closed"
    """Nothing more goes to that mailbox."""
    LOST = "lost"
    """The letter goes another way; the mailbox may take the next one."""
    NOTED = "noted"
    KNOWN = "known"
    FINE = "fine"


def take(session: Session, author: Author, report: Report, *, settings: Settings) -> Came:
    """Do what a report asks for; raises :class:`ReportRefused` where it is of no mail of ours."""
    mail, word = _meant(session, author, report, settings)
    message, by = mail.message, settings.channels
    if word.fared is Fared.CAME or mail.is_back:
        return Came.KNOWN if mail.is_back else Came.FINE
    author.note(
        session, Act.MAIL_RETURNED, f"message:{message.id}",
        person=f"person:{message.person}", fared=word.fared, status=word.status,
    )  # fmt: skip
    if word.fared is Fared.WAITS:
        returned.delay(session, message.id, answer=word.answer)
        return Came.NOTED
    if word.fared is Fared.COMPLAINED:
        complaint = Delivery(Fate.NEVER, Fault.BLOCKED, word.answer)
        is_bad = rerouting.close(session, message, complaint, now=author.now, by=by, for_good=True)
        return Came.CLOSED if is_bad else Came.KNOWN
    return _lose(session, author, mail, word, by)


def _lose(session: Session, author: Author, mail: Mail, word: Word, by: Collection[ChannelKind]) -> Came:
    """What the server says is lost for now is lost as well; but its receiver may take the next one."""
    message, now = mail.message, author.now
    returned.lose(session, message.id, at=now, answer=word.answer)
    fate = Fate.NEVER if word.status.startswith("5.") else Fate.LATER
    back = returned.came_back(session, message.person, since=now - HEARD)
    for_good = word.status.startswith(NOBODY_THERE) or back >= MANY_FAILURES
    delivery = Delivery(fate, Fault.RETURNED, word.answer)
    is_bad = rerouting.reroute(session, message, delivery, now=now, by=by, for_good=for_good)
    return Came.CLOSED if is_bad else Came.LOST


def _meant(session: Session, author: Author, report: Report, settings: Settings) -> tuple[Mail, Word]:
    """The mail that a report is about, and what it says of its receiver; raises :class:`ReportRefused`."""
    since = author.now - HEARD
    named = returned.of_key(session, report.key, since=since) if report.key else None
    for mail in [named] if named else returned.to_receivers(session, report.addresses, since=since):
        ours = identity(mail.message.key, settings.secret)
        word = report.of(_address(session, mail, settings))
        if word is not None and hmac.compare_digest(ours.encode(), report.identity.encode()):
            return mail, word
    raise ReportRefused(reason="unknown")


def _address(session: Session, mail: Mail, settings: Settings) -> str:
    """Where a mail went, as letters are sent there; empty where that person has gone."""
    if mail.message.template == CANARY:
        return (receiver(settings.canary_to) or "").lower()
    account = accounts.account_of(session, mail.message.person)
    return "" if account is None else (receiver(account.person.email) or "").lower()
