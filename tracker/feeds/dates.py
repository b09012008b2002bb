"""Reading days as people and programs write them (interfaces §4, IMP-4).

Read: ``2025-12-31``, ``31.12.2025`` (also with a time), moments (``2025-12-31T19:00:00Z`` is the legal day
in Kazakhstan, without a zone its own day), months in words of three languages, day numbers of spreadsheets.
A number cell counts in the workbook's own system; five digits of text count from 1900 and are read only
from 2000 on. Nothing is guessed: ``12/31/2025`` and two-digit years are refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from tracker.domain.days import FIRST_YEAR, LAST_YEAR, legal_day
from tracker.feeds.cells import CellRefused, Reading, plain_text
from tracker.feeds.spelling import words
from tracker.feeds.tables import Cell

_MONTHS_OF_LANGUAGES = (
    "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "january february march april may june july august september october november december",
)
_MONTHS = {word: number for line in _MONTHS_OF_LANGUAGES for number, word in enumerate(line.split(), start=1)}
_YEAR_WORDS = frozenset({"г", "год", "года", "ж", "жыл", "жылғы", "жылы"})

_TIME = r"(?:[T ]\s?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}?", re.IGNORECASE)
_MOMENT = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}\s?(?:Z|[+-]\d{{2}}(?::?\d{{2}})?)", re.IGNORECASE)
_DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_TIME}?\s?(?:г\.?|ж\.?)?", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}(?:\s?[гж]\.?)?")
_AMBIGUOUS = re.compile(rf"\d{{1,2}}([/-])\d{{1,2}}\1\d{{4}}{_TIME}?")
_DAY_NUMBER = re.compile(r"\d{5}")
_TEXT_NUMBER_YEARS = range(2000, LAST_YEAR + 1)

_START_1900 = date(1899, 12, 30)
_START_1904 = date(1904, 1, 1)


def read_day(cell: Cell, *, from_1904: bool = False) -> Reading:
    """A day of the register's years; raises :class:`CellRefused`."""
    day = _day(cell, from_1904)
    if day.year > LAST_YEAR:
        raise out_of_range()
    return Reading(day)


def read_last_day(cell: Cell, *, from_1904: bool = False) -> Reading:
    """A last day, which may be a far placeholder (31.12.9999); raises :class:`CellRefused`."""
    return Reading(_day(cell, from_1904))


def out_of_range() -> CellRefused:
    """The refusal of a day that cannot belong to the register."""
    return CellRefused("date_out_of_range", first=str(FIRST_YEAR), last=str(LAST_YEAR))


def _day(cell: Cell, from_1904: bool) -> date:
    if isinstance(cell, datetime):
        day = legal_day(cell) if cell.tzinfo else cell.date()
    elif isinstance(cell, date):
        day = cell
    elif isinstance(cell, bool | time | timedelta):
        raise CellRefused("date_unreadable")
    elif isinstance(cell, int | float):
        day = _from_number(float(cell), from_1904)
    else:
        day = _from_text(plain_text(cell))
    if day.year < FIRST_YEAR:
        raise out_of_range()
    return day


def _from_number(number: float, from_1904: bool) -> date:
    """The day of a number cell. Day 60 of the 1900 system, 29.02.1900, never was; no such year is taken."""
    start = _START_1904 if from_1904 else _START_1900
    if not 1 <= number < (date.max - start).days + 1:
        raise CellRefused("date_unreadable")
    return start + timedelta(days=int(number))


def _from_text(text: str) -> date:
    if _MOMENT.fullmatch(text):
        return _from_moment(text)
    if found := _ISO.fullmatch(text):
        return _civil(*found.groups())
    if found := _DOTTED.fullmatch(text):
        day, month, year = found.groups()
        return _civil(year, month, day)
    if _AMBIGUOUS.fullmatch(text):
        raise CellRefused("ambiguous_date")
    if _SHORT_YEAR.fullmatch(text):
        raise CellRefused("two_digit_year")
    if _DAY_NUMBER.fullmatch(text):
        return _from_digits(text)
    return _from_words(text)


def _from_moment(text: str) -> date:
    try:
        moment = datetime.fromisoformat(text.upper().replace(",", ".").replace(" ", "T", 1).replace(" ", ""))
        return legal_day(moment)
    except (ValueError, OverflowError) as impossible:
        raise CellRefused("date_impossible") from impossible


def _from_digits(text: str) -> date:
    day = _from_number(float(text), from_1904=False)
    if day.year not in _TEXT_NUMBER_YEARS:
        raise CellRefused("date_unreadable")
    return day


def _from_words(text: str) -> date:
    """«31 декабря 2025 г.», «2026 ж. 1 қыркүйек»: a month, a year of four digits, a day, nothing else."""
    found = [word for word in words(text) if word not in _YEAR_WORDS]
    months = [_MONTHS[word] for word in found if word in _MONTHS]
    years = [word for word in found if word.isdecimal() and len(word) == 4]
    days = [word for word in found if word.isdecimal() and len(word) <= 2]
    if len(found) != 3 or not len(months) == len(years) == len(days) == 1:
        raise CellRefused("date_unreadable")
    return _civil(years[0], str(months[0]), days[0])


def _civil(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as impossible:
        raise CellRefused("date_impossible") from impossible
