"""Work without pages: ``tracker tick --once``, ``tracker scheduler`` and ``tracker bounce``."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta
from threading import Event
from typing import Annotated

import typer

from tracker import console, living
from tracker.channels.returned import LARGEST, read_report
from tracker.desk import Desk
from tracker.services import conditions, returning
from tracker.services.acting import Author
from tracker.store import migrate

MOST_MINUTES = 7 * 24 * 60
"""A timer that calls once a week at least."""

A_PIECE = 64 * 1024

FAILED = 3
"""The exit status where a step could not be done now."""


def tick(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once")] = False,
    every: Annotated[
        int | None,
        typer.Option(metavar="MINUTES", min=1, max=MOST_MINUTES),
    ] = None,
) -> None:
    """Do everything that is due now: judge, owe reminders, deliver them."""
    from tracker import scheduler  # the channels take a while to load: other commands need not wait

    desk: Desk = context.obj
    if not once:
        console.complain(desk.say("cli.tick.once"))
        raise typer.Exit(2)
    migrate.require_ready(desk.engine)
    away = conditions.BY_COMMAND if every is None else 2 * timedelta(minutes=every)
    found = scheduler.one_round(desk.settings, desk.engine, desk.book, desk.settings.clock(), away=away)
    if not found.leads:
        console.say(desk.say("cli.tick.led_elsewhere"))
    console.say(desk.say("cli.tick.done", messages=found.sent))
    if found.failed:
        console.complain(
            desk.say("cli.tick.failed", jobs=", ".join(desk.say(f"job.{job}") for job in found.failed))
        )
        raise typer.Exit(FAILED)


def schedule(context: typer.Context) -> None:
    """Judge, owe reminders and deliver them by itself until stopped, without serving pages."""
    from tracker import scheduler  # as above

    desk: Desk = context.obj
    migrate.require_ready(desk.engine)
    stop = Event()

    def leave(*_: object) -> None:
        living.leave()
        stop.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, leave)
    with scheduler.working(desk.settings, desk.engine, desk.book, desk.settings.clock()):
        console.say(desk.say("cli.scheduler.runs"))
        stop.wait()


def bounce(context: typer.Context) -> None:
    """Read a report about one of our mails from standard input; what is lost goes another way."""
    desk: Desk = context.obj
    report = read_report(_first_of_all())
    with desk.transaction() as session:
        came = returning.take(session, Author(desk.actor, desk.now), report, settings=desk.settings)
    console.say(desk.say(f"cli.bounce.{came}"))


def _first_of_all() -> bytes:
    """As much of standard input as is read; the rest is taken too, so that nobody's pipe breaks."""
    first = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(A_PIECE):
        pass
    return first
