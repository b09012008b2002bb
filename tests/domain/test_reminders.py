"""Each reminder is owed once, on its day, to the right people, until its deadline is done or moves."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day, policy_with, the_calendar
from tests.domain.oracle_reminders import Fact, Story
from tests.domain.stories import CALENDAR, Told, by_clerk, by_product, deadline, holds, plan, simulated, story
from tracker.domain.days import FOREVER
from tracker.domain.holds import Hold, HoldKind, is_worse, seen
from tracker.domain.keys import Key, ledger
from tracker.domain.reminders import (
    Lead,
    Recipient,
    Reminder,
    Telling,
    Watch,
    ident,
    owed,
    plan_of,
    planned,
    wakes_on,
)
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.domain.withdrawing import withdrawn
from tracker.law.loader import load_policy

STORIES = int(os.environ.get("TRACKER_WORLDS", "3000")) // 3
OFFICER, REVIEWER = Recipient(1), Recipient(2)
DUE = deadline(Fact(day("2026-12-31"), is_begun=True), day("2026-12-01"))
HOUSE = plan_of(load_policy(), day("2026-12-01"))
DAYS = st.dates(date(2017, 1, 1), date(2035, 1, 1))


def on(text: str) -> Telling:
    """The house asks on a day."""
    return Telling(day(text), HOUSE, the_calendar())


def watch(*ranks: tuple[Recipient, ...], known_on: str = "2026-09-01") -> Watch:
    """The end of the year's contract, watched by these people."""
    return Watch(DUE, day(known_on), ranks or ((OFFICER,), (REVIEWER,)))


def leads(found: Watch, at: Telling) -> list[str]:
    """The leads that are owed on a day."""
    return [reminder.key.lead for reminder in owed(found, at)]


def taken(kind: HoldKind, from_on: str, back_on: str, person: int = 1) -> Hold:
    """The deadline taken up by somebody, as it stood on that day."""
    stood = deadline(Fact(DUE.due_on, DUE.is_begun), day(from_on))
    return Hold(kind, DUE.kind, DUE.identity, person, day(from_on), day(back_on), "a reason", seen(stood))


# Two readings


@pytest.mark.parametrize("part", range(4))
def test_both_readings_tell_the_same_people_the_same_things_on_the_same_days(part: int) -> None:
    size = STORIES // 4
    for seed in range(part * size, (part + 1) * size):
        one = story(seed)
        assert by_product(one) == by_clerk(one), f"story {seed} is told two ways: {one}"


def test_the_stories_visit_every_way_of_being_told() -> None:
    words = {lead.partition("-")[0] for seed in range(300) for lead in _leads(by_product(story(seed)))}
    assert words >= {"60d", "30d", "14d", "7d", "1d", "0d", "5w", "2w", "0w", "120d", "back", "worse", "up"}


def _leads(told: Told) -> set[str]:
    return {lead for entries in told.values() for _, _, lead in entries}


# Laws (reliability §5.3, L12 and L13)


