"""No row is dropped unseen: rows read are rows taken plus rows rejected, each with its reason (P8, IMP-5)."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.feeds.files import LONGEST_TERM_YEARS, read
from tracker.domain.errors import FileRefused
from tracker.domain.register import ImportIssue, RegisterKind
from tracker.feeds.codes import ISSUES, NOTICES
from tracker.feeds.columns import COLUMNS
from tracker.feeds.registers import Parsed, parse
from tracker.feeds.table_files import REASONS, read_table
from tracker.feeds.tables import Cell, Fault, Table

GOOD = {
    RegisterKind.SCHOOLS: (
        "S-1,№ 5 мектеп,020340002199,А,Б,59,Айыртау,Мира 1,channel,2026-01-01,,,12,,o@example.org,"
    ),
    RegisterKind.CONTRACTS: (
        "N-1,S-1;S-2,2026-01-01,31.12.2026,,,channel,regular,действует,020340002199,ТОО,,ЗЦП,"
        '"1 234,50",KZT,T-1,'
    ),
    RegisterKind.TENDERS: (
        "T-1,S-1,active,channel,Связь,open_tender,,2026-01-01,2026-01-20,,,bids,2026-01-05,,,100,"
    ),
    RegisterKind.TENDER_EVENTS: "T-1,suspended,2026-01-05,Шағым",
}
STRANGE = [
    "",
    "-",
    "NA",
    "?",
    "12/31/2025",
    "31.12.9999",
    "1.2E+11",
    "Ќ",
    "\x01",
    "S-1;S-1",
    "x" * 600,
    "0",
    "нет",
]


def _records(kind: RegisterKind) -> list[list[str]]:
    header = [column.name for column in COLUMNS[kind]]
    row = next(csv.reader([GOOD[kind]]))
    return [header, *([row] * 5)]


def _file(records: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(records)
    return text.getvalue().encode()


def _assert_adds_up(parsed: Parsed) -> None:
    taken = {row.row_number for row in parsed.rows}
    told = {issue.row for issue in parsed.issues}
    assert parsed.rows_read == len(taken) + parsed.rejected
    assert not taken & told
    header_is_wrong = any(issue.code in ("missing_column", "duplicate_column") for issue in parsed.issues)
    assert header_is_wrong or len(told) == parsed.rejected
    for issue in parsed.issues:
        _assert_listed(issue, ISSUES)
    for notice in parsed.notices:
        _assert_listed(notice, NOTICES)


def _assert_listed(issue: ImportIssue, codes: dict[str, tuple[str, ...]]) -> None:
    """The issue has its row, its value and exactly the details that its sentence needs."""
    assert issue.row >= 1
    assert len(issue.value) <= 200
    assert tuple(name for name, _ in issue.details) == codes[issue.code]


@pytest.mark.parametrize("kind", RegisterKind)
def test_a_good_file_is_taken_whole(kind: RegisterKind) -> None:
    parsed = read(kind, _file(_records(kind)))
    assert (parsed.rows_read, parsed.rejected, parsed.issues) == (5, 0, ())
    _assert_adds_up(parsed)


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_sum_holds_whatever_happens_to_cells(kind: RegisterKind) -> None:
    dice = random.Random(kind)
    fates: Counter[bool] = Counter()
    for _ in range(2_000):
        records = [list(record) for record in _records(kind)]
        for _ in range(dice.randrange(1, 6)):
            record = dice.choice(records[1:] if dice.random() < 0.9 else records)
            place = dice.randrange(len(record)) if record else 0
            what = dice.randrange(4)
            if what == 0 and record:
                del record[place]
            elif what == 1:
                record.insert(place, dice.choice(STRANGE))
            elif record:
                record[place] = dice.choice(STRANGE)
        parsed = read(kind, _file(records))
        _assert_adds_up(parsed)
        assert parsed.rows_read == sum(any(cell.strip() for cell in record) for record in records[1:])
        fates[parsed.rejected > 0] += 1
    assert min(fates[True], fates[False]) > 50


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_sum_holds_whatever_happens_to_bytes(kind: RegisterKind) -> None:
    dice = random.Random(f"bytes of {kind}")
    whole = _file(_records(kind))
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 8)):
            at = dice.randrange(len(data))
            data[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
        try:
            _assert_adds_up(read(kind, bytes(data)))
        except FileRefused as refused:
            _assert_known(refused)


def _assert_known(refused: FileRefused) -> None:
    reason = str(refused.details["reason"])
    assert {"reason", "filename", *REASONS[reason]} == set(refused.details)


CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.text(max_size=20),
    st.sampled_from(STRANGE),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(Fault),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(RegisterKind),
    rows=st.lists(st.lists(CELLS, max_size=20), max_size=4),
    mac=st.booleans(),
)
def test_no_cell_of_any_type_breaks_the_reading(
    kind: RegisterKind, rows: list[list[Cell]], mac: bool
) -> None:
    header = tuple(column.name for column in COLUMNS[kind])
    table = Table(
        header, tuple((number, tuple(row)) for number, row in enumerate(rows, start=2)), from_1904=mac
    )
    _assert_adds_up(parse(kind, table, longest_term_years=LONGEST_TERM_YEARS))


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        table = read_table(data, filename="x")
    except FileRefused as refused:
        _assert_known(refused)
    else:
        for kind in RegisterKind:
            _assert_adds_up(parse(kind, table, longest_term_years=LONGEST_TERM_YEARS))


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(dice: random.Random) -> None:
    header, *rows = _records(RegisterKind.CONTRACTS)
    rows = [[f"N-{number}", *row[1:]] for number, row in enumerate(rows)]
    places = dice.sample(range(len(header)), k=len(header))
    mixed = [[record[place] for place in places] for record in [header, *dice.sample(rows, k=len(rows))]]
    straight = {row.value for row in read(RegisterKind.CONTRACTS, _file([header, *rows])).rows}
    assert {row.value for row in read(RegisterKind.CONTRACTS, _file(mixed)).rows} == straight


def test_a_wrong_file_of_many_rows_names_every_row_without_filling_the_memory() -> None:
    header = tuple(column.name for column in COLUMNS[RegisterKind.CONTRACTS])
    wrong = tuple((number, ("?",) * len(header)) for number in range(2, 60_002))
    parsed = parse(RegisterKind.CONTRACTS, Table(header, wrong), longest_term_years=LONGEST_TERM_YEARS)
    assert parsed.rejected == 60_000
    assert {issue.row for issue in parsed.issues} == set(range(2, 60_002))
    assert len(parsed.issues) < 170_000


def test_a_row_that_would_state_too_many_facts_is_rejected_and_the_others_are_taken() -> None:
    schools = ";".join(f"S-{number}" for number in range(260_000))
    rows = tuple((number, (f"N-{number}", schools, "2026-01-01")) for number in range(2, 4))
    table = Table(("contract_number", "school_id", "start_on"), rows)
    parsed = parse(RegisterKind.CONTRACTS, table, longest_term_years=LONGEST_TERM_YEARS)
    assert (len(parsed.rows), parsed.rejected) == (260_000, 1)
    assert [issue.code for issue in parsed.issues] == ["too_many_facts"]


def test_seven_thousand_schools_are_read_in_seconds() -> None:
    header, row, *_ = _records(RegisterKind.SCHOOLS)
    rows = [[f"S-{number}", *row[1:]] for number in range(7_000)]
    parsed = read(RegisterKind.SCHOOLS, _file([header, *rows]))
    assert (len(parsed.rows), parsed.rejected) == (7_000, 0)


def test_parsing_the_same_table_twice_gives_the_same() -> None:
    table = read_table(_file(_records(RegisterKind.TENDERS)), filename="x")
    first, second = (parse(RegisterKind.TENDERS, table, longest_term_years=10) for _ in range(2))
    assert first == second
    assert replace(first, rows=()) != first
