"""Telephone numbers are kept in one spelling, however a colleague writes hers."""

from __future__ import annotations

import pytest

from tracker.domain.errors import PersonRefused
from tracker.domain.telephones import read_telephone, spelled


@pytest.mark.parametrize(
    ("written", "kept", "read_out"),
    [
        ("", "", ""),
        (" \u00a0- ", "", ""),
        ("+7 701 234 56 78", "+77012345678", "+7 701 234 56 78"),
        ("8 (701) 234-56-78", "+77012345678", "+7 701 234 56 78"),
        ("8-7152-46-12-34", "+77152461234", "+7 7152 46 12 34"),
        ("7152461234", "+77152461234", "+7 7152 46 12 34"),
        ("87172740000", "+77172740000", "+7 7172 74 00 00"),
        ("8 727 250\u201100\u201100", "+77272500000", "+7 727 250 00 00"),
        ("+998 90 123 45 67", "+998901234567", "+998901234567"),
        ("8 (7152) 46-12-34, вн. 123", "+77152461234;ext=123", "+7 7152 46 12 34, вн. 123"),
        ("87152461234 доб.7", "+77152461234;ext=7", "+7 7152 46 12 34, вн. 7"),
        ("+7 7152 46 12 34 ішкі 0123", "+77152461234;ext=0123", "+7 7152 46 12 34, вн. 0123"),
        ("+7 7152 46 12 34; Ext. 12", "+77152461234;ext=12", "+7 7152 46 12 34, вн. 12"),
    ],
)
def test_a_number_is_kept_in_one_spelling_and_read_out_in_groups(
    written: str, kept: str, read_out: str
) -> None:
    assert read_telephone(written) == kept
    assert spelled(kept) == read_out
    for inner in ("вн.", "ішкі", "ext."):
        assert read_telephone(spelled(kept, inner)) == kept
    assert read_telephone(kept) == kept


@pytest.mark.parametrize(
    "wrong",
    ["12", "701234567", "+7 495 123 45 67 8", "+0701234567", "8 (701) 234-56-7x", "٨٧٠١٢٣٤٥٦٧٨", "a@b.kz",
     "вн. 123", "87152461234 вн. 1 вн. 2", "87152461234 вн. 1234567", "87152461234 вн.",
     "+7701234567", "tel:+77012345678", "+77012345678,1", "8" * 30],
)  # fmt: skip
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(PersonRefused):
        read_telephone(wrong)
