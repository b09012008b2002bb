"""``python -m bench``: measure the tracker on this machine and print ratios (``make bench``)."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy
from sqlalchemy import Engine, text

from bench import full, importing, pages, sending, small
from bench.databases import Databases, databases
from bench.rounds import Line, in_turn, middle, ratio, seconds, shown
from bench.world import invent
from tracker.domain.register import Register
from tracker.services.evaluating import Book

NAMES = ("sqlite", "postgresql")
SHARES = (0.0, 0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    schools: int
    rounds: int
    changes: int

    @property
    def naive_share(self) -> int:
        """The loop of entities judges one school of so many."""
        return 10 if self.schools >= 1_000 else 1

    @property
    def extrapolated(self) -> str:
        """How the figure of that loop comes about, for the table."""
        return (
            f" (one school in {self.naive_share}, times {self.naive_share})" if self.naive_share > 1 else ""
        )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--schools", type=int, default=int(os.environ.get("BENCH_SCHOOLS", "7000")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "5")))
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--database", choices=NAMES, action="append")
    asked = parser.parse_args()
    size = Size(asked.schools, asked.rounds, asked.changes)
    register = invent(size.schools)
    print(machine())
    print(
        f"{len(register.schools)} schools, {len(register.contracts)} contract lines, "
        f"{len(register.tenders)} tenders, {len(register.events)} tender events; "
        f"medians of {size.rounds} rounds"
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(tuple(asked.database or NAMES), Path(folder)) as kinds,
    ):
        for kind in kinds:
            measure(kind, register, size)
    return 0


def machine() -> str:
    """The cores and versions behind the figures."""
    versions = f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}"
    return f"{os.cpu_count()} cores, {platform.machine()}; {versions}, SQLite {sqlite3.sqlite_version}"


def measure(kind: Databases, register: Register, size: Size) -> None:
    """Measure on one kind of database and print its tables."""
    with kind.filled(register) as engine:
        print(f"\n{kind.name}{_server_version(engine)}", flush=True)
        tell(judging(engine, register, size))
        tell(little(kind, engine, register, size))
        tell(reminders(engine, size))
        tell(at_the_desk(engine, register, size))
    with kind.filled(Register(schools=register.schools)) as engine:
        tell(taking_in(kind, engine, register, size))


def tell(lines: Sequence[Line]) -> None:
    """Print what was measured as soon as it is known."""
    print(shown(lines), end="\n\n", flush=True)


def judging(engine: Engine, register: Register, size: Size) -> list[Line]:
    """A full assessment beside the two others, and its parts."""
    schools = [school.school_id for school in register.schools]
    times = full.compare(engine, schools, size.rounds, naive_share=size.naive_share)
    ours = times[full.ANEW]
    slower = ratio(times[full.NAIVE], ours)
    behind = ratio(ours, times[full.SETWISE])
    lines = [
        Line("full assessment, first run", middle(times[full.FIRST])),
        Line("full assessment, everything written anew", middle(ours)),
        Line("full assessment, nothing changed", middle(times[full.SAME])),
        Line(
            f"  a loop of entities{size.extrapolated}",
            middle(times[full.NAIVE]),
            f"{slower:.1f} x",
            ">= 25 x anew",
        ),
        Line("  one SQL statement", middle(times[full.SETWISE]), f"1 / {behind:.1f}", ">= 1 / 4 of anew"),
    ]
    parts = full.parts(engine, size.rounds)
    whole = sum(middle(part) for part in parts.values())
    lines += [
        Line(f"  first run: {name}", middle(part), f"{100 * middle(part) / whole:.0f} %")
        for name, part in parts.items()
    ]
    return lines


def little(kind: Databases, engine: Engine, register: Register, size: Size) -> list[Line]:
    """Daily runs in which a share is due, and one changed contract."""
    book = Book.load()
    full.judge_all(engine, book)
    needs = [(school.school_id, "channel") for school in register.schools]
    due = {f"{share:.0%} due": needs[: round(len(needs) * share)] for share in SHARES}
    with kind.copied(engine) as copy:
        runs = {what: partial(small.daily, copy, book, some) for what, some in due.items()}
        times = in_turn(size.rounds, runs)
        changed = small.changes(copy, book, register.contracts[-size.changes :])
    *_, whole = times.values()
    lines = [
        Line(f"daily run, {what}", middle(took), f"{ratio(took, whole):.1%} of all due")
        for what, took in times.items()
    ]
    return [*lines, Line("one changed contract, to its new assessment", middle(changed))]


def reminders(engine: Engine, size: Size) -> list[Line]:
    """What is owed on a day, and reminders of so many that all are due at one minute."""
    found = sending.looks(engine, Book.load(), size.rounds)
    messages = size.schools * 8 // 7
    times = sending.compare(engine, messages, size.rounds)
    kept, each = (ratio(times[name], times[sending.OURS]) for name in (sending.KEPT, sending.EACH))
    rate = f"{messages / middle(times[sending.OURS]):.0f} a second"
    return [
        Line("what is owed, first look of a day", middle(found["first"])),
        Line("a tick: judged, owed, delivered, nothing due", middle(found["nothing"])),
        Line(f"{messages} reminders at one minute, mailed", middle(times[sending.OURS]), rate),
        Line("  by one connection", middle(times[sending.ONE_HAND])),
        Line("  a bare loop over one connection", middle(times[sending.KEPT]), f"{kept:.1f} x"),
        Line("  a connection for each", middle(times[sending.EACH]), f"{each:.1f} x"),
    ]


def at_the_desk(engine: Engine, register: Register, size: Size) -> list[Line]:
    """What people wait for: pages of a server that many ask at once, beside its plain text."""
    first, times = pages.compare(
        engine, register.schools[-1].school_id, requests=size.changes, rounds=size.rounds
    )
    plain = times[pages.PLAIN]
    waits = [
        Line(
            f"{name}, 19 of 20 answers to {pages.CLIENTS} people at once",
            middle(took),
            f"{ratio(took, plain):.0f} x plain",
            "<= 0.3 s" if name != pages.PLAIN else "",
        )
        for name, took in times.items()
    ]
    return [*waits, *(Line(f"{name}, first answer of a new server", took) for name, took in first.items())]


def taking_in(kind: Databases, engine: Engine, register: Register, size: Size) -> list[Line]:
    """Import of one contract a school, and of all of them, beside plain inserts into SQLite."""
    book = Book.load()
    lines: list[Line] = []
    for rows in (register.contracts[-size.schools :], register.contracts):
        data = importing.as_csv(rows)

        def ours(data: bytes = data) -> float:
            with kind.copied(engine) as copy:
                return seconds(lambda: importing.look_and_take_in(copy, data, book))

        def plain(data: bytes = data) -> float:
            with tempfile.TemporaryDirectory() as folder:
                return seconds(lambda: importing.executemany(Path(folder) / "plain.db", data))

        times = in_turn(size.rounds, {"ours": ours, "plain": plain})
        behind = f"1 / {ratio(times['ours'], times['plain']):.1f}"
        lines += [
            Line(f"import of {len(rows)} rows, preview and judging included", middle(times["ours"])),
            Line("  sqlite3 executemany", middle(times["plain"]), behind),
        ]
    return lines


def _server_version(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return ""
    with engine.connect() as connection:
        return f" {connection.execute(text('show server_version')).scalar()}"


if __name__ == "__main__":
    raise SystemExit(main())
