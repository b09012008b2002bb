"""What the page of the cliff shows: ends of cover by month, and those of them that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.alphabet import sort_key
from tracker.domain.asked import read_day
from tracker.domain.cliff import Start
from tracker.domain.days import add_months
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import Service
from tracker.services.foregoing import End, Prospect
from tracker.web.filters import not_known

MONTHS = 12
"""Months ahead that the table shows, with that of the day; what ends later is one line more."""

LATER = "later"
FIELDS = ("start", "begun", "month", "per", "left")
"""What the page may be asked besides what lists are."""

CONTRACT = "contract"
"""The list may be asked for by contracts, each once, as the months count them."""

NO = "no"
BEGUN: Mapping[str, bool | None] = {NO: False, "yes": True, "any": None}
"""Whether anything follows, as addresses ask for it."""


@dataclass(frozen=True, slots=True)
class Falling:
    """A need whose cover ends, and how."""

    found: Prospect
    end: End


@dataclass(frozen=True, slots=True)
class Asking:
    """Which ends are asked for: by their latest safe start, whether anything has begun, by their month.

    ``per_contract`` lists contracts in place of needs, ``left`` what the burn-down counts on one of its days.
    """

    start: Start | None = None
    begun: bool | None = False
    month: str | None = None
    per_contract: bool = False
    left: date | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Asking:
        """What an address asks for: without a word what has not begun.

        Raises :class:`FilterNotKnown` and :class:`DayNotReadable`.
        """
        start, begun, month, per, left = (asked.get(name, "").strip() for name in FIELDS)
        if start and start not in tuple(Start):
            raise not_known("start", start, tuple(Start))
        if begun and begun not in BEGUN:
            raise not_known("begun", begun, tuple(BEGUN))
        if month and month != LATER and _first_of(month) is None:
            raise not_known("month", month)
        if per and per != CONTRACT:
            raise not_known("per", per, (CONTRACT,))
        return cls(
            start=Start(start) if start else None,
            begun=BEGUN[begun or NO],
            month=month or None,
            per_contract=bool(per),
            left=read_day(left) if left else None,
        )

    @property
    def named(self) -> dict[str, object]:
        """The same as address fields."""
        begun = next(name for name, value in BEGUN.items() if value is self.begun)
        return {
            "start": self.start,
            "begun": begun if begun != NO else None,
            "month": self.month,
            "per": CONTRACT if self.per_contract else None,
            "left": self.left and self.left.isoformat(),
        }

    def keep(self, falling: Iterable[Falling], on: date) -> tuple[Falling, ...]:
        """Those that are asked for, the fewest working days left first."""
        kept = (one for one in falling if self._passes(one.end, on))
        return tuple(sorted(kept, key=_soonest))

    def _passes(self, end: End, on: date) -> bool:
        return (
            (self.start is None or end.start is self.start)
            and (self.begun is None or end.is_begun is self.begun)
            and (self.month is None or month_of(end.last, on) == self.month)
        )


def falling(found: Iterable[Prospect]) -> tuple[Falling, ...]:
    """Those whose cover ends."""
    return tuple(Falling(one, one.end) for one in found if one.end is not None)


def _soonest(one: Falling) -> tuple[object, ...]:
    school = one.found.need.school
    return (one.end.working_days, one.end.last, sort_key(school.name), school.school_id, one.found.key[1])


def month_of(last: date, on: date) -> str:
    """The month of an end as an address names it, or ``later``."""
    return f"{last:%Y-%m}" if last < add_months(on.replace(day=1), MONTHS) else LATER


def _first_of(month: str) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01") if len(month) == len("2026-12") else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month: contracts that end in it, each once, ends of needs, and of those that have not begun."""

    month: str
    first: date | None
    contracts: int
    ends: int
    left: int
    starts: Mapping[Start, int]


def by_month(ends: Iterable[Falling], on: date) -> tuple[MonthRow, ...]:
    """The months ahead in which anything ends."""
    groups: dict[str, list[End]] = {}
    for one in ends:
        groups.setdefault(month_of(one.end.last, on), []).append(one.end)
    return tuple(_month(name, groups[name]) for name in sorted(groups))


def _month(name: str, ends: list[End]) -> MonthRow:
    left = [end for end in ends if not end.is_begun]
    return MonthRow(
        name,
        _first_of(name),
        len({end.contract for end in ends}),
        len(ends),
        len(left),
        {start: sum(end.start is start for end in left) for start in Start},
    )


@dataclass(frozen=True, slots=True)
class Left:
    """A need that had not begun on a day of the burn-down; ``school`` as it is known now."""

    school_id: str
    service: Service
    school: SchoolRow | None

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in a list by names."""
        return sort_key(self.school.name if self.school else self.school_id), self.school_id, self.service


@dataclass(frozen=True, slots=True)
class Ending:
    """A contract that ends, and the ends of the needs that it served."""

    contract: str
    last: date
    ends: tuple[Falling, ...]

    @property
    def soonest(self) -> End:
        """Of its ends the one by which a purchase is to begin first; what has begun is the last of them."""
        return min((one.end for one in self.ends), key=lambda end: (end.is_begun, end.safe_start))


def by_contract(ends: Iterable[Falling], on: date) -> tuple[Ending, ...]:
    """The contracts that end, each once in a month, the soonest first."""
    groups: dict[tuple[str, str], list[Falling]] = {}
    for one in sorted(ends, key=lambda one: (one.end.last, *_soonest(one))):
        groups.setdefault((month_of(one.end.last, on), one.end.contract), []).append(one)
    return tuple(Ending(number, found[0].end.last, tuple(found)) for (_, number), found in groups.items())


def starts_of(ends: Iterable[Falling]) -> Mapping[Start, int]:
    """How many of those that have not begun lie how to their latest safe start."""
    left = [one.end.start for one in ends if not one.end.is_begun]
    return {start: left.count(start) for start in Start}


def pick(one: Falling) -> str:
    """What the box of a line stands for."""
    school_id, service = one.found.key
    return f"{service}:{school_id}"


def key_of(picked: str) -> tuple[str, str]:
    """The need that a box stands for: of whatever else it holds there is none."""
    service, _, school_id = picked.partition(":")
    return school_id, service
