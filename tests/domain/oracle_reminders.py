"""Reminders worked out a second time: one deadline, one day after another, like a clerk with a diary.

It knows no keys and no product code: days of the calendar are looked at one by one, and what was told is
written into a plain diary of (person, word, day).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.domain.oracle_days import ONE


@dataclass(frozen=True, slots=True)
class Fact:
    """How the deadline stands on a day: its due day, and whether a purchase is under way."""

    due_on: date | None
    is_begun: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody took the deadline up: ``everybody`` for an acknowledgement, else a snooze of her own."""

    person: int
    from_on: date
    back_on: date
    everybody: bool
    saw: Fact


@dataclass(frozen=True, slots=True)
class Story:
    """A deadline over some days, the people who answer for it, and what they took up.

    ``leads`` are (days before, whether working days, whether only without a purchase). The clerk is away on
    the days ``away``.
    """

    days: Sequence[date]
    facts: Mapping[date, Fact]
    leads: Sequence[tuple[int, bool, bool]]
    ranks: Sequence[Sequence[int]]
    patience: int
    taken: Sequence[Taken]
    away: frozenset[date]
    days_off: frozenset[date]


@dataclass
class Clerk:
    """Goes through the days and tells people."""

    story: Story
    diary: dict[tuple[int, date, str], date] = field(default_factory=dict)
    """What was told: to whom, for which due day, by which word, and on which day."""
    first_seen: dict[date, date] = field(default_factory=dict)
    known: date = date.min
    """Since when the deadline of today stands on its day."""

    def tell(self) -> dict[date, set[tuple[int, date, str]]]:
        """What is told on each day."""
        told: dict[date, set[tuple[int, date, str]]] = {}
        for day in self.story.days:
            if day in self.story.away:
                continue
            today = self.today(day)
            if today:
                told[day] = today
            for entry in today:
                self.diary[entry] = day
        return told

    def today(self, day: date) -> set[tuple[int, date, str]]:
        """What is told on one day."""
        due = self.story.facts[day].due_on
        if due is None:
            self.first_seen = {}
            return set()
        self.first_seen = {due: self.first_seen.get(due, day)}
        self.known = self.first_seen[due]
        if day in self.story.days_off and not self.too_late_tomorrow(day, due):
            return set()
        if self.silent(self.acknowledged(day), day):
            return set()
        wanted = self.for_the_first(day, due) | self.for_the_others(day, due)
        return {
            (person, due, word)
            for person, word in wanted
            if (person, due, word) not in self.diary and not self.silent(self.snoozed(person, day), day)
        }

    def too_late_tomorrow(self, day: date, due: date) -> bool:
        """Whether the due day passes before the next working day."""
        tomorrow = day + ONE
        while tomorrow in self.story.days_off:
            tomorrow += ONE
        return day <= due < tomorrow

    # Leads

    def rings_on(self, due: date, lead: tuple[int, bool, bool]) -> date:
        """The day in the diary on which a lead stands."""
        count, in_working_days, _ = lead
        day = due
        if not in_working_days:
            day -= ONE * count
        while day in self.story.days_off:
            day -= ONE
        for _ in range(count if in_working_days else 0):
            day -= ONE
            while day in self.story.days_off:
                day -= ONE
        return day

    def for_the_first(self, day: date, due: date) -> set[tuple[int, str]]:
        """Leads whose day has come, and holds that are over, for each person of the first rank."""
        known, begun = self.first_seen[due], self.story.facts[day].is_begun
        rings = [(self.rings_on(due, lead), -lead[0], lead) for lead in self.story.leads]
        wanted = {ring[2] for ring in rings if known <= ring[0] <= day}
        early = [ring for ring in rings if ring[0] < known]
        certain = [ring for ring in early if not ring[2][2]]
        if early and not any(ring[0] == known and not ring[2][2] for ring in rings):
            wanted.add(max(certain or early)[2])
        wanted_words = {word(lead) for lead in wanted if not (lead[2] and begun)}
        found = {(person, each) for person in self.first() for each in wanted_words}
        for person, day_before, _ in [entry for entry, on in self.diary.items() if on < known]:
            if person in self.first() and day_before == due:
                found.add((person, f"anew-{known}"))
        for person in self.first():
            for taken in (self.acknowledged(day), self.snoozed(person, day)):
                found |= self.again(person, taken, day, due)
        return found

    def again(self, person: int, taken: Taken | None, day: date, due: date) -> set[tuple[int, str]]:
        """That what was taken up got worse, or is back."""
        if taken is None or self.silent(taken, day):
            return set()
        worse = f"worse-{taken.from_on}"
        if day < taken.back_on:
            return {(person, worse)}
        if taken.saw.due_on is not None and taken.saw.due_on < due:
            return set()  # what she put off was another, earlier day
        return set() if (person, due, worse) in self.diary else {(person, f"back-{taken.back_on}")}

    # What people took up

    def acknowledged(self, day: date) -> Taken | None:
        """The last acknowledgement by anybody."""
        return last([taken for taken in self.story.taken if taken.everybody and taken.from_on <= day])

    def snoozed(self, person: int, day: date) -> Taken | None:
        """The last snooze of a person."""
        own = [taken for taken in self.story.taken if taken.person == person and not taken.everybody]
        return last([taken for taken in own if taken.from_on <= day])

    def silent(self, taken: Taken | None, day: date) -> bool:
        """Whether what was taken up keeps the deadline quiet still."""
        if taken is None or taken.back_on <= day:
            return False
        saw, now = taken.saw, self.story.facts[day]
        if saw.is_begun and not now.is_begun:
            return False
        if saw.due_on is None or now.due_on is None:
            return saw.due_on is now.due_on
        went_by = now.due_on < day and not saw.due_on < taken.from_on
        return not went_by and now.due_on >= saw.due_on

    # Escalation

    def first(self) -> Sequence[int]:
        """The first rank that has anybody."""
        return next((rank for rank in self.story.ranks if rank), ())

    def for_the_others(self, day: date, due: date) -> set[tuple[int, str]]:
        """The ranks above, each some working days after the one below it was told."""
        found: set[tuple[int, str]] = set()
        told = self.first_told(day, due)
        above = [rank for rank in self.story.ranks if rank][1:]
        for person in (each for rank in above for each in rank):
            found |= self.again(person, self.snoozed(person, day), day, due)
        for rank in above:
            if told is None:
                return found
            heard = {person: self.heard(person, day, due) for person in rank}
            for person, on in heard.items():
                if on is None and day >= self.after_patience(told):
                    found.add((person, f"up-{told}"))
            told = min([on for on in heard.values() if on is not None], default=None)
        return found

    def heard(self, person: int, day: date, due: date) -> date | None:
        """When a person above heard first that nobody took it up, in this stretch."""
        begin = self.counts_from(day, due)
        own = [(word, on) for (one, of, word), on in self.diary.items() if (one, of) == (person, due)]
        return min([on for word, on in own if word.startswith("up") and on >= begin], default=None)

    def first_told(self, day: date, due: date) -> date | None:
        """When the first rank was told, in this stretch."""
        begin = self.counts_from(day, due)
        own = [on for entry, on in self.diary.items() if entry[1] == due and entry[0] in self.first()]
        return min([on for on in own if on >= begin], default=None)

    def counts_from(self, day: date, due: date) -> date:
        """The stretch: since the day stands where it is, or since the last acknowledgement fell or ended."""
        taken = self.acknowledged(day)
        if taken is None:
            return self.known
        worse = f"worse-{taken.from_on}"
        fell = [self.diary[one, due, worse] for one in self.first() if (one, due, worse) in self.diary]
        return max(self.known, min(fell, default=taken.back_on))

    def after_patience(self, day: date) -> date:
        """So many working days later."""
        for _ in range(self.story.patience):
            day += ONE
            while day in self.story.days_off:
                day += ONE
        return day


def word(lead: tuple[int, bool, bool]) -> str:
    """What a lead is called in the diary."""
    count, in_working_days, unless_begun = lead
    return f"{count}{'w' if in_working_days else 'd'}{'-unless-begun' if unless_begun else ''}"


def last(taken: Sequence[Taken]) -> Taken | None:
    """The one that was taken up last, the later one of a day."""
    found = None
    for each in taken:
        if found is None or each.from_on >= found.from_on:
            found = each
    return found
