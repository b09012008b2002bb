"""The command line says what became of a file, and what to do with one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tests.web.register import COVERED

SCHOOLS = "school_id;name;Shift\n"


@pytest.fixture
def filled(tmp_path: Path) -> Commands:
    """A folder with a database of the small country."""
    commands = Commands(tmp_path)
    commands.fill()
    return commands


def test_an_unknown_column_is_said_to_be_kept_only_where_it_is(filled: Commands) -> None:
    name = filled.file("s.csv", f"{SCHOOLS}S-77;New;2\n")
    assert "Unknown column, would be kept: Shift" in filled.good("import", "schools", name, "--dry-run").out
    assert "Unknown column kept: Shift" in filled.good("import", "schools", name).out
    filled.good("export", "schools", "again.csv")
    assert "Shift" in (filled.folder / "again.csv").read_text("utf-8-sig").splitlines()[0]
    again = filled.good("import", "schools", name).out
    assert "Nothing to write: all of it is known already." in again
    assert "Written" not in again


def test_bad_rows_alone_are_refused_whatever_was_asked(filled: Commands) -> None:
    name = filled.file("s.csv", f"{SCHOOLS};Nameless;1\n")
    said = filled("import", "schools", name, "--skip-bad-rows")
    assert said.status == 2
    assert "Nothing was written." in said.out
    assert "There are no good rows: correct the file first." in said.out
    assert "--skip-bad-rows" not in said.out


def test_a_file_of_another_kind_is_told_by_its_name(filled: Commands) -> None:
    name = filled.file("c.csv", f"contract_number;school_id;start_on\nK-1;{COVERED};2027-01-01\n")
    said = filled("import", "schools", name)
    assert "By its columns this is a file of “Contracts”" in said.out
    assert "--skip-bad-rows" not in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("evaluate", "--on", "2090-01-01"), "The years go from 1996 to 2070."),
        (("evaluate", "--on", "2027-02-30"), "There is no such day in the calendar."),
        (("evaluate", "--on", "30.02.2027"), "There is no such day in the calendar."),
        (("evaluate", "--region", "Narnia"), "Taken are a KATO code (59, 590000000), KZ-59, or the name"),
    ],
)
def test_a_refused_day_or_region_names_what_is_taken(
    filled: Commands, words: tuple[str, ...], told: str
) -> None:
    said = filled(*words)
    assert said.status == 2
    assert told in said.err
