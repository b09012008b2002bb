"""What finished tenders teach stays the same until the day that it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.builders import a_tender, day, the_calendar
from tests.domain.worlds import worlds
from tracker.domain.days import FOREVER
from tracker.domain.facts import TenderFacts
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import TenderStatus
from tracker.law.loader import load_policy


def learnt(tenders: tuple[TenderFacts, ...], on: date) -> StageHistory:
    return StageHistory.of(tenders, on, policy=load_policy(), calendar=the_calendar())


def test_a_tender_that_ends_tomorrow_teaches_tomorrow() -> None:
    tender = a_tender("2026-03-02", status=TenderStatus.COMPLETE, ended_on="2026-04-20")
    before = learnt((tender,), day("2026-04-19"))
    assert before == StageHistory({}, {}, until=day("2026-04-20"))
    assert learnt((tender,), before.until).lengths


def test_what_is_over_teaches_the_same_for_ever() -> None:
    tender = a_tender("2026-03-02", status=TenderStatus.COMPLETE, ended_on="2026-04-20")
    assert learnt((tender,), day("2026-05-01")).until == FOREVER


def test_nothing_is_learnt_before_the_day_that_the_history_names() -> None:
    seen = 0
    for one in worlds(200):
        past = one.past + tuple(replace(tender, number="now") for tender in one.facts.tenders)
        at = one.on - timedelta(days=30)
        said = learnt(past, at)
        for ahead in range(1, 60):
            on = at + timedelta(days=ahead)
            if on < said.until:
                assert learnt(past, on) == replace(said, until=learnt(past, on).until), f"{one.seed} on {on}"
                seen += 1
    assert seen > 1_000
