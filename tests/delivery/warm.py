"""``tracker`` as many processes that cost little each: what takes long to load is loaded once, then it forks.

``python -m tests.delivery.warm``; each line on standard input is a request in JSON, each answer a number.
``start`` forks one that runs the command line, with its own environment and its own file for all it says, and
answers with its process; ``tick`` are the seconds between its ticks, ``strike`` names a thread that dies in
it. ``wait`` answers with the exit status of a process, below zero the signal that killed it. ``rehearse``
runs it here: whoever is forked later need compile neither commands nor statements for that database.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import io
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from datetime import timedelta
from functools import cache
from time import sleep
from typing import Any, NoReturn

import typer.main
from sqlalchemy import Engine

import tracker.scheduler
import tracker.web.app as app
from tracker import cli, desk, serving
from tracker.render.catalogs import load_catalogs
from tracker.services.evaluating import Book
from tracker.store import engine, migrate

PAUSE = 0.2
"""Seconds between two strikes."""

LOADED = (app, serving, asyncio)


def start(request: Mapping[str, Any]) -> int:
    """Fork one."""
    number = os.fork()
    return number or _be(request)


def _be(request: Mapping[str, Any]) -> NoReturn:
    """Be it."""
    says = os.open(request["says"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(says, stream)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a file
    tracker.scheduler.TICK = timedelta(seconds=request["tick"])
    if "strike" in request:
        threading.Thread(target=_strike, args=(request["strike"],), daemon=True).start()
    _leave(_run(request))


def _run(request: Mapping[str, Any]) -> int:
    """Run it; its exit status."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["tracker", *request["words"]]
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def rehearse(request: Mapping[str, Any]) -> int:
    """Run one here, without a word; nothing of it stays open."""
    with redirect_stdout(io.StringIO()):
        status = _run(request)
    make_engine(os.environ["TRACKER_DATABASE_URL"]).dispose()
    gc.freeze()
    return status


@cache
def make_engine(url: str) -> Engine:
    """One for each database, with what it has compiled."""
    return engine.make_engine(url)


def _leave(status: int) -> NoReturn:
    """End without taking apart what the next one needs no more than this one."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def _strike(name: str) -> None:
    """Have the thread of this name die, wherever it is."""
    while True:
        for thread in threading.enumerate():
            if thread.name == name and thread.ident is not None:
                ended = ctypes.py_object(SystemExit)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ended)
        sleep(PAUSE)


def wait(request: Mapping[str, Any]) -> int:
    """The end of one."""
    return os.waitstatus_to_exitcode(os.waitpid(request["process"], 0)[1])


def main() -> None:
    """Serve the test that talks to us."""
    Book.load()
    load_catalogs()
    migrate.head()
    gc.freeze()
    vars(desk)["make_engine"] = make_engine
    vars(typer.main)["get_command"] = cache(typer.main.get_command)
    does: dict[str, Callable[[Mapping[str, Any]], int]] = {"start": start, "wait": wait, "rehearse": rehearse}
    print(0, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(does[request["do"]](request), flush=True)


if __name__ == "__main__":
    main()
