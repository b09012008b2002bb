"""One digest for each person and working day, worst first, and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.builders import a_line, a_need, a_tender, day, the_calendar
from tracker.domain.days import Span
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.digests import Charge, Digest, Substitute, digests_on, reads_for, simulate
from tracker.domain.facts import NeedFacts
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.keys import ledger
from tracker.domain.reminders import Ident, Recipient, Telling, Watch, ident, plan_of
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import ContractStatus, DeadlineKind
from tracker.law.loader import load_policy

HOUSE = plan_of(load_policy(), day("2026-12-01"))
OFFICER, OTHER = Recipient(1), Recipient(4)
YEAR = a_line("2026-01-01", "2026-12-31")
TENDER = a_tender("2026-12-01", events=[("evaluation", "2026-12-25")])


def on(text: str) -> Telling:
    """The house asks on a day, with nothing told."""
    return Telling(day(text), HOUSE, the_calendar())


def dues(facts: NeedFacts, text: str) -> tuple[Deadline, ...]:
    """The deadlines of a need on a day."""
    return deadlines_of(
        facts, day(text), policy=load_policy(), calendar=the_calendar(), history=StageHistory.none()
    )


def watches(text: str, *schools: str, who: Recipient = OFFICER) -> list[Watch]:
    """The deadlines of schools that share a tender, each with its end of cover; known since September."""
    facts = a_need(YEAR, tenders=[TENDER])
    return [
        Watch(due, day("2026-09-01"), ((who,),))
        for school in schools
        for due in dues(replace(facts, school_id=school), text)
    ]


def kinds(digest: Digest) -> list[str]:
    """The kinds of the lines of a digest."""
    return [str(line.due.kind) for line in digest.lines]


def test_nothing_is_said_when_there_is_nothing() -> None:
    assert digests_on([], on("2026-12-30")) == ()
    told = digests_on(watches("2026-12-30", "A"), on("2026-12-30"))
    at = replace(
        on("2026-12-30"), told=ledger((key.text, day("2026-12-30")) for each in told for key in each.keys)
    )
    assert digests_on(watches("2026-12-30", "A"), at) == ()


def test_a_tender_of_three_schools_is_one_line_and_their_ends_of_cover_are_three() -> None:
    [digest] = digests_on(watches("2026-12-30", "A", "B", "C"), on("2026-12-30"))
    assert kinds(digest) == ["cover_end"] * 3 + ["stage_due"]
    assert [line.needs for line in digest.lines] == [1, 1, 1, 3]
    assert digest.counts == {DeadlineKind.COVER_END: 3, DeadlineKind.STAGE: 1}


def test_who_answers_for_one_school_of_a_shared_tender_learns_of_no_other() -> None:
    shared = [*watches("2026-12-30", "A"), *watches("2026-12-30", "B", "C", who=OTHER)]
    mine, theirs = digests_on(shared, on("2026-12-30"))
    assert {line.due.subject.school_id for line in mine.lines} == {"A"}
    assert {line.due.subject.school_id for line in theirs.lines} == {"B", "C"}
    assert [line.needs for line in mine.lines] == [1, 1]
    assert [line.needs for line in theirs.lines] == [1, 1, 2]


def test_the_longest_missed_of_the_worst_stands_first() -> None:
    old = replace(a_need(a_line("2025-01-01", "2026-06-30")), school_id="old")
    new = replace(a_need(YEAR), school_id="new")
    found = [
        Watch(due, day("2027-01-05"), ((OFFICER,),))
        for facts in (new, old)
        for due in dues(facts, "2027-01-05")
    ]
    [digest] = digests_on(found, on("2027-01-05"))
    assert [(line.due.subject.school_id, str(line.due.kind)) for line in digest.lines] == [
        ("old", "cover_end"),
        ("new", "cover_end"),
        ("old", "latest_safe_start"),
        ("new", "latest_safe_start"),
    ]


def test_who_had_a_digest_today_gets_another_only_for_what_cannot_wait() -> None:
    found = watches("2026-12-30", "A")
    assert [kinds(each) for each in digests_on(found, on("2026-12-30"), served={1})] == [["stage_due"]]
    assert [kinds(each) for each in digests_on(found, on("2026-12-30"))] == [["cover_end", "stage_due"]]


@pytest.mark.parametrize(("ended", "known", "is_told"), [
    ("2026-12-24", "2026-12-25", True),  # since today it is known that service is lost already
    ("2026-12-24", "2026-12-24", False),  # it was told on its day
    ("2026-12-25", "2026-12-25", True),  # today is the last day
])  # fmt: skip
def test_that_service_is_lost_already_is_told_on_the_day_it_is_known_also_by_a_second_digest(
    ended: str, known: str, is_told: bool
) -> None:
    lost = a_need(a_line("2026-01-01", "2026-12-31", terminated_on=ended, status=ContractStatus.TERMINATED))
    found = [
        Watch(due, day(known), ((OFFICER,),))
        for due in dues(lost, "2026-12-25")
        if due.kind is DeadlineKind.COVER_END
    ]
    assert bool(digests_on(found, on("2026-12-25"), served={1})) is is_told


def test_on_a_day_off_only_what_cannot_wait_is_told() -> None:
    sunday = a_need(a_line("2026-01-01", "2026-11-29"))
    monday = a_need(a_line("2026-01-01", "2026-11-30"))
    for facts, told in ((sunday, 1), (monday, 0)):
        found = [Watch(due, day("2026-11-28"), ((OFFICER,),)) for due in dues(facts, "2026-11-28")]
        assert len(digests_on(found, on("2026-11-28"))) == told


def test_late_reminders_are_marked_and_counted() -> None:
    [digest] = digests_on(watches("2027-01-05", "A"), on("2027-01-05"))
    assert digest.late == len(digest.lines) == 2


def test_a_substitute_reads_on_the_days_of_the_leave_and_no_others() -> None:
    leave = [Substitute(1, 4, Span.inclusive(day("2026-12-01"), day("2026-12-14")))]
    readers = [reads_for(1, day(f"2026-{text}"), leave) for text in ("11-30", "12-01", "12-14", "12-15")]
    assert readers == [1, 4, 4, 1]


def test_a_substitute_on_leave_has_a_substitute_and_a_circle_of_them_leaves_it_with_the_first() -> None:
    december = Span.inclusive(day("2026-12-01"), day("2026-12-31"))
    chain = [Substitute(1, 4, december), Substitute(4, 5, december)]
    assert reads_for(1, day("2026-12-10"), chain) == 5
    circle = [*chain, Substitute(5, 1, december)]
    assert reads_for(1, day("2026-12-10"), circle) == 1


def test_what_a_substitute_read_is_not_told_again_to_who_comes_back() -> None:
    leave = [Substitute(1, 4, Span.inclusive(day("2026-12-01"), day("2026-12-30")))]
    [digest] = digests_on(watches("2026-12-30", "A"), on("2026-12-30"), substitutes=leave)
    assert digest.person == 4
    told = ledger((key.text, digest.on) for key in digest.keys)
    after = digests_on(watches("2026-12-31", "A"), replace(on("2026-12-31"), told=told), substitutes=leave)
    assert [(each.person, key.lead) for each in after for key in each.keys] == [(1, "0d")]


def test_what_a_substitute_put_off_comes_back_to_her_and_silences_nobody_else() -> None:
    leave = [Substitute(1, 4, Span.inclusive(day("2026-12-01"), day("2027-01-08")))]
    found = watches("2026-12-28", "A", "B")
    off = next(each.due for each in found if each.due.kind is DeadlineKind.COVER_END)
    days = day("2026-12-28"), day("2026-12-30")
    hold = Hold(HoldKind.SNOOZED, off.kind, off.identity, 4, *days, "a reason", seen(off))
    at = replace(on("2026-12-28"), holds=(hold,))
    [read] = digests_on(found, at, substitutes=leave)
    assert (read.person, kinds(read)) == (4, ["cover_end", "stage_due"])
    assert {line.due.subject.school_id for line in read.lines if line.due.kind is off.kind} == {"B"}
    assert len(digests_on(found, at)[0].lines) == 3, "the one who is away put nothing off"
    told = replace(at, told=ledger((key.text, at.on) for key in read.keys))
    [back] = digests_on(
        watches("2026-12-30", "A", "B"), replace(told, on=day("2026-12-30")), substitutes=leave
    )
    assert "A" in {line.due.subject.school_id for line in back.lines if line.due.kind is off.kind}


def test_the_simulation_of_ninety_days_is_what_goes_out_tick_by_tick() -> None:
    facts = a_need(YEAR, tenders=[TENDER], confirmed_on="2026-11-01")
    days = [day("2026-11-02") + timedelta(days=n) for n in range(90)]

    def charges_on(each: date) -> list[Charge]:
        return [(due, ((OFFICER,), (OTHER,))) for due in dues(facts, each.isoformat())]

    sent: list[Digest] = []
    known: dict[Ident, date] = {}
    for each in days:
        known = {ident(due): known.get(ident(due), each) for due, _ in charges_on(each)}
        told = ledger((key.text, digest.on) for digest in sent for key in digest.keys)
        found = [Watch(due, known[ident(due)], ranks) for due, ranks in charges_on(each)]
        sent += digests_on(found, Telling(each, HOUSE, the_calendar(), told))
    assert sent == list(simulate(charges_on, days, on("2026-11-02")))
    assert len(sent) > 8
