"""The signed contract is recorded as it was approved, and over nothing that the register knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.deciding.office import REASON, Office
from tests.deciding.test_deciding import BIN, SIGNED, record, refused_for, without_service
from tests.store import rows
from tests.web.register import NOW, STALLED, a_contract
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.vocabulary import ContractKind, ContractStatus, Method, RouteId
from tracker.services.deciding import Wanted
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING


def test_the_cap_is_months_and_nothing_known_is_written_over(office: Office) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    for paper, reason in (
        (replace(SIGNED, end_on=date(2027, 3, 15)), "too_long"),
        (replace(SIGNED, number="K-2"), "taken"),
        (replace(SIGNED, number=" "), "number"),
        (replace(SIGNED, signed_on=date(2027, 1, 16)), "signed_later"),
        (replace(SIGNED, end_on=date(2027, 1, 1)), "days"),
        (replace(SIGNED, supplier_bin="123"), "supplier"),
        (replace(SIGNED, supplier_bin="", supplier_name=""), "supplier_needed"),
        (replace(SIGNED, supplier_bin=""), "supplier_whole"),
        (replace(SIGNED, signed_on=date(2027, 1, 14)), "signed_before"),
        (replace(SIGNED, start_on=date(2027, 1, 14)), "not_within"),
        (replace(SIGNED, start_on=date(2027, 3, 15), end_on=date(2027, 4, 1)), "not_within"),
        (replace(SIGNED, prices=(Decimal(99999999),)), "jump"),
    ):
        with refused_for(reason):
            record(office, number, paper)
    record(office, number, replace(SIGNED, prices=(Decimal(99999999),), why="басқа баға жоқ"))
    assert office.found(number).last_event.reason == "К-2-1: басқа баға жоқ"


def test_an_extension_begins_as_approved_and_keeps_its_supplier(office: Office) -> None:
    (row,) = office.draft("aigul", STALLED, wanted=Wanted(route=RouteId.EXTENSION, reason=REASON))
    assert row.number is not None
    office.confirm("aigul", row.number)
    office.decide("asel", row.number, Deed.APPROVE)
    paper = replace(SIGNED, prices=(), supplier_name="", supplier_bin="")
    for wrong, reason in (
        (replace(paper, start_on=date(2027, 1, 16)), "not_adjoining"),
        (replace(paper, start_on=date(2027, 1, 14)), "not_adjoining"),
        (replace(paper, supplier_name="ТОО «Басқа»"), "other_supplier"),
    ):
        with refused_for(reason):
            record(office, row.number, wrong)
    record(office, row.number, replace(paper, supplier_name='тоо "байланыс"', supplier_bin=BIN))
    with reading(office.engine, seeing=EVERYTHING) as session:
        (line,) = registry.contract_rows(session, EVERYTHING, number=SIGNED.number)
    assert (line.supplier_name, line.supplier_bin) == ("ТОО «Байланыс»", BIN)
    assert line.extends_contract_number == "K-2"


@pytest.mark.parametrize("status", [ContractStatus.ACTIVE, ContractStatus.DRAFT, ContractStatus.PENDING])
def test_of_a_contract_that_a_file_brought_first_only_what_it_left_open_is_written(
    office: Office, status: ContractStatus
) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    days = ("2027-01-15", "2027-03-14")
    extra = (("lot", "7"),)
    line = a_contract(SIGNED.number, STALLED, *days, kind=ContractKind.INTERIM, status=status, extra=extra)
    rows.record(office.engine, line, at=NOW)
    with refused_for("taken"):
        record(office, number, replace(SIGNED, end_on=date(2027, 3, 1)))
    record(office, number)
    added: dict[str, Any] = {
        "signed_on": SIGNED.signed_on,
        "supplier_bin": BIN,
        "method": Method.SINGLE_SOURCE,
    }
    with reading(office.engine, seeing=EVERYTHING) as session:
        (written,) = registry.contract_rows(session, EVERYTHING, number=SIGNED.number)
    assert written == replace(line, status=ContractStatus.ACTIVE, **added)
    assert STALLED not in without_service(office)
    assert office.found(number).status is DecisionStatus.RECORDED
    office.undo("aigul", number)
    with reading(office.engine, seeing=EVERYTHING) as session:
        assert registry.contract_rows(session, EVERYTHING, number=SIGNED.number) == (line,)
    assert (STALLED in without_service(office)) is (status is not ContractStatus.ACTIVE)
    found = office.found(number)
    assert (found.status, found.signed, found.lines[0].signed_number) == (DecisionStatus.APPROVED, None, None)


@pytest.mark.parametrize(
    "said",
    [
        {"status": ContractStatus.CANCELLED}, {"terminated_on": date(2027, 1, 20)},
        {"signed_on": date(2027, 1, 14)},
    ],
)  # fmt: skip
def test_a_contract_that_the_register_says_otherwise_is_not_recorded_in_silence(
    office: Office, said: dict[str, Any]
) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    line = a_contract(SIGNED.number, STALLED, "2027-01-15", "2027-03-14", kind=ContractKind.INTERIM)
    rows.record(office.engine, replace(line, **said), at=NOW)
    with refused_for("otherwise"):
        record(office, number)
