"""Who answers for a school, rank by rank: its officers, the department, its head, the ministry (rules §7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.days import BEGINNING
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import Recipient
from tracker.domain.roles import Role

RANKS = (Role.OFFICER, Role.REVIEWER, Role.HEAD, Role.MINISTRY)
"""Who is told first, and who is told next where nobody acknowledges or nobody is there."""

Reached = tuple[str, ...]
"""What a person may answer for: everything, a region, a district of it, a school, or where she is named."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Since when a school stands in its region, in its district there, and names its officer."""

    regioned_on: date = BEGINNING
    placed_on: date = BEGINNING
    named_on: date = BEGINNING


UNMOVED = Moved()


class Ladder:
    """The people of every school, each with the day from which on she answers for it.

    That is the day of her account (``since``), of what she was ``given`` later, or on which the school was
    ``moved`` to her, whichever is last. The ``unreached`` are passed over like those who are gone, unless
    nobody else is left.
    """

    def __init__(
        self,
        people: Iterable[Person],
        since: Mapping[int, date] | None = None,
        unreached: Collection[int] = (),
        *,
        given: Mapping[tuple[int, Reached], date] | None = None,
        moved: Mapping[str, Moved] | None = None,
    ) -> None:
        self._moved = moved or {}
        self._unreached = frozenset(unreached)
        self._people: dict[tuple[Role, Reached], list[Recipient]] = defaultdict(list)
        for person in people:
            came = (since or {}).get(person.id, BEGINNING)
            for place in _reached(person):
                from_on = max(came, (given or {}).get((person.id, place), BEGINNING))
                self._people[person.role, place].append(Recipient(person.id, from_on))

    def ranks(self, school: SchoolRow) -> tuple[tuple[Recipient, ...], ...]:
        """The people of a school by rank, each once, by number; a rank may be empty."""
        moved = self._moved.get(school.school_id, UNMOVED)
        places: dict[Reached, date] = {(): BEGINNING, reached(school_id=school.school_id): BEGINNING}
        if school.region is not None:
            places[reached(school.region)] = moved.regioned_on
            places[reached(school.region, school.district or "")] = moved.placed_on
        if school.officer_email is not None:
            places["officer", school.officer_email.lower()] = moved.named_on
        ranks = tuple(self._rank(role, places) for role in RANKS)
        return self._reached(ranks) if self._unreached else ranks

    def _reached(self, ranks: tuple[tuple[Recipient, ...], ...]) -> tuple[tuple[Recipient, ...], ...]:
        left = tuple(tuple(each for each in rank if each.person not in self._unreached) for rank in ranks)
        return left if any(left) else ranks

    def _rank(self, role: Role, places: Mapping[Reached, date]) -> tuple[Recipient, ...]:
        """Whoever answers for it in several ways does so since the first of them."""
        found: dict[int, date] = {}
        for place, day in places.items():
            for each in self._people.get((role, place), ()):
                found[each.person] = min(found.get(each.person, date.max), max(each.since, day))
        return tuple(Recipient(person, found[person]) for person in sorted(found))


def reached(region: str | None = None, district: str | None = None, school_id: str | None = None) -> Reached:
    """What was given to a person, or where a school stands."""
    if school_id is not None:
        return ("school", school_id)
    return ("region", region or "") if district is None else ("district", region or "", district)


def _reached(person: Person) -> Iterable[Reached]:
    """The places a person answers for: the ministry for all, an officer also for schools that name her."""
    if person.sees_everything:
        yield ()
        return
    if person.role is Role.OFFICER:
        yield ("officer", person.email.lower())
    reach = person.reach
    yield from (reached(region) for region in reach.regions)
    yield from (reached(*place) for place in reach.districts)
    yield from (reached(school_id=school_id) for school_id in reach.schools)
