"""What a spreadsheet did to numbers is undone only with proof, else told (IMP-3)."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest

from tests.feeds.files import codes, one_contract, read_text, rows_of
from tracker.domain.bins import is_bin
from tracker.domain.register import ContractRow, RegisterKind
from tracker.feeds.cells import CellRefused
from tracker.feeds.tables import Cell, Fault
from tracker.feeds.values import read_bin, read_identifier, read_school, read_schools

SHARED = Path(__file__).parents[2].parent / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared facts are not at hand")

BIN = "020340002199"


@pytest.mark.parametrize(
    "cell",
    [
        BIN,
        f"  {BIN}\u00a0",
        f'="{BIN}"',
        f"'{BIN}",
        "20340002199",
        20340002199.0,
        20340002199,
        "020340 002199",
        "0203\u00a04000\u00a02199",
        "020-340-002-199",
        "О2О34ООО2199",  # Cyrillic О for zero
        "2.0340002199E+10",
        "2,0340002199E+10",
    ],
)
def test_a_bin_is_read_through_what_its_check_digit_proves(cell: Cell) -> None:
    assert read_bin(cell).value == BIN


@pytest.mark.parametrize("cell", ["20340002199", 20340002199.0, "020340 002199", "О2О34ООО2199"])
def test_every_repair_is_told(cell: Cell) -> None:
    reading = read_bin(cell)
    assert (reading.notice, reading.details) == ("bin_repaired", (("bin", BIN),))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("020340002190", "bin_check"),
        ("20340002190", "bin_check"),
        (20340002190.0, "bin_check"),
        ("1.2E+11", "number_rounded"),
        ("1,20340E+11", "number_rounded"),
        (1.2e11, "bin_check"),
        ("20340002", "bin_check"),
        ("0203400021990", "bin_form"),
        ("БИН 020340002199", "bin_form"),
        ("NA", "bin_form"),
        (12.5, "bin_form"),
        (1e300, "number_rounded"),
        (float("nan"), "number_rounded"),
        (True, "bin_form"),
        (date(2026, 1, 1), "became_date"),
        (Fault.FORMULA_ERROR, "formula_error"),
        (Fault.FORMULA_WITHOUT_VALUE, "formula_without_value"),
    ],
)
def test_without_proof_a_bin_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_bin(cell)
    assert refused.value.code == code


@needs_shared
def test_no_real_bin_comes_back_as_another_after_any_damage() -> None:
    with (SHARED / "data/kz-bodies/participants_bin.csv").open(encoding="utf-8") as file:
        numbers = [row["bin"] for row in csv.DictReader(file)]
    for number in numbers:
        for damaged in (int(number), float(number), number.lstrip("0"), f"{int(number):,}".replace(",", " ")):
            assert read_bin(damaged).value == number
        rounded = f"{float(number):.5E}"
        with pytest.raises(CellRefused):
            read_bin(rounded)


def test_a_number_of_eleven_random_digits_is_hardly_ever_taken_for_a_school_that_lost_a_zero() -> None:
    dice = random.Random(11)
    numbers = [str(dice.randrange(10**8, 10**11)) for _ in range(20_000)]
    changed = [number for number in numbers if read_school(number).value != number]
    assert len(changed) < 60
    assert all(is_bin(str(read_school(number).value)) for number in changed)


@pytest.mark.parametrize(
    ("cell", "school"),
    [
        ("S-1", "S-1"),
        (12.0, "12"),
        (12, "12"),
        ("0012", "0012"),
        (20340002199.0, BIN),
        ("20340002199", BIN),
        (20340002190.0, "20340002190"),
        ("Мектеп  №\u00a05", "Мектеп № 5"),
        ("NA", "NA"),
        ("null", "null"),
        (12.5, "12.5"),
    ],
)
def test_a_school_code_is_text_and_gets_its_zeros_back_only_with_proof(cell: Cell, school: str) -> None:
    assert read_school(cell).value == school


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (date(2026, 3, 12), "became_date"),
        ("1.2E+11", "number_rounded"),
        (1e20, "number_rounded"),
        ("S-1; S-2", "several_values"),
        (" ; ", "required"),
        ("'", "required"),
        ("ШКОЛA-5", "mixed_letters"),  # a Latin A at the end
        ("SСHOOL", "mixed_letters"),  # a Cyrillic С
        (True, "not_text"),
        ("x" * 101, "too_long"),
    ],
)
def test_a_school_code_that_cannot_be_trusted_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_school(cell)
    assert refused.value.code == code


def test_mixed_letters_name_the_word() -> None:
    with pytest.raises(CellRefused) as refused:
        read_identifier("Д-ШКОЛA-5")
    assert refused.value.details == (("word", "ШКОЛA"),)


def test_two_scripts_in_two_words_are_no_mixture() -> None:
    assert read_identifier("ГЗ-2026/A 15").value == "ГЗ-2026/A 15"


def test_several_schools_in_one_cell_are_several_rows_each_once() -> None:
    assert read_schools("S-1; S-2;S-1;;20340002199").value == ("S-1", "S-2", BIN)
    text = 'contract_number,school_id,start_on\nN-1,"S-1; S-2; S-1",2026-01-01\nN-2,S-3,2026-01-01\n'
    parsed = read_text(RegisterKind.CONTRACTS, text)
    assert [(row.row_number, row.value.key) for row in parsed.rows] == [
        (2, ("N-1", "S-1", "channel")),
        (2, ("N-1", "S-2", "channel")),
        (3, ("N-2", "S-3", "channel")),
    ]
    assert (parsed.rows_read, parsed.rejected) == (2, 0)


def test_one_bad_cell_rejects_all_schools_of_its_row() -> None:
    text = 'contract_number,school_id,start_on\nN-1,"S-1;S-2",soon\n'
    parsed = read_text(RegisterKind.CONTRACTS, text)
    assert (parsed.rows, parsed.rows_read, parsed.rejected) == ((), 1, 1)


def test_the_literal_na_is_a_number_of_a_contract() -> None:
    (row,) = rows_of(one_contract("contract_number", "NA"))
    assert isinstance(row, ContractRow)
    assert row.contract_number == "NA"


@pytest.mark.parametrize("cell", ["", "  ", "\u00a0", "-", "—", "–", "\u200b"])
def test_a_required_cell_that_says_nothing_is_refused(cell: str) -> None:
    assert codes(one_contract("contract_number", cell).issues) == ["required"]
