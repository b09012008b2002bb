"""What is exported imports back without a change, and no text in it ever runs as a formula (FIL-1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.office import KINDS, Office, counts, csv_of
from tests.store.rows import record
from tests.web.register import COVERED, NEVER, STALLED, a_contract, a_school, day
from tracker.domain.guarded import guarded, unguarded
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import TenderEventKind, TenderStatus
from tracker.feeds.table_files import read_table
from tracker.render.sheets import csv_bytes
from tracker.services.exporting import ExportKind

ENDINGS = ("csv", "xlsx")
WICKED = (
    "=1+1", "+7701", "-5", "@x", "'quoted", "''x", "＝1+1", "＋1", "－1", "＠x", '"=1+1"', '=A("b";1)',
    "=cmd|' /C calc'!A0", "NA", "5", "001", "1E5", "TRUE", "12-03", "a,b", "a;b", 'a"b', "a\\b", "№ 1 «Ө»",
    ";=1+1", "x;=1+1", "x, +7 701", 'x;"=1"', "x;", "x;'y", "a;'=1",
    "_x000D_", "<b>&amp;</b>", "{{7*7}}", "нет", "жоқ", "null", "None", "2027-01-15", "https://example.org",
)  # fmt: skip
RAW = (
    *WICKED, "x;\t=1", "a\n=2", "a\r\n\r\n- b", "\t=1", " =1+1", "a\nb", "a\r\nb", "\r\n=1", "  spaces  ",
    "\u00a0=1", "\u200b=1", "“", "'",
)  # fmt: skip
"""What a cell of an unknown column may also hold: it is kept as it was written."""

RUN = tuple("=+-@\t\0＝＋－＠")
SEPARATORS = (",", ";", "\t")
"""What may part the cells of a file, as the reader's system has it: in Kazakhstan it is the semicolon."""


def rows_of(data: bytes, *, parted_by: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=parted_by))


def obeyed(cells: Iterable[str]) -> list[str]:
    """Those that a spreadsheet would run, which looks past spaces, quotes and ends of lines."""
    return [cell for cell in cells if cell.lstrip(' "\u00a0\u200b\ufeff\r\n').startswith(RUN)]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_exported_register_imports_back_without_a_change(
    busy: Office, kind: RegisterKind, ending: str
) -> None:
    before = busy.facts()
    data = busy.export(ExportKind(kind.value), ending)
    found = busy.take_in(kind, data)
    assert counts(found) == (0, 0, len(before[kind]), 0)
    assert found.unknown_columns == ()
    assert busy.facts() == before


@pytest.fixture
def wicked(office: Office) -> Office:
    """Every field that takes free text holds what a spreadsheet would obey, as files of others bring it."""
    names = (*WICKED, "мектеп")
    schools = [
        SchoolRow(
            f"S-{n}", name, name_kk=name, name_ru=name, district=name, address=name,
            extra=(("=Баған", RAW[n % len(RAW)]), ("Ескерту", RAW[-1 - n % len(RAW)])),
        )
        for n, name in enumerate(names)
    ]  # fmt: skip
    numbers = ["=1+1", "+7701", "-5", "@x", "＝1", "NA", "5", "00012", "№ 7/б", "a-b_c", "=A1"]
    contracts = [
        ContractRow(
            number, "S-1", day("2026-01-01"), supplier_name=name, amount=Decimal("1234.50"),
            tender_number=number, extends_contract_number=number,
        )
        for number, name in zip(numbers, names, strict=False)
    ]  # fmt: skip
    tenders = [
        TenderRow(number, "S-1", TenderStatus.ACTIVE, title=name, repeats_tender_number=number)
        for number, name in zip(numbers, names, strict=False)
    ]
    events = [
        TenderEventRow(number, TenderEventKind.BIDS, day("2027-01-11"), note=name)
        for number, name in zip(numbers, names, strict=False)
    ]
    record(office.engine, *schools, *contracts, *tenders, *events)
    return office


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_a_spreadsheet_would_obey_come_back_as_they_were(
    wicked: Office, kind: RegisterKind, ending: str
) -> None:
    before = wicked.facts()
    found = wicked.take_in(kind, wicked.export(ExportKind(kind.value), ending))
    assert [(c.key, c.fields) for c in found.changes] == []
    assert counts(found) == (0, 0, len(before[kind]), 0), found.issues
    assert wicked.facts() == before


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("kind", ExportKind)
def test_no_cell_of_a_csv_file_begins_like_a_formula_whatever_parts_it(
    wicked: Office, kind: ExportKind, separator: str
) -> None:
    data = wicked.export(kind, "csv")
    for row in rows_of(data, parted_by=separator):
        assert obeyed(row) == []
    for row in rows_of(data):
        assert not [cell for cell in row if cell.lstrip(' "').startswith(("\r", "\n"))]


