"""Reading texts, numbers and identifiers; what a spreadsheet damaged is repaired only with proof (IMP-3).

The proof is the check digit of a BIN together with its date and kind. ``NA`` is a text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tracker.domain.bins import LENGTH, is_bin, is_doubtful, is_organisation, is_person, with_lost_zeros
from tracker.feeds.cells import CellRefused, Reading, plain_text
from tracker.feeds.regions import find_region
from tracker.feeds.spelling import is_mixed
from tracker.feeds.tables import Cell, Fault, is_blank

LONGEST_NAME = 500
LONGEST_TEXT = 4_000
LONGEST_DRESSED = 400
"""The longest text in which an identifier is looked for under what spreadsheets put around it."""
LONGEST_IDENTIFIER = 100
LARGEST_SUM = Decimal(10) ** 15
LARGEST_COUNT = 1_000_000
"""House limits: beyond them a cell holds something other than its column says."""

FEWEST_BIN_DIGITS = 8
"""A cell with fewer never was a BIN: only its year and month have leading zeros to lose."""

Reader = Callable[[Cell], Reading]

_EXACT_WHOLE = 10**15
_TIYN = Decimal("0.01")
_LETTER_RUNS = re.compile(r"[^\W\d_]+")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+(\d{1,2})")
_FORMULA_TEXT = re.compile(r'="(.*)"')
_DIGIT_TWINS = str.maketrans("ОоOoЗзIlІ", "000033111")
_GROUP_SIGNS = re.compile(r"[\s'’_-]")
_MONEY_UNIT = re.compile(r"\s?(?:₸|тенге|теңге|тг\.?|kzt)$", re.IGNORECASE)
_WHOLE = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_THREE_PLACES = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_GROUPED = re.compile(
    r"\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+"
)
_EMAIL = re.compile(r"[^@\s,;:<>\"'()]+@[^@\s,;:<>\"'()]+\.[^@\s,;:<>\"'().]+")
_CURRENCIES = {"тенге": "KZT", "теңге": "KZT", "тг": "KZT", "тг.": "KZT", "₸": "KZT"}


def read_name(cell: Cell) -> Reading:
    """A name or address of at most 500 characters."""
    return Reading(_within(plain_text(_as_text(cell)), LONGEST_NAME))


def read_note(cell: Cell) -> Reading:
    """Free text of at most 4,000 characters."""
    return Reading(_within(plain_text(_as_text(cell), free=True), LONGEST_TEXT))


def read_identifier(cell: Cell) -> Reading:
    """A number of a contract or tender: text, even when a spreadsheet made a number of it."""
    return Reading(_identifier(cell))


def read_school(cell: Cell) -> Reading:
    """The one school of a row; a BIN gets back its lost zeros where its check digit proves them.

    What is written as a BIN and is none is taken as it is, and told.
    """
    schools, repaired = _schools(cell)
    if len(schools) != 1:
        raise CellRefused("several_values")
    if repaired:
        return _repaired(schools[0])
    return Reading(schools[0], "bin_doubtful" if is_doubtful(schools[0]) else None)


def read_schools(cell: Cell) -> Reading:
    """Schools separated by «;», each once, in the order of the cell."""
    schools, repaired = _schools(cell)
    return Reading(schools, "bin_repaired", (("bin", "; ".join(repaired)),)) if repaired else Reading(schools)


def read_bin(cell: Cell) -> Reading:
    """Twelve digits with a right check digit, repaired only with proof; raises :class:`CellRefused`."""
    if isinstance(cell, str) and not isinstance(cell, Fault):
        text = _unquoted(plain_text(cell))
        if is_bin(text):
            return Reading(text)
        digits = _digits_of(text)
    else:
        text, digits = "", _whole_number(cell)
    if not _WHOLE.fullmatch(digits) or len(digits) > LENGTH:
        raise CellRefused("bin_form")
    repaired = with_lost_zeros(digits)
    if not (is_organisation(repaired) or is_person(repaired)):
        raise CellRefused("bin_check" if len(digits) >= FEWEST_BIN_DIGITS else "bin_form")
    return Reading(repaired) if digits == repaired and not text else _repaired(repaired)


def read_region(cell: Cell) -> Reading:
    """The two-digit code of a region; raises :class:`CellRefused` rather than guess."""
    code = find_region(plain_text(_as_text(cell)))
    if code is None:
        raise CellRefused("region_unknown")
    return Reading(code)


def read_count(cell: Cell) -> Reading:
    """A whole number of things, not negative."""
    number = _decimal(cell)
    if number != number.to_integral_value():
        raise CellRefused("number_unreadable")
    if number > LARGEST_COUNT:
        raise CellRefused("number_too_large", limit=str(LARGEST_COUNT))
    return Reading(int(number))


def read_money(cell: Cell) -> Reading:
    """A sum, not negative, in two decimal places; «1,234» could be two sums and is refused."""
    number = _decimal(cell)
    if number >= LARGEST_SUM:
        raise CellRefused("number_too_large", limit=str(LARGEST_SUM))
    return Reading(number.quantize(_TIYN, rounding=ROUND_HALF_UP))


def read_currency(cell: Cell) -> Reading:
    """A currency by its three letters, or the tenge in words."""
    text = plain_text(cell)
    code = _CURRENCIES.get(text.casefold(), text.upper())
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise CellRefused("currency_unknown")
    return Reading(code)


def read_email(cell: Cell) -> Reading:
    """One mail address."""
    text = _within(plain_text(cell), LONGEST_NAME)
    if not _EMAIL.fullmatch(text):
        raise CellRefused("email_unreadable")
    return Reading(text)


def _as_text(cell: Cell) -> Cell:
    """Whole numbers as their digits: a name may be «5», a region «59»."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _whole_number(cell)
    return cell


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise CellRefused("too_long", limit=str(limit))
    return text


