"""The same register comes in many dialects of text and says the same in each (IMP-1)."""

from __future__ import annotations

import codecs
from datetime import date
from itertools import product

import pytest

from tests.feeds.files import codes, read, read_text, refusal, rows_of
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.feeds.table_files import read_table

HEADERS = {
    "names": ["school_id", "name", "district", "needed_from"],
    "Kazakh": ["Мектеп коды", "Атауы", "Аудан", "Қажет болған күні"],
    "Russian": ["Код школы", "Наименование", "Район", "Нужен с"],
    "English": ["School ID", "Name", "District", "Needed from"],
}
RECORDS = [
    ["S-1", "№ 5 мектеп; «Достық», орта", "Аққайың ауданы", "2026-01-01"],
    ["S-2", 'КГУ "Общеобразовательная школа"', "", "31.08.2026"],
    ["S-3", "Мектеп\nекі жолда", "Қызылжар", ""],
]
SCHOOLS = [
    SchoolRow("S-1", "№ 5 мектеп; «Достық», орта", district="Аққайың ауданы", needed_from=date(2026, 1, 1)),
    SchoolRow("S-2", 'КГУ "Общеобразовательная школа"', needed_from=date(2026, 8, 31)),
    SchoolRow("S-3", "Мектеп екі жолда", district="Қызылжар"),
]
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "kz1048": b"",
}
LINE_ENDS = {"Windows": "\r\n", "Unix": "\n", "old Mac": "\r"}
SHAPES = ["plain", "all quoted", "separator line", "trailing columns", "empty lines", "no last line end"]


def _cell(text: str, delimiter: str, *, always: bool) -> str:
    needed = always or any(sign in text for sign in (delimiter, '"', "\n"))
    return '"' + text.replace('"', '""') + '"' if needed else text


def _text(header: list[str], delimiter: str, line_end: str, shape: str) -> str:
    tail = delimiter * 3 if shape == "trailing columns" else ""
    lines = [
        delimiter.join(_cell(text, delimiter, always=shape == "all quoted") for text in record) + tail
        for record in [header, *RECORDS]
    ]
    if shape == "empty lines":
        lines = ["", *(line for full in lines for line in (full, "", delimiter * 3))]
    if shape == "separator line":
        lines.insert(0, f"sep={delimiter}")
    text = line_end.join(lines)
    return text if shape == "no last line end" else text + line_end


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("header", HEADERS)
def test_every_dialect_gives_the_same_schools(header: str, shape: str) -> None:
    for delimiter, line_end, (encoding, mark) in product(",;\t", LINE_ENDS.values(), ENCODINGS.items()):
        text = _text(HEADERS[header], delimiter, line_end, shape)
        parsed = read(RegisterKind.SCHOOLS, mark + text.encode(encoding))
        assert rows_of(parsed) == SCHOOLS, (delimiter, line_end, encoding)
        assert not parsed.issues
        assert not parsed.unknown_columns
        assert parsed.rows_read == 3


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    table = read_table(b'\n\nschool_id,name\n\nS-1,"two\nlines"\n,\nS-2,B\n', filename="x")
    assert table.header_row == 3
    assert [number for number, _ in table.rows] == [5, 7]


def test_the_separator_line_is_no_row() -> None:
    assert read_table(b"sep=;\nschool_id;name\nS;A\n", filename="x").rows == ((2, ("S", "A")),)


@pytest.mark.parametrize("said", ['sep="', "sep=a", "sep="])
def test_what_is_no_separator_is_a_header_like_any_other(said: str) -> None:
    assert refusal(f"{said}\nS-1\n".encode()) in ("", "quotes")


def test_a_text_that_begins_like_a_zip_file_is_text() -> None:
    assert read_table(b"PK,school_id\n1,S-1\n", filename="x").header == ("PK", "school_id")


def test_the_apostrophe_that_guards_our_own_exports_is_taken_off() -> None:
    parsed = read_text(RegisterKind.SCHOOLS, "school_id,name\nS-1,'=1+1\n'-5,'тырнақша'\n")
    assert rows_of(parsed) == [SchoolRow("S-1", "=1+1"), SchoolRow("-5", "'тырнақша'")]


def test_signs_inside_quotes_do_not_choose_the_delimiter() -> None:
    table = read_table(b'"a;b;c;d",name\n1,2\n', filename="x")
    assert table.header == ("a;b;c;d", "name")


def test_a_quote_that_never_closes_swallows_no_row() -> None:
    assert refusal(b'school_id,name\nS-1,"open\nS-2,B\n') == "quotes"
    assert refusal(b'school_id,name\nS-1,"A" B\nS-2,B\n') == "quotes"


def test_a_row_longer_than_the_header_is_rejected_for_it_may_have_shifted() -> None:
    parsed = read_text(RegisterKind.SCHOOLS, "school_id,name\nS-1,School, big\nS-2,B,\n")
    assert codes(parsed.issues) == ["extra_cells"]
    assert [row.row_number for row in parsed.rows] == [3]


def test_rows_that_end_early_are_taken_and_told_once() -> None:
    parsed = read_text(RegisterKind.SCHOOLS, "school_id,name,district\nS-1,A\nS-2,B\nS-3,C,D\n")
    assert len(parsed.rows) == 3
    assert [(notice.row, notice.code, notice.details) for notice in parsed.notices] == [
        (2, "short_rows", (("count", "2"),))
    ]


def test_lines_are_parted_by_line_ends_only() -> None:
    parsed = read_text(RegisterKind.SCHOOLS, "school_id,name\nS-1,one\x0btwo\nS-2,B\n")
    assert codes(parsed.issues) == ["control_character"]
    assert parsed.rows_read == 2


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b",,,\n,,,\n", b"\xef\xbb\xbf", b"  \n"])
def test_a_file_without_a_header_is_empty(data: bytes) -> None:
    assert refusal(data) == "empty"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
        (b"school_id,name\n" + b"x" * 1_000_001, "line_too_long"),
        (b"school_id,name\n" + b'"' + b"x" * 200_000 + b'"', "quotes"),
        (b"," * 300 + b"name\n", "too_many_columns"),
        (b"name\n" + b"a\n" * 200_001, "too_many_rows"),
        (b"name\n" + b"\n" * 1_100_000 + b"a\n", "too_many_rows"),
        (b"school_id\0,name\n", "binary"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_table"),
        (b"<?xml version='1.0'?><Workbook/>", "not_a_table"),
        (b'{"releases": []}', "not_a_table"),
        (b"[" * 100_000, "not_a_table"),
        (b'\xef\xbb\xbf [{"a": 1e400}]', "not_a_table"),
    ],
)
def test_what_is_no_register_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert refusal(data) == reason
