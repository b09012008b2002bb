"""How long stages of finished tenders took: median and 90th percentile of working days, by any group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.days import ONE_DAY, Span, add_months
from tracker.domain.vocabulary import STAGES, Method, Stage

MEDIAN, LATE = 50, 90
"""The percentiles that are told."""

_ORDER = {stage: at for at, stage in enumerate(STAGES)}


class Grouping(StrEnum):
    """By what stages are grouped."""

    METHOD = "method"
    REGION = "region"
    ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of one finished tender, in working days without suspended ones."""

    tender_number: str
    region: str | None
    organiser: str | None
    method: Method
    stage: Stage
    working_days: int
    ended_on: date


@dataclass(frozen=True, slots=True)
class Metric:
    """A stage of a group: of how many tenders, and how long it took."""

    group: str
    stage: Stage
    tenders: int
    median: int
    late: int


class Half(StrEnum):
    """The two stretches that a trend compares: the six months up to a day, and the six before them."""

    LATELY = "lately"
    BEFORE = "before"


HALF_MONTHS = 6
"""Months of either stretch (house)."""

ALL = "all"
"""The group of stages that are not grouped."""


def half_of(half: Half, on: date) -> Span:
    """The days of a stretch, seen from ``on``."""
    turn, first = (add_months(on, -HALF_MONTHS * back) + ONE_DAY for back in (1, 2))
    return Span.inclusive(turn, on) if half is Half.LATELY else Span(first, turn)


def ended_within(rows: Iterable[StageRow], days: Span) -> tuple[StageRow, ...]:
    """The stages of tenders that were complete on one of these days."""
    return tuple(row for row in rows if row.ended_on in days)


def nearest_rank(days: Sequence[int], percent: int) -> int:
    """The percentile by nearest rank, as forecasts use it; raises ``IndexError`` for nothing."""
    ordered = sorted(days)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def metrics(rows: Iterable[StageRow], grouping: Grouping | None) -> tuple[Metric, ...]:
    """Each group's stages, groups by name and stages in their course; what states no group is ``none``.

    Without a grouping all are of one group, :data:`ALL`. A tender of several regions counts in each of them,
    and once in any other group.
    """
    key = _KEYS[grouping] if grouping else _of_all
    lengths: dict[tuple[str, Stage], list[int]] = {}
    for row in _counted(rows, grouping):
        lengths.setdefault((key(row) or "none", row.stage), []).append(row.working_days)
    return tuple(
        Metric(group, stage, len(days), nearest_rank(days, MEDIAN), nearest_rank(days, LATE))
        for (group, stage), days in sorted(lengths.items(), key=lambda item: (item[0][0], _ORDER[item[0][1]]))
    )


def _counted(rows: Iterable[StageRow], grouping: Grouping | None) -> Iterable[StageRow]:
    """What a grouping counts: of a tender of several regions the rows of one, unless it is by region."""
    if grouping is Grouping.REGION:
        return rows
    first: dict[tuple[str, Stage], str | None] = {}
    return [row for row in rows if first.setdefault((row.tender_number, row.stage), row.region) == row.region]


@dataclass(frozen=True, slots=True)
class Behind:
    """A row that a metric counts, with every region of its tender in the group."""

    row: StageRow
    regions: tuple[str | None, ...]


def behind_figure(
    rows: Iterable[StageRow], grouping: Grouping, group: str, stage: Stage
) -> tuple[Behind, ...]:
    """The rows that one metric is made of, the longest first."""
    key = _KEYS[grouping]
    own = [row for row in rows if row.stage is stage and (key(row) or "none") == group]
    regions: dict[str, dict[str | None, None]] = {}
    for row in own:
        regions.setdefault(row.tender_number, {})[row.region] = None
    longest = sorted(_counted(own, grouping), key=lambda row: (-row.working_days, row.tender_number))
    return tuple(Behind(row, tuple(regions[row.tender_number])) for row in longest)


@dataclass(frozen=True, slots=True)
class Course:
    """How a stage of a group went in both stretches; None where no tender ended in one."""

    lately: Metric | None
    before: Metric | None

    @property
    def turn(self) -> int | None:
        """Working days by which the median became longer; None where only one stretch is known."""
        return self.lately.median - self.before.median if self.lately and self.before else None


def courses(
    rows: Sequence[StageRow], grouping: Grouping | None, on: date
) -> Mapping[tuple[str, Stage], Course]:
    """The trend of each stage of each group that any tender of the last twelve months went through."""
    halves = {
        half: {
            (one.group, one.stage): one for one in metrics(ended_within(rows, half_of(half, on)), grouping)
        }
        for half in Half
    }
    lately, before = halves[Half.LATELY], halves[Half.BEFORE]
    return {key: Course(lately.get(key), before.get(key)) for key in lately.keys() | before.keys()}


def slowest(found: Iterable[Metric]) -> tuple[Metric, ...]:
    """The same, the slowest first: by the 90th percentile, then by the median."""
    return tuple(sorted(found, key=lambda one: (-one.late, -one.median, one.group, _ORDER[one.stage])))


def _of_all(row: StageRow) -> str:
    return ALL


def _by_method(row: StageRow) -> str | None:
    return row.method.value


def _by_region(row: StageRow) -> str | None:
    return row.region


def _by_organiser(row: StageRow) -> str | None:
    return row.organiser


_KEYS: dict[Grouping, Callable[[StageRow], str | None]] = {
    Grouping.METHOD: _by_method,
    Grouping.REGION: _by_region,
    Grouping.ORGANISER: _by_organiser,
}
