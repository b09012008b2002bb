"""What is wrong with a file as a whole, or with a row that has shifted, is told so that one can mend it."""

from __future__ import annotations

import pytest

from tests.feeds.files import codes, read_text
from tracker.domain.register import RegisterKind

SCHOOLS, CONTRACTS, EVENTS = RegisterKind.SCHOOLS, RegisterKind.CONTRACTS, RegisterKind.TENDER_EVENTS
HEADERS = {
    SCHOOLS: "school_id;name;region",
    CONTRACTS: "Номер договора;Код школы;Дата начала;Дата окончания",
    RegisterKind.TENDERS: "tender_number;school_id;status;method",
    EVENTS: "tender_number;event;on",
}


@pytest.mark.parametrize("chosen", RegisterKind)
@pytest.mark.parametrize("kind", RegisterKind)
def test_a_file_of_another_kind_is_known_by_its_columns(chosen: RegisterKind, kind: RegisterKind) -> None:
    parsed = read_text(chosen, f"{HEADERS[kind]}\n1;2;3\n")
    named = [dict(issue.details)["kind"] for issue in parsed.issues if issue.code == "other_kind"]
    assert named == ([] if chosen is kind else [kind])


def test_columns_that_fit_no_kind_name_none() -> None:
    parsed = read_text(SCHOOLS, "school_id;region\n1;59\n")
    assert codes(parsed.issues) == ["missing_column"]


def test_schools_without_quotes_shift_the_row_and_are_told_to_be_quoted_also_before_a_blank_end() -> None:
    header = "contract_number;school_id;start_on;end_on\n"
    parsed = read_text(CONTRACTS, f"{header}K-1;S-1;S-2;2026-01-01;\nK-2;S-1;2026-01-01;;\n")
    shifted = next(issue for issue in parsed.issues if issue.code == "extra_cells")
    assert (shifted.row, dict(shifted.details)) == (2, {"cells": "5", "columns": "4"})
    assert [row.row_number for row in parsed.rows] == [3]  # an empty cell alone is how a program ends a line


def test_a_wrong_end_is_shown_as_it_was_written() -> None:
    header = "contract_number;school_id;start_on;end_on;terminated_on\n"
    parsed = read_text(CONTRACTS, f"{header}K-1;S-1;01.02.2026;31.12.2025;1 января 2026 г.\n")
    assert [(issue.column, issue.value) for issue in parsed.issues] == [
        ("end_on", "31.12.2025"),
        ("terminated_on", "1 января 2026 г."),
    ]


@pytest.mark.parametrize(
    ("cell", "code"), [("123", "bin_form"), ("1234567", "bin_form"), ("12345678", "bin_check")]
)
def test_a_few_digits_are_told_to_be_too_few_for_a_bin(cell: str, code: str) -> None:
    parsed = read_text(SCHOOLS, f"school_id;name;bin\nS-1;School;{cell}\n")
    assert codes(parsed.issues) == [code]
