"""Who answers for a school, rank by rank: its officers, the department, its head, the ministry (rules §7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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


class Ladder:
    """The people of every school; ``since`` says from which day on somebody answers for what she does now.

    The ``unreached`` are passed over like those who are gone, unless nobody else is left.
    """

    def __init__(
        self,
        people: Iterable[Person],
        since: Mapping[int, date] | None = None,
        unreached: Collection[int] = (),
    ) -> None:
        self._unreached = frozenset(unreached)
        self._people: dict[tuple[Role, Reached], list[Recipient]] = defaultdict(list)
        for person in people:
            recipient = Recipient(person.id, (since or {}).get(person.id, BEGINNING))
            for reached in _reached(person):
                self._people[person.role, reached].append(recipient)

    def ranks(self, school: SchoolRow) -> tuple[tuple[Recipient, ...], ...]:
        """The people of a school by rank, each once, by number; a rank may be empty."""
        places: list[Reached] = [(), ("school", school.school_id)]
        if school.region is not None:
            places += [("region", school.region), ("district", school.region, school.district or "")]
        if school.officer_email is not None:
            places.append(("officer", school.officer_email.lower()))
        ranks = tuple(self._rank(role, places) for role in RANKS)
        return self._reached(ranks) if self._unreached else ranks

    def _reached(self, ranks: tuple[tuple[Recipient, ...], ...]) -> tuple[tuple[Recipient, ...], ...]:
        left = tuple(tuple(each for each in rank if each.person not in self._unreached) for rank in ranks)
        return left if any(left) else ranks

    def _rank(self, role: Role, places: Iterable[Reached]) -> tuple[Recipient, ...]:
        found = {each for place in places for each in self._people.get((role, place), ())}
        return tuple(sorted(found, key=lambda each: each.person))


def _reached(person: Person) -> Iterable[Reached]:
    """The places a person answers for: the ministry for all, an officer also for schools that name her."""
    if person.sees_everything:
        yield ()
        return
    if person.role is Role.OFFICER:
        yield ("officer", person.email.lower())
    reach = person.reach
    yield from (("region", region) for region in reach.regions)
    yield from (("district", region, name) for region, name in reach.districts)
    yield from (("school", school_id) for school_id in reach.schools)
