"""A decreed day is recorded with its decree, moves what it touches, and is known only from then on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.office import KINDS, Office
from tests.web.register import COVERED, STALLED, a_school, day
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import TenderStatus
from tracker.domain.workdays import Override
from tracker.services import decreeing
from tracker.store import facts, journal
from tracker.store.engine import reading, transaction

*_, EVENTS = KINDS


def decree(office: Office, on: str, *, working: bool, number: str = "№ 1") -> None:
    with transaction(office.engine) as session:
        decreeing.decree(
            session,
            Override(day(on), working, number),
            actor="ministry",
            now=office.now,
            today=office.today,
            book=office.book,
        )


def due(office: Office) -> date | None:
    return next(kept.tender_due_on for kept in office.stored() if kept.school_id == STALLED)


@pytest.fixture
def christmas(office: Office) -> Office:
    """On Monday, an open tender whose evaluation was entered on Friday 25 December 2026 (rules §8.3)."""
    tender = TenderRow("T-1", STALLED, TenderStatus.ACTIVE, published_on=day("2026-12-14"))
    office.now = datetime(2026, 12, 28, 6, tzinfo=UTC)
    office.take_all_in([a_school(STALLED, "Әйтеке"), a_school(COVERED, "Абай"), tender])
    office.take_in(EVENTS, "tender_number;event;on\nT-1;evaluation;2026-12-25\n")
    return office


def test_a_day_off_moves_the_day_a_stage_is_due(christmas: Office) -> None:
    assert due(christmas) == day("2026-12-30")
    decree(christmas, "2026-12-29", working=False)
    assert due(christmas) == day("2026-12-31")
    assert christmas.differing() == ()
    asked = json.loads(christmas.json(day("2026-12-31")))["needs"]
    assert "tender_stalled" not in {flag["kind"] for need in asked for flag in need["flags"]}


def test_a_working_saturday_brings_it_forward_and_a_second_decree_takes_it_back(christmas: Office) -> None:
    decree(christmas, "2026-12-26", working=True)
    assert due(christmas) == day("2026-12-29")
    decree(christmas, "2026-12-26", working=False, number="№ 2")
    assert due(christmas) == day("2026-12-30")


def test_what_was_known_before_the_decree_stays_as_it_was(christmas: Office) -> None:
    moment, before = christmas.now, christmas.json(christmas.today, known=christmas.now)
    christmas.now += timedelta(hours=1)
    decree(christmas, "2026-12-29", working=False)
    assert christmas.json(christmas.today, known=moment) == before
    assert christmas.json(christmas.today, known=christmas.now) != before


def test_the_decree_stands_in_the_journal_and_in_the_list_of_days(christmas: Office) -> None:
    decree(christmas, "2026-12-29", working=False, number="Қаулы № 1")
    with reading(christmas.engine) as session:
        (entry,) = journal.entries(session, action="decree")
        assert facts.load_overrides(session) == (Override(day("2026-12-29"), False, "Қаулы № 1"),)
    assert entry.details == {"day": "2026-12-29", "working": False, "decree": "Қаулы № 1"}
    assert (entry.actor, entry.at) == ("ministry", christmas.now)
