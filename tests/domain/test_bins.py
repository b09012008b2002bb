"""Business identification numbers prove themselves by their last digit."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tracker.domain.bins import check_digit, is_bin, is_organisation, is_person, with_lost_zeros

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared facts are not at hand")


@pytest.mark.parametrize("number", ["130240026234", "020340002199", "000140001536", "000740001307"])
def test_a_real_number_passes_also_when_only_the_second_pass_gives_its_digit(number: str) -> None:
    assert is_bin(number)
    assert is_organisation(number)


@pytest.mark.parametrize("number", ["020340002190", "123456789012", "000000000001", "", "1" * 11, "1" * 13])
def test_a_wrong_digit_or_length_does_not_pass(number: str) -> None:
    assert not is_bin(number)


@pytest.mark.parametrize("number", ["１30240026234", "13024002623²", "13024002623x", " 30240026234"])
def test_only_plain_digits_are_digits(number: str) -> None:
    assert not is_bin(number)


def test_a_number_for_which_both_passes_give_ten_is_not_issued() -> None:
    never = next(f"{serial:011d}" for serial in range(10**6) if check_digit(f"{serial:011d}") is None)
    assert not any(is_bin(f"{never}{digit}") for digit in range(10))


def test_twelve_digits_that_prove_themselves_need_not_be_an_organisation() -> None:
    person = next(number for serial in range(1000) if is_bin(number := f"850317300{serial:03d}"))
    assert is_person(person)
    assert not is_organisation(person)


@pytest.mark.parametrize(
    ("left", "whole"),
    [
        ("140001536", "000140001536"),
        ("20340002199", "020340002199"),
        ("130240026234", "130240026234"),
        ("40001536", "40001536"),
    ],
)
def test_at_most_three_zeros_are_lost(left: str, whole: str) -> None:
    assert with_lost_zeros(left) == whole


@needs_shared
def test_all_numbers_of_the_participants_register_pass() -> None:
    with (SHARED / "data/kz-bodies/participants_bin.csv").open(encoding="utf-8") as file:
        numbers = [row["bin"] for row in csv.DictReader(file)]
    assert len(numbers) == 1150
    assert all(map(is_bin, numbers))
    assert all(is_organisation(number) for number in numbers)


@needs_shared
def test_the_collected_vectors_hold() -> None:
    vectors = json.loads((SHARED / "goszakup/bin_check.json").read_text(encoding="utf-8"))
    assert all(map(is_bin, vectors["valid"] + vectors["valid_by_second_pass"]))
    assert not any(map(is_bin, vectors["invalid_examples"]))
