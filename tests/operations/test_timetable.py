"""The page of operations says of each job when it is due next and how late its last run began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from tests.operations.test_operations import BOOK
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker import scheduler
from tracker.clock import FixedClock
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.scheduler import Tick
from tracker.services import timetable
from tracker.store import jobs
from tracker.store.engine import reading, transaction
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job

MIDNIGHT = datetime(2027, 1, 15, 19, tzinfo=UTC)
"""The beginning of the legal day after that of :data:`NOW`."""


def slot_after(
    engine: Engine, job: Job, *moments: datetime, outcome: Outcome = Outcome.DONE
) -> timetable.Slot:
    """How a job keeps its time that ran at these moments."""
    with transaction(engine) as session:
        for at in moments:
            jobs.record(session, job, began_at=at, ended_at=at, outcome=outcome)
    with reading(engine) as session:
        return timetable.slot(job, jobs.last_runs(session)[job])


@pytest.mark.parametrize(("late", "lag"), [(0, 0), (-5, 0), (45, 45), (3600, 3600)])
def test_a_tick_is_late_by_what_it_waited_beyond_its_minute(engine: Engine, late: int, lag: int) -> None:
    at = NOW + timedelta(seconds=60 + late)
    found = slot_after(engine, Job.TICK, NOW, at)
    assert (found.lag, found.due_at) == (timedelta(seconds=lag), at + scheduler.TICK)


def test_what_begins_with_a_legal_day_is_late_against_its_beginning(engine: Engine) -> None:
    first = slot_after(engine, Job.EVALUATION, NOW)
    assert (first.lag, first.due_at) == (None, MIDNIGHT)
    again = slot_after(engine, Job.EVALUATION, NOW + timedelta(hours=1))
    assert (again.lag, again.due_at) == (None, MIDNIGHT)  # it came of a change
    next_day = slot_after(engine, Job.EVALUATION, MIDNIGHT + timedelta(minutes=3))
    assert (next_day.lag, next_day.due_at) == (timedelta(minutes=3), MIDNIGHT + timedelta(days=1))
    proof = slot_after(engine, Job.CANARY, NOW, MIDNIGHT + timedelta(hours=8))
    assert (proof.lag, proof.due_at) == (timedelta(hours=1), MIDNIGHT + timedelta(hours=31))


def test_what_was_stopped_or_waits_for_a_cause_has_no_next_time(engine: Engine) -> None:
    assert slot_after(engine, Job.TICK, NOW, outcome=Outcome.STOPPED).due_at is None
    assert slot_after(engine, Job.ALARM, NOW, NOW).due_at is None


@pytest.mark.parametrize("language", Language)
def test_the_page_shows_both(empty: Engine, visit: Visit, language: Language) -> None:
    for seconds in (0, 100):
        beat = Tick(empty, BOOK, FixedClock(NOW + timedelta(seconds=seconds)))
        beat()
        with transaction(empty) as session:
            session.connection().exec_driver_sql("DELETE FROM lease")
    page, words = visit(empty, language).get("/operations").text, load_catalogs()[language]
    [row] = [text_of(each) for each in page.split("<tr>") if f">{words.say('job.tick')}<" in each]
    assert words.say("operations.seconds", number="40") in row
    assert "15.01.2027 11:02" in row
