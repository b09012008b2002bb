"""Reminders of a whole country worked out a second time, from rules §7: a clerk with a diary for everybody.

It asks the day-by-day oracle what is due, and knows nothing of the product's reminders, deadlines, quiet
hours or store. An entry of the diary is (person, deadline, due day, word).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.delivery.year_outlook import ONE, Outlook, Point, What
from tests.domain.oracle_days import in_force, nth_working_day
from tracker.domain.facts import NeedFacts

HARM = ("service_lost", "term_unknown", "gap_opens", "ground_lost", "tender_stalled", "report_missing",
        "facts_stale")  # fmt: skip
Of = tuple[What, date | None]
"""A deadline on its day, of whichever school."""

Entry = tuple[int, What, date, str]
Leads = Mapping[str, Sequence[tuple[int, bool, bool]]]
"""Days before by kind, whether working days, whether only without a purchase."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody took a deadline up for everybody, or put it off for herself, having seen it so."""

    person: int
    what: What
    from_on: date
    back_on: date
    everybody: bool
    saw: Point


@dataclass
class Clerk:
    """Goes through the days, writes down what is to be told, takes back what is not, and hands it out."""

    outlook: Outlook
    leads: Leads
    diary: dict[tuple[What, date], dict[Entry, date]] = field(default_factory=dict)
    """A page for each deadline on its day, with the day of telling."""
    waiting: dict[tuple[int, date, int], tuple[datetime, set[Entry]]] = field(default_factory=dict)
    """Letters that lie ready: by person, day and number, from when on they go and what they tell."""
    first_seen: dict[tuple[str, What], tuple[date | None, date]] = field(default_factory=dict)
    letters: dict[tuple[int, date], int] = field(default_factory=dict)
    held: dict[What, list[Held]] = field(default_factory=dict)
    told: list[tuple[date, Entry]] = field(default_factory=list)
    calendar: dict[tuple[str, date], Mapping[tuple[int, bool, bool], date]] = field(default_factory=dict)

    @property
    def days_off(self) -> frozenset[date]:
        """Weekends and holidays."""
        return self.outlook.days_off

    def look(
        self,
        moment: datetime,
        country: Iterable[NeedFacts],
        ranks: Callable[[str], Sequence[Sequence[tuple[int, date]]]],
    ) -> None:
        """Once through everything that is due."""
        day, wanted, asked, news = moment.date(), set[Entry](), set[Entry](), set[Entry]()
        present = [(facts.school_id, point) for facts in country for point in self.outlook.points(facts, day)]
        stretch = self._see(day, present)
        for school, point in present:
            people = [rank for rank in ranks(school) if rank]
            if point.due_on is not None and people:
                known = self.first_seen[school, point.what][1]
                begin = stretch[point.what, point.due_on]
                view = View(self, point, point.due_on, day, known, begin, people)
                now = view.now()
                wanted |= {entry for entry in now if entry not in view.page}
                if point.follows == "service_lost" and point.due_on < day == known:
                    news |= now
                asked |= now | view.by_leads() if self.waiting else set()
        self._take_back(asked)
        self._put(wanted, news, moment)

    def _see(self, day: date, present: Iterable[tuple[str, Point]]) -> Mapping[Of, date]:
        """Note since when each school has each deadline on its day; say since when any school has it so."""
        before, self.first_seen = self.first_seen, {}
        stretch: dict[Of, date] = {}
        for school, point in present:
            due, since = before.get((school, point.what), (point.due_on, day))
            self.first_seen[school, point.what] = point.due_on, since if due == point.due_on else day
            at = point.what, point.due_on
            stretch[at] = min(stretch.get(at, day), self.first_seen[school, point.what][1])
        return stretch

    def rings(self, kind: str, due_on: date) -> Mapping[tuple[int, bool, bool], date]:
        """The days on which the leads of a kind stand in the calendar."""
        if (kind, due_on) not in self.calendar:
            self.calendar[kind, due_on] = {lead: self._ring(due_on, lead) for lead in self.leads[kind]}
        return self.calendar[kind, due_on]

    def _ring(self, due_on: date, lead: tuple[int, bool, bool]) -> date:
        count, working, _ = lead
        day = due_on if working else due_on - ONE * count
        while day in self.days_off:
            day -= ONE
        for _ in range(count if working else 0):
            day -= ONE
            while day in self.days_off:
                day -= ONE
        return day

    def _take_back(self, asked: set[Entry]) -> None:
        for _, entries in self.waiting.values():
            for entry in entries - asked:
                entries.discard(entry)
                del self.page(entry)[entry]

    def _put(self, wanted: set[Entry], news: set[Entry], now: datetime) -> None:
        day, by_person = now.date(), defaultdict[int, set[Entry]](set)
        for entry in wanted:
            had_one = (entry[0], day) in self.letters and entry not in news
            rests = day in self.days_off or had_one
            if not rests or day <= entry[2] < nth_working_day(day, 1, self.days_off):
                by_person[entry[0]].add(entry)
        for person, entries in by_person.items():
            number = self.letters[person, day] = self.letters.get((person, day), 0) + 1
            goes = min(self.goes(now, entry[2]) for entry in entries)
            self.waiting[person, day, number] = goes, entries
            for entry in entries:
                self.page(entry)[entry] = day

    def page(self, entry: Entry) -> dict[Entry, date]:
        """The page of the diary on which an entry stands."""
        return self.diary.setdefault(entry[1:3], {})

    def goes(self, now: datetime, due_on: date) -> datetime:
        """The hour from which on a letter may go: step by step, as the clock strikes."""
        if now.date() > due_on:
            return self._open(now, date.max, working=True) or now
        return self._open(now, due_on, working=True) or self._open(now, due_on, working=False) or now

    def _open(self, now: datetime, until: date, *, working: bool) -> datetime | None:
        moment = now
        while moment.date() <= until:
            if 8 <= moment.hour < 20 and not (working and moment.date() in self.days_off):
                return moment
            moment = moment.replace(minute=0) + timedelta(hours=1)
        return None

    def hand_out(self, now: datetime) -> None:
        """Whatever lies ready goes."""
        for letter, (goes, entries) in list(self.waiting.items()):
            if goes <= now:
                self.told += [(now.date(), entry) for entry in entries]
                del self.waiting[letter]


