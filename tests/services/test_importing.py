"""A register file is taken in once, whole or not at all; its report adds up and hides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.office import KINDS, Office, counts, csv_of, kind_of
from tests.web.register import (
    CLOSED,
    COVERED,
    ENDING,
    NOW,
    RECORDED_AT,
    STALLED,
    a_contract,
    day,
    small_country,
)
from tracker.domain.errors import FileRefused, MomentRefused
from tracker.domain.register import ContractRow, RegisterKind, RegisterRow, SchoolRow
from tracker.domain.vocabulary import Service
from tracker.services.importing import Preview
from tracker.store import journal, registry
from tracker.store.engine import reading

SCHOOLS, CONTRACTS, TENDERS, EVENTS = KINDS


def of_kind(kind: RegisterKind, rows: Sequence[RegisterRow]) -> list[RegisterRow]:
    return [row for row in rows if kind_of(row) is kind]


def codes(found: Preview) -> list[tuple[int, str | None, str]]:
    return [(issue.row, issue.column, issue.code) for issue in found.issues]


def known_contract(office: Office, number: str) -> ContractRow:
    (row,) = (row for key, row in office.rows(CONTRACTS).items() if key[0] == number)
    assert isinstance(row, ContractRow)
    return row


def known_school(office: Office, school_id: str) -> SchoolRow:
    row = office.rows(SCHOOLS)[school_id,]
    assert isinstance(row, SchoolRow)
    return row


def test_what_a_file_says_is_what_is_known(office: Office) -> None:
    country = small_country()
    office.take_all_in(country)
    for kind in KINDS:
        assert office.rows(kind) == {row.key: row for row in of_kind(kind, country)}
    assert office.differing() == ()
    assert office.evaluate().assessed == 0  # importing judged what it touched


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_twice_changes_nothing(busy: Office, kind: RegisterKind) -> None:
    before = (busy.facts(), busy.stored(), busy.flags(), busy.json(busy.today))
    data = csv_of(kind, list(busy.rows(kind).values()))
    found = busy.take_in(kind, data)
    assert counts(found) == (0, 0, found.read, 0)
    assert found.written
    assert found.changes == ()
    assert (busy.facts(), busy.stored(), busy.flags(), busy.json(busy.today)) == before
    with reading(busy.engine) as session:
        assert len(registry.recordings(session)) == 1  # no new one


@pytest.mark.parametrize("parts", [1, 7])
def test_neither_order_nor_division_of_files_matters(office: Office, parts: int) -> None:
    chance = Random(parts)
    country = small_country()
    for kind in KINDS:
        rows = of_kind(kind, country)
        chance.shuffle(rows)
        for part in (rows[place::parts] for place in range(parts)):
            if part:
                office.take_in(kind, csv_of(kind, part, delimiter=chance.choice(",;\t")))
    assert office.facts() == {kind: {r.key: r for r in of_kind(kind, country)} for kind in KINDS}
    assert office.differing() == ()


def test_a_row_said_twice_in_one_file_is_one_fact_and_two_rows_read(office: Office) -> None:
    office.take_all_in(of_kind(SCHOOLS, small_country()))
    row = a_contract("K-1", COVERED, "2027-01-01", "2027-12-31")
    assert counts(office.take_in(CONTRACTS, csv_of(CONTRACTS, [row, row, row]))) == (3, 0, 0, 0)
    assert list(office.rows(CONTRACTS).values()) == [row]


def test_a_file_that_lacks_two_fifths_of_what_is_known_removes_nothing(busy: Office) -> None:
    before = busy.facts()
    for kind in KINDS:
        rows = list(busy.rows(kind).values())
        found = busy.take_in(kind, csv_of(kind, rows[: -len(rows) * 2 // 5] or rows[:1]))
        assert found.danger is None
        assert found.changed == found.new == 0
    assert busy.facts() == before


def test_a_column_that_the_file_lacks_changes_nothing(busy: Office) -> None:
    before = known_contract(busy, "K-1")
    found = busy.take_in(CONTRACTS, f"contract_number;school_id;start_on\nK-1;{COVERED};2027-01-01\n")
    assert counts(found) == (0, 0, 1, 0)
    assert known_contract(busy, "K-1") == before


def test_an_empty_cell_in_a_column_of_the_file_empties(busy: Office) -> None:
    found = busy.take_in(
        CONTRACTS, f"contract_number;school_id;start_on;supplier_name\nK-1;{COVERED};2027-01-01;\n"
    )
    assert counts(found) == (0, 1, 0, 0)
    (change,) = found.changes
    assert [(field.column, field.old, field.new) for field in change.fields] == [
        ("supplier_name", "ТОО «Байланыс»", "")
    ]
    assert known_contract(busy, "K-1").supplier_name is None
    assert known_contract(busy, "K-1").amount == 462000


def test_rows_of_one_file_that_contradict_each_other_are_all_rejected(busy: Office) -> None:
    before = busy.facts()
    data = (
        "contract_number;school_id;start_on;end_on\n"
        f"K-1;{COVERED};2027-01-01;2027-11-30\n"
        f"K-10;{ENDING};2026-02-01;2027-02-28\n"
        f"K-1;{COVERED};2027-01-01;2027-10-31\n"
    )
    found = busy.take_in(CONTRACTS, data)
    assert counts(found) == (0, 1, 0, 2)
    assert codes(found) == [(2, "end_on", "contradicts"), (4, "end_on", "contradicts")]
    assert [issue.value for issue in found.issues] == ["2027-11-30", "2027-10-31"]
    assert not found.written
    assert busy.facts() == before
    assert busy.take_in(CONTRACTS, data, skip_bad_rows=True).written
    assert known_contract(busy, "K-10").end_on == day("2027-02-28")
    assert known_contract(busy, "K-1").end_on == day("2027-12-31")


def test_a_contract_or_tender_of_a_school_that_nobody_knows_is_rejected(busy: Office) -> None:
    found = busy.take_in(
        CONTRACTS, f"contract_number;school_id;start_on\nK-99;{COVERED};2027-01-01\nK-99;S-9;2027-01-01\n"
    )
    assert codes(found) == [(3, "school_id", "school_unknown")]
    assert not found.written
    assert codes(busy.take_in(TENDERS, "tender_number;school_id;status\nT-99;S-9;active\n")) == [
        (2, "school_id", "school_unknown")
    ]


def test_one_unknown_school_of_several_rejects_the_row_whole(busy: Office) -> None:
    data = f'contract_number;school_id;start_on\nK-99;"{COVERED};S-9;{ENDING}";2027-01-01\n'
    found = busy.take_in(CONTRACTS, data, skip_bad_rows=True)
    assert counts(found) == (0, 0, 0, 1)
    assert not [key for key in busy.rows(CONTRACTS) if key[0] == "K-99"]


def test_an_event_of_a_tender_that_nobody_knows_is_rejected(busy: Office) -> None:
    found = busy.take_in(EVENTS, "tender_number;event;on\nT-404;bids;2027-01-11\n")
    assert codes(found) == [(2, "tender_number", "tender_unknown")]


def test_a_line_for_a_service_that_is_not_switched_on_is_kept_and_noticed(busy: Office) -> None:
    before = busy.json(busy.today)
    found = busy.take_in(
        CONTRACTS,
        f"contract_number;school_id;start_on;end_on;service\nA-1;{COVERED};2027-01-01;2027-12-31;alarm\n",
    )
    assert [(notice.row, notice.column, notice.code) for notice in found.notices] == [
        (2, "service", "service_off")
    ]
    assert ("A-1", COVERED, "alarm") in busy.rows(CONTRACTS)
    assert busy.json(busy.today) == before  # it makes no need


def test_switching_a_service_on_makes_its_need_and_off_takes_it_away(busy: Office) -> None:
    def services() -> set[Service]:
        return {kept.service for kept in busy.stored() if kept.school_id == COVERED}

    header = "school_id;name;services\n"
    busy.take_in(SCHOOLS, f"{header}{COVERED};School Абай;channel, alarm\n")
    assert services() == {Service.CHANNEL, Service.ALARM}
    busy.take_in(SCHOOLS, f"{header}{COVERED};School Абай;channel\n")
    assert services() == {Service.CHANNEL}
    assert {flag.service for flag in busy.flags()} == {Service.CHANNEL}
    assert busy.differing() == ()


def test_days_that_only_together_with_known_ones_are_out_of_order_are_rejected_with_words(
    busy: Office,
) -> None:
    moved = busy.take_in(CONTRACTS, f"contract_number;school_id;start_on\nK-1;{COVERED};2028-01-01\n")
    assert codes(moved) == [(2, "end_on", "end_before_start")]
    assert moved.issues[0].details == (("start", "2028-01-01"),)
    ended = busy.take_in(SCHOOLS, f"school_id;name;needed_until\n{COVERED};School Абай;2025-12-31\n")
    assert codes(ended) == [(2, "needed_until", "end_before_start")]
    late = busy.take_in(CONTRACTS, f"contract_number;school_id;start_on\nK-7;{CLOSED};2026-10-01\n")
    assert codes(late) == [(2, "terminated_on", "terminated_before_start")]


def test_unknown_columns_are_reported_kept_and_corrected_by_name(busy: Office) -> None:
    def extra() -> dict[str, str]:
        return dict(known_school(busy, COVERED).extra)

    found = busy.take_in(SCHOOLS, f"school_id;name;Құрылтайшы;Тел\n{COVERED};School Абай;әкімдік;+7 701\n")
    assert found.unknown_columns == ("Құрылтайшы", "Тел")
    assert [field.column for field in found.changes[0].fields] == ["Құрылтайшы", "Тел"]
    assert extra() == {"Құрылтайшы": "әкімдік", "Тел": "+7 701"}
    again = busy.take_in(SCHOOLS, f"Тел;school_id;Құрылтайшы;name\n+7 701;{COVERED};әкімдік;School Абай\n")
    assert counts(again) == (0, 0, 1, 0)
    busy.take_in(SCHOOLS, f"school_id;name;Тел\n{COVERED};School Абай;\n")
    assert extra() == {"Құрылтайшы": "әкімдік"}  # an empty cell empties, a missing column does not


def test_two_columns_of_one_unknown_title_are_both_kept(busy: Office) -> None:
    data = f"school_id;name;Тел;Тел\n{COVERED};School Абай;1;2\n"
    assert busy.take_in(SCHOOLS, data).unknown_columns == ("Тел", "Тел #4")
    assert counts(busy.take_in(SCHOOLS, data)) == (0, 0, 1, 0)
    assert dict(known_school(busy, COVERED).extra) == {"Тел": "1", "Тел #4": "2"}


def test_a_cell_of_an_unknown_column_too_long_for_a_workbook_is_rejected(busy: Office) -> None:
    found = busy.take_in(SCHOOLS, f"school_id;name;Тел\n{COVERED};School Абай;{'1' * 4001}\n")
    assert codes(found) == [(2, "Тел", "too_long")]


def test_a_file_without_a_required_column_rejects_every_row(busy: Office) -> None:
    found = busy.take_in(SCHOOLS, "school_id;region\n1;59\n2;59\n", skip_bad_rows=True)
    assert counts(found) == (0, 0, 0, 2)
    assert codes(found) == [(1, "name", "missing_column")]


@pytest.mark.parametrize("data", ["", "\n\n", "{}", 'school_id;name\n"open;quote\n'])
def test_a_file_that_is_no_table_is_refused_and_leaves_no_trace(busy: Office, data: str) -> None:
    before = busy.facts()
    with pytest.raises(FileRefused):
        busy.take_in(SCHOOLS, data)
    assert busy.facts() == before


def test_a_preview_writes_nothing_and_says_what_the_import_then_says(busy: Office) -> None:
    before = (busy.facts(), busy.stored(), busy.flags())
    data = (
        "contract_number;school_id;start_on;end_on;Ескерту\n"
        f"K-1;{COVERED};2027-01-01;2027-11-30;а\n"
        f"K-2;{STALLED};2026-01-01;2026-12-31;\n"
        f"K-77;{STALLED};2027-02-01;2099-12-31;\n"
        "K-78;S-9;2027-02-01;;\n"
    )
    seen = busy.preview(CONTRACTS, data)
    assert (busy.facts(), busy.stored(), busy.flags()) == before
    assert counts(seen) == (1, 1, 1, 1)
    assert busy.take_in(CONTRACTS, data) == seen  # not written either: a row is bad
    done = busy.take_in(CONTRACTS, data, skip_bad_rows=True)
    assert done == replace(seen, written=True)


def test_every_import_is_journaled_with_its_counts_and_the_fingerprint_of_the_file(busy: Office) -> None:
    found = busy.take_in(SCHOOLS, f"school_id;name\n{COVERED};School Абай\n")
    with reading(busy.engine) as session:
        (entry,) = journal.entries(session, limit=1, action="import")
        assert journal.verify_chain(session) is None
    assert (entry.at, entry.actor, entry.subject) == (NOW, "officer", "schools")
    assert entry.details == {
        "file": "file.csv", "sha256": found.sha256,
        "read": 1, "new": 0, "changed": 0, "same": 1, "rejected": 0,
    }  # fmt: skip


def test_facts_may_be_recorded_as_known_earlier_but_never_before_what_is_recorded(busy: Office) -> None:
    data = f"school_id;name\n{COVERED};Жаңа атау\n"
    with pytest.raises(MomentRefused):
        busy.take_in(SCHOOLS, data, known=RECORDED_AT - timedelta(seconds=1))
    moment = RECORDED_AT + timedelta(hours=1)
    busy.take_in(SCHOOLS, data, known=moment)
    assert name_as_known(busy, moment) == "Жаңа атау"
    assert name_as_known(busy, moment - timedelta(seconds=1)) == "School Абай"


def name_as_known(office: Office, moment: datetime) -> str:
    with reading(office.engine) as session:
        seq = max(r.seq for r in registry.recordings(session) if r.recorded_at <= moment)
        schools = registry.list_schools(session, registry.Scope.everything(), known_seq=seq)
    return next(school.name for school in schools if school.school_id == COVERED)


def test_of_two_who_write_at_once_the_one_who_waited_is_not_refused(busy: Office) -> None:
    busy.take_in(SCHOOLS, f"school_id;name\n{COVERED};Бірінші\n")
    slower = replace(busy, now=NOW - timedelta(seconds=3))
    assert slower.take_in(SCHOOLS, f"school_id;name\n{COVERED};Екінші\n").changed == 1
    assert known_school(busy, COVERED).name == "Екінші"
