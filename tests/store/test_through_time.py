"""What was known of every need at many moments is read at once, and is what each moment gives alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from tests.store.rows import record
from tests.web.register import COVERED, INTERIM, STALLED, a_contract, a_school, day, small_country
from tracker.domain.register import TenderEventRow, TenderRow
from tracker.domain.vocabulary import Service, TenderEventKind, TenderStatus
from tracker.store.engine import reading
from tracker.store.facts import load_facts
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.through_time import known_seqs, load_through

FIRST = datetime(2026, 10, 1, 6, tzinfo=UTC)


def a_history(engine: Engine) -> None:
    """A register that was filled, corrected, and joined by a late school and a tender."""
    record(engine, *small_country(), at=FIRST)
    record(engine, a_contract("K-2", STALLED, "2026-01-01", "2027-03-31"), at=FIRST + timedelta(days=10))
    late = TenderRow("T-99", COVERED, TenderStatus.ACTIVE, published_on=day("2026-10-05"))
    begun = TenderEventRow("T-99", TenderEventKind.BIDS, day("2026-10-09"))
    record(engine, late, begun, at=FIRST + timedelta(days=20))
    moved = a_school(INTERIM, "Ғани", region="71", district="Есіл", closed_on=day("2026-12-01"))
    both = a_school("S-late", "late", services=(Service.CHANNEL, Service.CCTV))
    record(engine, moved, both, at=FIRST + timedelta(days=30))


def test_every_moment_has_the_facts_that_it_has_alone(engine: Engine) -> None:
    a_history(engine)
    moments = [FIRST + timedelta(days=days) for days in (-1, 0, 15, 20, 25, 40)]
    for scope in (EVERYTHING, Scope.of("71")):
        with reading(engine, seeing=scope) as session:
            seqs = known_seqs(session, moments)
            assert seqs == (0, 1, 2, 3, 3, 4)
            courses = load_through(session, scope, seqs, with_tenders=True)
            for place, seq in enumerate(seqs):
                known = [found.facts for course in courses if (found := course[place])]
                assert known == load_facts(session, scope, known_seq=seq), (scope, seq)


def test_what_was_not_learnt_anew_is_the_same_thing(engine: Engine) -> None:
    a_history(engine)
    with reading(engine, seeing=EVERYTHING) as session:
        courses = load_through(session, EVERYTHING, (1, 2, 3, 4), with_tenders=True)
    changed = {course[3].facts.school_id for course in courses if course[3] is not course[0] and course[3]}
    assert changed == {STALLED, COVERED, INTERIM, "S-late"}


def test_where_a_school_was_is_told_as_it_was_known(engine: Engine) -> None:
    a_history(engine)
    with reading(engine, seeing=EVERYTHING) as session:
        courses = load_through(session, EVERYTHING, (1, 4), with_tenders=False)
    [found] = [course for course in courses if course[1] and course[1].facts.school_id == INTERIM]
    assert [known and known.region for known in found] == ["59", "71"]
