"""The strip shows the very days that the rules found: no more, no fewer, and the same as its text."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_line, a_need, a_tender, an_interim, assessed, day, the_calendar
from tracker.domain.coverage import states
from tracker.domain.days import Span
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.tenders import stretches
from tracker.domain.vocabulary import ContractKind, ContractStatus, Stage, State
from tracker.law.loader import load_policy
from tracker.render.timeline import DAY_WIDTH, Timeline, draw, window_around

TODAY = date(2027, 1, 15)


def drawn(facts: NeedFacts, on: date) -> Timeline:
    found = assessed(facts, on)
    window = window_around(on)
    passed = (
        stretches(facts.tenders[0], on, policy=load_policy(), calendar=the_calendar())
        if facts.tenders
        else ()
    )
    return draw(found, states(facts, window), passed, window)


def test_the_window_is_whole_months_around_the_day() -> None:
    assert window_around(TODAY) == Span(date(2026, 7, 1), date(2027, 8, 1))


def test_cover_gap_interim_and_unknown_stand_side_by_side() -> None:
    facts = a_need(
        a_line("2026-01-01", "2026-12-31"),
        an_interim("2027-01-11", "2027-02-28"),
        a_line("2027-04-01", None, number="open"),
        needed_from="2026-01-01",
    )
    assert [(bar.kind, bar.span) for bar in drawn(facts, TODAY).cover] == [
        ("covered", Span(date(2026, 7, 1), date(2027, 1, 1))),
        ("uncovered", Span(date(2027, 1, 1), date(2027, 1, 11))),
        ("interim", Span(date(2027, 1, 11), date(2027, 3, 1))),
        ("uncovered", Span(date(2027, 3, 1), date(2027, 4, 1))),
        ("unknown", Span(date(2027, 4, 1), date(2027, 8, 1))),
    ]


def test_stages_forecast_and_suggestion_are_placed_by_their_days() -> None:
    tender = a_tender("2026-12-01", stage=(Stage.EVALUATION, "2026-12-25"))
    strip = drawn(
        a_need(a_line("2026-01-01", "2026-12-31"), tenders=[tender], needed_from="2026-01-01"), TODAY
    )
    assert [(bar.kind, bar.span) for bar in strip.stages] == [
        ("evaluation", Span(date(2026, 12, 25), date(2027, 1, 16)))
    ]
    assert strip.forecast is not None
    assert strip.forecast.span.start == date(2027, 1, 29)
    assert strip.interim is not None
    assert strip.interim.span == Span(date(2027, 1, 15), date(2027, 3, 15))
    assert strip.today_x == (TODAY - strip.window.start).days * DAY_WIDTH
    assert strip.rows == (*strip.cover, *strip.stages, strip.forecast, strip.interim)


def lines() -> st.SearchStrategy[ServiceLine]:
    starts = st.integers(-400, 300).map(lambda days: TODAY + timedelta(days=days))
    return st.builds(
        lambda start, length, kind, number: ServiceLine(
            contract_number=str(number),
            kind=kind,
            status=ContractStatus.ACTIVE,
            start_on=start,
            end_on=None if length == 0 else start + timedelta(days=length),
        ),
        starts,
        st.integers(0, 200),
        st.sampled_from(ContractKind),
        st.integers(1, 10_000),
    )


@given(st.lists(lines(), max_size=5))
def test_the_bars_fill_the_window_and_hold_each_day_in_its_state(given_lines: list[ServiceLine]) -> None:
    facts = a_need(*given_lines, needed_from="2026-06-01")
    strip = drawn(facts, TODAY)
    assert tuple((bar.span, State(bar.kind)) for bar in strip.cover) == states(facts, strip.window)
    assert sum(bar.width for bar in strip.cover) == strip.width
    edge = 0
    for bar in strip.cover:
        assert (bar.x, bar.width) == (edge, bar.span.days * DAY_WIDTH)
        edge += bar.width


def test_a_month_begins_at_its_tick() -> None:
    strip = drawn(a_need(), day("2028-02-29"))
    assert [tick.day.day for tick in strip.ticks] == [1] * 13
    assert strip.ticks[0].x == 0
