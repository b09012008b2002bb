"""Business identification numbers (BIN, БИН, БСН): twelve digits that prove themselves (law §4.2).

A supplier may be a person; then the number is an IIN, which has the same check digit.
"""

from __future__ import annotations

LENGTH = 12
MOST_LOST_ZEROS = 3
"""A BIN begins with year and month; of ``000140…`` a spreadsheet eats three zeros, never more."""

MOST_FORGOTTEN = 2
"""Digits that may be missing from what was meant as a BIN (house); shorter numbers are codes of their own."""

_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_DIGITS = frozenset("0123456789")


def check_digit(first_eleven: str) -> int | None:
    """The twelfth digit that belongs to eleven; None where both passes give ten: no such number is issued."""
    digits = [int(digit) for digit in first_eleven]
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        remainder = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def is_bin(text: str) -> bool:
    """Whether ``text`` is twelve digits of which the last one proves the others."""
    return len(text) == LENGTH and _DIGITS.issuperset(text) and check_digit(text[:11]) == int(text[11])


def is_organisation(text: str) -> bool:
    """Whether ``text`` is also built as an organisation's number: year, month, kind 4–6, part 0–3."""
    return is_bin(text) and "01" <= text[2:4] <= "12" and text[4] in "456" and text[5] in "0123"


def is_person(text: str) -> bool:
    """Whether ``text`` is also built as a person's number: year, month, day, century and sex 0–6."""
    return is_bin(text) and "01" <= text[2:4] <= "12" and "01" <= text[4:6] <= "31" and text[6] in "0123456"


def is_doubtful(text: str) -> bool:
    """Whether ``text`` is written as a BIN, of digits alone, and is none; codes of another form are not."""
    is_written_so = LENGTH - MOST_FORGOTTEN <= len(text) <= LENGTH and _DIGITS.issuperset(text)
    return is_written_so and not is_bin(text)


def with_lost_zeros(digits: str) -> str:
    """``digits`` with the leading zeros that a spreadsheet may have eaten; unchanged if none could be."""
    if LENGTH - MOST_LOST_ZEROS <= len(digits) < LENGTH:
        return digits.zfill(LENGTH)
    return digits
