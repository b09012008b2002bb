"""A deadline that was taken up or put off: who is silent, until when, and what brings it back (rules §7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import day
from tests.domain.oracle_reminders import Fact
from tests.domain.stories import deadline
from tests.domain.test_reminders import DUE, OFFICER, leads, on, taken, watch
from tracker.domain.holds import HoldKind, is_worse, seen
from tracker.domain.reminders import Recipient, Watch, owed
from tracker.domain.vocabulary import Consequence, Timing


def test_a_snooze_silences_whoever_asked_for_it_and_nobody_else() -> None:
    at = replace(on("2026-12-17"), holds=(taken(HoldKind.SNOOZED, "2026-12-01", "2026-12-21"),))
    assert {each.person for each in owed(watch((OFFICER, Recipient(4))), at)} == {4}


def test_an_acknowledgement_speaks_for_everybody() -> None:
    at = replace(on("2026-12-17"), holds=(taken(HoldKind.ACKNOWLEDGED, "2026-12-01", "2026-12-21"),))
    assert owed(watch((OFFICER, Recipient(4))), at) == ()


def test_the_last_thing_said_counts() -> None:
    first = taken(HoldKind.ACKNOWLEDGED, "2026-12-01", "2026-12-30")
    last = taken(HoldKind.ACKNOWLEDGED, "2026-12-02", "2026-12-03")
    assert owed(watch(), replace(on("2026-12-17"), holds=(first, last))) != ()


def test_of_two_things_said_on_one_day_the_later_counts_also_where_it_is_shorter() -> None:
    mistyped, meant = (taken(HoldKind.SNOOZED, "2026-12-01", until) for until in ("2026-12-30", "2026-12-08"))
    assert owed(watch(), replace(on("2026-12-07"), holds=(mistyped, meant))) == ()
    assert owed(watch(), replace(on("2026-12-17"), holds=(mistyped, meant))) != ()
    assert owed(watch(), replace(on("2026-12-17"), holds=(meant, mistyped))) == ()


def test_what_fell_and_is_taken_up_again_on_that_day_is_silent() -> None:
    earlier = replace(DUE, due_on=day("2026-12-24"))
    fallen = taken(HoldKind.ACKNOWLEDGED, "2026-12-07", "2027-01-08")
    again = replace(fallen, back_on=day("2026-12-14"), seen=seen(earlier))
    moved = Watch(earlier, day("2026-09-01"), ((OFFICER,),))
    assert "worse-2026-12-07" in leads(moved, replace(on("2026-12-08"), holds=(fallen,)))
    assert owed(moved, replace(on("2026-12-08"), holds=(fallen, again))) == ()


def test_a_snoozed_deadline_does_not_stay_silent_when_its_day_goes_by() -> None:
    late = deadline(Fact(DUE.due_on, is_begun=True), day("2027-01-05"))
    found = Watch(late, day("2026-09-01"), ((OFFICER,),))
    hold = taken(HoldKind.SNOOZED, "2026-12-21", "2027-02-01")
    assert "worse-2026-12-21" in leads(found, replace(on("2027-01-05"), holds=(hold,)))


SEEN = seen(DUE)
WORSE = {
    "an earlier day": replace(DUE, due_on=day("2026-12-30")),
    "no day any more": replace(DUE, due_on=None),
    "its day went by": replace(DUE, timing=Timing.LATE),
    "the purchase fell away": replace(DUE, is_begun=False),
    "what follows begins earlier": replace(DUE, consequence_on=day("2026-12-31")),
}
BETTER = {
    "the same": DUE,
    "a later day": replace(DUE, due_on=day("2027-01-31"), consequence_on=day("2027-02-01")),
    "what follows does less harm": replace(DUE, consequence=Consequence.TERM_UNKNOWN),
    "due today": replace(DUE, timing=Timing.TODAY),
}


@pytest.mark.parametrize("name", WORSE)
def test_worse_is(name: str) -> None:
    assert is_worse(SEEN, WORSE[name])


@pytest.mark.parametrize("name", BETTER)
def test_not_worse_is(name: str) -> None:
    assert not is_worse(SEEN, BETTER[name])


def test_what_is_certain_now_is_worse_than_what_was_not_known() -> None:
    assert is_worse(seen(replace(DUE, consequence=Consequence.TERM_UNKNOWN)), DUE)
    assert is_worse(seen(replace(DUE, due_on=None)), DUE)
