"""Facts are never overwritten: what was known before a correction can be asked for ever after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from tests.store.rows import MOMENT, day, record
from tracker.domain.errors import MomentRefused
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow
from tracker.domain.vocabulary import Service
from tracker.store import facts, intake, registry, versions
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import CONTRACT_LINE, NEED

LINE = ContractRow("C-1", "S-1", day("2026-01-01"), end_on=day("2026-12-31"))
SCHOOL = SchoolRow("S-1", "№ 1 мектеп")
LATER = MOMENT + timedelta(days=40)


def ends(engine: Engine, known_seq: int | None = None) -> list[object]:
    with reading(engine) as session:
        (need,) = facts.load_facts(session, EVERYTHING, known_seq=known_seq)
    return [line.end_on for line in need.lines]


def test_a_correction_is_seen_now_and_the_error_as_it_was_known_then(engine: Engine) -> None:
    wrong = record(engine, SCHOOL, LINE)
    record(engine, replace(LINE, end_on=day("2025-12-31"), start_on=day("2025-01-01")), at=LATER)
    assert ends(engine) == [day("2025-12-31")]
    assert ends(engine, wrong) == [day("2026-12-31")]


def test_what_is_recorded_late_was_not_known_before(engine: Engine) -> None:
    first = record(engine, SCHOOL)
    record(engine, LINE, at=LATER)
    assert ends(engine, first) == []
    assert ends(engine) == [day("2026-12-31")]


def test_a_moment_finds_the_last_recording_made_by_then(engine: Engine) -> None:
    first = record(engine, SCHOOL)
    second = record(engine, LINE, at=LATER)

    def known(moment: datetime) -> int:
        with reading(engine) as session:
            return versions.known_seq(session, moment)

    assert known(MOMENT - timedelta(seconds=1)) == 0
    assert known(MOMENT) == known(LATER - timedelta(seconds=1)) == first
    assert known(LATER) == second


def test_nothing_is_recorded_into_the_past(engine: Engine) -> None:
    record(engine, SCHOOL, at=LATER)
    with pytest.raises(MomentRefused) as refused:
        record(engine, LINE, at=MOMENT)
    assert refused.value.details["moment"] == MOMENT
    assert record(engine, LINE, at=LATER) == 2


def test_every_version_is_kept(engine: Engine) -> None:
    for month in range(1, 6):
        record(engine, replace(LINE, end_on=day(f"2027-0{month}-01")))
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(CONTRACT_LINE)) == 5
        found = session.execute(
            select(CONTRACT_LINE.c.recorded_seq, CONTRACT_LINE.c.superseded_seq).order_by(
                CONTRACT_LINE.c.recorded_seq
            )
        )
        assert [tuple(row) for row in found] == [(1, 2), (2, 3), (3, 4), (4, 5), (5, None)]


def test_a_second_word_within_one_recording_replaces_the_first(engine: Engine) -> None:
    before = record(engine, SCHOOL, LINE)
    with transaction(engine) as session:
        seq = versions.open_recording(session, at=MOMENT, actor="officer", source="test", reason="")
        for end in ("2027-01-31", "2027-02-28"):
            intake.record(session, RegisterKind.CONTRACTS, [replace(LINE, end_on=day(end))], seq)
    assert ends(engine) == [day("2027-02-28")]
    assert ends(engine, before) == [day("2026-12-31")]


def test_a_service_that_is_no_longer_named_is_not_needed_from_then_on(engine: Engine) -> None:
    both = record(engine, replace(SCHOOL, services=(Service.CHANNEL, Service.CCTV)))
    record(engine, SCHOOL)
    with reading(engine) as session:
        assert [need.service for need in facts.load_facts(session, EVERYTHING)] == [Service.CHANNEL]
        known = facts.load_facts(session, EVERYTHING, known_seq=both)
        assert [need.service for need in known] == [Service.CCTV, Service.CHANNEL]
        assert registry.get_school(session, EVERYTHING, "S-1", known_seq=both).services == (
            Service.CHANNEL,
            Service.CCTV,
        )
        assert session.scalar(select(func.count()).select_from(NEED)) == 3
