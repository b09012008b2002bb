"""``tracker remind --dry-run``: who will be told what and when, with nothing written or sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from tracker import console
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.digests import Digest, Line
from tracker.domain.errors import NotFound
from tracker.domain.people import Person
from tracker.services import rehearsing
from tracker.services.rehearsing import Rehearsal
from tracker.store import accounts, people

COLUMNS = (
    "on", "person", "language", "deadline", "school_id", "service", "number", "due_on", "consequence",
    "leads", "told_late",
)  # fmt: skip
SHOWN = ("on", "person", "language", "deadline", "school_id", "due_on", "leads")
"""The columns that a table has room for."""


def remind(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE")] = None,
    known: Annotated[str | None, typer.Option(metavar="MOMENT")] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE")] = None,
    person: Annotated[str | None, typer.Option(metavar="EMAIL")] = None,
    how: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Say who will be told what on which days; the server itself does the sending."""
    desk: Desk = context.obj
    if not dry_run:
        console.complain(desk.say("cli.remind.dry_run"))
        raise typer.Exit(2)
    today = desk.day(on)
    begin = today if first is None else desk.day(first)
    stop = begin if last is None else desk.day(last)
    with desk.reading() as session:
        only = None if person is None else people.number_of(session, person)
        if person is not None and only is None:
            raise NotFound(email=person)
        found = rehearsing.rehearse(
            session,
            desk.scope(region),
            today=today,
            book=desk.book,
            first=begin,
            last=stop,
            known=desk.moment(known),
        )
        whom = {each.person.id: each.person for each in accounts.accounts(session)}
    _show(desk, found, [digest for digest in found.digests if only in (None, digest.person)], whom, how)


def _show(desk: Desk, found: Rehearsal, digests: list[Digest], whom: dict[int, Person], how: Format) -> None:
    rows = [_row(desk, digest, line, whom[digest.person], how) for digest in digests for line in digest.lines]
    if how is Format.JSON:
        told = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        console.print_json({"from": found.first.isoformat(), "to": found.last.isoformat(), "reminders": told})
    elif how is Format.CSV:
        console.print_rows(COLUMNS, rows, how)
    elif not rows:
        console.say(desk.say("cli.remind.nothing"))
    else:
        days = {"first": found.first.isoformat(), "last": found.last.isoformat()}
        titles = [desk.say(f"cli.column.{name}") for name in SHOWN]
        short = [tuple(_among(row)) for row in rows]
        console.print_rows(titles, short, how, caption=desk.say("cli.remind.caption", **days))


def _among(row: tuple[object, ...]) -> Iterator[object]:
    return (value for name, value in zip(COLUMNS, row, strict=True) if name in SHOWN)


def _row(desk: Desk, digest: Digest, line: Line, person: Person, how: Format) -> tuple[object, ...]:
    """One deadline of one digest; in words for people, in codes for programs."""
    due = line.due
    kind = desk.say(f"deadline.{due.kind}") if how is Format.TABLE else due.kind.value
    return (
        digest.on.isoformat(),
        person.email,
        (person.language or desk.settings.language).value,
        kind,
        due.subject.school_id,
        due.subject.service.value,
        due.subject.number,
        due.due_on and due.due_on.isoformat(),
        due.consequence.value,
        " ".join(each.key.lead for each in line.reminders),
        line.is_late,
    )
