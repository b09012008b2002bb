"""REM-1: a year of 300 schools through the real store tells what a second reading of the rules tells.

Ends and tenders move, deadlines are taken up and put off, people leave and join, the service is down now and
then. Ticks come at noon, after changes of an afternoon and at night; NIGHTLY has one on every day, other runs
leave days out at random, as if the service were down.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.delivery.conftest import BOOK
from tests.delivery.forewarned import assert_gaps_were_forewarned
from tests.delivery.year_model import Clerk, Entry, Held
from tests.delivery.year_outlook import Outlook, Point
from tests.delivery.year_world import FIRST, Human, Register, humans
from tests.domain.worlds import plain_numbers
from tests.loops import run
from tests.store.rows import record
from tracker.clock import LEGAL_ZONE
from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind, Delivery, Fate, Letter
from tracker.domain.people import Reach
from tracker.domain.register import RegisterRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Language, LeadUnit, Service
from tracker.law.loader import load_calendar
from tracker.services import holding, reminding
from tracker.services.acting import Author
from tracker.services.delivering import Dispatcher
from tracker.services.evaluating import Book
from tracker.services.holding import Target, Wanted
from tracker.services.reminding import Question
from tracker.store import accounts, digests, outbox, people
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.outbox import Claimed
from tracker.store.scope import EVERYTHING

NIGHTLY = os.environ.get("NIGHTLY") == "true"
YEAR = (300, 3650 if NIGHTLY else 400)
SHORT = (16, 70)
"""Schools and days."""

MOVES = 1 / 60
"""Changes of a school in a day."""

Told = list[tuple[date, str]]


@dataclass
class Sink:
    """A peer that notes which reminders came on which day."""

    year: Year
    got: Told = field(default_factory=list)

    async def send(self, letter: Letter) -> Delivery:
        """Note a letter."""
        self.got += [(self.year.now.date(), str(key)) for key in letter.facts]
        return Delivery(Fate.SENT)

    async def close(self) -> None:
        """Nothing is kept open."""


def keys_alone(session: Session, message: Claimed) -> Letter | None:
    """A letter of nothing but keys: words are tried elsewhere."""
    assert message.digest is not None
    kept = digests.get(session, message.digest)
    keys = [key for line in kept.body["lines"] for key in line["keys"] if key not in kept.withdrawn]
    return Letter(message.key, "x", Language.KK, "", "", facts=dict.fromkeys(keys)) if keys else None


class Year:
    """The service and the clerk, side by side through the same days."""

    def __init__(self, engine: Engine, schools: int, days: int, seed: int = 1) -> None:
        self.engine, self.days = engine, days
        self.chance = Random(seed)
        self.register = Register(Random(seed + 1), schools)
        self.now = datetime.combine(FIRST, datetime.min.time(), LEGAL_ZONE)
        self.sink = Sink(self)
        self.book = Book(BOOK.policy)
        self.last: Question | None = None
        self.people: dict[int, Human] = {}
        leads = {
            str(rule.kind): [
                *((count, rule.unit is LeadUnit.WORKING_DAYS, True) for count in rule.unless_begun),
                *((count, rule.unit is LeadUnit.WORKING_DAYS, False) for count in rule.leads),
            ]
            for rule in BOOK.policy.leads
        }
        self.clerk = Clerk(Outlook(plain_numbers(BOOK.policy), days_off(days)), leads)

    def live(self) -> tuple[Told, Told]:
        """Every day, one after another: what came to the sink, and what the clerk handed out."""
        self._record(self.register.at_first())
        for human in humans():
            self._join(human)
        away = self._outages()
        for number in range(self.days):
            day = FIRST + timedelta(days=number)
            is_up = number not in away and self._is_up(day)
            if is_up and self.chance.random() < 0.1:
                self._night(day)
            self._at(day, 9)
            self._record(self.register.changes(day, MOVES * len(self.register.schools)))
            if is_up:
                self._open_day(day)
        return self.sink.got, [(on, text(entry)) for on, entry in self.clerk.told]

    def _night(self, day: date) -> None:
        """What the new day brings waits for the morning, and meanwhile something changes."""
        self._tick(day, 0)
        self._at(day, 2)
        self._record(self.register.changes(day, 2))
        self._tick(day, 3)

    def _is_up(self, day: date) -> bool:
        return NIGHTLY or self.chance.random() < (0.05 if day in self.clerk.days_off else 0.15)

    def _open_day(self, day: date) -> None:
        chance = self.chance.random
        self._tick(day, 12)
        if chance() < 0.5:
            self._hold(day)
        if chance() < 0.02:
            self._leave(day)
        if chance() < 0.15:
            self._at(day, 14)
            self._record(self.register.changes(day, 1))
            self._tick(day, self.chance.choice((14, 15, 19)))
        if chance() < 0.05:
            self._at(day, 20)
            self._record(self.register.changes(day, 2))
            self._tick(day, 21)
        if chance() < 0.05:
            self._tick(day, 23)

    def _outages(self) -> frozenset[int]:
        """Days on which nothing runs: of 1, 3 and 10 in a row, and 30 once."""
        lengths = [1, 3, 10, 30] if self.days > 300 else [1, 3]
        begins = [self.chance.randrange(20, self.days) for _ in lengths]
        return frozenset(at + n for at, length in zip(begins, lengths, strict=True) for n in range(length))

    def _at(self, day: date, hour: int) -> None:
        self.now = datetime(day.year, day.month, day.day, hour, tzinfo=LEGAL_ZONE)

    def _tick(self, day: date, hour: int) -> None:
        """One look and one delivery of each; at night nothing goes, and at noon of the next day it does."""
        self._at(day, hour)
        self._deliver()
        self.last, _ = reminding.owe(
            self.engine, now=self.now, book=self.book, by=tuple(ChannelKind), last=self.last
        )
        country = [self.register.facts(number) for number in self.register.schools]
        self.clerk.look(self._plain(), country, self._ranks)
        self._deliver()

    def _deliver(self) -> None:
        hands = {ChannelKind.MAIL: (self.sink,)}
        with reading(self.engine) as session:
            is_due = outbox.queue(session, now=self.now).due
        if is_due:
            run(Dispatcher(self.engine, lambda: self.now, hands, keys_alone).run())
        self.clerk.hand_out(self._plain())

    def _plain(self) -> datetime:
        return self.now.replace(tzinfo=None)

    def _ranks(self, school_id: str) -> list[list[tuple[int, date]]]:
        """Who answers for a school, said plainly."""
        school = self.register.schools[school_id]
        here = {number: human for number, human in self.people.items() if human.region in (school.region, "")}
        ranks: dict[str, list[tuple[int, date]]] = {"officer": [], "reviewer": [], "head": [], "ministry": []}
        for number, human in here.items():
            if human.role != "officer" or human.email == school.officer_email:
                ranks[human.role].append((number, human.since))
        return list(ranks.values())

    def _record(self, rows: list[RegisterRow]) -> None:
        if rows:
            record(self.engine, *rows, at=self.now)

    def _join(self, human: Human) -> None:
        regions = frozenset({human.region}) if human.role in ("reviewer", "head") else frozenset[str]()
        since = datetime.combine(human.since, datetime.min.time(), LEGAL_ZONE) + timedelta(hours=9)
        with transaction(self.engine) as session:
            number = people.add_person(
                session, email=human.email, name=human.name, role=Role(human.role),
                reach=Reach(regions=regions), at=since,
            )  # fmt: skip
        self.people[number] = human

    def _leave(self, day: date) -> None:
        """An officer leaves; her schools name a new one, at once or never."""
        officers = [number for number, human in self.people.items() if human.role == "officer"]
        if not officers:
            return
        number = self.chance.choice(officers)
        human = self.people.pop(number)
        with transaction(self.engine) as session:
            accounts.change(session, number, {"disabled_at": self.now})
        if self.chance.random() < 0.6:
            heir = Human(f"{human.name}x", "officer", human.region, day)
            self._join(heir)
            self._record(self.register.hand_over(human.email, heir.email))

    def _hold(self, day: date) -> None:
        """Somebody takes a deadline up, or puts it off, for as long as she may or less."""
        found = self._may_hold(day)
        if found is None:
            return
        school_id, point, number, everybody, last = found
        back_on = day + timedelta(days=self.chance.randint(1, (last - day).days))
        kind = HoldKind.ACKNOWLEDGED if everybody else HoldKind.SNOOZED
        target = Target(school_id, Service.CHANNEL, DeadlineKind(point.what[0]), point.what[1])
        with transaction(self.engine, seeing=EVERYTHING) as session:
            account = accounts.account_of(session, number)
            assert account is not None
            author = Author(account.person.mark, self.now)
            wanted = Wanted(kind, "a reason", back_on)
            holding.hold(session, author, account.person, target, wanted, today=day, book=self.book)
        held = Held(number, point.what, day, back_on, everybody, point)
        self.clerk.held.setdefault(point.what, []).append(held)

    def _may_hold(self, day: date) -> tuple[str, Point, int, bool, date] | None:
        school_id = self.chance.choice(sorted(self.register.schools))
        points = self.clerk.outlook.points(self.register.facts(school_id), day)
        persons = [number for rank in self._ranks(school_id) for number, _ in rank]
        if not points or not persons:
            return None
        point, everybody = self.chance.choice(points), self.chance.random() < 0.5
        month = day + timedelta(days=30)
        if everybody:
            last = point.due_on if point.due_on and point.due_on > day else month
        else:
            last = min(point.follows_on - timedelta(days=1), month) if point.follows_on else month
        return (school_id, point, self.chance.choice(persons), everybody, last) if last > day else None


def text(entry: Entry) -> str:
    """An entry of the diary as the key of a reminder."""
    person, (kind, identity), due_on, word = entry
    return f"{kind}:{'/'.join(identity)}:{due_on}:{person}:{word}"


def days_off(days: int) -> frozenset[date]:
    """Days of the real calendar that are not worked."""
    calendar, begin = load_calendar(), date(2025, 1, 1)
    every = (begin + timedelta(days=number) for number in range(days + 1900))
    return frozenset(day for day in every if not calendar.is_workday(day))


def differences(told: Told, clerk: Told) -> list[str]:
    """What only one of the two told, the first days first."""
    one, other = Counter(told), Counter(clerk)
    found = [(each, "extra") for each in one - other] + [(each, "missing") for each in other - one]
    return [f"{on} {word} {key}" for (on, key), word in sorted(found)]


@pytest.mark.long
def test_rem_1_a_year_of_three_hundred_schools_is_told_as_the_rules_read_a_second_time(
    sqlite_url: str,
) -> None:
    engine = make_engine(sqlite_url)
    year = Year(engine, *YEAR)
    told, clerk = year.live()
    assert_gaps_were_forewarned(engine, year.register, clerk)
    engine.dispose()
    assert differences(told, clerk)[:20] == []
    assert len(told) > 10 * YEAR[1]
    words = Counter(key.rpartition(":")[2].partition("-")[0] for _, key in told)
    assert {"up", "worse", "back", "anew", "60d", "0w"} <= set(words)


def test_rem_1_both_databases_tell_the_same(both: list[Engine]) -> None:
    years = [Year(engine, *SHORT, seed=7) for engine in both]
    sqlite, postgresql = (year.live() for year in years)
    assert sqlite == postgresql
    assert differences(*sqlite) == []
    for year, (_, clerk) in zip(years, (sqlite, postgresql), strict=True):
        assert assert_gaps_were_forewarned(year.engine, year.register, clerk)