TEXTS = st.text() | st.text(alphabet="'=+-@\t\r\n \",;aＡ＝－\0\u200b\u00a0")


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=4))
@example([["x;=1+1", "a,b;", ';"'], ["=1", "x\r=1", "\0=1"]])
def test_any_table_is_read_back_and_runs_nowhere(table: list[list[str]]) -> None:
    data = csv_bytes(table[0], table[1:])
    assert [[unguarded(cell) for cell in row] for row in rows_of(data)] == table
    for separator in SEPARATORS:
        for row in rows_of(data, parted_by=separator):
            assert obeyed(row) == []


@pytest.mark.parametrize("name", [";" * 30, "x\ty" * 30, ";=1+1" * 30])
def test_a_column_named_by_other_separators_leaves_the_file_readable(name: str) -> None:
    read = read_table(csv_bytes(("school_id", name), [("1", "x")]), filename="again.csv")
    assert (read.header, read.rows) == (("school_id", name), ((2, ("1", "x")),))


@pytest.mark.parametrize("kind", ExportKind)
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(wicked: Office, kind: ExportKind) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(wicked.export(kind, "xlsx"))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell.value for cell in cells if cell.hyperlink]


def test_a_workbook_has_days_as_days_amounts_as_numbers_and_codes_as_text(busy: Office) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(busy.export(ExportKind.CONTRACTS, "xlsx"))).active
    header, *rows = sheet.iter_rows(values_only=True)
    row = dict(zip(header, next(row for row in rows if row[0] == "K-1"), strict=True))
    assert row["start_on"] == datetime(2027, 1, 1)  # noqa: DTZ001 — a spreadsheet knows no zone
    assert row["amount"] == 462000
    assert row["school_id"] == COVERED


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("amount", ["0.01", "999999999999.99", "10000000000000.01", "999999999999999.99"])
def test_no_sum_is_rounded_on_its_way(office: Office, ending: str, amount: str) -> None:
    contract = a_contract("K-1", COVERED, "2026-01-01", None, amount=Decimal(amount))
    office.take_all_in([a_school(COVERED, "Абай"), contract])
    data = office.export(ExportKind.CONTRACTS, ending)
    assert counts(office.take_in(RegisterKind.CONTRACTS, data)) == (0, 0, 1, 0)


def test_the_needs_are_exported_as_they_stand_on_a_day(busy: Office) -> None:
    header, *rows = rows_of(busy.export(ExportKind.NEEDS, "csv", on=date(2027, 1, 15)))
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    stalled, never = found[STALLED], found[NEVER]
    assert (stalled["state"], stalled["uncovered_since"], stalled["days_without"]) == (
        "uncovered", "2027-01-01", "15",
    )  # fmt: skip
    assert "tender_stalled" in stalled["flags"].split(";")
    assert stalled["answer"] == "suggestion"
    assert (stalled["interim_start_on"], stalled["interim_end_on"]) == ("2027-01-15", "2027-03-14")
    assert (never["answer"], never["interim_start_on"], never["interim_end_on"]) == ("no_tender", "", "")


def test_an_export_as_known_earlier_lacks_what_came_later(office: Office) -> None:
    office.take_all_in([a_school(COVERED, "Абай")])
    first = office.export(ExportKind.SCHOOLS, "csv")
    earlier = office.now
    office.now += timedelta(days=1)
    office.take_all_in([a_school(NEVER, "Кейін")])
    assert office.export(ExportKind.SCHOOLS, "csv") != first
    assert office.export(ExportKind.SCHOOLS, "csv", known=earlier) == first


@given(TEXTS)
@example("'")
@example("''=")
@example("' =")
def test_every_text_is_read_back_as_it_was_guarded(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text).startswith("'") or not text.startswith("'")


@pytest.mark.parametrize(
    ("cell", "name"), [("'=1+1", "=1+1"), ("'quoted", "'quoted"), ("''x", "'x"), ("'-5", "-5")]
)
def test_only_a_guarding_apostrophe_is_taken_off_in_files_of_others(
    office: Office, cell: str, name: str
) -> None:
    office.take_in(RegisterKind.SCHOOLS, f"school_id;name\nS-1;{cell}\n")
    (row,) = office.rows(RegisterKind.SCHOOLS).values()
    assert isinstance(row, SchoolRow)
    assert row.name == name


def test_an_apostrophe_that_kept_the_zeros_of_a_number_is_no_part_of_it(office: Office) -> None:
    for cell in ("'000140001536", "''000140001536", '"=""000140001536"""'):
        office.take_in(RegisterKind.SCHOOLS, f"school_id;name\n{cell};Мектеп\n")
    assert list(office.rows(RegisterKind.SCHOOLS)) == [("000140001536",)]


def test_an_export_with_nothing_in_it_is_a_header(office: Office) -> None:
    for kind in ExportKind:
        assert len(rows_of(office.export(kind, "csv"))) == 1
    assert counts(office.take_in(RegisterKind.SCHOOLS, csv_of(RegisterKind.SCHOOLS, []))) == (0, 0, 0, 0)
