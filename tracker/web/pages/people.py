"""People as an administrator sees them: who they are, what they may see, links, sessions, disabling."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import (
    EmailTaken,
    LastAdmin,
    NotAllowed,
    NotFound,
    PersonRefused,
    ProofStale,
    SignInRefused,
    TooManyTries,
    TrackerError,
)
from tracker.domain.people import Person
from tracker.domain.roles import NATIONAL, Action, Role
from tracker.feeds.regions import REGIONS
from tracker.render.formats import Formats
from tracker.services import conditions, connecting, enrolling, issuing
from tracker.services.acting import Author
from tracker.services.enrolling import Described, Invited
from tracker.store import accounts, cases, jobs, people, tokens
from tracker.store.jobs import Job
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of
from tracker.web.forms import Text
from tracker.web.paging import Page, page_number
from tracker.web.proving import PROOF_REFUSALS, author_of, prove_again, proves_by_password
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

MANAGE = [allow(Action.MANAGE_PEOPLE)]
PEOPLE = "/people"
PER_PAGE = 50
LARGEST_NUMBER = 2**31 - 1
"""The largest that a database counts to; a larger one is nobody's."""

REFUSALS = (PersonRefused, EmailTaken, LastAdmin, *PROOF_REFUSALS)
STATUSES = {PersonRefused: 400, ProofStale: 401, SignInRefused: 401, TooManyTries: 429}

