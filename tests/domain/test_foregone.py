"""What is lost if nobody does anything adds up, and an interim saves exactly its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.builders import a_line, a_need, an_interim, day
from tests.domain.worlds import worlds
from tracker.domain.coverage import read_cover
from tracker.domain.days import FOREVER, Span
from tracker.domain.facts import NeedFacts
from tracker.domain.foregone import NOTHING, Loss, ahead, horizon_of, loss, total
from tracker.domain.vocabulary import State
from tracker.law.loader import load_calendar

CALENDAR = load_calendar()


def lost(facts: NeedFacts, on: str, until: str, served_from: str | None = None) -> Loss:
    """What a need loses between two days."""
    return loss(ahead(facts, day(on), day(served_from) if served_from else None), day(until), CALENDAR)


def test_a_contract_that_ends_with_the_year_loses_the_school_days_until_the_first_of_march() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31"), needed_from="2026-01-01")
    found = lost(facts, "2026-11-23", "2027-03-01")
    assert (found.since, found.days) == (day("2027-01-01"), 60)
    assert found.school_days == CALENDAR.within(Span.inclusive(day("2027-01-01"), day("2027-03-01")))


def test_a_tender_that_runs_ends_the_loss_on_its_likely_day() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31"), needed_from="2026-01-01")
    assert lost(facts, "2026-11-23", "2027-03-01", served_from="2027-01-11").days == 10
    assert lost(facts, "2026-11-23", "2027-03-01", served_from="2026-12-20") == NOTHING


def test_of_days_whose_service_is_not_known_nothing_is_claimed() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31"), a_line("2027-01-11", None), needed_from="2026-01-01")
    assert lost(facts, "2026-11-23", "2027-03-01").days == 10


def test_a_need_that_ends_with_its_cover_loses_nothing() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31"), needed_from="2026-01-01", needed_until="2026-12-31")
    assert lost(facts, "2026-11-23", "2027-03-01") == NOTHING


def test_the_horizon_is_the_first_of_march_after_the_next_turn_of_the_year() -> None:
    assert horizon_of(day("2026-11-23")) == horizon_of(day("2026-12-31")) == day("2027-03-01")
    assert horizon_of(day("2027-01-01")) == day("2028-03-01")


def day_by_day(facts: NeedFacts, on: date, until: date, served_from: date) -> Loss:
    """The same, one day after another."""
    cover, days = read_cover(facts), [on + timedelta(n) for n in range((until - on).days + 1)]
    gone = [day for day in days if day < served_from and cover.state(day) is State.UNCOVERED]
    return Loss(min(gone, default=None), len(gone), sum(map(CALENDAR.is_workday, gone)))


def test_the_days_of_any_need_are_those_counted_one_by_one_and_sums_are_sums() -> None:
    found = []
    for world in worlds(300):
        dice = Random(world.seed)
        until = world.on + timedelta(dice.randrange(120))
        served_from = world.on + timedelta(dice.randrange(150)) if dice.random() < 0.5 else None
        counted = loss(ahead(world.facts, world.on, served_from), until, CALENDAR)
        assert counted == day_by_day(world.facts, world.on, until, served_from or FOREVER), world.seed
        found.append(counted)
    assert total(found).school_days == sum(each.school_days for each in found) > 0
    assert total(found).since == min(each.since for each in found if each.since)


def test_an_interim_makes_the_loss_fall_by_exactly_its_days() -> None:
    falls = 0
    for world in worlds(200, first_seed=500):
        if world.facts.needed_from is None:
            continue  # without a first day of need the interim itself would move the need
        until = world.on + timedelta(120)
        before = ahead(world.facts, world.on, None)
        if not loss(before, until, CALENDAR).days:
            continue
        first = before[0].start
        last = min(before[0].last, first + timedelta(Random(world.seed).randrange(70)), until)
        bridged = replace(
            world.facts, lines=(*world.facts.lines, an_interim(first.isoformat(), last.isoformat()))
        )
        saved = Span.inclusive(first, last)
        was, now = (loss(spans, until, CALENDAR) for spans in (before, ahead(bridged, world.on, None)))
        assert was.days - now.days == saved.days, world.seed
        assert was.school_days - now.school_days == CALENDAR.within(saved), world.seed
        falls += 1
    assert falls > 20
