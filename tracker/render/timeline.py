"""The strip of a school: cover, gaps, stages, today and forecast as shapes, and the same days as text.

Pure numbers: a partial draws them. One day is :data:`DAY_WIDTH` wide, coordinates are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.days import Span, add_months
from tracker.domain.findings import Assessment
from tracker.domain.vocabulary import Stage, State

DAY_WIDTH = 3
MONTHS_AROUND = 6

Stretches = tuple[tuple[Span, State], ...]
Stages = Iterable[tuple[Stage, date, date]]


@dataclass(frozen=True, slots=True)
class Bar:
    """Days of one kind as a rectangle; ``kind`` names both its look and its words."""

    kind: str
    span: Span
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month."""

    day: date
    x: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything to draw, and to tell, about one need around a day."""

    window: Span
    on: date
    width: int
    today_x: int
    ticks: tuple[Tick, ...]
    cover: tuple[Bar, ...]
    stages: tuple[Bar, ...]
    forecast: Bar | None
    interim: Bar | None

    @property
    def rows(self) -> tuple[Bar, ...]:
        """All bars in the order in which the text tells them."""
        late = tuple(bar for bar in (self.forecast, self.interim) if bar)
        return self.cover + self.stages + late


def window_around(on: date) -> Span:
    """About six months before and after ``on``, from a month's first day to a month's last."""
    first = add_months(on.replace(day=1), -MONTHS_AROUND)
    return Span(first, add_months(on.replace(day=1), MONTHS_AROUND + 1))


def draw(found: Assessment, states: Stretches, stages: Stages, window: Span) -> Timeline:
    """Place an assessment, the state of every day of ``window`` and the stages passed on a strip."""
    return Timeline(
        window=window,
        on=found.on,
        width=window.days * DAY_WIDTH,
        today_x=_x(found.on, window),
        ticks=tuple(Tick(day, _x(day, window)) for day in _months(window)),
        cover=tuple(_bar(state.value, span, window) for span, state in states),
        stages=_stage_bars(stages, window),
        forecast=_forecast_bar(found, window),
        interim=_interim_bar(found, window),
    )


def _stage_bars(stages: Stages, window: Span) -> tuple[Bar, ...]:
    placed = ((stage, Span.inclusive(first, last).within(window)) for stage, first, last in stages)
    return tuple(_bar(stage.value, span, window) for stage, span in placed if not span.is_empty)


def _forecast_bar(found: Assessment, window: Span) -> Bar | None:
    """From the earliest to the late first day of service, both included."""
    forecast = found.tender.forecast if found.tender else None
    if forecast is None:
        return None
    return _placed("forecast", Span.inclusive(forecast.earliest, forecast.late), window)


def _interim_bar(found: Assessment, window: Span) -> Bar | None:
    answer = found.answer
    if answer is None or answer.end_on is None or not answer.is_suggestion:
        return None
    return _placed("suggested", Span.inclusive(answer.start_on, answer.end_on), window)


def _placed(kind: str, span: Span, window: Span) -> Bar | None:
    inside = span.within(window)
    return None if inside.is_empty else _bar(kind, inside, window)


def _bar(kind: str, span: Span, window: Span) -> Bar:
    return Bar(kind, span, _x(span.start, window), span.days * DAY_WIDTH)


def _x(day: date, window: Span) -> int:
    return (day - window.start).days * DAY_WIDTH


def _months(window: Span) -> Iterable[date]:
    count = 0
    while (day := add_months(window.start, count)) < window.stop:
        yield day
        count += 1
