"""A day is read rightly or refused; an ambiguous one is never guessed (IMP-4)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.feeds.files import LONGEST_TERM_YEARS, codes, one_contract, read_text, rows_of
from tracker.domain.register import ContractRow, RegisterKind
from tracker.feeds.cells import CellRefused
from tracker.feeds.dates import read_day, read_last_day
from tracker.feeds.registers import parse
from tracker.feeds.tables import Cell, Table

KAZAKH_MONTHS = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
RUSSIAN_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
LAST_DAY = date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-31",
        "31.12.2025",
        " 31.12.2025 ",
        "\u00a031.12.2025\u202f",
        "31.12.2025 г.",
        "31.12.2025г",
        "31.12.2025 ж.",
        "31.12.2025 00:00:00",
        "31.12.2025 0:00",
        "2025-12-31T19:00:00",
        "2025-12-31 23:59",
        "2025-12-31T18:59:59Z",
        "2025-12-31T00:30:00+05:00",
        "2025-12-31 10:00:00.000 +0500",
        "46022",
        "31 декабря 2025",
        "31 декабря 2025 г.",
        "«31» декабря 2025 года",
        "31 Декабрь 2025",
        "31 ДЕКАБРЯ 2025 ГОДА",
        "31 желтоқсан 2025",
        "31 желтоқсан 2025 ж.",
        "2025 ж. 31 желтоқсан",
        "2025 жылғы 31 желтоқсан",
        "2025 жылғы «31» желтоқсан",
        "31 December 2025",
        "December 31, 2025",
    ],
)
def test_the_last_day_of_2025_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text).value == LAST_DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026 ж. 1 қыркүйек", date(2026, 9, 1)),
        ("1 сентября 2026 г.", date(2026, 9, 1)),
        ("1 шiлде 2026", date(2026, 7, 1)),  # a Latin i, as many type it
        ("1.9.2026", date(2026, 9, 1)),
        ("29.02.2028", date(2028, 2, 29)),
        ("2025-12-31T19:00:00Z", date(2026, 1, 1)),
        ("2025-12-31T23:59:59+05:00", date(2025, 12, 31)),
        ("2024-02-28T18:30:00Z", date(2024, 2, 29)),  # the country was at UTC+6 until then
        ("2024-03-02T18:30:00Z", date(2024, 3, 2)),
    ],
)
def test_other_days_are_read(text: str, day: date) -> None:
    assert read_day(text).value == day


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_by_name_in_three_languages(month: int) -> None:
    kazakh = re.findall(r"\w+", KAZAKH_MONTHS)
    russian = re.findall(r"\w+", RUSSIAN_MONTHS)
    day = date(2026, month, 5)
    assert read_day(f"5 {kazakh[month - 1]} 2026").value == day
    assert read_day(f"5 {russian[month - 1]} 2026").value == day
    assert read_day(f"{day:%B} 5, 2026").value == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12/31/2025", "ambiguous_date"),
        ("31/12/2025", "ambiguous_date"),
        ("01/02/2026", "ambiguous_date"),
        ("1/2/2026 0:00", "ambiguous_date"),
        ("01-02-2026", "ambiguous_date"),
        ("31.12.25", "two_digit_year"),
        ("12/31/25", "two_digit_year"),
        ("01.02.26 г.", "two_digit_year"),
        ("31.02.2026", "date_impossible"),
        ("29.02.2026", "date_impossible"),
        ("00.01.2026", "date_impossible"),
        ("12.31.2025", "date_impossible"),
        ("2026-13-01", "date_impossible"),
        ("2026-02-29T10:00:00Z", "date_impossible"),
        ("31 февраля 2026", "date_impossible"),
        ("29.02.1900", "date_impossible"),
        ("28.02.1900", "date_out_of_range"),
        ("1989-12-31", "date_out_of_range"),
        ("2101-01-01", "date_out_of_range"),
        ("01.01.0001", "date_out_of_range"),
        ("NA", "date_unreadable"),
        ("n/a", "date_unreadable"),
        ("TRUE", "date_unreadable"),
        ("2025", "date_unreadable"),
        ("20251231", "date_unreadable"),
        ("2025-W01-1", "date_unreadable"),
        ("31.12", "date_unreadable"),
        ("12345", "date_unreadable"),
        ("99999", "date_unreadable"),
        ("60", "date_unreadable"),
        ("декабрь 2025", "date_unreadable"),
        ("с 1 сентября 2026", "date_unreadable"),
        ("1 сентября 26", "date_unreadable"),
        ("1 сентября 2026 2027", "date_unreadable"),
        ("завтра", "date_unreadable"),
        ("2026/01/01", "date_unreadable"),
        ("2026-01-01 и 2026-02-01", "date_unreadable"),
        ("#ДАТА!", "date_unreadable"),
        ("########", "date_unreadable"),
    ],
)
def test_what_is_no_certain_day_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2025, 12, 31), LAST_DAY),
        (datetime(2025, 12, 31, 23, 59), LAST_DAY),  # noqa: DTZ001 - workbooks know no zones
        (datetime(2025, 12, 31, 19, 0, tzinfo=UTC), date(2026, 1, 1)),
        (46022, LAST_DAY),
        (46022.0, LAST_DAY),
        (46022.99, LAST_DAY),
    ],
)
def test_cells_of_a_workbook_are_days_or_day_numbers(cell: Cell, day: date) -> None:
    assert read_day(cell).value == day


def test_a_workbook_that_counts_from_1904_is_read_by_its_own_count() -> None:
    assert read_day(44560.0, from_1904=True).value == LAST_DAY
    assert read_last_day(2_957_003.0, from_1904=True).value == date(9999, 12, 31)
    for beyond in (2_957_004.0, 2_958_465.0):
        with pytest.raises(CellRefused):
            read_last_day(beyond, from_1904=True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (60.0, "date_out_of_range"),
        (0.5, "date_unreadable"),
        (-1, "date_unreadable"),
        (float("nan"), "date_unreadable"),
        (float("inf"), "date_unreadable"),
        (20251231.0, "date_unreadable"),
        (2025.0, "date_out_of_range"),
        (True, "date_unreadable"),
        (time(9, 0), "date_unreadable"),
        (timedelta(days=3), "date_unreadable"),
        (date(1900, 2, 28), "date_out_of_range"),
    ],
)
def test_numbers_and_times_that_are_no_days_are_refused(cell: Cell, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_day(cell)
    assert refused.value.code == code


def test_every_day_number_of_the_register_is_its_day() -> None:
    for number in range(35_065, 62_459):
        assert read_day(float(number)).value == date(1899, 12, 30) + timedelta(days=number)


@pytest.mark.parametrize("end", ["31.12.9999", "2099-12-31", "2036-01-02", "9999-12-31T00:00:00"])
def test_a_placeholder_end_states_no_end_and_is_told(end: str) -> None:
    parsed = one_contract("end_on", end)
    (row,) = rows_of(parsed)
    assert isinstance(row, ContractRow)
    assert row.end_on is None
    assert [(notice.column, notice.code, notice.details) for notice in parsed.notices] == [
        ("end_on", "placeholder_end", (("years", str(LONGEST_TERM_YEARS)),))
    ]


def test_ten_years_to_the_day_is_still_a_term() -> None:
    parsed = one_contract("end_on", "2036-01-01")
    assert [row.end_on for row in rows_of(parsed) if isinstance(row, ContractRow)] == [date(2036, 1, 1)]
    assert parsed.notices == ()


def test_a_placeholder_in_an_unformatted_number_cell_is_one_too() -> None:
    assert read_last_day(2_958_465.0).value == date(9999, 12, 31)
    table = Table(
        ("contract_number", "school_id", "start_on", "end_on"), ((2, ("N", "S", 46023.0, 2_958_465.0)),)
    )
    parsed = parse(RegisterKind.CONTRACTS, table, longest_term_years=LONGEST_TERM_YEARS)
    assert codes(parsed.notices) == ["placeholder_end"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("end_on", "2025-12-31", "end_before_start"),
        ("terminated_on", "2025-12-31", "terminated_before_start"),
        ("terminated_on", "2101-01-01", "date_out_of_range"),
        ("signed_on", "2101-01-01", "date_out_of_range"),
    ],
)
def test_days_in_the_wrong_order_are_rejected(column: str, cell: str, code: str) -> None:
    parsed = one_contract(column, cell)
    assert [(issue.row, issue.column, issue.value, issue.code) for issue in parsed.issues] == [
        (2, column, cell, code)
    ]
    assert parsed.rows == ()


def test_a_contract_of_one_day_is_in_order() -> None:
    assert one_contract("end_on", "2026-01-01").issues == ()
    assert one_contract("terminated_on", "2026-01-01").issues == ()


def test_a_school_needed_until_before_it_is_needed_is_rejected() -> None:
    text = "school_id,name,needed_from,needed_until\nS,A,2026-01-02,2026-01-01\n"
    (issue,) = read_text(RegisterKind.SCHOOLS, text).issues
    assert (issue.column, issue.code, issue.details) == (
        "needed_until",
        "end_before_start",
        (("start", "2026-01-02"),),
    )
