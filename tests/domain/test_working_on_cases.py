"""Notes speak to colleagues by numbers, whoever is away is stood in for, and a month has its price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.people import a_person
from tracker.domain.cases import Absence, named, numbered, numbers_in, stands_for
from tracker.domain.days import Span
from tracker.domain.errors import CaseRefused
from tracker.domain.prices import Price, months_in, months_shown
from tracker.domain.roles import Role

AIGUL = replace(a_person(Role.REVIEWER, name="aigul.s"), id=7)
BOLAT = replace(a_person(Role.OFFICER, name="bolat"), id=8)
OTHER = replace(a_person(Role.HEAD, name="bolat"), id=9, email="bolat@other.example.kz")
NAMES = {7: "Айгүл", 8: "Болат"}


@pytest.mark.parametrize(
    ("said", "kept", "told"),
    [
        ("no names", "no names", ()),
        ("@aigul.s see this.", "@{7} see this.", (7,)),
        ("ask @AIGUL.S, then @bolat@example.kz", "ask @{7}, then @{8}", (7, 8)),
        ("mail to somebody@example.kz stays as it is", "mail to somebody@example.kz stays as it is", ()),
        ("@aigul.s and again @aigul.s", "@{7} and again @{7}", (7,)),
        ("at 10 @ 12", "at 10 @ 12", ()),
    ],
)
def test_a_note_keeps_people_by_their_numbers(said: str, kept: str, told: tuple[int, ...]) -> None:
    assert numbered(said, [AIGUL, BOLAT]) == (kept, told)
    assert numbers_in(kept) == set(told)


@pytest.mark.parametrize("name", ["nobody", "bolat", "aigul"])
def test_a_call_that_nobody_or_more_than_one_would_hear_is_refused(name: str) -> None:
    with pytest.raises(CaseRefused) as refused:
        numbered(f"see this, @{name}", [AIGUL, BOLAT, OTHER])
    assert refused.value.details == {"reason": "mention", "name": name}


def test_a_note_is_read_with_the_names_that_people_have_now() -> None:
    assert named("@{7}, ask @{8}", lambda number: NAMES[number]) == "@Айгүл, ask @Болат"


def test_the_cases_of_one_who_is_away_are_those_of_whoever_stands_in() -> None:
    away = Absence(8, "Bolat@example.kz", 7, "Айгүл", date(2027, 1, 31))
    assert stands_for(AIGUL, [away]) == (
        frozenset({7, 8}),
        frozenset({"aigul.s@example.kz", "bolat@example.kz"}),
    )
    assert stands_for(BOLAT, [away]) == (frozenset({8}), frozenset({"bolat@example.kz"}))


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01", "2026-12-31", "12"),
        ("2027-01-01", "2027-02-28", "2"),
        ("2027-01-15", "2027-02-28", "1.5"),
        ("2027-02-01", "2027-02-01", "0.04"),
        ("2027-12-31", "2028-02-29", "2.03"),
    ],
)
def test_months_are_whole_ones_and_the_days_that_are_left(first: str, last: str, months: str) -> None:
    span = Span.inclusive(date.fromisoformat(first), date.fromisoformat(last))
    assert months_shown(span) == Decimal(months)
    assert months_in(span.start, span.last) == pytest.approx(Decimal(months), abs=Decimal("0.01"))


def test_two_months_cost_a_sixth_of_the_year() -> None:
    price = Price("K-2", Decimal("462000"), "KZT", date(2026, 1, 1), date(2026, 12, 31))
    assert price.monthly == Decimal("38500.00")
    assert price.of(Span.inclusive(date(2027, 1, 1), date(2027, 2, 28))) == Decimal("77000.00")
