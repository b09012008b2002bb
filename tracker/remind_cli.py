"""``tracker remind --dry-run``: who will be told what and when, with nothing written or sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from tracker import console
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.digests import Digest, Line
from tracker.domain.errors import NotFound
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.render.formats import school_name, together
from tracker.render.leads import lead_in_words
from tracker.services import rehearsing
from tracker.services.rehearsing import Rehearsal
from tracker.store import accounts, people
from tracker.store.scope import Scope

COLUMNS = (
    "on", "person", "language", "deadline", "school_id", "service", "number", "due_on", "consequence",
    "leads", "told_late",
)  # fmt: skip
SHOWN = ("on", "person", "language", "deadline", "name", "due_on", "leads")
"""What a table has room for, in words."""


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
        whom = {each.person.id: each.person for each in accounts.accounts(session)}
        only = None if person is None else people.number_of(session, person)
        if person is not None and only is None:
            raise NotFound(reason="person", email=person)
        found = rehearsing.rehearse(
            session,
            desk.scope(region) if only is None or region is not None else Scope.of_person(whom[only]),
            today=today,
            book=desk.book,
            first=begin,
            last=stop,
            by=desk.settings.channels,
            known=desk.moment(known),
        )
    _show(desk, found, [digest for digest in found.digests if only in (None, digest.person)], whom, how)


def _show(desk: Desk, found: Rehearsal, digests: list[Digest], whom: dict[int, Person], how: Format) -> None:
    told = [(digest, line, whom[digest.person]) for digest in digests for line in digest.lines]
    if how is Format.JSON:
        rows = [dict(zip(COLUMNS, _row(desk, *each), strict=True)) for each in told]
        console.print_json({"from": found.first.isoformat(), "to": found.last.isoformat(), "reminders": rows})
    elif how is Format.CSV:
        console.print_rows(COLUMNS, [_row(desk, *each) for each in told], how)
    elif not told:
        console.say(desk.say("cli.remind.nothing"))
    else:
        days = {"first": found.first.isoformat(), "last": found.last.isoformat()}
        titles = [desk.say(f"cli.column.{name}") for name in SHOWN]
        rows_in_words = [_in_words(desk, *each, found.schools) for each in told]
        console.print_rows(titles, rows_in_words, how, caption=desk.say("cli.remind.caption", **days))


def _row(desk: Desk, digest: Digest, line: Line, person: Person) -> tuple[object, ...]:
    """One deadline of one digest, in codes for programs."""
    due = line.due
    return (
        digest.on.isoformat(),
        person.email,
        (person.language or desk.settings.language).value,
        due.kind.value,
        due.subject.school_id,
        due.subject.service.value,
        due.subject.number,
        due.due_on and due.due_on.isoformat(),
        due.consequence.value,
        " ".join(each.key.lead for each in line.reminders),
        line.is_late,
    )


def _in_words(
    desk: Desk, digest: Digest, line: Line, person: Person, schools: Mapping[str, SchoolRow]
) -> tuple[object, ...]:
    """The same for people, without what a table has no room for."""
    words, formats, due = desk.sentences.words, desk.sentences.formats, line.due
    school = schools[due.subject.school_id]
    name = school_name((school.name_kk, school.name_ru, school.name), words.language)
    leads = dict.fromkeys(each.key.lead for each in line.reminders)
    return (
        digest.on.isoformat(),
        person.email,
        (person.language or desk.settings.language).value,
        desk.say(f"deadline.{due.kind}"),
        f"{together(name)} ({school.school_id})",
        due.due_on and due.due_on.isoformat(),
        "; ".join(lead_in_words(words, formats, lead) for lead in leads),
    )
