"""Warding off whoever tries few passwords on many accounts, which no account and no address shows (AUT-2).

Wrong passwords of unknown devices are counted over all accounts. From a limit on no unknown device is judged
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

STRANGERS_IN_A_DAY = 250
"""So many in a day are an attack too, however slowly it goes on (house)."""

STRANGERS_IN_ALARM = 5
"""The limit for ten minutes while there is an attack: whoever goes on gets few tries more (house)."""

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
        return self.alarm_since is not None or self.opens_at is not None


def watch(session: Session, *, now: datetime) -> Watch:
    """How it stands."""
    failed = attempts.failed_of_strangers(session, now=now)
    since = attempts.alarm_since(session, now=now)
    allowed = STRANGERS_IN_ALARM if since is not None or _is_slow_attack(session, now) else STRANGERS
    opens_at = failed[allowed - 1] + attempts.LATELY if len(failed) >= allowed else None
    return Watch(len(failed), since, opens_at)


def _is_slow_attack(session: Session, now: datetime) -> bool:
    return len(attempts.failed_of_strangers(session, now=now, within=attempts.DAY)) >= STRANGERS_IN_A_DAY


def opens_at(session: Session, author: Author) -> datetime | None:
    """When an unknown device is judged again; None for now. The first that is refused raises the alarm."""
    seen = watch(session, now=author.now)
    if seen.opens_at is not None and seen.alarm_since is None:
        attempts.raise_alarm(session, now=author.now)
        author.note(session, Act.STRANGERS_REFUSED, EVERYBODY, reason="too_many", failed=seen.failed)
    return seen.opens_at
