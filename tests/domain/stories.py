"""Invented stories of one deadline over some weeks, and both readings of who is told what on which day.

Due days move, become unknown and come back; people are missing, take the deadline up or snooze it; the
service is down for a while. Most days crowd around the due day. Every story comes from its seed alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.domain.oracle_days import ONE
from tests.domain.oracle_reminders import Clerk, Fact, Story, Taken
from tests.domain.world_calendar import plain_days_off, product_calendar
from tracker.domain.deadlines import Basis, Deadline, Subject, timing
from tracker.domain.digests import Charge, Digest, simulate
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.reminders import Lead, Plan, Recipient, Telling
from tracker.domain.vocabulary import Consequence, DeadlineKind, LeadUnit, Service

Told = dict[date, set[tuple[int, date, str]]]
"""On each day the people, with the due day and the lead they were told of."""

STARTS = (date(2026, 11, 20), date(2026, 12, 10), date(2027, 2, 20), date(2027, 4, 24), date(2025, 12, 1))
LEADS = [(count, False, False) for count in (60, 30, 14, 7, 1, 0)]
OTHERS = [(5, True, False), (2, True, False), (0, True, False), (40, False, True), (120, False, True)]
RANKS: list[list[list[int]]] = [
    [[1], [2], [3]],
    [[1, 4], [2], [3]],
    [[], [2], [3]],
    [[1], [], [3, 5]],
    [[1], [2, 4]],
    [[1]],
    [[], [], []],
]
SCHOOL = "990740001234"
DAYS_OFF, CALENDAR = plain_days_off(), product_calendar()


def story(seed: int) -> Story:
    """The story of one seed."""
    chance = Random(seed)
    start = chance.choice(STARTS) + timedelta(days=chance.randint(0, 9))
    days = [start + ONE * n for n in range(chance.choice((20, 45, 70)))]
    facts = _facts(chance, days)
    ranks = chance.choice(RANKS)
    return Story(
        days=days,
        facts=facts,
        leads=[*chance.choice((LEADS, LEADS, LEADS[2:], [])), *chance.sample(OTHERS, chance.randint(0, 3))],
        ranks=ranks,
        patience=chance.randint(1, 4),
        taken=_said_again(
            seed, _taken(chance, days, facts, sorted({person for rank in ranks for person in rank} or {1}))
        ),
        away=_away(chance, days),
        days_off=DAYS_OFF,
    )


def _facts(chance: Random, days: list[date]) -> dict[date, Fact]:
    """The deadline on each day: now and then it moves, loses its day or its purchase."""
    due: date | None = days[0] + timedelta(days=chance.choice((-4, 2, 9, 15, 20, 33, 62)))
    begun = chance.random() < 0.4
    facts: dict[date, Fact] = {}
    for day in days:
        if chance.random() < 0.03:
            due = chance.choice((None, day + timedelta(days=chance.randint(-3, 30)), days[0] + ONE * 20))
        if chance.random() < 0.03:
            begun = not begun
        facts[day] = Fact(due, begun)
    return facts


def _taken(chance: Random, days: list[date], facts: dict[date, Fact], people: list[int]) -> list[Taken]:
    """What people took up; what they saw is how it stood on that day."""
    taken = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        since = chance.choice(days)
        back_on = since + timedelta(days=chance.choice((1, 2, 5, 7, 12, 30)))
        taken.append(Taken(chance.choice(people), since, back_on, chance.random() < 0.5, facts[since]))
    return taken


def _said_again(seed: int, taken: list[Taken]) -> list[Taken]:
    """In every third story whoever took it up last does so once more on that day, until another one."""
    if not taken or seed % 3:
        return taken
    until = taken[-1].from_on + timedelta(days=Random(seed).choice((1, 3, 9)))
    return [*taken, replace(taken[-1], back_on=until)]


def _away(chance: Random, days: list[date]) -> frozenset[date]:
    """The days on which the service is down: often none, else a stretch of them."""
    first, length = chance.randrange(len(days)), chance.choice((0, 0, 1, 4, 12, 30))
    return frozenset(days[first : first + length])


def deadline(fact: Fact, on: date) -> Deadline:
    """The deadline of a story as the product knows it."""
    return Deadline(
        kind=DeadlineKind.COVER_END,
        subject=Subject(SCHOOL, Service.CHANNEL),
        due_on=fact.due_on,
        timing=timing(fact.due_on, on),
        working_days_left=None,
        consequence=Consequence.SERVICE_LOST,
        consequence_on=fact.due_on and fact.due_on + ONE,
        basis=Basis(fact="end_on"),
        is_begun=fact.is_begun,
    )


def plan(one: Story) -> Plan:
    """The plan of a story."""
    units = {False: LeadUnit.DAYS, True: LeadUnit.WORKING_DAYS}
    leads = tuple(Lead(count, units[worked], unless) for count, worked, unless in one.leads)
    return Plan({DeadlineKind.COVER_END: leads}, one.patience)


def holds(one: Story) -> tuple[Hold, ...]:
    """What people took up in a story."""
    return tuple(
        Hold(
            kind=HoldKind.ACKNOWLEDGED if taken.everybody else HoldKind.SNOOZED,
            deadline=DeadlineKind.COVER_END,
            identity=(SCHOOL, Service.CHANNEL),
            person=taken.person,
            from_on=taken.from_on,
            back_on=taken.back_on,
            reason="a reason",
            seen=seen(deadline(taken.saw, taken.from_on)),
        )
        for taken in one.taken
    )


def simulated(one: Story) -> tuple[Digest, ...]:
    """The digests of a story, by the product."""
    ranks = tuple(tuple(Recipient(person) for person in rank) for rank in one.ranks)
    days = [day for day in one.days if day not in one.away]

    def charges_on(day: date) -> list[Charge]:
        return [(deadline(one.facts[day], day), ranks)]

    return simulate(charges_on, days, Telling(days[0], plan(one), CALENDAR, holds=holds(one))) if days else ()


def by_product(one: Story) -> Told:
    """Who is told what on which day, by the product."""
    told: Told = {}
    for digest in simulated(one):
        keys = {(key.person, key.due_on, key.lead) for key in digest.keys}
        told[digest.on] = told.get(digest.on, set()) | keys
    return told


def by_clerk(one: Story) -> Told:
    """The same by the clerk with a diary."""
    return Clerk(one).tell()


def is_told_two_ways(seed: int) -> bool:
    """Whether the two readings of a story differ, or the product cannot tell it at all."""
    one = story(seed)
    try:
        return by_product(one) != by_clerk(one)
    except (ArithmeticError, LookupError, ValueError):
        return True
