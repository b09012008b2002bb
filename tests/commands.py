"""The command line as people and programs use it, in this process or as one of its own."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.office import csv_of, kind_of
from tests.web.register import small_country
from tracker import cli
from tracker.domain.register import RegisterKind, RegisterRow
from tracker.paths import PACKAGE

KEEP = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")
PATIENCE_SECONDS = 120
NOW = "2027-01-15T06:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # what the command prints is what the test asks about
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def plain(self) -> str:
        """Everything printed, on one line and without the frames of tables."""
        return re.sub(r"[\s│┃]+", " ", self.out + " " + self.err)


@dataclass
class Commands:
    """Runs ``tracker …`` in a folder, with a clock that stands still.

    A process runs ``module``, which may be the program with something around it.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    module: str = "tracker"

    def __post_init__(self) -> None:
        self.at(NOW)
        self.environment = {
            "TRACKER_ENV": "test",
            "TRACKER_CLOCK_FILE": str(self.folder / "clock"),
            "TRACKER_LANGUAGE": "en",
            "COLUMNS": "300",
            **self.environment,
        }

    def at(self, moment: str) -> None:
        """Set the clock."""
        (self.folder / "clock").write_text(moment, encoding="utf-8")

    def variables(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        """The whole environment of a command; None takes a name away."""
        kept = {name: os.environ[name] for name in KEEP if name in os.environ}
        same = {"PYTHONPATH": str(PACKAGE.parent)}  # a process runs the program that is tested
        given: dict[str, str | None] = {**kept, **same, **self.environment, **changes}
        return {name: value for name, value in given.items() if value is not None}

    def __call__(self, *words: str, **changes: str | None) -> Said:
        """Run a command in this process."""
        kept = (io.BytesIO(), io.BytesIO())
        out, err = (io.TextIOWrapper(bytes_, encoding="ascii") for bytes_ in kept)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["tracker", *words])
            patch.setattr(os, "environ", self.variables(changes))
            with pytest.raises(SystemExit) as ended:
                cli.main()
        out.flush()
        err.flush()
        told, complained = (bytes_.getvalue().decode() for bytes_ in kept)
        return checked(Said(int(ended.value.code or 0), told, complained))

    def process(self, *words: str, **changes: str | None) -> Said:
        """Run a command as a process of its own."""
        done = self.start(*words, **changes)
        out, err = done.communicate(timeout=PATIENCE_SECONDS)
        return checked(Said(done.returncode, out.decode(), err.decode()))

    def start(self, *words: str, **changes: str | None) -> subprocess.Popen[bytes]:
        """Begin a process and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", self.module, *words],
            cwd=self.folder, env=self.variables(changes),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def file(self, name: str, text: str | bytes) -> str:
        """Write a file into the folder and give its name."""
        (self.folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return name

    def good(self, *words: str, **changes: str | None) -> Said:
        """Run a command in this process that must succeed."""
        said = self(*words, **changes)
        assert said.status == 0, said
        return said

    def take_in(self, rows: tuple[RegisterRow, ...]) -> None:
        """Import rows of any kind, one file for each kind."""
        for kind in RegisterKind:
            chosen = [row for row in rows if kind_of(row) is kind]
            self.good("import", kind.value, self.file(f"{kind}.csv", csv_of(kind, chosen)))

    def fill(self) -> None:
        """Make the database and import the small country."""
        self.good("migrate")
        self.take_in(small_country())

    def copied(self, folder: Path) -> Commands:
        """The same files in another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Commands(folder)

    @property
    def database(self) -> Path:
        """The database that is used when none is named."""
        return self.folder / "tracker.db"


def checked(said: Said) -> Said:
    """Whatever happens, nobody is shown a traceback."""
    assert "Traceback" not in said.out + said.err, said
    return said
