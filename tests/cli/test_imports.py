"""The command line says in every language what became of a file, and what to do with one that is wrong."""

from __future__ import annotations

import pytest

from tests.cli.test_refusals import CATALOGS
from tests.commands import Commands, Said
from tests.web.register import COVERED
from tracker.domain.vocabulary import Language

SCHOOLS = "school_id;name;Shift\n"


def test_an_unknown_column_is_said_to_be_kept_only_where_it_is(filled: Commands, language: Language) -> None:
    words = CATALOGS[language]

    def take_in(*options: str) -> str:
        return filled.good("import", "schools", name, *options, TRACKER_LANGUAGE=language.value).out

    name = filled.file("s.csv", f"{SCHOOLS}S-77;New;2\n")
    assert words.say("cli.unknown_column.would", column="Shift") in take_in("--dry-run")
    assert words.say("cli.unknown_column", column="Shift") in take_in()
    filled.good("export", "schools", "again.csv")
    assert "Shift" in (filled.folder / "again.csv").read_text("utf-8-sig").splitlines()[0]
    again = take_in()
    assert words.say("cli.nothing_to_write") in again
    assert words.say("cli.written") not in again


def test_bad_rows_alone_are_refused_whatever_was_asked(filled: Commands, language: Language) -> None:
    words = CATALOGS[language]
    name = filled.file("s.csv", f"{SCHOOLS};Nameless;1\n")
    said = filled("import", "schools", name, "--skip-bad-rows", TRACKER_LANGUAGE=language.value)
    assert said.status == 2
    assert words.say("cli.not_written") in said.out
    assert words.say("cli.hint.all_rejected") in said.out
    assert "--skip-bad-rows" not in said.out


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.KK, "бұл — «Шарттар» файлы"),
        (Language.RU, "По столбцам это файл «Договоры»"),
        (Language.EN, "By its columns this is a file of “Contracts”"),
    ],
)
def test_a_file_of_another_kind_is_told_by_its_name(filled: Commands, language: Language, told: str) -> None:
    name = filled.file("c.csv", f"contract_number;school_id;start_on\nK-1;{COVERED};2027-01-01\n")
    said = filled("import", "schools", name, TRACKER_LANGUAGE=language.value)
    assert told in said.plain
    assert "--skip-bad-rows" not in said.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--on", "2090-01-01"), "error.day_not_readable.years"),
        (("--on", "2027-02-30"), "error.day_not_readable.no_such_day"),
        (("--on", "30.02.2027"), "error.day_not_readable.no_such_day"),
        (("--region", "Narnia"), "error.filter_not_known.region"),
    ],
)
def test_a_refused_day_or_region_names_what_is_taken(
    filled: Commands, language: Language, options: tuple[str, str], code: str
) -> None:
    said: Said = filled("evaluate", *options, TRACKER_LANGUAGE=language.value)
    assert said.status == 2
    assert CATALOGS[language].say(code, first=1996, last=2070) in said.err
