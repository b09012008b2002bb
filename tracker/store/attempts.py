"""Tries to sign in, counted by address, account and device, so that nobody guesses and nobody locks out.

Accounts and devices are kept as hashes: a try on an account that does not exist leaves no e-mail address.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from tracker.store.people import hashed
from tracker.store.people_tables import ATTEMPT

HOUR = timedelta(hours=1)

DAY = timedelta(days=1)

LATELY = timedelta(minutes=10)
"""How long a failed password counts against all unknown devices (AUT-2)."""

OTHER = "."
"""How names begin under which codes and answers of a provider are counted."""

OWN_NETWORK = 64
"""Bits of the smallest network that a line of IPv6 is given (RFC 6177): a guesser moves freely in it."""

KEPT = timedelta(days=180)
"""How long tries are kept, and with them the devices that an account is known on."""


@dataclass(frozen=True, slots=True)
class Knocker:
    """Who tries: which account (an e-mail address as it was typed), from where, on which device.

    ``is_password`` tells passwords from codes and answers of a provider, whose accounts have other names.
    """

    account: str
    address: str
    device: str | None = None
    is_password: bool = True

    @property
    def account_hash(self) -> str:
        """The account as it is kept; nobody can type an address that is kept like another name."""
        name = hashed(self.account.strip().lower())
        return name if self.is_password else OTHER + name[len(OTHER) :]

    @property
    def device_hash(self) -> str | None:
        """The device as it is kept."""
        return None if self.device is None else hashed(self.device)

    @property
    def network(self) -> str:
        """From where, as it is kept: whoever has one address of IPv6 has all of its :data:`OWN_NETWORK`."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(address, IPv4Address):
            return self.address
        return str(IPv6Network((int(address), OWN_NETWORK), strict=False))


