"""Warding off whoever tries few passwords on many accounts, which no account and no address shows (AUT-2).

Failed tries of unknown devices are counted over all accounts. Beyond a limit no unknown device is judged
until enough of them are ten minutes old: that ends by itself, and it shuts out neither devices on which the
account has signed in, nor links, nor the identity provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.services.acting import Author
from tracker.store import attempts

STRANGERS = 200
"""Failed tries of unknown devices in ten minutes from which on unknown devices are refused (house)."""

STRANGERS_IN_ALARM = 5
"""The same while an alarm lasts, so that whoever goes on guessing more slowly gets few tries more (house)."""

EVERYBODY = "sign_in"
"""How the journal names what is guarded: no single account is meant."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What unknown devices have tried within ten minutes.

    ``failed`` tries; ``alarm_since`` when the alarm that lasts was raised; ``opens_at`` when unknown devices
    are judged again, None while they are.
    """

    failed: int
    alarm_since: datetime | None
    opens_at: datetime | None

    @property
    def is_alarm(self) -> bool:
        """Whether somebody has to look."""
        return self.alarm_since is not None


def watch(session: Session, *, now: datetime) -> Watch:
    """How it stands."""
    failed = attempts.failed_of_strangers(session, now=now)
    since = attempts.alarm_since(session, now=now)
    allowed = STRANGERS if since is None else STRANGERS_IN_ALARM
    opens_at = failed[allowed - 1] + attempts.LATELY if len(failed) >= allowed else None
    return Watch(len(failed), since, opens_at)


def opens_at(session: Session, author: Author) -> datetime | None:
    """When an unknown device is judged again; None for now. The first that is refused raises the alarm."""
    seen = watch(session, now=author.now)
    if seen.opens_at is not None and seen.alarm_since is None:
        attempts.raise_alarm(session, now=author.now)
        author.note(session, Act.STRANGERS_REFUSED, EVERYBODY, reason="too_many", failed=seen.failed)
    return seen.opens_at
