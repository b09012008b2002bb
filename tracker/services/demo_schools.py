"""The schools of the invented register: numbers, names, cameras, integration with the ЦОУ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tracker.domain.bins import check_digit
from tracker.domain.register import SchoolRow
from tracker.services.demo_dice import dice
from tracker.services.demo_places import LATE_CITY, LATE_CITY_SCHOOLS, REGIONS, STATEMENT_ON, Region

NEEDED_FROM = date(2022, 1, 1)
"""The first day of the record."""

# fmt: off
_NAMES = (
    "Достық", "Болашақ", "Арман", "Бірлік", "Жастар", "Келешек", "Нұрлы жол", "Шұғыла", "Жұлдыз", "Балауса",
    "Ақбұлақ", "Көктем", "Самал", "Мерей", "Парасат", "Өркен", "Жаңа дәуір", "Алтын дән", "Қайнар",
    "Сарыарқа", "Береке", "Тұлпар", "Үміт", "Рауан",
)
# fmt: on

_KINDS = (
    ("жалпы білім беретін мектебі", "жалпы білім беретін мектеп", "Общеобразовательная школа", 70),
    ("мектеп-гимназиясы", "мектеп-гимназия", "Школа-гимназия", 8),
    ("мектеп-лицейі", "мектеп-лицей", "Школа-лицей", 6),
    ("негізгі орта мектебі", "негізгі орта мектеп", "Основная средняя школа", 12),
    ("бастауыш мектебі", "бастауыш мектеп", "Начальная школа", 4),
)
"""Kazakh after a name, Kazakh after a number, Russian, share in percent."""

_STREETS = ("Абая", "Мира", "Достык", "Жастар", "Школьная", "Тауелсиздик", "Бейбитшилик", "Степная")


@dataclass(frozen=True, slots=True)
class Campus:
    """A school with its region and area, before anything is bought for it."""

    row: SchoolRow
    region: Region
    area: int


def campuses(numbers: BusinessNumbers, *, today: date) -> tuple[Campus, ...]:
    """All 6,936 schools as known on ``today``, region by region and area by area."""
    return tuple(campus for region in REGIONS for campus in _of_region(region, numbers, today=today))


def _of_region(region: Region, numbers: BusinessNumbers, *, today: date) -> Iterator[Campus]:
    chance = dice("schools", region.prefix)
    rows = [
        (area, _school(region, area, name, chance, numbers))
        for area, count in enumerate(_area_sizes(region, chance))
        for name in _school_names(count, chance)
    ]
    dates = _integration(region, chance)
    for (area, row), integrated_on in zip(rows, dates, strict=True):
        known = integrated_on if integrated_on and integrated_on <= today else None
        yield Campus(replace(row, integrated_on=known, confirmed_on=_confirmed(chance, today)), region, area)


def _area_sizes(region: Region, chance: Random) -> list[int]:
    """How many schools each area has: cities about twice a district, the sum exact."""
    fixed = LATE_CITY_SCHOOLS if LATE_CITY in region.areas else 0
    weights = [
        0.0 if area == LATE_CITY else chance.uniform(0.7, 1.3) * (2 if area in region.cities else 1)
        for area in region.areas
    ]
    free = region.schools - fixed
    sizes = [int(free * weight / sum(weights)) for weight in weights]
    for place in chance.choices(range(len(sizes)), weights, k=free - sum(sizes)):
        sizes[place] += 1
    return [fixed if area == LATE_CITY else size for area, size in zip(region.areas, sizes, strict=True)]


def _school_names(count: int, chance: Random) -> Iterator[tuple[str, str]]:
    """Names in Kazakh and Russian, none twice within an area; about a third has a name, the rest a number."""
    named = iter(chance.sample(_NAMES, k=min(len(_NAMES), count // 3)))
    unnamed = count - min(len(_NAMES), count // 3)
    for place in range(count):
        after_name, after_number, russian, _ = chance.choices(_KINDS, [kind[3] for kind in _KINDS])[0]
        if place < unnamed:
            yield f"№ {place + 1} {after_number}", f"{russian} № {place + 1}"
        else:
            name = next(named)
            yield f"«{name}» {after_name}", f"{russian} «{name}»"


def _school(
    region: Region, area: int, names: tuple[str, str], chance: Random, numbers: BusinessNumbers
) -> SchoolRow:
    number = numbers.draw(chance)
    kazakh, russian = names
    return SchoolRow(
        school_id=number,
        bin=number,
        name=russian,
        name_kk=kazakh,
        name_ru=russian,
        region=region.prefix,
        district=region.areas[area],
        address=f"ул. {chance.choice(_STREETS)}, {chance.randint(1, 120)}",
        needed_from=NEEDED_FROM,
        cameras=max(4, round(chance.lognormvariate(3.1, 0.6))),
        officer_email=f"officer-{region.prefix}-{area + 1:02d}@example.org",
    )


def _integration(region: Region, chance: Random) -> list[date | None]:
    """A day for each school: exactly the published number by the statement, most others in later years."""
    early = set(chance.sample(range(region.schools), k=region.integrated))
    return [
        _day_between(chance, date(2021, 6, 1), STATEMENT_ON)
        if place in early
        else _day_between(chance, date(2023, 4, 3), date(2027, 6, 30))
        if chance.random() < 0.9
        else None
        for place in range(region.schools)
    ]


def _day_between(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))


def _confirmed(chance: Random, today: date) -> date | None:
    """The day the facts were last confirmed: recent, for a few long ago, for fewer never."""
    lot = chance.random()
    if lot < 0.01:
        return None
    stale = lot < 0.05
    return today - timedelta(days=chance.randint(95, 300) if stale else chance.randint(0, 75))


class BusinessNumbers:
    """Invented BINs, none twice. Serials of 90,000 and more keep away from numbers in real use."""

    def __init__(self) -> None:
        self._drawn: set[str] = set()

    def draw(self, chance: Random) -> str:
        """A number never drawn before, registered in some month of 1995–2020, with a right check digit."""
        while True:
            month = f"{chance.randint(1995, 2020) % 100:02d}{chance.randint(1, 12):02d}"
            body = f"{month}4{chance.randint(0, 1)}{chance.randint(90_000, 99_999)}"
            check = check_digit(body)
            if check is not None and body not in self._drawn:
                self._drawn.add(body)
                return f"{body}{check}"
