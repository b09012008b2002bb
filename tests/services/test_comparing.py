"""A file that would end or empty much of what is known asks first; a correction does not (IMP-7)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.office import Office, csv_of
from tests.web.register import day
from tracker.domain.errors import ConfirmationNeeded
from tracker.domain.register import ContractRow, RegisterKind, RegisterRow, SchoolRow, TenderRow
from tracker.domain.vocabulary import ContractStatus, Service, TenderStatus
from tracker.law.loader import BUNDLED
from tracker.services.evaluating import Book
from tracker.store.engine import make_engine

SCHOOLS = tuple(
    SchoolRow(f"S-{n}", f"№ {n} мектеп", services=(Service.CHANNEL, Service.ALARM), district="Есіл")
    for n in range(100)
)
CONTRACTS = tuple(
    ContractRow(f"K-{n}", f"S-{n}", day("2026-01-01"), end_on=day("2027-12-31"), supplier_name="Х")
    for n in range(100)
)
TENDERS = tuple(TenderRow(f"T-{n}", f"S-{n}", TenderStatus.ACTIVE) for n in range(100))

ENDED = {"end_on": day("2027-01-14")}


@pytest.fixture(scope="module")
def hundred(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A hundred schools, each with a contract that serves and a live tender; only looked at."""
    path = tmp_path_factory.mktemp("hundred") / "tracker.db"
    shutil.copyfile(migrated_sqlite, path)
    engine = make_engine(f"sqlite:///{path}")
    office = Office(engine)
    office.take_all_in((*SCHOOLS, *CONTRACTS, *TENDERS))
    yield office
    engine.dispose()


def contracts(count: int, **changes: object) -> bytes:
    """A file of a hundred contracts in which the first ``count`` are changed."""
    changed = [replace(row, **changes) for row in CONTRACTS[:count]]  # type: ignore[arg-type]  # columns by name
    return csv_of(RegisterKind.CONTRACTS, [*changed, *CONTRACTS[count:]])


def test_ends_that_all_move_to_the_past_ask_first_and_are_taken_when_confirmed(office: Office) -> None:
    office.take_all_in((*SCHOOLS, *CONTRACTS))
    data, before = contracts(100, **ENDED), office.facts()
    seen = office.preview(RegisterKind.CONTRACTS, data)
    assert seen.danger is not None
    assert (seen.danger.ended, seen.danger.emptied, seen.danger.known) == (100, 0, 100)
    assert seen.danger.percent == Decimal("100.0")
    with pytest.raises(ConfirmationNeeded) as refused:
        office.take_in(RegisterKind.CONTRACTS, data)
    assert refused.value.details == {"percent": Decimal("100.0"), "ended": 100, "emptied": 0, "known": 100}
    assert office.facts() == before
    assert office.take_in(RegisterKind.CONTRACTS, data, confirmed=True).changed == 100
    assert {kept.state for kept in office.stored() if kept.service is Service.CHANNEL} == {"uncovered"}


@pytest.mark.parametrize(("count", "asks"), [(2, False), (5, False), (6, True)])
def test_more_than_a_twentieth_asks(hundred: Office, count: int, asks: bool) -> None:
    assert (hundred.preview(RegisterKind.CONTRACTS, contracts(count, **ENDED)).danger is not None) is asks


@pytest.mark.parametrize(
    "changes",
    [
        {"end_on": day("2027-01-14")},
        {"terminated_on": day("2027-01-14")},
        {"status": ContractStatus.CANCELLED},
        {"status": ContractStatus.DRAFT},
        {"status": ContractStatus.PENDING},
        {"supplier_name": None},
        {"end_on": None},
        {"status": ContractStatus.CANCELLED, "supplier_name": None},
    ],
    ids=str,
)
def test_whatever_ends_or_empties_contracts_counts_once(hundred: Office, changes: dict[str, object]) -> None:
    danger = hundred.preview(RegisterKind.CONTRACTS, contracts(20, **changes)).danger
    assert danger is not None
    assert danger.percent == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"end_on": day("2027-01-15")},
        {"terminated_on": day("2027-01-15")},
        {"status": ContractStatus.PERFORMED},
        {"supplier_name": "Ц", "amount": Decimal("1.00")},
        {"signed_on": day("2026-01-01")},
    ],
    ids=str,
)
def test_what_still_serves_today_or_says_more_does_not_ask(
    hundred: Office, changes: dict[str, object]
) -> None:
    assert hundred.preview(RegisterKind.CONTRACTS, contracts(100, **changes)).danger is None


@pytest.mark.parametrize(
    "after",
    [
        [replace(row, closed_on=day("2027-09-01")) for row in SCHOOLS],
        [replace(row, needed_until=day("2027-01-14")) for row in SCHOOLS],
        [replace(row, services=(Service.CHANNEL,)) for row in SCHOOLS],
        [replace(row, district=None) for row in SCHOOLS],
        [replace(row, status=TenderStatus.WITHDRAWN) for row in TENDERS],
    ],
    ids=["closed", "needed no more", "a service off", "emptied", "withdrawn"],
)
def test_schools_and_tenders_are_guarded_as_well(hundred: Office, after: list[RegisterRow]) -> None:
    kind = RegisterKind.TENDERS if isinstance(after[0], TenderRow) else RegisterKind.SCHOOLS
    assert hundred.preview(kind, csv_of(kind, after[:6])).danger is not None
    assert hundred.preview(kind, csv_of(kind, after[:5])).danger is None


def test_one_row_repeated_many_times_is_one_change(hundred: Office) -> None:
    rows = [replace(CONTRACTS[0], end_on=day("2027-01-14"))] * 60
    assert hundred.preview(RegisterKind.CONTRACTS, csv_of(RegisterKind.CONTRACTS, rows)).danger is None


def test_where_to_ask_is_a_house_value_of_the_law_file(hundred: Office, tmp_path: Path) -> None:
    for path in BUNDLED.glob("*.toml"):
        shutil.copy(path, tmp_path)
    policy = tmp_path / "kz_policy.toml"
    said = policy.read_text(encoding="utf-8")
    clause = re.compile(r'(id = "import.danger_percent".*?value = )5', re.DOTALL)
    policy.write_text(clause.sub(r"\g<1>50", said), encoding="utf-8")
    lenient = replace(hundred, book=Book.load(tmp_path))
    assert lenient.preview(RegisterKind.CONTRACTS, contracts(50, **ENDED)).danger is None
    assert lenient.preview(RegisterKind.CONTRACTS, contracts(51, **ENDED)).danger is not None