def _identifier(cell: Cell) -> str:
    """The text of an identifier. What became a day («12-03») or a rounded number is refused."""
    if isinstance(cell, datetime | date | time | timedelta):
        raise CellRefused("became_date")
    text = _unquoted(plain_text(_as_text(cell)))
    if _SCIENTIFIC.fullmatch(text):
        return _digits_of(text)
    if not text:
        raise CellRefused("required")
    for run in _LETTER_RUNS.findall(text):
        if is_mixed(run):
            raise CellRefused("mixed_letters", word=run)
    return _within(text, LONGEST_IDENTIFIER)


def _schools(cell: Cell) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The schools of a cell, and which of them were repaired."""
    parts = cell.split(";") if isinstance(cell, str) and not isinstance(cell, Fault) else [cell]
    written = [_identifier(part) for part in parts if not is_blank(part)]
    if not written:
        raise CellRefused("required")
    schools = [_with_zeros(school) for school in written]
    repaired = [school for school, before in zip(schools, written, strict=True) if school != before]
    return tuple(dict.fromkeys(schools)), tuple(repaired)


def _with_zeros(identifier: str) -> str:
    """An identifier that is an organisation's BIN but for its first zeros gets them back."""
    padded = with_lost_zeros(identifier) if identifier.isdecimal() else identifier
    return padded if is_organisation(padded) else identifier


def _unquoted(text: str) -> str:
    """``="000140001536"`` and ``'000140001536``: how spreadsheets are told to keep zeros.

    What is left has no such dress, so that an exported identifier reads back as itself. A text in which
    nobody finds an identifier is left as it is.
    """
    if len(text) > LONGEST_DRESSED:
        return text
    formula = _FORMULA_TEXT.fullmatch(text)
    bare = formula.group(1).strip() if formula else text.removeprefix("'").lstrip()
    return text if bare == text else _unquoted(bare)


def _digits_of(text: str) -> str:
    """The digits that ``text`` stands for; «1,2E+11» is refused, for it does not state them all."""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is None:
        return _GROUP_SIGNS.sub("", text).translate(_DIGIT_TWINS)
    first, rest, power = scientific.group(1), scientific.group(2) or "", int(scientific.group(3))
    if len(rest) < power or rest[power:].strip("0"):
        raise CellRefused("number_rounded")
    return first + rest[:power]


def _whole_number(cell: Cell) -> str:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        if isinstance(cell, Fault):
            raise CellRefused(cell.value)
        raise CellRefused("bin_form" if isinstance(cell, bool) else "became_date")
    if cell != cell or abs(cell) >= _EXACT_WHOLE:
        raise CellRefused("number_rounded")
    return str(int(cell)) if cell == int(cell) else repr(cell)


def _repaired(text: str) -> Reading:
    return Reading(text, "bin_repaired", (("bin", text),))


def _decimal(cell: Cell) -> Decimal:
    if isinstance(cell, bool | date | time | timedelta):
        raise CellRefused("number_unreadable")
    if isinstance(cell, int | float):
        number = Decimal(repr(cell))
        if not number.is_finite():
            raise CellRefused("number_unreadable")
    else:
        number = _decimal_text(plain_text(cell))
    if number < 0:
        raise CellRefused("number_negative")
    return number


def _decimal_text(text: str) -> Decimal:
    """«1 234 567,89», «1234567.89», «1,234,567.89» or «1.234.567,89», perhaps with the tenge behind."""
    bare = _MONEY_UNIT.sub("", text).replace(" ", "").replace("'", "")
    sign, digits = (-1, bare[1:]) if bare[:1] in ("-", "−") else (1, bare)
    if len(digits) > 40:
        raise CellRefused("number_unreadable")
    if _THREE_PLACES.fullmatch(digits):
        raise CellRefused("ambiguous_number")
    if _GROUPED.fullmatch(digits):
        last = max(digits.rfind(","), digits.rfind("."))
        is_point = len(digits) - last - 1 < 3
        whole = re.sub("[.,]", "", digits[:last] if is_point else digits)
        return sign * Decimal(f"{whole}.{digits[last + 1 :]}" if is_point else whole)
    if _DECIMAL.fullmatch(digits):
        return sign * Decimal(digits.replace(",", "."))
    raise CellRefused("number_unreadable")
