"""Which papers each route needs, what they ask for, and the code that leads back to the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tracker.domain.drafts import (
    ALWAYS,
    ASKED,
    DRAFTS,
    GIVEN,
    MISSING,
    Draft,
    DraftKind,
    GivenName,
    Place,
    Twin,
    checksum,
    is_same_checksum,
    missing,
)
from tracker.domain.vocabulary import RouteId, Service

SCHOOL = Place("990740001234", Twin("№ 15 мектеп", "Школа № 15"), "990740001234", "Абай к., 12", "К-1")
AGREEMENT = Draft(
    kind=DraftKind.AGREEMENT,
    decision="12",
    part="К-1",
    route=RouteId.EXTENSION,
    route_title=Twin("Шартты ұзарту", "Продление договора"),
    service=Service.CHANNEL,
    start_on=date(2027, 1, 1),
    end_on=date(2027, 2, 28),
    cap_months=2,
    ground=Twin("18-бап", "ст. 18"),
    places=(SCHOOL,),
    buyer=Twin("Білім бөлімі", "Отдел образования"),
    buyer_bin="970240000118",
    supplier="ТОО «Байланыс»",
    supplier_bin="941240000193",
    contract_number="К-1",
    contract_signed_on=date(2026, 1, 12),
    tender_number="Т-1",
    amount=Decimal("162500"),
)


def test_every_route_has_its_papers_and_every_paper_says_what_it_asks_for() -> None:
    assert set(DRAFTS) == set(RouteId)
    assert set(ASKED) == set(DraftKind)
    assert {kind for kinds in DRAFTS.values() for kind in kinds} == set(DraftKind)
    assert all(set(ALWAYS) < set(names) or kind is DraftKind.LETTER for kind, names in ASKED.items())
    assert {name for names in GIVEN.values() for name in names} == set(GivenName)
    assert set(GIVEN) < set(MISSING)


def test_nothing_is_missing_where_everything_is_stated() -> None:
    assert missing(AGREEMENT) == ()


@pytest.mark.parametrize("name", ASKED[DraftKind.AGREEMENT])
def test_each_fact_that_a_paper_asks_for_is_named_when_it_is_missing(name: str) -> None:
    blank: object = () if name == "places" else None
    assert missing(replace(AGREEMENT, **{name: blank})) == (name,)  # type: ignore[arg-type]  # each in turn


@pytest.mark.parametrize("name", [Twin("", "Отдел"), Twin("Бөлім", " "), None])
def test_a_name_in_one_language_only_is_missing(name: Twin | None) -> None:
    assert missing(replace(AGREEMENT, buyer=name)) == ("buyer",)


def test_who_sees_a_part_of_a_decision_is_told_so_first() -> None:
    assert missing(replace(AGREEMENT, is_partial=True, amount=None)) == ("beyond", "amount")


def test_another_fact_gives_another_code_and_the_same_facts_the_same() -> None:
    code = checksum(AGREEMENT)
    assert code == checksum(replace(AGREEMENT))
    for other in (
        replace(AGREEMENT, amount=Decimal("162501")),
        replace(AGREEMENT, end_on=date(2027, 2, 27)),
        replace(AGREEMENT, supplier="ТОО «Байланыс» "),
        replace(AGREEMENT, places=(SCHOOL, SCHOOL)),
    ):
        assert checksum(other) != code


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_a_code_may_be_typed_with_spaces_without_dashes_and_in_small_letters(typed: str) -> None:
    code = checksum(AGREEMENT)
    for written in (code, code.lower(), code.replace("-", ""), code.replace("-", " ")):
        assert is_same_checksum(typed.format(written), AGREEMENT)
    assert not is_same_checksum(code[:-1], AGREEMENT)
    assert not is_same_checksum("", AGREEMENT)
