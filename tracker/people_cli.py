"""The command line of people and tokens; the first administrator comes in here and nowhere else (AUT-16)."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker import console
from tracker.commands import REFUSED, Commands
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.errors import NotFound
from tracker.domain.people import Reach, TokenScope
from tracker.domain.roles import Role
from tracker.services import enrolling, erasing, issuing
from tracker.services.acting import Author
from tracker.services.enrolling import Invited
from tracker.services.issuing import Wanted
from tracker.store import accounts, people
from tracker.store.accounts import Account

user_app = Commands()
token_app = Commands()

Email = Annotated[str, typer.Argument(metavar="EMAIL")]
COLUMNS = ("email", "name", "role", "reach", "state", "used")


@user_app.command("add")
def add(
    context: typer.Context,
    email: Email,
    role: Annotated[Role, typer.Option()],
    name: Annotated[str, typer.Option()] = "",
    region: Annotated[list[str] | None, typer.Option(metavar="CODE")] = None,
    district: Annotated[list[str] | None, typer.Option(metavar="DISTRICT")] = None,
    school: Annotated[list[str] | None, typer.Option(metavar="ID")] = None,
) -> None:
    """Add a person and print the link by which she chooses a password."""
    desk: Desk = context.obj
    with desk.transaction() as session:
        described = enrolling.describe(
            session,
            name=name,
            role=role,
            regions=region or (),
            districts=district or (),
            schools=school or (),
        )
        invited = enrolling.invite(session, _author(desk), email=email, described=described)
    console.say(desk.say("cli.user.added", email=invited.email, role=desk.say(f"role.{role}")))
    console.say(desk.say("people.letters"))
    _hand_over(desk, invited)


@user_app.command("link")
def make_link(context: typer.Context, email: Email) -> None:
    """Print a new link by which a person chooses a password; earlier ones are dead."""
    desk: Desk = context.obj
    with desk.transaction() as session:
        number = people.number_of(session, email)
        if number is None:
            raise NotFound(email=email)
        invited = enrolling.make_link(session, _author(desk), number)
    _hand_over(desk, invited)


@user_app.command("list")
def show(
    context: typer.Context,
    how: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List everybody who was added."""
    desk: Desk = context.obj
    with desk.reading() as session:
        found = accounts.accounts(session)
    if how is Format.TABLE:
        titles = [desk.say(f"person.{name}") for name in COLUMNS]
        console.print_rows(titles, [_row(desk, account) for account in found], how)
    else:
        console.print_rows(("email", "name", "role", "reach", "state", "used_at"), map(_cells, found), how)


@user_app.command("disable")
def disable(context: typer.Context, email: Email) -> None:
    """Keep a person and her tokens out; whoever is in with her account is out."""
    desk: Desk = context.obj
    with desk.transaction() as session:
        enrolling.disable(session, _author(desk), people.number_of(session, email) or 0)
    console.say(desk.say("cli.user.disabled", email=email))


@user_app.command("enable")
def enable(context: typer.Context, email: Email) -> None:
    """Let a disabled person in again."""
    desk: Desk = context.obj
    with desk.transaction() as session:
        enrolling.enable(session, _author(desk), people.number_of(session, email) or 0)
    console.say(desk.say("cli.user.enabled", email=email))


@user_app.command("erase")
def erase(context: typer.Context, email: Email, yes: Annotated[bool, typer.Option("--yes")] = False) -> None:
    """Erase a person's data for ever; her number and what she did stay in the journal.

    Asks for the address once more, unless told not to: nothing brings her back.
    """
    desk: Desk = context.obj
    with desk.reading() as session:
        account = accounts.account_of(session, people.number_of(session, email) or 0)
    if account is None:
        raise NotFound(email=email)
    if not yes and not _is_meant(desk, account):
        console.complain(desk.say("cli.user.kept", email=account.person.email))
        raise typer.Exit(REFUSED)
    with desk.transaction() as session:
        erasing.erase(session, _author(desk), account.person.id)
    console.say(desk.say("cli.person_erased", number=account.person.id))


@token_app.command("add")
def add_token(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option()],
    scope: Annotated[TokenScope, typer.Option()] = TokenScope.READ,
    region: Annotated[str, typer.Option(metavar="CODE")] = "",
    days: Annotated[int, typer.Option()] = 90,
) -> None:
    """Issue a token on a person's behalf and print it this once."""
    desk: Desk = context.obj
    wanted = Wanted.read(name=name, scope=scope, region=region, days=str(days))
    with desk.transaction() as session:
        token = issuing.issue_on_behalf(session, _author(desk), email, wanted)
    console.say(desk.say("cli.token.added"), token)


@token_app.command("revoke")
def revoke_token(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="MARK")],
) -> None:
    """End a token."""
    desk: Desk = context.obj
    with desk.transaction() as session:
        issuing.revoke(session, _author(desk), prefix)
    console.say(desk.say("cli.token.revoked", prefix=prefix))


def _is_meant(desk: Desk, account: Account) -> bool:
    """Whether the same address comes a second time on standard input."""
    person = account.person
    console.say(desk.say("cli.user.erase", email=person.email, role=desk.say(f"role.{person.role}")))
    return console.answer().casefold() == person.email


def _author(desk: Desk) -> Author:
    return Author(desk.actor, desk.now)


def _hand_over(desk: Desk, invited: Invited) -> None:
    console.say(desk.say("cli.user.link"), invited.address(desk.settings.base_url))


def _row(desk: Desk, account: Account) -> tuple[object, ...]:
    person = account.person
    reach = desk.say("reach.everything") if person.sees_everything else _places(person.reach)
    state = desk.say(f"person.state.{account.state}")
    moment = desk.sentences.formats.moment
    used = moment(account.used_at) if account.used_at else desk.say("person.never")
    return person.email, person.name, desk.say(f"role.{person.role}"), reach, state, used


def _cells(account: Account) -> tuple[object, ...]:
    person = account.person
    reach = "*" if person.sees_everything else _places(person.reach)
    used = None if account.used_at is None else account.used_at.isoformat()
    return person.email, person.name, person.role.value, reach, account.state, used


def _places(reach: Reach) -> str:
    """Codes of regions, districts after their region's code, identifiers of schools."""
    districts = [f"{region} {name}" for region, name in sorted(reach.districts)]
    return "; ".join([*sorted(reach.regions), *districts, *sorted(reach.schools)])
