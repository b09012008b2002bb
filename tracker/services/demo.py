"""The whole country as an invented register, as it would be known on a day.

Its figures of 7 March 2023 are the published ones (:mod:`tracker.services.demo_places`); schools, numbers,
contracts and tenders are invented. The same day gives the same register.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.days import ONE_DAY
from tracker.domain.register import ContractRow, Register, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.workdays import WorkCalendar
from tracker.services.demo_dice import dice
from tracker.services.demo_lots import Fate, Lot, Rhythm, lots_of, terms_of
from tracker.services.demo_rows import contract_rows, event_rows, tender_rows
from tracker.services.demo_scenes import SCENES, Present, Scene
from tracker.services.demo_schools import BusinessNumbers, campuses
from tracker.services.demo_years import Bought, buy_terms, invented_calendar

FIRST_DAY = date(2023, 4, 1)
"""The first day as of which the register can be invented: its spring is told whole."""

CLOSING_YEARS = range(2023, 2041)

LARGEST_SCENE_LOT = 6
CLOSED_A_YEAR = 3


def demo_register(*, today: date) -> Register:
    """The invented register as known on ``today``, though never earlier than on ``FIRST_DAY``."""
    known_on = max(today, FIRST_DAY)
    numbers = BusinessNumbers()
    lots = lots_of(campuses(numbers, today=known_on), numbers)
    closings = _closings(lots)
    plot = _Plot(
        today=known_on,
        calendar=invented_calendar(last_year=known_on.year + 3),
        closings={number: day for number, day in closings.items() if day <= known_on},
        scenes=_cast(lots, taken=closings),
    )
    return plot.register(lots)


@dataclass(frozen=True, slots=True)
class _Plot:
    """What makes the stories of the lots: the day that asks, the schools that closed, today's scenes."""

    today: date
    calendar: WorkCalendar
    closings: Mapping[int, date]
    scenes: Mapping[int, Scene]

    def register(self, lots: Iterable[Lot]) -> Register:
        """The rows of all lots."""
        schools: list[SchoolRow] = []
        contracts: list[ContractRow] = []
        tenders: list[TenderRow] = []
        events: list[TenderEventRow] = []
        for lot in lots:
            purchases, agreements = self._story(lot)
            schools += self._schools(lot)
            for agreement in agreements:
                contracts += contract_rows(agreement, lot.schools, lot.parties, today=self.today)
            for purchase in purchases:
                tenders += tender_rows(purchase, lot.schools, lot.parties, today=self.today)
                events += event_rows(purchase, today=self.today)
        return Register(tuple(schools), tuple(contracts), tuple(tenders), tuple(events))

    def _story(self, lot: Lot) -> Bought:
        """What the lot bought, and will have bought by the end of next year."""
        if scene := self.scenes.get(lot.number):
            return Present(lot, self.today, self.calendar).play(scene)
        closed_on = self.closings.get(lot.number)
        terms = terms_of(lot.rhythm, last_year=(closed_on or self.today).year + (closed_on is None))
        purchases, agreements = buy_terms(lot, terms, self.calendar)
        if closed_on:
            agreements[-1] = replace(agreements[-1], terminated_on=closed_on - ONE_DAY)
        return purchases, agreements

    def _schools(self, lot: Lot) -> Iterator[SchoolRow]:
        closed_on = self.closings.get(lot.number)
        for school in lot.schools:
            yield replace(school, closed_on=closed_on) if closed_on else school


def _closings(lots: Iterable[Lot]) -> dict[int, date]:
    """A few single schools that close at the end of a summer, by the number of their lot."""
    chance = dice("closings")
    single = [lot.number for lot in lots if _is_ordinary(lot) and len(lot.schools) == 1]
    years = [year for year in CLOSING_YEARS for _ in range(CLOSED_A_YEAR)]
    return {
        number: date(year, 8, chance.randint(15, 31))
        for number, year in zip(chance.sample(single, k=len(years)), years, strict=True)
    }


def _cast(lots: Iterable[Lot], *, taken: Collection[int]) -> dict[int, Scene]:
    """Which lots play which scene; small ones, so that each scene gets just the schools it asks for."""
    waiting = [
        lot
        for lot in lots
        if _is_ordinary(lot) and len(lot.schools) <= LARGEST_SCENE_LOT and lot.number not in taken
    ]
    dice("cast").shuffle(waiting)
    scenes: dict[int, Scene] = {}
    for scene in SCENES:
        left = scene.schools
        while left:
            lot = next(lot for lot in waiting if len(lot.schools) <= left)
            waiting.remove(lot)
            scenes[lot.number] = scene
            left -= len(lot.schools)
    return scenes


def _is_ordinary(lot: Lot) -> bool:
    return lot.fate is Fate.ORDINARY and lot.rhythm is Rhythm.YEAR
