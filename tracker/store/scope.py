"""Which schools a reader may see: one filter for every query that lists (reliability §3 rule 9)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, bindparam, cast, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Role
from tracker.store.tables import SCHOOL, TENDER_LINE


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything (``regions`` is None), or the schools of regions, districts and lists, taken together.

    ``officer`` adds the schools that name this e-mail address as their officer's; ``within`` then cuts the
    whole to some regions, as a token may. A school without a region is seen only by those who see everything,
    are its officer or are given the school itself. What was known earlier is filtered by what the school is
    today: a school that moved away takes its history along. ``person`` is who asks, for what is her own.
    """

    regions: frozenset[str] | None
    districts: frozenset[tuple[str, str]] = frozenset()
    schools: frozenset[str] = frozenset()
    officer: str | None = None
    within: frozenset[str] | None = None
    person: int | None = field(default=None, compare=False)

    @classmethod
    def everything(cls) -> Scope:
        """All schools."""
        return cls(None)

    @classmethod
    def of(cls, *regions: str) -> Scope:
        """The schools of these regions and no others."""
        return cls(frozenset(regions))

    @classmethod
    def of_person(cls, person: Person) -> Scope:
        """What a person may see: all by her role, or what she was given and, as officer, her own schools."""
        only = None if person.only_region is None else frozenset({person.only_region})
        if person.sees_everything:
            return cls(only, person=person.id)
        reach = person.reach
        own = person.email if person.role is Role.OFFICER else None
        return cls(reach.regions, reach.districts, reach.schools, own, only, person.id)

    def reaches(self, region: str | None, district: str | None) -> bool:
        """Whether a place lies within the given regions and districts: there schools may be added."""
        if self.regions is None:
            return True
        if region is None or (self.within is not None and region not in self.within):
            return False
        return region in self.regions or (region, district) in self.districts

    def touches(self, region: str) -> bool:
        """Whether a region, or a district of it, was given; a single school tells itself where it is."""
        if self.regions is None:
            return True
        if self.within is not None and region not in self.within:
            return False
        return region in self.regions or any(place == region for place, _ in self.districts)

    def holds(self, school: SchoolRow) -> bool:
        """Whether a school with these values is seen: what :func:`visible` asks of the stored one."""
        if self.regions is None or self.reaches(school.region, school.district):
            return True
        if self.within is not None and school.region not in self.within:
            return False
        is_own = self.officer is not None and (school.officer_email or "").lower() == self.officer
        return is_own or school.school_id in self.schools


EVERYTHING = Scope.everything()


def visible(session: Session, scope: Scope, school_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a row's school lies within ``scope``."""
    if scope.regions is None:
        return true()
    present = SCHOOL.c.superseded_seq.is_(None)
    given = ((SCHOOL.c.region, scope.regions), (SCHOOL.c.school_id, scope.schools))
    within = [among(session, column, values) for column, values in given]
    within += [
        and_(SCHOOL.c.region == region, SCHOOL.c.district == district)
        for region, district in sorted(scope.districts)
    ]
    if scope.officer is not None:
        within.append(func.lower(SCHOOL.c.officer_email) == scope.officer)
    cut = either(session, SCHOOL.c.region, scope.within)
    return school_id.in_(select(SCHOOL.c.school_id).where(present, or_(*within), cut))


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
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def either(
    session: Session, column: ColumnElement[Any], values: Collection[str] | None
) -> ColumnElement[bool]:
    """``column in values``, or no condition where ``values`` is None."""
    return true() if values is None else among(session, column, values)
