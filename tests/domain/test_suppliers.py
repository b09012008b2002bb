"""The directory of suppliers is reckoned from contract lines and chooses nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tracker.domain.suppliers import SupplierLine, directory, to_be_asked
from tracker.domain.vocabulary import ContractStatus

ON = date(2027, 1, 15)


def line(
    name: str | None, school: str, year: int = 2027, *, bin: str | None = None, **more: object
) -> SupplierLine:
    """A line of a year that costs 12,000 tenge."""
    said: dict[str, object] = {
        "status": ContractStatus.ACTIVE, "end_on": date(year, 12, 31), "terminated_on": None,
        "amount": Decimal(12000), "currency": "KZT", **more,
    }  # fmt: skip
    number = f"K-{school}-{year}"
    return SupplierLine(bin, name, number, school, start_on=date(year, 1, 1), **said)  # type: ignore[arg-type]  # each test names the columns it means


def test_suppliers_stand_by_the_schools_that_they_serve_now_with_their_last_price() -> None:
    found = directory(
        [
            line("ТОО «Бір»", "1", 2026, amount=Decimal(60000)),
            line("тоо  бір", "2", bin=None),
            line("ТОО «Екі»", "3", bin="941240000193"),
            line("АО «Екі»", "4", bin="941240000193", amount=None),
            line("ТОО «Үш»", "5", 2026),
            line("ТОО «Үш»", "6", terminated_on=date(2027, 1, 14)),
            line(None, "7"),
        ],
        on=ON,
    )
    assert [(each.name, each.schools) for each in found] == [
        ("АО «Екі»", 2), ("тоо  бір", 1), ("ТОО «Үш»", 0),
    ]  # fmt: skip
    assert [each.last and each.last.contract_number for each in found] == ["K-3-2027", "K-2-2027", "K-6-2027"]
    assert {each.last.monthly for each in found if each.last} == {Decimal(1000)}


def test_three_are_proposed_and_a_party_is_known_by_number_or_name() -> None:
    found = directory([line(f"{n}", f"{n}", bin=f"{n}") for n in range(5)], on=ON)
    assert to_be_asked(found) == ("0", "1", "2")
    assert found[0].is_party("0", "other")
    assert not found[0].is_party("1", "0")
    assert found[0].is_party(None, " «0» ")
    assert not found[0].is_party(None, None)