Act = Callable[[Session, Author, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields that describe a person, as they were filled in."""

    name: str
    role: str
    regions: tuple[str, ...] = ()
    districts: str = ""
    schools: str = ""
    telephone: str = ""

    @classmethod
    def of(cls, person: Person, formats: Formats) -> Filled:
        """The fields of somebody who is known."""
        reach = person.reach
        return cls(
            name=person.name,
            role=person.role,
            regions=tuple(sorted(reach.regions)),
            districts="\n".join(f"{region} {name}" for region, name in sorted(reach.districts)),
            schools="\n".join(sorted(reach.schools)),
            telephone=formats.spelled(person.telephone),
        )

    def read(self, session: Session) -> Described:
        """What they say; raises :class:`PersonRefused`."""
        return enrolling.describe(
            session,
            name=self.name,
            role=self.role,
            telephone=self.telephone,
            regions=self.regions,
            districts=[line for line in self.districts.splitlines() if line.strip()],
            schools=re.findall(r"[^\s,;]+", self.schools),
        )


def _filled(
    name: Text = "",
    role: Text = "",
    region: Annotated[list[str] | None, Form()] = None,
    districts: Text = "",
    schools: Text = "",
    telephone: Text = "",
) -> Filled:
    return Filled(name, role, tuple(region or ()), districts, schools, telephone)


FilledIn = Annotated[Filled, Depends(_filled)]


@router.get(PEOPLE, dependencies=MANAGE)
def index(visit: Asked) -> Response:
    """Everybody, by e-mail address."""
    asked = asked_of(visit.request, ("q", "page"))
    words = asked.get("q", "")[:100]
    count = accounts.count_accounts(visit.session, words=words)
    last = max(1, -(-count // PER_PAGE))
    number = min(page_number(asked.get("page", "")), last)
    first = (number - 1) * PER_PAGE
    found = accounts.accounts(visit.session, words=words, limit=PER_PAGE, offset=first)
    page = Page(found, number, last, count, first + 1)
    untold = conditions.untold_needs(jobs.last_runs(visit.session).get(Job.REMINDERS))
    return visit.page("people/index.html", {"page": page, "q": words, "untold": untold})


@router.get("/people/new", dependencies=MANAGE)
def describe(visit: Asked) -> Response:
    """The form for somebody new."""
    return _new(visit, Filled("", Role.OFFICER), "")


@router.post(PEOPLE, dependencies=MANAGE)
def add(called: Called, filled: FilledIn, email: Text = "", proof: Text = "") -> Response:
    """Add somebody and show her invitation this once, to an administrator who proves herself again."""
    try:
        prove_again(called, proof)
        with called.writing() as session:
            invited = enrolling.invite(
                session, author_of(called), email=email, described=filled.read(session)
            )
    except REFUSALS as error:
        with called.reading() as visit:
            return _new(visit, filled, email, refused=error)
    return _link(called, invited)


@router.get("/people/{number}", dependencies=MANAGE)
def show(visit: Asked, number: int) -> Response:
    """One account."""
    return _show(visit, number)


@router.post("/people/{number}", dependencies=MANAGE)
def change(called: Called, number: int, filled: FilledIn, role_proof: Text = "") -> Response:
    """Change name, role and reach; whoever changes more than the name proves herself again."""
    try:
        if _gives_rights(called, number, filled):
            prove_again(called, role_proof)
        with called.writing() as session:
            enrolling.change(session, author_of(called), _known(number), filled.read(session))
    except REFUSALS as error:
        with called.reading() as visit:
            return _show(visit, number, filled=filled, refused=error, part="role")
    return RedirectResponse(f"{PEOPLE}/{number}", 303)


@router.post("/people/{number}/link", dependencies=MANAGE)
def make_link(called: Called, number: int, proof: Text = "") -> Response:
    """Make a link by which she chooses a password, and show it this once.

    Whoever has it may come in as her, so the administrator proves herself again.
    """
    try:
        prove_again(called, proof)
    except PROOF_REFUSALS as error:
        with called.reading() as visit:
            return _show(visit, number, refused=error)
    with called.writing() as session:
        invited = enrolling.make_link(session, author_of(called), _known(number))
    return _link(called, invited)


@router.post("/people/{number}/disable", dependencies=MANAGE)
def disable(called: Called, number: int) -> Response:
    """Keep her out."""
    return _do(called, number, enrolling.disable)


@router.post("/people/{number}/enable", dependencies=MANAGE)
def enable(called: Called, number: int) -> Response:
    """Let her in again."""
    return _do(called, number, enrolling.enable)


@router.post("/people/{number}/sessions", dependencies=MANAGE)
def end_sessions(called: Called, number: int) -> Response:
    """End her sessions."""
    return _do(called, number, enrolling.end_sessions)


@router.post("/people/{number}/second-factor", dependencies=MANAGE)
def take_second_factor(called: Called, number: int, proof: Text = "") -> Response:
    """Take the second factor of somebody who has lost it, as an administrator who proves herself again.

    Raises :class:`NotAllowed` for her own: her own page asks for a code of it besides.
    """
    if number == called.person.id:
        raise NotAllowed
    return _do(called, number, enrolling.take_second_factor, proof=proof)


@router.post("/people/{number}/tokens", dependencies=MANAGE)
def revoke_tokens(called: Called, number: int) -> Response:
    """End all her tokens."""
    return _do(called, number, issuing.revoke_all)


def _do(called: Caller, number: int, act: Act, *, proof: str | None = None) -> Response:
    """``proof`` is given where the act wants one."""
    try:
        if proof is not None:
            prove_again(called, proof)
        with called.writing() as session:
            act(session, author_of(called), _known(number))
    except REFUSALS as error:
        with called.reading() as visit:
            return _show(visit, number, refused=error)
    return RedirectResponse(f"{PEOPLE}/{number}", 303)


def _gives_rights(called: Caller, number: int, filled: Filled) -> bool:
    """Whether somebody would have another role or see other schools; raises :class:`PersonRefused`."""
    with called.reading() as visit:
        account = accounts.account_of(visit.session, _known(number))
        wanted = filled.read(visit.session)
    return account is None or (account.person.role, account.person.reach) != (wanted.role, wanted.reach)


def _known(number: int) -> int:
    if not 0 < number <= LARGEST_NUMBER:
        raise NotFound
    return number


def _new(visit: Visit, filled: Filled, email: str, refused: TrackerError | None = None) -> Response:
    has_password = proves_by_password(visit)
    values = {
        "email": email, "filled": filled, "refused": refused, "has_password": has_password, **_choices(),
    }  # fmt: skip
    return visit.page("people/new.html", values, status=_status(refused))


def _show(
    visit: Visit,
    number: int,
    *,
    filled: Filled | None = None,
    refused: TrackerError | None = None,
    part: str = "",
) -> Response:
    account = accounts.account_of(visit.session, _known(number))
    if account is None:
        raise NotFound
    values = {
        "account": account,
        "filled": filled or Filled.of(account.person, visit.house.voices[visit.language].formats),
        "sessions": people.sessions_of(visit.session, number, now=visit.moment),
        "bad_ways": [way for way in connecting.own_ways(visit.session, account.person) if way.bad_since],
        "tokens": [one for one in tokens.tokens_of(visit.session, number) if one.works(visit.moment)],
        "cases": cases.count_held(visit.session, visit.scope, number),
        "has_password": proves_by_password(visit),
        "refused": refused,
        "part": part,
        **_choices(),
    }
    return visit.page("people/show.html", values, status=_status(refused))


def _link(called: Caller, invited: Invited) -> Response:
    address = invited.address(called.house.settings.base_url)
    with called.reading() as visit:
        return visit.page("people/link.html", {"invited": invited, "address": address})


def _choices() -> dict[str, object]:
    return {"roles": tuple(Role), "national": NATIONAL, "codes": [region.code for region in REGIONS]}


def _status(refused: TrackerError | None) -> int:
    if refused is None:
        return 200
    return STATUSES.get(type(refused), 409)
