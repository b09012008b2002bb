"""The moves of a decision, the path that one question opens, and the guard of a bridge, by literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tracker.domain.bridge_guard import Bridge, fitting_price, guard
from tracker.domain.courses import course_of
from tracker.domain.days import Span
from tracker.domain.decision_records import UNDOABLE, Event, GuardKind, Level, undoable
from tracker.domain.decisions import (
    MOVES,
    NEEDED,
    OPEN,
    OTHER_EYES,
    WITH_REASON,
    Agreed,
    DecisionStatus,
    Deed,
    allowed,
    chosen_route,
)
from tracker.domain.register import ContractRow
from tracker.domain.roles import Action, Role, may
from tracker.domain.vocabulary import ContractKind, ContractStatus, RouteId, Verdict
from tracker.law.loader import load_policy

POLICY = load_policy()
ON = date(2027, 1, 15)
NOW = datetime(2027, 1, 15, 6, 0, tzinfo=UTC)
OPEN_, CLOSED, CONDITIONAL = Verdict.OPEN, Verdict.CLOSED, Verdict.CONDITIONAL


def a_line(number: str, first: date, last: date, **more: object) -> ContractRow:
    row: dict[str, object] = {"supplier_bin": "123456789012", "amount": Decimal(365000)}
    return ContractRow(number, "S", first, end_on=last, **{**row, **more})  # type: ignore[arg-type]  # each test names its columns


REGULAR = a_line("K-1", date(2026, 1, 1), date(2026, 12, 31))
UNSERVING: list[dict[str, Any]] = [
    {"start_on": date(2026, 12, 1), "status": ContractStatus.CANCELLED},
    {"start_on": date(2026, 12, 1), "status": ContractStatus.DRAFT},
    {"start_on": date(2026, 12, 1), "terminated_on": date(2026, 11, 30)},
    {"kind": ContractKind.INTERIM, "start_on": date(2026, 12, 1)},
]
"""Why a contract that began later is not the one that prices are measured by."""
EARLIER = a_line("K-1-1", date(2027, 1, 1), date(2027, 1, 14), kind=ContractKind.EXTENSION)
BRIDGE = Bridge(
    on=ON,
    window=Span.inclusive(ON, date(2027, 3, 14)),
    price=None,
    supplier="123456789012",
    lines=(REGULAR,),
    chain_start=None,
    has_live_tender=True,
    tenderless_since=None,
)


def found(bridge: Bridge) -> dict[GuardKind, Level]:
    return {finding.kind: finding.level for finding in guard(bridge, POLICY)}


def test_a_decision_goes_the_way_of_the_rules_and_no_other() -> None:
    assert set(allowed(DecisionStatus.PROPOSED)) >= {Deed.APPROVE, Deed.RETURN, Deed.REJECT}
    assert set(allowed(DecisionStatus.APPROVED)) == {Deed.RETURN, Deed.RECORD}
    assert allowed(DecisionStatus.RECORDED) == (Deed.CLOSE,)
    for ended in (DecisionStatus.REJECTED, DecisionStatus.CLOSED, DecisionStatus.WITHDRAWN):
        assert allowed(ended) == ()
        assert ended not in OPEN
    reached = {after for moves in MOVES.values() for after in moves.values()}
    assert reached == set(DecisionStatus)


def test_who_only_reads_neither_drafts_nor_approves_and_an_officer_does_not_approve() -> None:
    assert {role for role in Role if may(role, Action.APPROVE)} == {Role.REVIEWER, Role.HEAD}
    assert {role for role in Role if may(role, Action.DRAFT)} == {Role.OFFICER, Role.REVIEWER, Role.HEAD}
    assert {deed for deed, action in NEEDED.items() if action is Action.APPROVE} == OTHER_EYES
    assert OTHER_EYES <= WITH_REASON


@pytest.mark.parametrize(
    ("agreed", "verdicts", "route"),
    [
        (Agreed.YES, {RouteId.EXTENSION: CONDITIONAL, RouteId.SINGLE_SOURCE: OPEN_}, RouteId.EXTENSION),
        (Agreed.YES, {RouteId.EXTENSION: CLOSED, RouteId.SINGLE_SOURCE: OPEN_}, RouteId.SINGLE_SOURCE),
        (Agreed.NO, {RouteId.EXTENSION: OPEN_, RouteId.SINGLE_SOURCE: CONDITIONAL}, RouteId.SINGLE_SOURCE),
        (Agreed.NO, {RouteId.EXTENSION: OPEN_, RouteId.SINGLE_SOURCE: CLOSED}, None),
        (Agreed.NOT_ASKED, {RouteId.EXTENSION: OPEN_}, RouteId.SINGLE_SOURCE),
        (Agreed.UNSAID, {RouteId.EXTENSION: OPEN_}, RouteId.SINGLE_SOURCE),
    ],
)
def test_one_question_opens_the_path(
    agreed: Agreed, verdicts: dict[RouteId, Verdict], route: RouteId | None
) -> None:
    assert chosen_route(agreed, RouteId.SINGLE_SOURCE, verdicts) is route


def test_a_first_bridge_with_a_tender_under_way_is_clean() -> None:
    assert found(BRIDGE) == {}


def test_the_cap_is_months_and_one_day_more_is_stopped() -> None:
    longer = replace(BRIDGE, window=Span.inclusive(ON, date(2027, 3, 15)))
    assert found(longer) == {GuardKind.OVER_CAP: Level.STOP}


def test_a_second_bridge_is_warned_of_and_stopped_beyond_the_common_cap() -> None:
    second = replace(BRIDGE, lines=(REGULAR, EARLIER), chain_start=EARLIER.start_on)
    assert found(second) == {
        GuardKind.CHAIN_OVER_CAP: Level.STOP,
        GuardKind.SECOND_BRIDGE: Level.WARN,
        GuardKind.SAME_SUPPLIER: Level.WARN,
    }
    within = replace(second, window=Span.inclusive(ON, date(2027, 2, 28)), supplier=None)
    assert found(within) == {GuardKind.SECOND_BRIDGE: Level.WARN}


def test_a_signed_bridge_that_waits_for_some_of_the_days_is_one_bridge_too_many() -> None:
    waits: dict[str, Any] = {"kind": ContractKind.INTERIM, "status": ContractStatus.PENDING}
    pending = a_line("K-P", date(2027, 1, 20), date(2027, 3, 14), **waits)
    (second,) = guard(replace(BRIDGE, lines=(REGULAR, pending)), POLICY)
    assert (second.kind, second.level) == (GuardKind.SECOND_BRIDGE, Level.WARN)
    assert dict(second.facts) == {"contract": "K-P", "start_on": "2027-01-20", "end_on": "2027-03-14"}
    for other in (
        {"start_on": date(2027, 3, 15)},
        {"end_on": date(2027, 1, 14)},
        {"kind": ContractKind.REGULAR},
    ):
        assert found(replace(BRIDGE, lines=(REGULAR, replace(pending, **other)))) == {}


def test_days_between_two_bridges_are_not_counted_as_bridged() -> None:
    first, second = (
        replace(EARLIER, contract_number=f"K-{at}", start_on=date(2027, 1, at), end_on=date(2027, 1, at + 1))
        for at in (1, 9)
    )
    third = replace(BRIDGE, lines=(REGULAR, first, second), chain_start=first.start_on)
    (chain,) = (each for each in guard(third, POLICY) if each.kind is GuardKind.SECOND_BRIDGE)
    assert dict(chain.facts) == {"chain_start": "2027-01-01", "bridges": "2", "days": "4"}


def test_a_bridge_of_an_earlier_chain_bars_nothing_and_one_of_this_chain_names_its_supplier() -> None:
    long_ago = replace(EARLIER, contract_number="K-0-1", start_on=date(2023, 1, 1), end_on=date(2023, 2, 28))
    assert found(replace(BRIDGE, lines=(long_ago, REGULAR))) == {}
    named = replace(EARLIER, supplier_name="ТОО «Байланыс»")
    second = replace(BRIDGE, lines=(long_ago, REGULAR, named), chain_start=named.start_on)
    (same,) = (each for each in guard(second, POLICY) if each.kind is GuardKind.SAME_SUPPLIER)
    assert same.facts == (("supplier", "ТОО «Байланыс»"), ("contract", "K-1-1"))
    (chain,) = (each for each in guard(second, POLICY) if each.kind is GuardKind.SECOND_BRIDGE)
    assert dict(chain.facts)["bridges"] == "1"


def test_a_bridge_that_leads_to_no_purchase_says_since_when() -> None:
    failed = replace(BRIDGE, has_live_tender=False, tenderless_since=date(2026, 12, 15))
    (finding,) = guard(failed, POLICY)
    assert (finding.kind, finding.facts, finding.is_assumed) == (
        GuardKind.NO_LIVE_TENDER,
        (("days", "31"),),
        True,
    )


def test_a_price_jump_is_told_against_the_same_days_of_the_last_contract() -> None:
    assert fitting_price(BRIDGE) == Decimal(60833)  # two of the twelve months of 365,000 tenge
    assert found(replace(BRIDGE, price=Decimal(72999))) == {}
    assert found(replace(BRIDGE, price=Decimal(73000))) == {GuardKind.PRICE_JUMP: Level.WARN}
    never = [replace(REGULAR, contract_number="K-9", amount=Decimal(10**9), **why) for why in UNSERVING]
    assert fitting_price(replace(BRIDGE, lines=(REGULAR, *never))) == Decimal(60833)
    unknown = replace(BRIDGE, price=Decimal(10**9), lines=(replace(REGULAR, amount=None),))
    assert found(unknown) == {}


def test_what_led_to_where_it_stands_leaves_out_what_was_undone() -> None:
    proposed, approved, returned = DecisionStatus.PROPOSED, DecisionStatus.APPROVED, DecisionStatus.RETURNED
    moves = [
        (Deed.DRAFT, None, proposed), (Deed.TICK, proposed, proposed), (Deed.RETURN, proposed, returned),
        (Deed.SEND_AGAIN, returned, proposed), (Deed.APPROVE, proposed, approved),
        (Deed.UNDO, approved, proposed),
    ]  # fmt: skip
    events = [
        Event(at, deed, 7, "A", NOW, before, after, "", "") for at, (deed, before, after) in enumerate(moves)
    ]
    assert [event.deed for event in course_of(events)] == [Deed.RETURN, Deed.SEND_AGAIN]
    assert course_of(events[:2]) == ()


def test_only_the_last_deed_of_its_own_author_is_undone_within_its_time() -> None:
    proposed = DecisionStatus.PROPOSED
    drafted = Event(1, Deed.DRAFT, 7, "A", NOW, None, proposed, "", "")
    approved = Event(2, Deed.APPROVE, 8, "B", NOW, proposed, DecisionStatus.APPROVED, "x", "")
    within = timedelta(minutes=10)
    assert undoable([drafted], 7, now=NOW + within, within=within) is drafted
    assert undoable([drafted], 7, now=NOW + within + timedelta(seconds=1), within=within) is None
    assert undoable([drafted, approved], 7, now=NOW, within=within) is None
    assert undoable([drafted, approved], 8, now=NOW, within=within) is approved
    assert Deed.RECORD in UNDOABLE  # a mistyped contract is put right
