"""Schools whose register changes as days go by: ends move, tenders run, facts are confirmed, people leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from tests.web.register import a_contract, a_school
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import ContractKind, Method, Service, TenderEventKind, TenderStatus

FIRST = date(2027, 1, 4)
REGIONS = ("59", "71", "75", "79")
OFFICERS_EACH = 3
ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody who may be told: her number comes from the database."""

    name: str
    role: str
    region: str
    since: date

    @property
    def email(self) -> str:
        """Her address, by which schools name their officer."""
        return f"{self.name}@example.kz"


@dataclass
class Register:
    """What the register says by now, and how it changes at random."""

    chance: Random
    size: int
    schools: dict[str, SchoolRow] = field(default_factory=dict)
    lines: dict[tuple[str, str], ContractRow] = field(default_factory=dict)
    tenders: dict[tuple[str, str], TenderRow] = field(default_factory=dict)
    events: list[TenderEventRow] = field(default_factory=list)
    count: int = 0

    def at_first(self) -> list[RegisterRow]:
        """Every school with a contract that ends within the next year and a bit."""
        rows: list[RegisterRow] = []
        for number in range(self.size):
            region = REGIONS[number % len(REGIONS)]
            officer = f"o{number // len(REGIONS) % (OFFICERS_EACH + 1)}-{region}@example.kz"
            school = a_school(
                f"S{number:03}", f"{number}",
                region=region, confirmed_on=FIRST - self._days(1, 80),
                officer_email=None if officer.startswith(f"o{OFFICERS_EACH}") else officer,
            )  # fmt: skip
            last = FIRST + self._days(-5, 400)
            line = a_contract(f"K{number:03}", school.school_id, "2026-06-01", last.isoformat())
            rows += [self._put(school), self._put(line)]
        return rows

    def changes(self, on: date, many: float) -> list[RegisterRow]:
        """What is recorded on a day: about so many things."""
        rows: dict[tuple[object, ...], RegisterRow] = {}
        for _ in range(int(many) + (self.chance.random() < many % 1)):
            school = self.schools[self.chance.choice(sorted(self.schools))]
            for row in self.chance.choice(MOVES)(self, school, on):
                rows[type(row), *row.key] = self._put(row)
        return list(rows.values())

    def hand_over(self, email: str, to: str) -> list[RegisterRow]:
        """The schools of one officer name another."""
        own = [school for school in self.schools.values() if school.officer_email == email]
        return [self._put(replace(school, officer_email=to)) for school in own]

    def facts(self, school_id: str) -> NeedFacts:
        """All that is known of the need of a school."""
        school = self.schools[school_id]
        return NeedFacts(
            school_id, Service.CHANNEL, school.needed_from, school.needed_until, school.closed_on,
            school.confirmed_on, school.bin,
            lines=tuple(_line(row) for (_, each), row in self.lines.items() if each == school_id),
            tenders=tuple(self._tender(row) for (_, each), row in self.tenders.items() if each == school_id),
        )  # fmt: skip

    def _tender(self, row: TenderRow) -> TenderFacts:
        events = [event for event in self.events if event.tender_number == row.tender_number]
        return TenderFacts(
            row.tender_number, row.method, row.status, row.planned_on, row.published_on, row.bids_close_on,
            row.results_on, row.ended_on, row.stage, row.stage_entered_on, row.repeats_tender_number,
            events=tuple(TenderEvent(event.on, event.event) for event in events),
        )  # fmt: skip

    def _put(self, row: RegisterRow) -> RegisterRow:
        if isinstance(row, SchoolRow):
            self.schools[row.school_id] = row
        elif isinstance(row, ContractRow):
            self.lines[row.contract_number, row.school_id] = row
        elif isinstance(row, TenderRow):
            self.tenders[row.tender_number, row.school_id] = row
        else:
            self.events.append(row)
        return row

    def _days(self, least: int, most: int) -> timedelta:
        return timedelta(days=self.chance.randint(least, most))

    def _number(self, letter: str) -> str:
        self.count += 1
        return f"{letter}-{self.count}"

    def _last_line(self, school: SchoolRow) -> ContractRow:
        own = [row for (_, each), row in self.lines.items() if each == school.school_id]
        return max(own, key=lambda row: (row.end_on or date.max, row.contract_number))

    def _live(self, school: SchoolRow) -> TenderRow | None:
        own = [row for (_, each), row in self.tenders.items() if each == school.school_id]
        return next((row for row in own if row.status in (TenderStatus.PLANNED, TenderStatus.ACTIVE)), None)

    # What may happen to a school

    def end_moves(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """The last day of a contract is another: later, earlier, or earlier than today."""
        line = self._last_line(school)
        end = max(line.start_on, (line.end_on or on) + self._days(-40, 60))
        yield replace(line, end_on=end)

    def renewed(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """The next contract, in time or after a gap."""
        line = self._last_line(school)
        start = max((line.end_on or on) + ONE, on - self._days(0, 5))
        if start > on + timedelta(days=70):
            return
        tender = self._live(school)
        yield a_contract(
            self._number("N"), school.school_id, start.isoformat(),
            (start + self._days(40, 330)).isoformat(),
            signed_on=on if self.chance.random() < 0.5 else None,
            tender_number=tender.tender_number if tender else None,
        )  # fmt: skip
        if tender is not None:
            yield replace(tender, status=TenderStatus.COMPLETE, ended_on=on)

    def bridged(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """Two months from a single source."""
        line = self._last_line(school)
        if (line.end_on or on) < on + timedelta(days=10):
            start = max((line.end_on or on) + ONE, on)
            yield a_contract(
                self._number("I"), school.school_id, start.isoformat(),
                (start + timedelta(days=58)).isoformat(),
                kind=ContractKind.INTERIM, signed_on=on if self.chance.random() < 0.8 else None,
            )  # fmt: skip

    def tender_moves(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """A tender is planned or announced, goes on, stands still, or ends."""
        tender = self._live(school)
        if tender is None:
            yield from self._announced(school, on)
        elif tender.status is TenderStatus.PLANNED:
            yield replace(tender, status=TenderStatus.ACTIVE, published_on=on)
        else:
            yield self._goes_on(tender, on)

    def _announced(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """Mostly for one school, now and then for a second one of the region that has none."""
        others = [s for s in self.schools.values() if s.region == school.region and self._live(s) is None]
        wanted = [school]
        if self.chance.random() < 0.2 and len(others) > 1:
            wanted.append(self.chance.choice([other for other in others if other is not school]))
        planned = self.chance.random() < 0.3
        row = TenderRow(
            self._number("T"), school.school_id,
            TenderStatus.PLANNED if planned else TenderStatus.ACTIVE,
            method=self.chance.choice((Method.OPEN_TENDER, Method.PRICE_QUOTATION)),
            planned_on=on + self._days(0, 9) if planned and self.chance.random() < 0.7 else None,
            published_on=None if planned else on,
        )  # fmt: skip
        yield from (replace(row, school_id=each.school_id) for each in wanted)

    def _goes_on(self, tender: TenderRow, on: date) -> RegisterRow:
        kinds = [kind for kind in TenderEventKind if kind not in ("complete", "withdrawn", "planned")]
        return TenderEventRow(tender.tender_number, self.chance.choice(kinds), on)

    def confirmed(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """Somebody says that the facts are so."""
        yield replace(school, confirmed_on=on)

    def ended(self, school: SchoolRow, on: date) -> Iterator[RegisterRow]:
        """A contract is terminated, or, seldom, the school closed."""
        if self.chance.random() < 0.1:
            yield replace(school, closed_on=on + self._days(0, 30))
        else:
            line = self._last_line(school)
            yield replace(line, terminated_on=max(line.start_on, on - self._days(0, 3)))


MOVES = (
    Register.end_moves, Register.renewed, Register.renewed, Register.bridged, Register.tender_moves,
    Register.tender_moves, Register.tender_moves, Register.confirmed, Register.ended,
)  # fmt: skip


def _line(row: ContractRow) -> ServiceLine:
    return ServiceLine(
        row.contract_number, row.kind, row.status, row.start_on, row.end_on, row.signed_on,
        row.terminated_on, row.tender_number,
    )  # fmt: skip


def humans() -> list[Human]:
    """Those who are there from the beginning."""
    before = FIRST - timedelta(days=300)
    found = [
        Human(f"o{n}-{region}", "officer", region, before) for region in REGIONS for n in range(OFFICERS_EACH)
    ]
    found += [Human(f"r-{region}", "reviewer", region, before) for region in REGIONS[1:]]
    return [*found, *(Human(f"h-{region}", "head", region, before) for region in REGIONS),
            Human("m", "ministry", "", before)]  # fmt: skip