def second_step(person_id: int, address: str, device: str | None = None) -> Knocker:
    """Whoever tries a person's second step, which is counted apart from her password."""
    return Knocker(f"code:{person_id}", address, device, is_password=False)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed tries: of the address within an hour and of the account in a row, or both of a known device."""

    of_address: int
    in_a_row: int
    is_known: bool


def failures(session: Session, who: Knocker, *, now: datetime) -> Failures:
    """What counts against this try. A device on which the account has signed in is judged by itself."""
    asked = _asked(who, now)
    is_known = who.device is not None and session.scalar(_SIGNED_IN_HERE, asked) is not None
    of_address, in_a_row = session.execute(_FAILED_OF_DEVICE if is_known else _FAILED_OF_ADDRESS, asked).one()
    return Failures(of_address, in_a_row, is_known)


def frees_at(session: Session, who: Knocker, *, allowed: int, is_known: bool, now: datetime) -> datetime:
    """When the address (or the known device) has failed fewer than ``allowed`` times within an hour."""
    latest = _LATEST_OF_DEVICE if is_known else _LATEST_OF_ADDRESS
    last = session.scalar(latest, _asked(who, now) | {"before": allowed - 1})
    return now if last is None else last + HOUR


# What every try asks is written once: to build such a question costs more than to answer it.


def _asked(who: Knocker, now: datetime) -> dict[str, object]:
    return {
        "account": who.account_hash,
        "network": who.network,
        "device": who.device_hash,
        "an_hour_ago": now - HOUR,
        "long_ago": now - KEPT,
    }


def _of_the_place_and_in_a_row(place: ColumnElement[bool], whose: ColumnElement[bool]) -> Select[int, int]:
    """How often ``place`` failed within an hour, and ``whose`` tries did since one was right."""
    last = select(func.coalesce(func.max(ATTEMPT.c.id), 0)).where(whose, ATTEMPT.c.succeeded)
    in_a_row = _number_of(whose, _FAILED, ATTEMPT.c.id > last.scalar_subquery())
    return select(_number_of(place, _FAILED, _IN_THE_HOUR), in_a_row)


def _number_of(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(ATTEMPT).where(*conditions).scalar_subquery()


def _latest_of(place: ColumnElement[bool]) -> Select[datetime]:
    """When the last failure of ``place`` was that has so many ``before`` it, counted from now."""
    latest = select(ATTEMPT.c.at).where(place, _FAILED, _IN_THE_HOUR).order_by(ATTEMPT.c.at.desc())
    return latest.offset(bindparam("before", type_=Integer)).limit(1)


_FAILED = ATTEMPT.c.succeeded.is_(False)
_IN_THE_HOUR = ATTEMPT.c.at > bindparam("an_hour_ago")
_ACCOUNT = ATTEMPT.c.account_hash == bindparam("account")
_ADDRESS = ATTEMPT.c.address == bindparam("network")
_DEVICE = and_(_ACCOUNT, ATTEMPT.c.device_hash == bindparam("device"))

_SIGNED_IN_HERE = (
    select(ATTEMPT.c.id).where(_DEVICE, ATTEMPT.c.succeeded, ATTEMPT.c.at > bindparam("long_ago")).limit(1)
)
_FAILED_OF_ADDRESS = _of_the_place_and_in_a_row(_ADDRESS, _ACCOUNT)
_FAILED_OF_DEVICE = _of_the_place_and_in_a_row(_DEVICE, _DEVICE)
_LATEST_OF_ADDRESS, _LATEST_OF_DEVICE = _latest_of(_ADDRESS), _latest_of(_DEVICE)
_TOLD = select(ATTEMPT.c.id).where(_ACCOUNT, _ADDRESS, _IN_THE_HOUR).limit(1)


def failed_of_strangers(
    session: Session, *, now: datetime, within: timedelta = LATELY
) -> tuple[datetime, ...]:
    """When passwords on devices that their account does not know failed ``within`` now, the last one first.

    Rows are looked at from the newest back to the first that is too old, so that it costs the same however
    many are kept.
    """
    older = select(ATTEMPT.c.id).where(ATTEMPT.c.at <= now - within)
    last_older = older.order_by(ATTEMPT.c.id.desc()).limit(1).scalar_subquery()
    newer = ATTEMPT.c.id > func.coalesce(last_older, 0)
    columns = (ATTEMPT.c.at, ATTEMPT.c.account_hash, ATTEMPT.c.device_hash)
    failed = and_(ATTEMPT.c.succeeded.is_(False), ~ATTEMPT.c.account_hash.startswith(OTHER))
    rows = session.execute(select(*columns).where(newer, failed).order_by(ATTEMPT.c.id.desc())).all()
    known = _known_devices(session, {row.account_hash for row in rows if row.device_hash}, now=now)
    return tuple(row.at for row in rows if (row.account_hash, row.device_hash) not in known)


def _known_devices(session: Session, accounts: Collection[str], *, now: datetime) -> set[tuple[str, str]]:
    """The accounts, of these, with each device on which they have signed in.

    Asked apart from the tries themselves: PostgreSQL would read all that is kept to join the two.
    """
    if not accounts:
        return set()
    theirs = and_(ATTEMPT.c.account_hash.in_(accounts), ATTEMPT.c.device_hash.is_not(None))
    lately = and_(ATTEMPT.c.succeeded, ATTEMPT.c.at > now - KEPT)
    found = select(ATTEMPT.c.account_hash, ATTEMPT.c.device_hash).where(theirs, lately)
    return {(account, device) for account, device in session.execute(found)}


def begin(session: Session, who: Knocker, *, now: datetime) -> int:
    """Write a try down as failed, before it is judged: many at once are counted like one after another."""
    return _write(session, who, now=now, succeeded=False)


def succeed(session: Session, who: Knocker, *, now: datetime) -> None:
    """Write down that somebody signed in or was let in again: what failed before is no row any more."""
    _write(session, who, now=now, succeeded=True)
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.at < now - KEPT))


def take_back(session: Session, number: int) -> None:
    """Forget a try that was right."""
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.id == number))


def was_told(session: Session, who: Knocker, *, now: datetime) -> bool:
    """Whether the journal was told within the hour that this address is kept waiting; from now on it was."""
    if session.scalar(_TOLD, _asked(who, now) | {"account": _WAITING}) is not None:
        return True
    mine = and_(ATTEMPT.c.account_hash == _WAITING, ATTEMPT.c.address == who.network)
    session.execute(delete(ATTEMPT).where(mine))
    marker = Knocker(_WAITING, who.address)
    values = _row(marker, now, succeeded=True) | {"account_hash": _WAITING}
    session.execute(insert(ATTEMPT).values(values))
    return False


def alarm_since(session: Session, *, now: datetime) -> datetime | None:
    """When the alarm about unknown devices was raised that still lasts: each lasts an hour."""
    lasting = and_(ATTEMPT.c.account_hash == _ALARM, ATTEMPT.c.at > now - HOUR)
    since: datetime | None = session.scalar(select(func.max(ATTEMPT.c.at)).where(lasting))
    return since


def raise_alarm(session: Session, *, now: datetime) -> None:
    """Write down that there is an alarm about unknown devices from now on."""
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.account_hash == _ALARM))
    values = _row(Knocker(_ALARM, ""), now, succeeded=True) | {"account_hash": _ALARM}
    session.execute(insert(ATTEMPT).values(values))


_ALARM = "alarm"
_WAITING = "waiting"
"""Stand for the account in the rows that say when there was an alarm, and which addresses are kept waiting;
no hash is written so."""


def _write(session: Session, who: Knocker, *, now: datetime, succeeded: bool) -> int:
    row = insert(ATTEMPT).values(_row(who, now, succeeded=succeeded)).returning(ATTEMPT.c.id)
    number: int = session.execute(row).scalar_one()
    return number


def _row(who: Knocker, now: datetime, *, succeeded: bool) -> dict[str, object]:
    return {
        "account_hash": who.account_hash,
        "address": who.network,
        "device_hash": who.device_hash,
        "at": now,
        "succeeded": succeeded,
    }