def test_no_key_is_ever_told_twice() -> None:
    for seed in range(STORIES // 2):
        keys = [key.text for digest in simulated(story(seed)) for key in digest.keys]
        assert len(set(keys)) == len(keys), seed


def test_what_was_owed_while_the_service_was_down_is_told_on_its_first_working_day() -> None:
    for seed in range(STORIES // 2):
        one = _steady(story(seed))
        without, with_it = by_product(replace(one, away=frozenset())), by_product(one)
        back = [each for each in one.days if each not in one.days_off and each not in one.away]
        for last in back:
            assert _until(without, last) == _until(with_it, last), (seed, last)


def _steady(one: Story) -> Story:
    """The story with a deadline that stays as it was on the first day, known before the service went down."""
    facts = dict.fromkeys(one.days, one.facts[one.days[0]])
    return replace(one, facts=facts, taken=[], away=one.away - {one.days[0]})


def _until(told: Told, last: date) -> set[tuple[int, date, str]]:
    """What the leads told up to a day; escalation counts from the day of telling."""
    entries = [entry for each, found in told.items() if each <= last for entry in found]
    return {entry for entry in entries if not entry[2].startswith("up")}


def test_without_a_pause_or_a_hold_nothing_is_told_late() -> None:
    for seed in range(STORIES // 2):
        for digest in simulated(replace(story(seed), away=frozenset(), taken=[])):
            is_conditional = any(key.lead.endswith("unless-begun") for key in digest.keys)
            assert is_conditional or digest.late == 0, (seed, digest)


@given(DAYS, DAYS, st.booleans())
def test_a_known_deadline_always_has_a_reminder_told_or_to_come(
    due_on: date, known_on: date, is_begun: bool
) -> None:
    found = Watch(deadline(Fact(due_on, is_begun), known_on), known_on, ((OFFICER,),))
    days = [each.send_on for each in planned(found, plan=HOUSE, calendar=CALENDAR)]
    assert days
    assert min(days) >= known_on
    assert max(days) <= max(due_on, known_on)


def test_nothing_is_told_while_the_deadline_is_acknowledged() -> None:
    for seed in range(STORIES // 2):
        one = replace(story(seed), away=frozenset())
        told = by_product(one)
        for hold in holds(one):
            if hold.kind is HoldKind.ACKNOWLEDGED:
                held = [each for each in one.days if _is_held(one, hold, each)]
                assert not any(each in told for each in held), (seed, hold)


def _is_held(one: Story, hold: Hold, each: date) -> bool:
    later = [other for other in holds(one) if hold.from_on < other.from_on <= each or other is not hold]
    is_last = not any(other.kind is HoldKind.ACKNOWLEDGED for other in later)
    return (
        is_last
        and hold.from_on <= each < hold.back_on
        and not is_worse(hold.seen, deadline(one.facts[each], each))
    )


def test_nothing_more_is_owed_before_the_day_on_which_a_deadline_wakes() -> None:
    for seed in range(STORIES // 2):
        one = _steady(story(seed))
        fact = one.facts[one.days[0]]
        one = replace(one, taken=[replace(each, saw=fact) for each in story(seed).taken])
        told: list[tuple[str, date]] = []
        ranks = tuple(tuple(map(Recipient, rank)) for rank in one.ranks)
        wakes = one.days[0]
        for each in one.days:
            found = Watch(deadline(fact, each), one.days[0], ranks)
            at = Telling(each, plan(one), CALENDAR, ledger(told), holds(one))
            now = owed(found, at)
            assert not now or each >= wakes, (seed, each)
            if now or each >= wakes:
                told += [(reminder.key.text, each) for reminder in now]
                wakes = wakes_on(found, replace(at, told=ledger(told)))


def test_what_is_told_wholly_never_wakes_and_what_is_not_known_neither() -> None:
    at = replace(on("2027-02-01"), told=ledger((each.key.text, day("2027-01-04")) for each in _all_of_one()))
    assert wakes_on(watch((OFFICER,)), at) == FOREVER
    assert wakes_on(watch(()), on("2026-12-01")) == FOREVER


def test_a_deadline_wakes_on_its_next_lead_or_when_the_next_rank_is_to_be_told() -> None:
    assert wakes_on(watch((OFFICER,)), on("2026-12-02")) == day("2026-12-17")
    told = ledger([(each.key.text, day("2026-12-01")) for each in owed(watch(), on("2026-12-01"))])
    assert wakes_on(watch(), replace(on("2026-12-01"), told=told)) == day("2026-12-04")


def _all_of_one() -> tuple[Reminder, ...]:
    return planned(watch((OFFICER,)), plan=HOUSE, calendar=the_calendar())


# Leads


@given(DAYS, st.sampled_from(LeadUnit), st.integers(0, 120))
def test_a_lead_is_told_on_a_working_day_and_never_after_the_due_day(
    due_on: date, unit: LeadUnit, count: int
) -> None:
    sent = Lead(count, unit).send_on(due_on, CALENDAR)
    assert CALENDAR.is_workday(sent)
    assert sent <= due_on
    if unit is LeadUnit.DAYS:
        asked = due_on - timedelta(days=count)
        assert sent <= asked
        assert CALENDAR.between(sent, asked) == 0
    else:
        assert CALENDAR.between(sent, due_on) == count


def test_the_house_leads_of_an_end_on_a_thursday() -> None:
    days = [each.send_on.isoformat() for each in planned(watch(), plan=HOUSE, calendar=the_calendar())]
    assert days == ["2026-10-30", "2026-12-01", "2026-12-17", "2026-12-24", "2026-12-30", "2026-12-31"]


def test_a_day_that_was_decreed_off_moves_the_reminder_to_the_day_before() -> None:
    lead = Lead(1, LeadUnit.DAYS)
    assert lead.send_on(day("2026-12-30"), the_calendar("2026-12-29")) == day("2026-12-28")


def test_a_deadline_that_was_known_late_is_told_once_now_and_then_by_the_leads_to_come() -> None:
    found = watch(known_on="2026-12-29")
    assert leads(found, on("2026-12-29")) == ["7d"]
    days = [each.key.lead for each in planned(found, plan=HOUSE, calendar=the_calendar())]
    assert days == ["7d", "1d", "0d"]


def test_a_deadline_that_is_late_when_it_becomes_known_is_told_once() -> None:
    assert leads(watch(known_on="2027-02-01"), on("2027-02-01")) == ["0d"]


def test_who_comes_new_to_a_school_is_told_once_of_what_the_others_know() -> None:
    found = watch((OFFICER, Recipient(7, day("2026-12-21"))))
    told = {(each.person, each.key.lead) for each in owed(found, on("2026-12-21"))}
    assert told == {(1, "60d"), (1, "30d"), (1, "14d"), (7, "14d")}


def test_leads_of_the_house_come_from_the_law_file() -> None:
    assert [lead.name for lead in HOUSE.leads[DeadlineKind.COVER_END]] == [
        "120d-unless-begun", "60d", "30d", "14d", "7d", "1d", "0d",
    ]  # fmt: skip
    assert [lead.name for lead in HOUSE.leads[DeadlineKind.STAGE]] == ["5w", "2w", "0w"]
    assert plan_of(policy_with("remind.escalate_after", 5), day("2026-12-01")).escalate_after == 5


def test_nothing_is_owed_for_a_day_that_is_not_known_or_where_nobody_is() -> None:
    unknown = Watch(deadline(Fact(None, is_begun=False), day("2026-12-01")), day("2026-12-01"), ((OFFICER,),))
    assert owed(unknown, on("2026-12-01")) == ()
    assert owed(watch((), ()), on("2026-12-31")) == ()
    assert watch((), ()).people == ()


# Keys


@given(st.lists(st.text(), min_size=1, max_size=2), st.lists(st.text(), min_size=1, max_size=2))
def test_different_subjects_have_different_keys_of_plain_letters(one: list[str], other: list[str]) -> None:
    texts = [Key(DeadlineKind.STAGE, tuple(each), day("2026-12-31"), 1, "5w").text for each in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)
    assert all(text.isascii() and text.isprintable() and " " not in text for text in texts)


def test_the_key_names_kind_subject_day_person_and_lead() -> None:
    key = Key(DeadlineKind.STAGE, ("№ 12:3", "bids"), day("2026-12-31"), 7, "5w")
    assert key.text == "stage_due:%E2%84%96%2012%3A3/bids:2026-12-31:7:5w"


def test_what_was_told_is_not_owed_again() -> None:
    at = on("2026-12-01")
    told = ledger((each.key.text, at.on) for each in owed(watch(), at))
    assert owed(watch(), replace(at, told=told)) == ()


# A moved day


def test_a_moved_day_withdraws_the_unsent_reminders_and_owes_new_ones() -> None:
    waiting = [each.key.text for each in planned(watch(), plan=HOUSE, calendar=the_calendar())]
    earlier = deadline(Fact(day("2026-12-10"), is_begun=True), day("2026-12-07"))
    moved = Watch(earlier, day("2026-12-07"), ((OFFICER,),))
    assert withdrawn(waiting, [moved], on("2026-12-07")) == set(waiting)
    assert leads(moved, on("2026-12-07")) == ["7d"]


def test_reminders_of_a_deadline_that_stands_wait_also_while_it_is_acknowledged() -> None:
    waiting = [each.key.text for each in planned(watch(), plan=HOUSE, calendar=the_calendar())]
    held = replace(on("2026-12-07"), holds=(taken(HoldKind.ACKNOWLEDGED, "2026-12-07", "2026-12-14"),))
    assert withdrawn(waiting, [watch()], held) == frozenset()


def test_reminders_to_people_who_answer_for_it_no_more_are_withdrawn() -> None:
    waiting = [each.key.text for each in planned(watch(), plan=HOUSE, calendar=the_calendar())]
    assert withdrawn(waiting, [watch((Recipient(9),))], on("2026-12-07")) == set(waiting)


def test_two_deadlines_are_the_same_only_with_their_day() -> None:
    assert ident(DUE) == ident(replace(DUE, is_begun=False))
    assert ident(DUE) != ident(replace(DUE, due_on=day("2026-12-30")))
