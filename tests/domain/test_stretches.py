"""A day that comes back, a hold that is over, people who come and go: nothing is lost, nothing told twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from tests.builders import day, the_calendar
from tests.domain.oracle_days import ONE
from tests.domain.oracle_reminders import Fact
from tests.domain.stories import deadline
from tracker.domain.deadlines import Deadline, Subject
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.keys import ledger
from tracker.domain.reminders import Recipient, Telling, Watch, owed, plan_of, standing
from tracker.domain.vocabulary import DeadlineKind, Service, Stage
from tracker.domain.withdrawing import withdrawn
from tracker.law.loader import load_policy

HOUSE = plan_of(load_policy(), day("2026-12-01"))
OFFICER, OTHER, HEAD, MINISTRY = map(Recipient, (1, 4, 2, 3))

Told = list[tuple[str, date]]


def end(due_on: str, on: date) -> Deadline:
    """The end of a contract as it stands on a day, with a tender under way."""
    return deadline(Fact(day(due_on), is_begun=True), on)


def days(first: str, last: str) -> Iterator[date]:
    """Every day of some weeks."""
    each = day(first)
    while each <= day(last):
        yield each
        each += ONE


def tell(watch: Watch, told: Told, on: date, *holds: Hold) -> list[tuple[int, str]]:
    """What is told on a day, which is told from then on."""
    found = owed(watch, Telling(on, HOUSE, the_calendar(), ledger(told), holds))
    told += [(each.key.text, on) for each in found]
    return [(each.person, each.key.lead) for each in found]


def test_what_was_told_before_a_day_came_back_settles_nothing_of_it() -> None:
    told: Told = []
    on = day("2026-12-17")
    assert tell(Watch(end("2026-12-31", on), on, ((OFFICER,), (HEAD,))), told, on) == [(1, "14d")]
    back = Watch(end("2026-12-31", day("2026-12-21")), day("2026-12-21"), ((OFFICER,), (HEAD,)))
    assert tell(back, told, day("2026-12-21")) == [(1, "anew-2026-12-21")]
    assert tell(back, told, day("2026-12-22")) == []
    assert tell(back, told, day("2026-12-24")) == [(1, "7d"), (2, "up-2026-12-21")]


def test_who_never_heard_of_it_is_not_told_that_it_is_back() -> None:
    told: Told = []
    tell(
        Watch(end("2026-12-31", day("2026-12-17")), day("2026-12-17"), ((OFFICER,),)), told, day("2026-12-17")
    )
    back = Watch(end("2026-12-31", day("2026-12-21")), day("2026-12-21"), ((OFFICER, OTHER),))
    assert tell(back, told, day("2026-12-21")) == [(1, "anew-2026-12-21"), (4, "14d")]


def test_a_school_that_joins_a_tender_does_not_bring_its_stage_back() -> None:
    stage = replace(
        end("2026-12-31", day("2026-12-24")),
        kind=DeadlineKind.STAGE, subject=Subject("S1", Service.CHANNEL, "T-1", Stage.BIDS),
    )  # fmt: skip
    joined = replace(stage, subject=replace(stage.subject, school_id="S2"))
    told: Told = []
    tell(Watch(stage, day("2026-12-24"), ((OFFICER,),)), told, day("2026-12-24"))
    watches = standing(
        Watch(each, known_on, ((OFFICER,),))
        for each, known_on in ((stage, day("2026-12-24")), (joined, day("2026-12-25")))
    )
    assert [tell(watch, told, day("2026-12-25")) for watch in watches] == [[], []]


@pytest.mark.parametrize("kind", HoldKind)
def test_a_hold_that_is_over_says_nothing_of_a_later_day_than_was_seen(kind: HoldKind) -> None:
    told: Told = []
    seen_on, back_on = day("2027-02-02"), day("2027-02-26")
    first = end("2027-02-26", seen_on)
    tell(Watch(first, seen_on, ((OFFICER,), (HEAD,))), told, seen_on)
    hold = Hold(kind, first.kind, first.identity, 1, seen_on, back_on, "a tender", seen(first))
    renewed = [
        tell(Watch(end("2027-12-31", on), day("2027-02-15"), ((OFFICER,), (HEAD,))), told, on, hold)
        for on in days("2027-02-15", "2027-03-30")
    ]
    assert not any(renewed)
    stood = [
        tell(Watch(end("2027-02-26", on), seen_on, ((OFFICER,), (HEAD,))), list(told), on, hold)
        for on in days("2027-02-26", "2027-02-26")
    ]
    assert (1, "back-2027-02-26") in stood[0]


def test_whoever_stands_above_is_told_once_who_ever_comes_to_the_first_rank_or_leaves_it() -> None:
    told: Told = []
    start, heard = day("2027-01-29"), []
    for on in days("2027-01-29", "2027-02-19"):
        first = {
            on < day("2027-02-02"): (OFFICER,),
            day("2027-02-02") <= on < day("2027-02-05"): (OFFICER, Recipient(4, day("2027-02-02"))),
            on >= day("2027-02-05"): (Recipient(4, day("2027-02-02")),),
        }[True]
        watch = Watch(end("2027-02-28", on), start, (first, (HEAD,), (MINISTRY,)))
        heard += [(on.isoformat(), *each) for each in tell(watch, told, on) if each[1].startswith("up-")]
    assert heard == [("2027-02-03", 2, "up-2027-01-29"), ("2027-02-08", 3, "up-2027-02-03")]


def test_a_letter_to_whoever_stands_above_is_not_taken_back_when_somebody_leaves_the_first_rank() -> None:
    told: Told = []
    begin, on = day("2027-01-29"), day("2027-02-03")
    for each in days("2027-01-29", "2027-02-03"):
        tell(Watch(end("2027-02-28", each), begin, ((OFFICER,), (HEAD,))), told, each)
    up = next(key for key, _ in told if ":up-" in key)
    left = Watch(end("2027-02-28", on), begin, ((Recipient(4, day("2027-02-02")),), (HEAD,)))
    told.append((f"{up.rpartition(':2:')[0]}:4:30d", day("2027-02-02")))
    assert withdrawn([up], [left], Telling(on, HOUSE, the_calendar(), ledger(told))) == frozenset()
