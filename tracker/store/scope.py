"""Which schools a reader may see: one filter for every query that lists (reliability §3 rule 9)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, cast, false, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from tracker.store.tables import SCHOOL, TENDER_LINE


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything (None), or the schools of these two-digit regions.

    A school without a region is seen only by those who see everything. What was known earlier is filtered by
    the region the school has today: a school that moved away takes its history along.
    """

    regions: frozenset[str] | None

    @classmethod
    def everything(cls) -> Scope:
        """All schools."""
        return cls(None)

    @classmethod
    def of(cls, *regions: str) -> Scope:
        """The schools of these regions and no others."""
        return cls(frozenset(regions))


EVERYTHING = Scope.everything()


def visible(session: Session, scope: Scope, school_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a row's school lies within ``scope``."""
    if scope.regions is None:
        return true()
    present = SCHOOL.c.superseded_seq.is_(None)
    return school_id.in_(
        select(SCHOOL.c.school_id).where(present, among(session, SCHOOL.c.region, scope.regions))
    )


def visible_tender(session: Session, scope: Scope, number: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a tender is for at least one school within ``scope``."""
    if scope.regions is None:
        return true()
    schools = visible(session, scope, TENDER_LINE.c.school_id)
    return number.in_(select(TENDER_LINE.c.tender_number).where(schools))


def among(session: Session, column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """``column in values`` as one parameter: the statement stays the same for one value and for thousands.

    Texts that no database can hold (with NUL or half a character) are equal to nothing.
    """
    listed = sorted(value for value in values if is_storable(value))
    if not listed:
        return false()
    return column.in_(select(_elements(session, json.dumps(listed))))


def numbered(session: Session, column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """``column in numbers`` as one parameter."""
    return column.in_(select(cast(_elements(session, json.dumps(list(numbers))), Integer)))


def _elements(session: Session, listed: str) -> ColumnElement[str]:
    """The elements of a JSON list as a column."""
    parameter = bindparam(None, listed, type_=Text, unique=True)
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(parameter).table_valued("value").c.value
    return func.jsonb_array_elements_text(cast(parameter, JSONB)).table_valued("value").c.value


def is_storable(text: str) -> bool:
    """Whether both databases can hold the text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def either(
    session: Session, column: ColumnElement[Any], values: Collection[str] | None
) -> ColumnElement[bool]:
    """``column in values``, or no condition where ``values`` is None."""
    return true() if values is None else among(session, column, values)
