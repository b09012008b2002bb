"""What a page and the command say of days ahead is what the rules tell day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.people import sign_in
from tests.reminders.telling import COLLEAGUE, ELSEWHERE, HEAD, OFFICER
from tests.web.register import NOW
from tracker.clock import legal_day
from tracker.domain.days import ONE_DAY, Span
from tracker.domain.deadlines import deadlines_of
from tracker.domain.digests import Charge, Substitute, simulate
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.reminders import Telling
from tracker.services import evaluating, rehearsing, reminding
from tracker.services.evaluating import Book
from tracker.store import facts, registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

TODAY = legal_day(NOW)


@pytest.mark.parametrize("held", [HoldKind.ACKNOWLEDGED, HoldKind.SNOOZED, None])
def test_playing_finds_what_the_simulation_of_the_rules_finds(filled: Engine, held: HoldKind | None) -> None:
    for person in (OFFICER, COLLEAGUE, HEAD, ELSEWHERE):
        sign_in(filled, person)
    book = Book.load()
    with reading(filled, seeing=EVERYTHING) as session:
        who = reminding.audience(session, on=TODAY, book=book)
        law = evaluating.bench(session, book, on=TODAY)
        needs = facts.load_facts(session, EVERYTHING)
        ranks = {
            school.school_id: who.ladder().ranks(school)
            for school in registry.list_schools(session, EVERYTHING)
        }

    def charges(on: date) -> Iterable[Charge]:
        for need in needs:
            for due in deadlines_of(need, on, policy=law.policy, calendar=law.calendar, history=law.history):
                yield due, ranks[need.school_id]

    holds = tuple(
        Hold(held, due.kind, due.identity, 1, TODAY, TODAY + timedelta(days=9), "reason", seen(due))
        for due, _ in list(charges(TODAY))[::2]
        if held is not None
    )
    days = [TODAY + ONE_DAY * number for number in range(120)]
    away = [Substitute(1, 2, Span(days[5], days[20]))]
    at = Telling(TODAY, who.plan, law.calendar, {}, holds)
    expected = simulate(charges, days, at, substitutes=away, known={})
    assert len(expected) > 10
    assert tuple(rehearsing.play(charges, days, at, substitutes=away, known={})) == expected


def test_who_answers_for_more_schools_sees_fewer_days_ahead() -> None:
    assert rehearsing.horizon(0) == rehearsing.horizon(40) == rehearsing.AHEAD
    assert rehearsing.horizon(500) == timedelta(days=20)
    assert rehearsing.horizon(100_000) == rehearsing.LEAST
    assert rehearsing.farthest(TODAY, 0) == TODAY + rehearsing.FARTHEST
    assert rehearsing.farthest(TODAY, 7_000) == TODAY + timedelta(days=100)
