"""Days, moments and numbers as people ask for them, on the command line and in addresses (rules §1)."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from tracker.domain.days import FIRST_YEAR, LAST_YEAR, LEGAL_ZONE
from tracker.domain.errors import DayNotReadable

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_day(text: str) -> date:
    """A day as ``YYYY-MM-DD`` or ``DD.MM.YYYY``; raises :class:`DayNotReadable`."""
    parts = text.strip().split(".")
    written = "-".join(reversed(parts)) if len(parts) == 3 else text.strip()
    if not _ISO.fullmatch(written):
        raise DayNotReadable(value=text)
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise DayNotReadable(value=text, reason="no_such_day") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _outside(text)
    return day


def read_number(text: str, *, most: int) -> int | None:
    """A number as plain digits, ``most`` at most; None for anything else, however long it is."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None


def _outside(text: str) -> DayNotReadable:
    """A day of a year that the program does not know."""
    return DayNotReadable(value=text, reason="years", first=FIRST_YEAR, last=LAST_YEAR)


def is_day(text: str) -> bool:
    """Whether ``text`` speaks of a day alone, without a time."""
    return "T" not in text and ":" not in text


def read_moment(text: str) -> datetime:
    """An ISO moment, in legal time if it names no zone; a day alone means its last instant.

    Raises :class:`DayNotReadable`.
    """
    written = text.strip()
    if is_day(written):
        return datetime.combine(read_day(written), time.max, LEGAL_ZONE)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise DayNotReadable(value=text) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _outside(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=LEGAL_ZONE)
