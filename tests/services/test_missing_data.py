"""What a file leaves out, or says in a way that nobody can read, never makes a school look served (COR-7)."""

from __future__ import annotations

import json

import pytest

from tests.office import KINDS, Office
from tests.web.register import COVERED, a_school

*_, CONTRACTS, TENDERS, EVENTS = KINDS
GOOD = {
    "contract_number": "K-1",
    "school_id": COVERED,
    "start_on": "2027-01-01",
    "end_on": "2027-12-31",
    "terminated_on": "",
    "signed_on": "2026-12-20",
    "status": "active",
    "service": "channel",
}
NO_DAYS = (
    "-", "—", "0", "NA", "нет", "0001-01-01", "31.12.27", "12/31/2027", "2027-13-01", "2027-02-29", "#REF!",
    "год", "99999", "1E5",
)  # fmt: skip


def state(office: Office, **cells: str) -> str:
    """How the school stands on 15 January 2027 when a file says this, with its bad rows left out."""
    row = {**GOOD, **cells}
    office.take_all_in([a_school(COVERED, "Абай")])
    office.take_in(CONTRACTS, f"{';'.join(row)}\n{';'.join(row.values())}\n", skip_bad_rows=True)
    (need,) = json.loads(office.json(office.today))["needs"]
    return str(need["state"])


def test_a_row_with_all_its_days_serves(office: Office) -> None:
    assert state(office) == "covered"


@pytest.mark.parametrize("cell", ["", *NO_DAYS, "2026-12-31", "9999-12-31", "2099-12-31", "2027-01-14"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_end_and_no_readable_end_is_never_cover(office: Office, cell: str) -> None:
    assert state(office, end_on=cell) in ("uncovered", "unknown")


@pytest.mark.parametrize("cell", ["", *NO_DAYS, "2028-01-01", "2027-01-16"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_start_and_no_readable_start_is_never_cover(office: Office, cell: str) -> None:
    assert state(office, start_on=cell) == "uncovered"


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("signed_on", "2027-01-16"),
        ("signed_on", "31.12.26"),
        ("terminated_on", "2027-01-14"),
        ("terminated_on", "0001-01-01"),
        ("terminated_on", "2026-12-31"),
        *(("status", word) for word in ("проект", "подписан", "аннулирован", "x", "0", "-", "NA", "null")),
        *(("service", word) for word in ("alarm", "видеонаблюдение", "x", "0", "-")),
        *(("school_id", word) for word in ("", "-", "0", "990740000002", "S-9")),
        ("contract_number", ""),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_unsigned_ended_unknown_or_foreign_line_is_never_cover(
    office: Office, column: str, cell: str
) -> None:
    assert state(office, **{column: cell}) == "uncovered"


def test_a_tender_that_was_won_is_no_cover(office: Office) -> None:
    office.take_all_in([a_school(COVERED, "Абай")])
    header = "tender_number;school_id;status;method;published_on;results_on;ended_on\n"
    office.take_in(TENDERS, f"{header}T-1;{COVERED};complete;open_tender;2026-11-02;2026-12-01;2026-12-10\n")
    office.take_in(EVENTS, "tender_number;event;on\nT-1;complete;2026-12-10\n")
    (need,) = json.loads(office.json(office.today))["needs"]
    assert need["state"] == "uncovered"
