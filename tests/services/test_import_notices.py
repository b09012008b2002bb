"""A report names everything that is wrong with a row at once, and notes only what is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.office import Office, csv_of
from tests.web.register import COVERED, ENDING, INTERIM, OVERLAP, UNKNOWN, day
from tracker.domain.register import ContractRow, RegisterKind
from tracker.services.importing import Preview

SCHOOLS, CONTRACTS, TENDERS, EVENTS = RegisterKind
LINES = "contract_number;school_id;start_on;end_on;service\n"


def issues(found: Preview) -> list[tuple[int, str | None, str, str]]:
    return [(issue.row, issue.column, issue.value, issue.code) for issue in found.issues]


def notices(found: Preview) -> list[tuple[int, str | None, str]]:
    return [(notice.row, notice.column, notice.code) for notice in found.notices]


def test_a_row_with_a_wrong_cell_is_also_told_that_its_school_is_unknown(busy: Office) -> None:
    text = f"{LINES}A-1;S-404;soon;2027-12-31;\nA-2;{COVERED};soon;;\nA-3;S-404;2027-01-01;;\n"
    assert issues(busy.preview(CONTRACTS, text)) == [
        (2, "school_id", "S-404", "school_unknown"),
        (2, "start_on", "soon", "date_unreadable"),
        (3, "start_on", "soon", "date_unreadable"),
        (4, "school_id", "S-404", "school_unknown"),
    ]


def test_each_unknown_school_of_a_wrong_row_is_named(busy: Office) -> None:
    found = busy.preview(CONTRACTS, f'{LINES}A-1;"S-404; {COVERED}; S-405";soon;;\n')
    assert [issue[2:] for issue in issues(found)] == [
        ("S-404", "school_unknown"),
        ("S-405", "school_unknown"),
        ("soon", "date_unreadable"),
    ]
    assert found.rejected == 1


def test_a_row_with_a_wrong_cell_is_also_told_that_its_tender_is_unknown(busy: Office) -> None:
    found = busy.preview(EVENTS, "tender_number;event;on\nT-404;bids;soon\nT-2;bids;soon\n")
    assert issues(found) == [
        (2, "on", "soon", "date_unreadable"),
        (2, "tender_number", "T-404", "tender_unknown"),
        (3, "on", "soon", "date_unreadable"),
    ]


@pytest.mark.parametrize("kind", [SCHOOLS, TENDERS])
def test_a_school_that_cannot_be_read_is_not_looked_for(busy: Office, kind: RegisterKind) -> None:
    found = busy.preview(kind, "tender_number;school_id;status;name\nT-9;;active;A\n")
    assert issues(found) == [(2, "school_id", "", "required")]


def test_only_rows_that_are_taken_are_noted(busy: Office) -> None:
    text = f"{LINES}A-1;S-404;2027-01-01;9999-12-31;alarm\nA-2;{COVERED};2027-01-01;9999-12-31;alarm\n"
    found = busy.preview(CONTRACTS, text)
    assert {row for row, _, _ in notices(found)} == {3}
    assert {code for _, _, code in notices(found)} == {"placeholder_end", "service_off"}
    short = busy.preview(CONTRACTS, f"{LINES}A-1;S-404;2027-01-01\n")
    assert notices(short) == [(2, None, "short_rows")]  # of the whole file


def test_a_termination_without_its_day_is_noted_once_a_row(busy: Office) -> None:
    header = "contract_number;school_id;start_on;end_on;status\n"
    text = f'{header}A-1;"{COVERED};{ENDING}";2027-01-01;2027-12-31;terminated\n'
    assert notices(busy.preview(CONTRACTS, text)) == [(2, "terminated_on", "termination_undated")]
    assert busy.take_in(CONTRACTS, text).written


def test_a_termination_whose_day_is_known_already_is_not_noted(busy: Office) -> None:
    row = next(row for key, row in busy.rows(CONTRACTS).items() if key[0] == "K-7")
    text = f"contract_number;school_id;start_on;status\nK-7;{row.key[1]};2026-01-01;terminated\n"
    assert notices(busy.preview(CONTRACTS, text)) == []


def test_a_tender_that_runs_before_its_day_is_taken_and_told(busy: Office) -> None:
    text = f"tender_number;school_id;status;published_on\nT-9;{COVERED};active;2027-02-25\n"
    found = busy.take_in(TENDERS, text)
    assert found.written
    (told,) = found.notices
    said = (told.row, told.column, told.value, told.code)
    assert said == (2, "published_on", "2027-02-25", "day_ahead")
    planned = text.replace("T-9", "T-10").replace("active", "planned")
    assert notices(busy.preview(TENDERS, planned)) == []


def test_a_code_of_digits_that_is_no_bin_is_taken_and_told(busy: Office) -> None:
    text = "school_id;name\n130240026235;A\n13024002623;B\nM-130240026235;C\n130240026234;D\n"
    found = busy.preview(SCHOOLS, text)
    assert notices(found) == [(row, "school_id", "bin_doubtful") for row in (2, 3)]
    assert found.new == 4


SERVING = (("K-1", COVERED), ("K-9", OVERLAP), ("K-4", UNKNOWN), ("K-3-1", INTERIM))


@pytest.mark.parametrize(
    "moved", [{"start_on": day("2027-01-20")}, {"signed_on": day("2027-01-20")}], ids=str
)
def test_a_first_day_that_moves_past_today_ends_service_and_asks_first(
    busy: Office, moved: dict[str, Any]
) -> None:
    known = [row for row in busy.rows(CONTRACTS).values() if isinstance(row, ContractRow)]
    rows = [replace(row, **moved) for row in known if row.key[:2] in SERVING]
    found = busy.preview(CONTRACTS, csv_of(CONTRACTS, rows))
    assert found.danger is not None
    assert (found.danger.ended, found.danger.emptied) == (4, 0)


@pytest.mark.parametrize("first", ["2027-01-15", "2026-06-01"])
def test_a_first_day_that_moves_but_not_past_today_ends_nothing(busy: Office, first: str) -> None:
    text = "".join(f"{number};{school};{first}\n" for number, school in SERVING)
    found = busy.preview(CONTRACTS, "contract_number;school_id;start_on\n" + text)
    assert found.danger is None
    assert found.changed == 4


def test_a_first_day_to_come_that_moves_further_ends_nothing(busy: Office) -> None:
    header = "contract_number;school_id;start_on;end_on\n"
    later = "".join(f"B-{place};{school};{{}};2027-12-31\n" for place, (_, school) in enumerate(SERVING))
    busy.take_in(CONTRACTS, header + later.format(*["2027-02-01"] * 4))
    assert busy.preview(CONTRACTS, header + later.format(*["2027-03-01"] * 4)).danger is None
