"""Column types that give the same values and the same order on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Enum, Text
from sqlalchemy.types import TypeDecorator

from tracker.domain.errors import DatabaseNotReady

Key = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is ordered by code points on both databases, as Python orders it."""


class _DaysOfText(dict[str | None, date | None]):
    """Each text is parsed once: registers repeat the same few thousand days."""

    def __missing__(self, text: str | None) -> date | None:
        with _readable():
            day = self[text] = None if text is None else date.fromisoformat(text)
        return day


class _TextsOfDays(dict[date | None, str | None]):
    """Each day is written once."""

    def __missing__(self, day: date | None) -> str | None:
        text = self[day] = None if day is None else day.isoformat()
        return text


class _Members(dict[str | None, StrEnum | None]):
    """The members of a closed list by their values."""

    def __missing__(self, text: str | None) -> StrEnum | None:
        raise DatabaseNotReady(reason="damaged")


@contextmanager
def _readable() -> Iterator[None]:
    """Around the reading of a value: one that no writer of ours left means that the file is damaged."""
    try:
        yield
    except (ArithmeticError, TypeError, ValueError) as error:
        raise DatabaseNotReady(reason="damaged") from error


_DAYS, _TEXTS = _DaysOfText(), _TextsOfDays()
"""One of each for the whole process: the days of a register lie within some decades."""


class Day(TypeDecorator[date]):
    """A legal day; ISO text on SQLite."""

    impl = Date
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None] | None:
        """PostgreSQL's driver takes dates by itself."""
        return _TEXTS.__getitem__ if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], date | None] | None:
        """PostgreSQL's driver gives dates by itself."""
        return _DAYS.__getitem__ if dialect.name == "sqlite" else None


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps it without a zone. A naive moment is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; raises :class:`ValueError` for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Amount(TypeDecorator[Decimal]):
    """Money as the digits that were stated: no database rounds it or adds zeros."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Plain digits, never an exponent."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The same number."""
        with _readable():
            return None if value is None else Decimal(value)


class Pairs(TypeDecorator[tuple[tuple[str, str], ...]]):
    """Titles and texts as they were written; nothing is kept as NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[tuple[str, str], ...] | None, dialect: Dialect) -> str | None:
        """JSON pairs."""
        return json.dumps(value, ensure_ascii=False) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        """The same pairs."""
        with _readable():
            return () if value is None else tuple((title, text) for title, text in json.loads(value))


class Word(TypeDecorator[StrEnum]):
    """A member of a closed list, stored as its value; a CHECK ``ck_<table>_<name>`` keeps strangers out."""

    impl = Enum
    cache_ok = True

    def __init__(self, kind: type[StrEnum], name: str) -> None:
        super().__init__(
            kind,
            name=name,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=lambda members: [member.value for member in members],
            validate_strings=True,
        )
        self.kind = kind
        self.name = name
        self._members = _Members((word.value, word) for word in kind)
        self._members[None] = None
        self._texts: dict[str | None, str | None] = {word: word.value for word in kind}
        self._texts[None] = None

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        """One look-up a value; raises :class:`LookupError` for a word outside the list."""
        return self._texts.__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:
        """One look-up a value; building members one by one costs five times as much."""
        return self._members.__getitem__
