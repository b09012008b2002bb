"""How the invented schools are bought for: in lots, each with its parties and its fate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from random import Random

from tracker.domain.days import Span
from tracker.domain.register import SchoolRow
from tracker.services.demo_dice import dice
from tracker.services.demo_places import LATE_CITY, LATE_CITY_SIGNED_IN_FEBRUARY, Region
from tracker.services.demo_rows import Parties, Supplier
from tracker.services.demo_schools import BusinessNumbers, Campus

FIRST_YEAR = 2022
"""The first year with contracts on record."""

_SUPPLIERS = ("Үлгі Байланыс", "Сынақ Телеком", "Мысал Желі", "Нұсқа Линк", "Демо Арна", "Өрнек Сигнал")

SINGLE_SHARE = 0.75
LARGEST_LOT = 14


class Fate(StrEnum):
    """How the lot went through the first quarter of 2023."""

    ORDINARY = "ordinary"
    SIGNED_IN_FEBRUARY = "signed_in_february"
    IN_PROCUREMENT = "in_procurement"


class Rhythm(StrEnum):
    """For how long the lot buys at a time."""

    YEAR = "year"
    TWO_YEARS = "two_years"
    SCHOOL_YEAR = "school_year"


@dataclass(frozen=True, slots=True)
class Lot:
    """Schools of one area that always stand in one tender and one contract together."""

    number: int
    schools: tuple[SchoolRow, ...]
    parties: Parties
    fate: Fate
    rhythm: Rhythm


def lots_of(campuses: Iterable[Campus], numbers: BusinessNumbers) -> tuple[Lot, ...]:
    """All schools in lots, area by area; nothing here depends on the day that asks."""
    chance = dice("suppliers")
    suppliers = [Supplier(f"ТОО «{name}»", numbers.draw(chance)) for name in _SUPPLIERS]
    made: list[Lot] = []
    for region, members in groupby(campuses, key=lambda campus: campus.region):
        chance = dice("lots", region.prefix)
        schools = list(members)
        fates = _fates(region, schools, chance)
        for _, group in groupby(zip(schools, fates, strict=True), key=lambda pair: pair[0].area):
            organiser = numbers.draw(chance)
            local = chance.sample(suppliers, k=2)
            for fate, members_of_lot in _bundles(list(group), chance):
                parties = _parties(members_of_lot, organiser, chance.choice(local), chance)
                made.append(Lot(len(made) + 1, members_of_lot, parties, fate, _rhythm(fate, chance)))
    return tuple(made)


def _fates(region: Region, schools: Sequence[Campus], chance: Random) -> list[Fate]:
    """One fate per school, the published numbers exact; the late city has none in procurement."""
    places = range(len(schools))
    in_city = [at for at in places if region.areas[schools[at].area] == LATE_CITY]
    elsewhere = [at for at in places if region.areas[schools[at].area] != LATE_CITY]
    late = set(chance.sample(in_city, k=LATE_CITY_SIGNED_IN_FEBRUARY if in_city else 0))
    buying = set(chance.sample(elsewhere, k=region.in_procurement))
    return [
        Fate.SIGNED_IN_FEBRUARY if at in late else Fate.IN_PROCUREMENT if at in buying else Fate.ORDINARY
        for at in places
    ]


def _bundles(
    group: Sequence[tuple[Campus, Fate]], chance: Random
) -> Iterator[tuple[Fate, tuple[SchoolRow, ...]]]:
    """Schools of one area and one fate, one by one or several together."""
    for fate in Fate:
        rows = [campus.row for campus, its in group if its is fate]
        while rows:
            size = 1 if chance.random() < SINGLE_SHARE else chance.randint(2, LARGEST_LOT)
            yield fate, tuple(rows[:size])
            rows = rows[size:]


def _parties(schools: tuple[SchoolRow, ...], organiser: str, supplier: Supplier, chance: Random) -> Parties:
    """A school alone buys for itself; for several their department does."""
    buyer = organiser if len(schools) > 1 else schools[0].school_id
    return Parties(buyer, organiser, supplier, monthly=chance.randrange(18_000, 60_000, 500))


def _rhythm(fate: Fate, chance: Random) -> Rhythm:
    lot = chance.random()
    if fate is not Fate.ORDINARY or lot < 0.9:
        return Rhythm.YEAR
    return Rhythm.TWO_YEARS if lot < 0.94 else Rhythm.SCHOOL_YEAR


def terms_of(rhythm: Rhythm, *, last_year: int) -> list[Span]:
    """The terms a lot is bought for, one after another without a gap, beginning up to ``last_year``."""
    if rhythm is Rhythm.SCHOOL_YEAR:
        first = Span(date(FIRST_YEAR, 1, 1), date(FIRST_YEAR, 9, 1))
        later = (Span(date(year, 9, 1), date(year + 1, 9, 1)) for year in range(FIRST_YEAR, last_year + 1))
        return [first, *later]
    years = 2 if rhythm is Rhythm.TWO_YEARS else 1
    return [
        Span(date(year, 1, 1), date(year + years, 1, 1)) for year in range(FIRST_YEAR, last_year + 1, years)
    ]