@dataclass
class View:
    """One deadline of one school on one day, with its people rank by rank."""

    clerk: Clerk
    point: Point
    due: date
    day: date
    known: date
    begin: date
    """Since when the day stands at whichever school: what was told before, was told of another time."""
    people: Sequence[Sequence[tuple[int, date]]]

    @property
    def page(self) -> Mapping[Entry, date]:
        """What stands in the diary of this deadline on its day."""
        return self.clerk.diary.get((self.point.what, self.due), {})

    def entry(self, person: int, word: str) -> Entry:
        """What stands in the diary."""
        return person, self.point.what, self.due, word

    def by_leads(self) -> set[Entry]:
        """All that the leads ask for, now and later, whether told or not."""
        return {
            self.entry(each, word) for each, since in self.people[0] for word in self.rings(since, later=True)
        }

    def now(self) -> set[Entry]:
        """What would be told now, were the diary empty of it."""
        if self.silent(self.acknowledged()):
            return set()
        found: set[Entry] = set()
        for each, since in self.people[0]:
            found |= {self.entry(each, word) for word in self.rings(since, later=False)}
            if any(entry[0] == each and on < self.begin for entry, on in self.page.items()):
                found.add(self.entry(each, f"anew-{self.begin}"))
            found |= self.again(each, self.acknowledged())
        for each, _ in (one for rank in self.people for one in rank):
            found |= self.again(each, self.snoozed(each))
        found |= self.higher()
        return {entry for entry in found if not self.silent(self.snoozed(entry[0]))}

    def rings(self, joined: date, *, later: bool) -> set[str]:
        """The leads whose day has come (or will); of those before she could know only the nearest."""
        since, found = max(self.known, joined), set[str]()
        days = self.clerk.rings(self.point.what[0], self.due)
        early = [lead for lead, day in days.items() if day < since]
        if not any(day == since and not lead[2] for lead, day in days.items()):
            certain = [lead for lead in early if not lead[2]] or early
            found |= {word(max(certain, key=lambda lead: (days[lead], -lead[0])))} if certain else set()
            if certain and max(certain, key=lambda lead: (days[lead], -lead[0]))[2] and self.point.begun:
                found = set()
        for lead, day in days.items():
            if since <= day and (later or day <= self.day) and not (lead[2] and self.point.begun):
                found.add(word(lead))
        return found

    @property
    def held(self) -> Iterable[Held]:
        """How the deadline was held by now."""
        return (held for held in self.clerk.held.get(self.point.what, ()) if held.from_on <= self.day)

    def acknowledged(self) -> Held | None:
        """The last time anybody took it up."""
        return last(held for held in self.held if held.everybody)

    def snoozed(self, person: int) -> Held | None:
        """The last time she put it off."""
        return last(held for held in self.held if not held.everybody and held.person == person)

    def silent(self, held: Held | None) -> bool:
        """Whether it keeps the deadline quiet: not after its end, and not where anything got worse."""
        if held is None or held.back_on <= self.day:
            return False
        saw, is_late = held.saw, self.due < self.day
        was_late = saw.due_on is not None and saw.due_on < held.from_on
        return not (
            sooner(saw.due_on, self.due)
            or (is_late and not was_late)
            or HARM.index(self.point.follows) < HARM.index(saw.follows)
            or sooner(saw.follows_on, self.point.follows_on)
            or (saw.begun and not self.point.begun)
        )

    def again(self, person: int, held: Held | None) -> set[Entry]:
        """That it got worse while it was held, or that the hold is over."""
        if held is None or self.silent(held):
            return set()
        worse = self.entry(person, f"worse-{held.from_on}")
        if self.day < held.back_on:
            return {worse}
        if held.saw.due_on is not None and held.saw.due_on < self.due:
            return set()  # it was put off for a day that is later now
        return set() if worse in self.page else {self.entry(person, f"back-{held.back_on}")}

    def higher(self) -> set[Entry]:
        """The next ranks, each so many working days after the one below was told."""
        found, told, begin = set[Entry](), self.first_told(), self.counts_from()
        patience = in_force(self.clerk.outlook.numbers, "remind.escalate_after", self.day)
        for rank in self.people[1:]:
            if told is None:
                return found
            heard = {each: self.heard(each, begin) for each, _ in rank}
            is_time = self.day >= nth_working_day(told, patience, self.clerk.days_off)
            found |= {self.entry(each, f"up-{told}") for each in heard if is_time and not heard[each]}
            found |= {entry for entries in heard.values() for entry in entries}
            told = min((on for entries in heard.values() for on in entries.values()), default=None)
        return found

    def heard(self, person: int, begin: date) -> Mapping[Entry, date]:
        """What somebody above was told in this stretch because nobody below took it up: once is enough."""
        own = {entry: on for entry, on in self.page.items() if entry[0] == person and on >= begin}
        return {entry: on for entry, on in own.items() if entry[3].startswith("up-")}

    def first_told(self) -> date | None:
        """When the first rank was told, in this stretch."""
        persons, begin = {person for person, _ in self.people[0]}, self.counts_from()
        own = [on for entry, on in self.page.items() if entry[0] in persons and on >= begin]
        return min(own, default=None)

    def counts_from(self) -> date:
        """The stretch: since the day stands, or since an acknowledgement fell (which was told) or ended."""
        persons, held = {person for person, _ in self.people[0]}, self.acknowledged()
        if held is None:
            return self.begin
        fell = [on for entry, on in self.page.items()
                if entry[0] in persons and entry[3] == f"worse-{held.from_on}"]  # fmt: skip
        return max(self.begin, min(fell, default=held.back_on))


def sooner(before: date | None, now: date | None) -> bool:
    """Whether a day came nearer, or became known or unknown."""
    if before is None or now is None:
        return before is not now
    return now < before


def last(held: Iterable[Held]) -> Held | None:
    """The one that was said last."""
    return max(held, key=lambda each: (each.from_on, each.back_on, each.person), default=None)


def word(lead: tuple[int, bool, bool]) -> str:
    """What a lead is called."""
    return f"{lead[0]}{'w' if lead[1] else 'd'}{'-unless-begun' if lead[2] else ''}"
