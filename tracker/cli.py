"""The command line (interfaces §3): reads the clock, opens the transaction, prints, gives the exit status.

0 done; 1 done, and differences or problems were found; 2 refused; 3 not possible now.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from tracker import __version__, console, export_cli, printing, remind_cli, rights_cli, work_cli
from tracker.calendar_cli import calendar_app
from tracker.commands import Commands, Misspelt
from tracker.console import Format
from tracker.desk import Desk
from tracker.domain.errors import (
    ConfirmationNeeded,
    FileRefused,
    OutputLost,
    TrackerError,
)
from tracker.domain.register import RegisterKind
from tracker.feeds.table_files import LARGEST_FILE
from tracker.living import loading
from tracker.people_cli import token_app, user_app
from tracker.services import (
    checking,
    demo_people,
    demonstrating,
    evaluating,
    importing,
    operating,
)
from tracker.services.hashing import Hasher
from tracker.store import migrate
from tracker.store.scope import EVERYTHING

FOUND_PROBLEMS = 1
DEMO_HOST = "127.0.0.1"

app = Commands()
app.add_typer(calendar_app, name="calendar")
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
app.command("routes")(rights_cli.routes)
app.command("remind")(remind_cli.remind)
app.command("export")(export_cli.write_out)
app.command("policy-diff")(export_cli.policy_diff)
app.command("tick")(work_cli.tick)
app.command("scheduler")(work_cli.schedule)
app.command("bounce")(work_cli.bounce)

On = Annotated[str | None, typer.Option("--on", metavar="DATE")]
Known = Annotated[str | None, typer.Option(metavar="MOMENT")]
"""As far as was known at this moment."""
KnownFrom = Annotated[str | None, typer.Option("--known", metavar="MOMENT")]
"""From when on facts are recorded as known."""
Region = Annotated[str | None, typer.Option(metavar="CODE")]
How = Annotated[Format, typer.Option("--format")]


def main() -> None:
    """Run a command; a refusal is said in words and gives its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # programs read UTF-8, and a file name may be no text at all
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        _run()
    except TrackerError as error:
        console.complain(*Desk.words_for(os.environ, error))
        sys.exit(error.exit_status)
    except Misspelt as error:
        console.complain(*error.told())
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _let_output_go()  # the reader has gone


