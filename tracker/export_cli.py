"""``tracker export`` writes tables and reports, ``tracker policy-diff`` what another law would change."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tracker import console
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.acts import Act
from tracker.domain.errors import EndingNotKnown
from tracker.domain.reports import Ending, ReportKind
from tracker.feeds.regions import find_region
from tracker.render.report_files import tell
from tracker.render.report_printing import report_file
from tracker.render.sheets import csv_bytes, xlsx_bytes
from tracker.services import editions, exporting, printing_reports
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.services.exporting import ExportKind
from tracker.services.printing_reports import Wanted

FOUND_DIFFERENCES = 1


class Written(StrEnum):
    """What can be written out: tables, and reports."""

    NEEDS = ExportKind.NEEDS.value
    SCHOOLS = ExportKind.SCHOOLS.value
    CONTRACTS = ExportKind.CONTRACTS.value
    TENDERS = ExportKind.TENDERS.value
    TENDER_EVENTS = ExportKind.TENDER_EVENTS.value
    REPORT = "report"


On = Annotated[str | None, typer.Option("--on", metavar="DATE")]
Known = Annotated[str | None, typer.Option(metavar="MOMENT")]
Region = Annotated[str | None, typer.Option(metavar="CODE")]


def write_out(
    context: typer.Context,
    kind: Annotated[Written, typer.Argument()],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    on: On = None,
    known: Known = None,
    region: Region = None,
    report: Annotated[ReportKind, typer.Option("--kind")] = ReportKind.WEEKLY,
) -> None:
    """Write a table in which no formula runs, or a report. All but needs and reports import back."""
    desk: Desk = context.obj
    ending = file.suffix.lower().removeprefix(".")
    if ending not in tuple(Ending) or (ending == Ending.PDF and kind is not Written.REPORT):
        raise EndingNotKnown(filename=file.name)
    if kind is Written.REPORT:
        data = _report(desk, report, Ending(ending), on=on, known=known, region=region)
        told = desk.say("cli.exported.report", path=str(file))
    else:
        data, rows = _table(desk, ExportKind(kind.value), ending, on=on, known=known, region=region)
        said = {"rows": rows, "format": ending, "on": desk.day(on).isoformat(), "region": region}
        with desk.transaction() as session:  # first: what left without a word could not be found again
            Author(desk.actor, desk.now).note(session, Act.EXPORT, kind.value, **said)
        told = desk.say("cli.exported", rows=rows, path=str(file))
    console.write_whole(file, data)
    console.say(told)


def _table(
    desk: Desk, kind: ExportKind, ending: str, *, on: str | None, known: str | None, region: str | None
) -> tuple[bytes, int]:
    with desk.reading() as session:
        sheet = exporting.export(
            session, desk.scope(region), kind, on=desk.day(on), known=desk.moment(known), book=desk.book
        )
    if ending == Ending.CSV:
        return csv_bytes(sheet.header, sheet.rows), len(sheet.rows)
    return xlsx_bytes(sheet.header, sheet.rows, sheet=kind.value), len(sheet.rows)


def _report(
    desk: Desk, kind: ReportKind, ending: Ending, *, on: str | None, known: str | None, region: str | None
) -> bytes:
    """A report, kept like those of the page: it can be printed again as it was."""
    scope, language = desk.scope(region), desk.settings.language
    wanted = Wanted(kind, find_region(region) if region else None, desk.day(on), desk.moment(known))
    with desk.reading() as session:
        made = printing_reports.make(session, scope, wanted, now=desk.now, book=desk.book)
    author = Author(desk.actor, desk.now)
    with desk.transaction() as session:  # first, as above
        printing_reports.keep(
            session, author, scope, made, language=language, ending=ending.value, book=desk.book
        )
    told = tell(made, desk.sentences.words, desk.sentences.formats)
    return report_file(told, ending, desk.sentences.words, desk.sentences.formats)


def policy_diff(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument()],
    on: On = None,
    region: Region = None,
    how: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List every state, flag and answer that another law would change, before it is put into force."""
    desk: Desk = context.obj
    other = Book.load(folder)
    with desk.reading() as session:
        found = editions.differences(
            session, desk.scope(region), on=desk.day(on), present=desk.book, other=other
        )
    if how is Format.JSON:
        console.print_json(
            {
                "on": desk.day(on).isoformat(),
                "policy": desk.book.policy.fingerprint,
                "other": other.policy.fingerprint,
                "changes": [asdict(change) for change in found],
            }
        )
    else:
        names = ("school_id", "service", "what", "before", "after")
        rows = [tuple(asdict(change)[name] for name in names) for change in found]
        titles = names if how is Format.CSV else [desk.say(f"cli.diff.{name}") for name in names]
        console.print_rows(titles, rows, how, caption=desk.say("cli.diff", changes=len(rows)))
    if found:
        raise typer.Exit(FOUND_DIFFERENCES)
