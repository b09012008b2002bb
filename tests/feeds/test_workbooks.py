"""Workbooks as spreadsheet programs write them, with their oddities (IMP-12)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.feeds.files import (
    MAIN,
    RELATIONS,
    codes,
    packed,
    read,
    refusal,
    rows_of,
    sheet_of,
    usual_parts,
    workbook,
)
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow
from tracker.feeds.table_files import read_table
from tracker.feeds.tables import Fault

HEADER = ["contract_number", "school_id", "start_on", "end_on", "status", "supplier_bin", "amount"]


def _saved(fill: Callable[[Any], None], **properties: Any) -> bytes:
    """A workbook that openpyxl writes; ``Any``: the library has no types."""
    book = openpyxl.Workbook()
    for name, value in properties.items():
        setattr(book, name, value)
    fill(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _contracts(*records: list[Any]) -> bytes:
    def fill(book: Any) -> None:
        for record in [HEADER, *records]:
            book.active.append(record)

    return _saved(fill)


def test_a_contract_with_cells_of_every_type_is_read() -> None:
    data = _contracts(
        [
            "N-1",
            "S-1",
            date(2026, 1, 1),
            datetime(2026, 12, 31, 12, 30),  # noqa: DTZ001 - workbooks know no zones
            "действует",
            20340002199,
            1234567.89,
        ],
        [15, 12, 46023, "31.12.2026", None, "020340002199", "1 234,5"],
    )
    parsed = read(RegisterKind.CONTRACTS, data)
    assert parsed.issues == ()
    assert [
        (row.key, row.start_on, row.end_on, row.supplier_bin, str(row.amount)) for row in _lines(data)
    ] == [
        (("N-1", "S-1", "channel"), date(2026, 1, 1), date(2026, 12, 31), "020340002199", "1234567.89"),
        (("15", "12", "channel"), date(2026, 1, 1), date(2026, 12, 31), "020340002199", "1234.50"),
    ]
    assert codes(parsed.notices) == ["bin_repaired"]


def _lines(data: bytes) -> list[ContractRow]:
    return [row for row in rows_of(read(RegisterKind.CONTRACTS, data)) if isinstance(row, ContractRow)]


def test_a_workbook_of_another_writer_says_the_same() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        for place, title in enumerate(HEADER[:4]):
            sheet.write(0, place, title)
        sheet.write_row(1, 0, ["N-1", "S-1"])
        sheet.write_datetime(1, 2, datetime(2026, 1, 1))  # noqa: DTZ001 - workbooks know no zones
        sheet.write_datetime(1, 3, datetime(2026, 12, 31))  # noqa: DTZ001 - workbooks know no zones
    assert _lines(data.getvalue()) == [ContractRow("N-1", "S-1", date(2026, 1, 1), end_on=date(2026, 12, 31))]


@pytest.mark.parametrize("number", [44561, 44561.0])
def test_a_workbook_from_1904_counts_its_own_days(number: float) -> None:
    def fill(book: Any) -> None:
        book.active.append(HEADER[:4])
        book.active.append(["N-1", "S-1", number, date(2026, 12, 31)])

    data = _saved(fill, epoch=openpyxl.utils.datetime.CALENDAR_MAC_1904)
    assert [(row.start_on, row.end_on) for row in _lines(data)] == [(date(2026, 1, 1), date(2026, 12, 31))]


def test_the_day_that_never_was_is_rejected() -> None:
    def fill(book: Any) -> None:
        book.active.append(HEADER[:3])
        book.active.append(["N-1", "S-1", 60])
        book.active.append(["N-2", "S-1", 60])
        book.active["C3"].number_format = "dd.mm.yyyy"

    parsed = read(RegisterKind.CONTRACTS, _saved(fill))
    assert codes(parsed.issues) == ["date_out_of_range"] * 2


def test_numbers_of_rows_are_those_on_the_screen() -> None:
    def fill(book: Any) -> None:
        book.active["B3"], book.active["C3"] = "school_id", "name"
        book.active["B5"], book.active["C5"] = "S-1", "A"
        book.active["B9"], book.active["C9"] = "S-2", "B"

    table = read_table(_saved(fill), filename="x.xlsx")
    assert table.header == ("", "school_id", "name")
    assert (table.header_row, [number for number, _ in table.rows]) == (3, [5, 9])


def test_hidden_rows_and_columns_count_like_others() -> None:
    def fill(book: Any) -> None:
        for record in (["school_id", "name"], ["S-1", "A"], ["S-2", "B"]):
            book.active.append(record)
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["B"].hidden = True
        book.active.auto_filter.ref = "A1:B3"

    parsed = read(RegisterKind.SCHOOLS, _saved(fill))
    assert rows_of(parsed) == [SchoolRow("S-1", "A"), SchoolRow("S-2", "B")]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_the_first_sheet_that_can_be_seen_is_read(state: str) -> None:
    def fill(book: Any) -> None:
        book.active.append(["notes", "of a clerk"])
        book.active.sheet_state = state
        book.create_chartsheet("Диаграмма")
        seen = book.create_sheet("Мектептер, «школы» & 2")
        seen.append(["school_id", "name"])
        seen.append(["S-1", "A"])
        book.create_sheet("later").append(["school_id", "name"])

    assert rows_of(read(RegisterKind.SCHOOLS, _saved(fill))) == [SchoolRow("S-1", "A")]


def test_a_workbook_with_nothing_to_see_is_refused() -> None:
    parts = usual_parts(sheet_of([["school_id", "name"]]))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace('sheetId="1"', 'sheetId="1" state="hidden"')
    assert refusal(packed(parts)) == "no_visible_sheet"
    assert refusal(_saved(lambda book: None)) == "empty"


def test_only_the_first_cell_of_merged_ones_has_the_text() -> None:
    def fill(book: Any) -> None:
        for record in (["school_id", "name", "district"], ["S-1", "A", "Айыртау"], ["S-2", "B", None]):
            book.active.append(record)
        book.active.merge_cells("C2:C3")

    rows = rows_of(read(RegisterKind.SCHOOLS, _saved(fill)))
    assert rows == [SchoolRow("S-1", "A", district="Айыртау"), SchoolRow("S-2", "B")]


def test_of_a_formula_the_stored_value_counts_and_none_is_evaluated() -> None:
    sheet = (
        "<sheetData><row><c t='inlineStr'><is><t>school_id</t></is></c>"
        "<c t='inlineStr'><is><t>name</t></is></c><c t='inlineStr'><is><t>cameras</t></is></c></row>"
        "<row><c t='str'><f>A1&amp;1</f><v>S-1</v></c><c t='str'><f>WEBSERVICE(\"http://x\")</f><v>A</v></c>"
        "<c><f>1+1</f><v>7</v></c></row></sheetData>"
    )
    assert rows_of(read(RegisterKind.SCHOOLS, workbook(sheet))) == [SchoolRow("S-1", "A", cameras=7)]


def test_a_formula_without_a_value_rejects_its_row_for_nobody_knows_what_it_says() -> None:
    data = _contracts(
        ["N-1", "S-1", date(2026, 1, 1), None, '=IF(1=1,"terminated","active")'],
        ["N-2", "S-1", date(2026, 1, 1), None, "active"],
    )
    parsed = read(RegisterKind.CONTRACTS, data)
    assert [(issue.row, issue.column, issue.code) for issue in parsed.issues] == [
        (2, "status", "formula_without_value")
    ]
    assert [row.row_number for row in parsed.rows] == [3]


def test_a_row_of_nothing_but_formulas_without_values_is_counted() -> None:
    table = read_table(_contracts(["=A1", "=B1", "=C1"]), filename="x")
    assert table.rows[0][1][:3] == (Fault.FORMULA_WITHOUT_VALUE,) * 3


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_an_error_in_a_cell_is_no_empty_cell(error: str) -> None:
    parsed = read(RegisterKind.CONTRACTS, _contracts(["N-1", "S-1", date(2026, 1, 1), None, error]))
    assert [(issue.row, issue.column, issue.code) for issue in parsed.issues] == [
        (2, "status", "formula_error")
    ]


def test_an_error_under_an_unknown_title_harms_nobody() -> None:
    def fill(book: Any) -> None:
        book.active.append(["school_id", "name", "colour"])
        book.active.append(["S-1", "A", "#REF!"])

    assert rows_of(read(RegisterKind.SCHOOLS, _saved(fill))) == [SchoolRow("S-1", "A")]


def test_rich_and_shared_texts_are_read_whole() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>school_id</t></si><si><t>name</t></si><si><t>S-1</t></si>'
        "<si><r><t xml:space='preserve'>Қазақ </t></r><r><rPr><b/></rPr><t>мектебі</t></r>"
        "<rPh sb='0' eb='1'><t>kana</t></rPh></si></sst>"
    )
    sheet = (
        "<sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"
        "<row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2' t='s'><v>3</v></c></row></sheetData>"
    )
    relations = usual_parts("")["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
    )
    parts = {"xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": relations}
    data = workbook(sheet, parts=parts)
    assert rows_of(read(RegisterKind.SCHOOLS, data)) == [SchoolRow("S-1", "Қазақ мектебі")]


def test_a_sheet_with_prefixed_names_is_read() -> None:
    parts = usual_parts("")
    parts["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>'
        "<x:row><x:c t='inlineStr'><x:is><x:t>school_id</x:t></x:is></x:c>"
        "<x:c t='inlineStr'><x:is><x:t>name</x:t></x:is></x:c></x:row>"
        "<x:row><x:c t='inlineStr'><x:is><x:t>S-1</x:t></x:is></x:c><x:c t='e'><x:v>#N/A</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>"
    )
    assert codes(read(RegisterKind.SCHOOLS, packed(parts)).issues) == ["formula_error"]


def test_formatted_empty_cells_to_the_end_of_the_sheet_are_no_far_cells() -> None:
    rows = [["school_id", "name"], ["S-1", "A"]]
    sheet = sheet_of(rows).replace(
        "</sheetData>", '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    assert rows_of(read(RegisterKind.SCHOOLS, workbook(sheet))) == [SchoolRow("S-1", "A")]


def test_macros_are_not_looked_at() -> None:
    data = workbook(
        sheet_of([["school_id", "name"], ["S-1", "A"]]), parts={"xl/vbaProject.bin": "Sub Auto_Open()"}
    )
    assert rows_of(read(RegisterKind.SCHOOLS, data)) == [SchoolRow("S-1", "A")]


def test_texts_that_look_like_formulas_stay_texts() -> None:
    data = workbook(sheet_of([["school_id", "name"], ["S-1", "=cmd|' /C calc'!A0"]]))
    assert rows_of(read(RegisterKind.SCHOOLS, data)) == [SchoolRow("S-1", "=cmd|' /C calc'!A0")]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (OLE, "old_excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (packed({"xl/workbook.bin": "x", "xl/_rels/workbook.bin.rels": "x"}), "xlsb"),
        (packed({"mimetype": ODS_TYPE, "content.xml": "<x/>"}), "ods"),
        (packed({"word/document.xml": "<x/>"}), "not_a_workbook"),
        (packed({"a.csv": "school_id,name"}), "not_a_workbook"),
        (packed({}), "not_a_workbook"),
        (b"PK\x03\x04 cut short", "broken_workbook"),
    ],
    ids=["xls", "password", "xlsb", "ods", "docx", "zip of a csv", "empty zip", "cut short"],
)
def test_other_files_under_the_name_of_a_workbook_are_refused(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


def test_a_workbook_with_a_password_in_the_zip_is_refused() -> None:
    data = bytearray(workbook(sheet_of([["school_id"]])))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            struct.pack_into("<H", data, at + offset, 1)
            at = data.find(signature, at + 4)
    assert refusal(bytes(data)) == "encrypted"


def test_a_text_file_named_like_a_workbook_is_still_text() -> None:
    table = read_table(b"school_id,name\nS-1,A\n", filename="register.xlsx")
    assert table.header == ("school_id", "name")


def test_a_workbook_cut_anywhere_or_changed_anywhere_is_read_or_refused() -> None:
    whole = _contracts(["N-1", "S-1", date(2026, 1, 1), date(2026, 12, 31), "active", "020340002199", 5])
    for cut in range(4, len(whole), 97):
        assert refusal(whole[:cut])
    for at in range(0, len(whole), 13):
        changed = bytearray(whole)
        changed[at] ^= 0x55
        if not refusal(bytes(changed)):
            read(RegisterKind.CONTRACTS, bytes(changed))


def test_a_part_with_a_wrong_checksum_is_refused() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        for name, part in usual_parts(sheet_of([["school_id", "name"], ["S-1", "A"]])).items():
            archive.writestr(name, part)
    assert refusal(stored.getvalue().replace(b"S-1", b"S-2")) == "broken_workbook"
