"""What was foretold is what is told, digest for digest and key for key (issue: plan and deliveries agree)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.delivery.conftest import Service
from tests.delivery.test_wayless import mail_is_bad
from tests.store.rows import record
from tests.web.register import ENDING, NOW, STALLED, a_contract
from tracker.clock import legal_day
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind
from tracker.services import evaluating, rehearsing
from tracker.store import digests, facts, holds
from tracker.store.engine import reading, transaction
from tracker.store.people_tables import PERSON
from tracker.store.scope import EVERYTHING

TODAY = legal_day(NOW)
DAYS = 25
Told = set[tuple[date, int, frozenset[str]]]

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def staffed(service: Service) -> Service:
    """An officer on leave, whose substitute's mailbox takes nothing, a colleague and a head."""
    officer, substitute, _ = (service.add(name, Role.OFFICER, "59") for name in ("o", "s", "c"))
    service.add("h", Role.HEAD, "59")
    mail_is_bad(service, substitute, "s@example.kz")
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, substitute, TODAY, TODAY + timedelta(days=9), at=NOW)
    return service


def foretold(service: Service) -> Told:
    """What the simulator says of the days ahead."""
    with reading(service.engine, seeing=EVERYTHING) as session:
        found = rehearsing.rehearse(
            session, EVERYTHING, today=TODAY, book=service.book, by=service.by,
            first=TODAY, last=TODAY + timedelta(days=DAYS),
        )  # fmt: skip
    return {(each.on, each.person, frozenset(key.text for key in each.keys)) for each in found.digests}


def told(service: Service, *, besides: Collection[int] = ()) -> Told:
    """What is told on those days, one look after another."""
    for number in range(DAYS + 1):
        service.now = NOW + timedelta(days=number, hours=3)
        service.round()
    with reading(service.engine, seeing=EVERYTHING) as session:
        persons = session.scalars(select(PERSON.c.id)).all()
        kept = [one for person in persons for one in digests.of_person(session, person, most=1000)]
    return {
        (one.on, one.person, frozenset(key for line in one.body["lines"] for key in line["keys"]))
        for one in kept
        if one.id not in besides
    }


def test_whoever_reads_for_a_substitute_without_a_way_and_put_something_off_is_foretold(
    staffed: Service,
) -> None:
    """The officer reads for her colleague too, until a day on which she wants to hear of one end again."""
    with transaction(staffed.engine, seeing=EVERYTHING) as session:
        holds.add_substitute(session, 3, 1, TODAY, TODAY + timedelta(days=20), at=NOW)
        need = next(each for each in facts.load_facts(session, EVERYTHING) if each.school_id == ENDING)
        law = evaluating.bench(session, staffed.book, on=TODAY)
        due = next(each for each in law.due_for(need, TODAY) if each.kind is DeadlineKind.COVER_END)
        until = TODAY + timedelta(days=11)
        hold = Hold(HoldKind.SNOOZED, due.kind, due.identity, 1, TODAY, until, "хат күтемін", seen(due))
        holds.add_hold(session, hold, at=NOW)
    expected = foretold(staffed)
    assert len(expected) > 6
    assert told(staffed) == expected


def test_what_comes_in_after_the_digest_of_the_day_is_foretold_for_the_next(staffed: Service) -> None:
    staffed.round()
    with reading(staffed.engine, seeing=EVERYTHING) as session:
        before = [one for person in (1, 2, 3, 4) for one in digests.of_person(session, person, most=9)]
    staffed.now += timedelta(hours=2)
    staffed.last = None
    record(staffed.engine, a_contract("K-77", STALLED, "2027-01-01", "2027-02-12"), at=staffed.now)
    record(staffed.engine, a_contract("K-78", ENDING, "2027-01-01", "2027-02-20"), at=staffed.now)
    expected = foretold(staffed)
    assert len(expected) > 10
    assert told(staffed, besides=[one.id for one in before]) == expected
