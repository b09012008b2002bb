"""Accounts: invited, given a role and a reach, changed, disabled; links by which people choose a password."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.days import legal_day
from tracker.domain.errors import EmailTaken, LastAdmin, LinkDead, NotFound, PersonRefused
from tracker.domain.people import NOWHERE, Person, Reach
from tracker.domain.roles import NATIONAL, Action, Role
from tracker.domain.telephones import read_telephone
from tracker.feeds.regions import find_region
from tracker.services import choosing, issuing, sealing, subscribing
from tracker.services.acting import Author
from tracker.store import accounts, asks, attempts, credentials, links, people, places
from tracker.store.accounts import Account
from tracker.store.attempts import Knocker
from tracker.store.credentials import Credentials
from tracker.store.links import Purpose
from tracker.store.scope import EVERYTHING, Scope, is_storable

EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s\x00-\x20]+\.[^@\s\x00-\x20]+")
LONGEST_EMAIL = 254
LONGEST_NAME = 200
CHOOSING = (Purpose.INVITATION, Purpose.RESET)
"""What a link for choosing a password is made for."""

FIRST_LINK = "/welcome/"


@dataclass(frozen=True, slots=True)
class Described:
    """A person as an administrator describes her; without a name she is called as her address begins.

    ``telephone`` is in one spelling, empty for none.
    """

    name: str
    role: Role
    reach: Reach
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """A new link for a person, told once."""

    person_id: int
    email: str
    purpose: Purpose
    secret: str

    def address(self, base_url: str) -> str:
        """The whole address, always of our own origin (AUT-12)."""
        return f"{base_url.rstrip('/')}{FIRST_LINK}{self.secret}"


def describe(
    session: Session,
    *,
    name: str,
    role: str,
    telephone: str = "",
    regions: Iterable[str] = (),
    districts: Iterable[str] = (),
    schools: Iterable[str] = (),
) -> Described:
    """Read what was filled in; raises :class:`PersonRefused` with the reason and the value.

    Districts are written ``59 Петропавл``: the region, then the name as the register has it.
    """
    if len(name) > LONGEST_NAME or not is_storable(name):
        raise PersonRefused(reason="name")
    if role not in tuple(Role):
        raise PersonRefused(reason="role", value=role)
    called, number = name.strip(), read_telephone(telephone)
    if Role(role) in NATIONAL:
        return Described(called, Role(role), NOWHERE, number)
    reach = Reach(
        regions=frozenset(_region(text) for text in regions),
        districts=_districts(session, districts),
        schools=_schools(session, schools),
    )
    if reach == NOWHERE and Role(role) is not Role.OFFICER:
        raise PersonRefused(reason="reach")
    return Described(called, Role(role), reach, number)


def _named(described: Described, email: str) -> str:
    return described.name or email.partition("@")[0]


def _region(text: str) -> str:
    code = find_region(text)
    if code is None:
        raise PersonRefused(reason="region", value=text)
    return code


def _districts(session: Session, texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    known = places.districts(session, EVERYTHING)
    found = set()
    for text in texts:
        region, _, name = text.strip().partition(" ")
        place = (find_region(region) or region, name.strip())
        if place not in known:
            raise PersonRefused(reason="district", value=text)
        found.add(place)
    return frozenset(found)


def _schools(session: Session, ids: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(text.strip() for text in ids)
    unknown = wanted - places.known_schools(session, EVERYTHING, wanted)
    if unknown:
        raise PersonRefused(reason="school", value=", ".join(sorted(unknown)))
    return wanted


def invite(session: Session, author: Author, *, email: str, described: Described) -> Invited:
    """Add an account that nobody can enter before she has chosen a password by the link.

    Raises :class:`PersonRefused` for what is no e-mail address, and :class:`EmailTaken`.
    """
    address = email.strip().lower()
    if not EMAIL.fullmatch(address) or len(address) > LONGEST_EMAIL or not is_storable(address):
        raise PersonRefused(reason="email")
    if people.number_of(session, address) is not None:
        raise EmailTaken
    number = people.add_person(
        session,
        email=address,
        name=_named(described, address),
        role=described.role,
        reach=described.reach,
        at=author.now,
        telephone=described.telephone,
    )
    author.note(session, Act.PERSON_ADDED, f"person:{number}", role=described.role, **_told(described.reach))
    return make_link(session, author, number)


def make_link(session: Session, author: Author, person_id: int) -> Invited:
    """A new link for choosing a password; earlier ones are dead. Raises :class:`NotFound`."""
    known = _known(session, person_id)
    if not known.is_enabled:
        raise NotFound
    purpose = Purpose.INVITATION if known.password_hash is None else Purpose.RESET
    links.end_links(session, person_id, *CHOOSING)
    secret = links.make_link(session, person_id, purpose, at=author.now)
    author.note(session, Act.LINK_MADE, known.mark, purpose=purpose)
    return Invited(person_id, known.email, purpose, secret)


def holder_of_link(session: Session, secret: str, author: Author) -> Credentials:
    """Whose link this is; raises :class:`LinkDead`."""
    whose = links.person_of_link(session, secret, *CHOOSING, now=author.now)
    known = None if whose is None else credentials.credentials_of(session, whose)
    if known is None or not known.is_enabled:
        raise LinkDead(reason="account")
    return known


def take_up(session: Session, secret: str, password_hash: str, author: Author) -> str:
    """Set the password chosen by a link, once; raises :class:`LinkDead`.

    Tokens and calendars are over, for whoever needs a link may have lost more than a password. A second
    factor stays. Returns the mark by which the device is known from now on, so that a link helps where no
    unknown one does.
    """
    known = holder_of_link(session, secret, author)
    if links.use_link(session, secret, *CHOOSING, now=author.now) is None:
        raise LinkDead(reason="account")
    herself = Author(known.mark, author.now, author.address)
    change_password(session, herself, known, password_hash)
    issuing.revoke_all(session, herself, known.person_id)
    subscribing.unsubscribe_all(session, herself, known.person_id)
    device = secrets.token_urlsafe(32)
    attempts.succeed(session, Knocker(known.email, author.address, device), now=author.now)
    _forgive_codes(session, author, known.person_id)
    return device


def require_good_password(password: str, again: str, known: Credentials) -> None:
    """Raises :class:`PasswordRefused`."""
    choosing.require_good(password, again=again, about=(known.email, known.name))


def change_password(session: Session, author: Author, known: Credentials, password_hash: str) -> None:
    """Keep a new password: every session and every link from before is over."""
    credentials.set_password(session, known.person_id, password_hash)
    links.end_links(session, known.person_id)
    people.end_all_sessions(session, known.person_id, at=author.now)
    author.note(session, Act.PASSWORD_CHANGED, known.mark)


def change(session: Session, author: Author, person_id: int, described: Described) -> None:
    """Change name, telephone, role and reach; with the last two her sessions end (AUT-11).

    Raises :class:`NotFound` and :class:`LastAdmin`.
    """
    before = _account(session, person_id)
    if described.role is not Role.ADMIN:
        _keep_an_admin(session, without=person_id)
    name = _named(described, before.person.email)
    accounts.change(session, person_id, {"name": name, "role": described.role})
    if before.person.name != name:
        author.note(session, Act.NAME_CHANGED, before.person.mark)
    change_telephone(session, author, before.person, described.telephone)
    if (before.person.role, before.person.reach) == (described.role, described.reach):
        return
    if before.person.role is not described.role:
        accounts.change(session, person_id, {"since": legal_day(author.now)})
    people.write_reach(session, person_id, described.reach, since=legal_day(author.now))
    people.end_all_sessions(session, person_id, at=author.now)
    _end_asks(session, author, person_id)
    told = _told(described.reach)
    mark = before.person.mark
    author.note(session, Act.ROLE_CHANGED, mark, before=before.person.role, role=described.role, **told)


def change_telephone(session: Session, author: Author, person: Person, telephone: str) -> None:
    """Keep at which number her colleagues reach somebody, in one spelling; the journal does not name it."""
    if person.telephone == telephone:
        return
    accounts.change(session, person.id, {"telephone": telephone or None})
    author.note(session, Act.TELEPHONE_CHANGED, person.mark)


def _end_asks(session: Session, author: Author, person_id: int) -> None:
    """Links to schools of which she may ask nothing any more lead nowhere."""
    herself = _account(session, person_id).person
    left = Scope.of_person(herself) if herself.may(Action.IMPORT) else None
    asks.end_asks(session, herself.mark, at=author.now, but=left)


def disable(session: Session, author: Author, person_id: int) -> None:
    """Nobody comes in with this account any more, nor with its tokens and calendars; who is in is out.

    Raises :class:`NotFound` and :class:`LastAdmin`.
    """
    found = _account(session, person_id)
    _keep_an_admin(session, without=person_id)
    if found.disabled_at is None:
        accounts.change(session, person_id, {"disabled_at": author.now})
        links.end_links(session, person_id)
        people.end_all_sessions(session, person_id, at=author.now)
        issuing.revoke_all(session, author, person_id)
        subscribing.unsubscribe_all(session, author, person_id)
        asks.end_asks(session, found.person.mark, at=author.now)
        author.note(session, Act.PERSON_DISABLED, found.person.mark)


def enable(session: Session, author: Author, person_id: int) -> None:
    """The account may be entered again; raises :class:`NotFound`."""
    found = _account(session, person_id)
    if found.disabled_at is not None:
        accounts.change(session, person_id, {"disabled_at": None, "since": legal_day(author.now)})
        author.note(session, Act.PERSON_ENABLED, found.person.mark)


def end_sessions(session: Session, author: Author, person_id: int) -> None:
    """Everybody who is in with this account is out; raises :class:`NotFound`."""
    mark = _account(session, person_id).person.mark
    people.end_all_sessions(session, person_id, at=author.now)
    author.note(session, Act.SESSIONS_ENDED, mark)


def set_second_factor(
    session: Session, author: Author, person_id: int, sealed: str, *, step: int
) -> tuple[str, ...]:
    """Switch a second factor on, whose code of ``step`` was given; returns its recovery codes, told once."""
    known = _known(session, person_id)
    credentials.set_second_factor(session, person_id, sealed, step=step)
    author.note(session, Act.SECOND_FACTOR_ON, known.mark)
    return _new_codes(session, person_id)


def renew_recovery_codes(session: Session, author: Author, person_id: int) -> tuple[str, ...]:
    """New recovery codes, told once; the old ones are dead. Raises :class:`NotFound` for none."""
    known = _known(session, person_id)
    if known.second_factor is None:
        raise NotFound
    author.note(session, Act.SECOND_FACTOR_ON, known.mark, codes="new")
    return _new_codes(session, person_id)


def _new_codes(session: Session, person_id: int) -> tuple[str, ...]:
    codes = sealing.new_recovery_codes()
    credentials.replace_recovery_codes(session, person_id, map(sealing.plain, codes))
    return codes


def take_second_factor(session: Session, author: Author, person_id: int) -> None:
    """Take the second factor of somebody who has lost it; raises :class:`NotFound`."""
    mark = _account(session, person_id).person.mark
    credentials.set_second_factor(session, person_id, None, step=None)
    people.end_all_sessions(session, person_id, at=author.now)
    _forgive_codes(session, author, person_id)
    author.note(session, Act.SECOND_FACTOR_OFF, mark)


def _forgive_codes(session: Session, author: Author, person_id: int) -> None:
    """What failed at her second step is no row any more (AUT-1)."""
    attempts.succeed(session, attempts.second_step(person_id, author.address), now=author.now)


def _known(session: Session, person_id: int) -> Credentials:
    known = credentials.credentials_of(session, person_id)
    if known is None:
        raise NotFound
    return known


def _account(session: Session, person_id: int) -> Account:
    found = accounts.account_of(session, person_id)
    if found is None or found.erased_at is not None:
        raise NotFound
    return found


def _keep_an_admin(session: Session, *, without: int) -> None:
    able = accounts.able_admins(session)
    if able == {without}:
        raise LastAdmin


def _told(reach: Reach) -> Mapping[str, object]:
    """A reach for the journal: codes of the register, nothing of a person."""
    districts = [f"{region} {name}" for region, name in sorted(reach.districts)]
    return {"regions": sorted(reach.regions), "districts": districts, "schools": sorted(reach.schools)}
