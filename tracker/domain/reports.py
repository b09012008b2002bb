"""Reports that go upward: which there are, over which days, and the figures that they tell (rules §§2–5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tracker.domain.days import Span


class ReportKind(StrEnum):
    """Weekly for the akimat, quarterly for the ministry."""

    WEEKLY = "weekly"
    QUARTERLY = "quarterly"


class Ending(StrEnum):
    """The formats of reports: to be worked with, and to be read."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"


class Figure(StrEnum):
    """A number of a report, each by its definition (``report.about.<word>``); shares are made from them."""

    SCHOOLS = "schools"
    REQUIRED = "required"
    COVERED = "covered"
    INTERIM = "interim"
    UNCOVERED = "uncovered"
    UNCOVERED_BEFORE = "uncovered_before"
    UNKNOWN = "unknown"
    NOT_REQUIRED = "not_required"
    LOSING_30 = "losing_30"
    LOSING_60 = "losing_60"
    LOSING_90 = "losing_90"
    STALLED = "stalled"
    IN_PURCHASE = "in_purchase"
    INTEGRATED = "integrated"
    DAYS_LOST = "days_lost"


LOSING: Mapping[int, Figure] = {30: Figure.LOSING_30, 60: Figure.LOSING_60, 90: Figure.LOSING_90}
"""The figures of service that will be lost, by calendar days ahead."""

SHARES = (Figure.COVERED, Figure.UNCOVERED)
"""Figures that are told also as a share of the schools that need service."""

WEEK = timedelta(days=7)


def period_of(kind: ReportKind, on: date) -> Span:
    """The days that a report of ``on`` looks back on: seven with ``on``, or its quarter as far as it went."""
    if kind is ReportKind.WEEKLY:
        return Span(on - WEEK + timedelta(days=1), on + timedelta(days=1))
    return Span(date(on.year, (on.month - 1) // 3 * 3 + 1, 1), on + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """The figures of a region by its code, or of a district by its name; ``place`` is None for all of it."""

    place: str | None
    figures: Mapping[Figure, int]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it can be told again: what was asked, as known when, by which law, and the figures.

    ``region`` is None for all that its reader sees; then ``places`` are regions, else districts.
    """

    kind: ReportKind
    region: str | None
    on: date
    period: Span
    known: datetime
    policy: str
    places: tuple[PlaceFigures, ...]
    total: PlaceFigures
