"""``tracker calendar``: decreed working days and days off (rules §1)."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker import console, printing
from tracker.commands import Commands
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.workdays import Override
from tracker.services import decreeing
from tracker.store import facts

How = Annotated[Format, typer.Option("--format")]

calendar_app = Commands()


@calendar_app.command("set")
def set_day(
    context: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DATE")],
    working: Annotated[bool, typer.Option("--working/--off")],
    decree: Annotated[str, typer.Option()],
) -> None:
    """Record a decreed working day or day off, and judge anew what it moves."""
    desk: Desk = context.obj
    override = Override(desk.day(day), working, decree)
    with desk.transaction() as session:
        decreeing.decree(session, override, actor=desk.actor, now=desk.now, today=desk.today, book=desk.book)
    console.say(desk.say("cli.decreed", day=override.on.isoformat(), decree=decree))


@calendar_app.command("list")
def list_days(
    context: typer.Context,
    how: How = Format.TABLE,
) -> None:
    """List the decreed days."""
    desk: Desk = context.obj
    with desk.reading() as session:
        days = facts.load_overrides(session)
    printing.print_days(desk, days, how)