def _run() -> None:
    """Run a command and hand over what it printed; raises ``OutputLost`` where that has no room."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None:  # not of the output, which has no name
            raise
        _let_output_go()
        raise OutputLost from error


def _let_output_go() -> None:
    """What is still to be printed goes nowhere, so that nothing fails again on the way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(asked: bool) -> None:
    if asked:
        console.say(f"tracker {__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """What may stand before every command."""


@app.command("migrate")
def bring_up(context: typer.Context) -> None:
    """Bring the database to the present schema; safe for many starters at once."""
    desk: Desk = context.obj
    did = migrate.upgrade(desk.engine)
    console.say(desk.say("cli.migrated" if did else "cli.migrated.already", revision=migrate.head()))


@app.command("import")
def take_in(
    context: typer.Context,
    kind: Annotated[RegisterKind, typer.Argument()],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows")] = False,
    confirm: Annotated[bool, typer.Option("--confirm")] = False,
    known: KnownFrom = None,
    how: How = Format.TABLE,
) -> None:
    """Take a register file in: all of it, or nothing."""
    desk: Desk = context.obj
    data = _read_file(file)
    try:
        if dry_run:
            found = _look(desk, kind, data, name=file.name)
        else:
            moment = desk.recording_moment(known)
            found = _write(
                desk, kind, data, name=file.name, known=moment, skip_bad_rows=skip_bad_rows, confirmed=confirm
            )
    except ConfirmationNeeded:
        if how is Format.JSON:  # programs read what was not written, and why
            printing.print_import(desk, _look(desk, kind, data, name=file.name), how)
        raise
    printing.print_import(desk, found, how)
    if found.issues and not (found.written or (dry_run and skip_bad_rows)):
        raise typer.Exit(TrackerError.exit_status)


def _look(desk: Desk, kind: RegisterKind, data: bytes, *, name: str) -> importing.Preview:
    """What a file would change."""
    with desk.reading() as session:
        return importing.preview(
            session, EVERYTHING, kind, data, filename=name, book=desk.book, on=desk.today
        )


def _write(
    desk: Desk,
    kind: RegisterKind,
    data: bytes,
    *,
    name: str,
    known: datetime | None,
    skip_bad_rows: bool,
    confirmed: bool,
) -> importing.Preview:
    """Write a file and judge what it touched."""
    with desk.transaction() as session, console.progress(desk.say("cli.assessing")) as progress:
        return importing.apply(
            session,
            EVERYTHING,
            kind,
            data,
            filename=name,
            book=desk.book,
            actor=desk.actor,
            now=desk.now,
            today=desk.today,
            known=known,
            skip_bad_rows=skip_bad_rows,
            confirmed=confirmed,
            progress=progress,
        )


def _read_file(file: Path) -> bytes:
    """The bytes of a file, of one that is too large only enough to say so."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FileRefused(reason="unreadable", path=str(file)) from error


@app.command("evaluate")
def judge(
    context: typer.Context,
    on: On = None,
    known: Known = None,
    region: Region = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
    how: How = Format.TABLE,
) -> None:
    """Judge every need on a day. Without --on it is today, and the result is stored."""
    desk: Desk = context.obj
    scope = desk.scope(region)
    day = desk.day(on)
    with console.progress(desk.say("cli.assessing")) as progress:
        if on is None and known is None:
            with desk.transaction() as session:
                operating.judge(
                    session,
                    now=desk.now,
                    today=day,
                    book=desk.book,
                    everything=everything,
                    progress=progress,
                )
        with desk.reading() as session:
            found = evaluating.take_snapshot(
                session, scope, on=day, known=desk.moment(known), book=desk.book, progress=progress
            )
    printing.print_evaluation(desk, found, how)
    if found.unjudged:
        names = ", ".join(f"{each.school.school_id}/{each.service}" for each in found.unjudged)
        console.complain(desk.say("cli.evaluate.unjudged", needs=names))
        raise typer.Exit(FOUND_PROBLEMS)


@app.command("verify")
def compare(context: typer.Context, how: How = Format.TABLE) -> None:
    """Judge everything from scratch and compare with what is stored; check the journal and the citations."""
    desk: Desk = context.obj
    with desk.reading() as session, console.progress(desk.say("cli.assessing")) as progress:
        found = checking.verify(session, today=desk.today, book=desk.book, progress=progress)
    _tell_problems(desk, found, how)


@app.command("doctor")
def examine(context: typer.Context, how: How = Format.TABLE) -> None:
    """Look whether the database, the law, the calendar, the machine and its mail are fit for work."""
    desk: Desk = context.obj
    found = checking.examine(desk.engine, today=desk.today, book=desk.book)
    if url := desk.settings.smtp_url:
        with loading():
            from tracker.services import knocking  # channels take a while to load: few commands need them

        found.append(knocking.knock(url, base_url=desk.settings.base_url, now=desk.now))
    _tell_problems(desk, found, how)


def _tell_problems(desk: Desk, found: list[checking.Check], how: Format) -> None:
    printing.print_checks(desk, found, how)
    if not all(check.is_good for check in found):
        raise typer.Exit(FOUND_PROBLEMS)


@app.command("serve")
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
    scheduler: Annotated[bool, typer.Option("--scheduler/--no-scheduler")] = True,
) -> None:
    """Serve the pages on this machine."""
    with loading():
        from tracker import serving  # the web face takes a second to load: who asks for no page need not wait

    serving.serve(context.obj, host=host, port=port, workers=workers, scheduler=scheduler)


@app.command("demo")
def show(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Load the invented country into an empty database, judge it and serve it."""
    desk = Desk.for_demo(os.environ)
    if not no_serve:
        with loading():
            from tracker import serving  # as above

        serving.require_free(DEMO_HOST, port)  # the sign-ins of a demo that runs there go on
    if os.environ.get("TRACKER_DATABASE_URL", desk.settings.database_url) != desk.settings.database_url:
        console.say(desk.say("cli.demo.elsewhere"))
    migrate.upgrade(desk.engine)
    with desk.transaction() as session, console.progress(desk.say("cli.assessing")) as progress:
        loaded = demonstrating.load(
            session, book=desk.book, now=desk.now, today=desk.today, progress=progress
        )
    console.say(desk.say("cli.demo.loaded" if loaded else "cli.demo.kept", url=desk.settings.database_url))
    printing.print_sign_ins(desk, demo_people.welcome(desk.engine, Hasher(), now=desk.now))
    if not no_serve:
        serving.serve(desk, host=DEMO_HOST, port=port, workers=1, scheduler=True)
