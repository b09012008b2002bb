"""The guard of a bridge: what an auditor would see in one more interim contract (experience row 29).

Each finding is measured by a clause of the law or of the house; ``stop`` is never passed, ``warn`` asks for a
reason and bars a bulk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.days import FOREVER, Span, join, months_from, next_day
from tracker.domain.decision_records import Facts, GuardFinding, GuardKind, Level
from tracker.domain.policy import Policy
from tracker.domain.prices import Price
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import SERVING, ContractKind, ContractStatus

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge that is asked for: its days, its price, and all that is known of the need.

    ``chain_start`` is the first day of the extension and interim lines since the last regular line, None
    where there is none. ``supplier`` is the present one's (:func:`supplier_of`). ``tenderless_since`` is the
    last day on which a purchase was under way, where none is. ``lines`` are all contract lines of the need.
    ``is_full`` of a contract that bridges to nothing: its price alone is weighed.
    """

    on: date
    window: Span
    price: Decimal | None
    supplier: str | None
    lines: tuple[ContractRow, ...]
    chain_start: date | None
    has_live_tender: bool
    tenderless_since: date | None
    is_full: bool = False


def guard(bridge: Bridge, policy: Policy) -> tuple[GuardFinding, ...]:
    """All that is to be said against the bridge, what stops it first."""
    finders = (_price_jump,) if bridge.is_full else _FINDERS
    found = [finding for find in finders for finding in find(bridge, policy)]
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.STOP))


def _over_cap(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """The last day asked for lies after that of the cap: the cap is months, not days."""
    window = bridge.window
    law = policy.on(window.start)
    last = months_from(window.start, law.interim_cap_months).last
    if window.last > last:
        facts = (("end_on", window.last.isoformat()), ("latest", last.isoformat()))
        yield _finding(policy, bridge, GuardKind.OVER_CAP, Level.STOP, facts, "interim.cap")


def _chain(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """Another bridge stands before this one in the same chain; together they may last too long."""
    if bridge.chain_start is None:
        return
    law = policy.on(bridge.window.start)
    last = months_from(bridge.chain_start, law.interim_cap_months).last
    facts: Facts = (
        ("chain_start", bridge.chain_start.isoformat()),
        ("bridges", str(len(_earlier_bridges(bridge)))),
        ("days", str(_bridged_days(bridge))),
    )
    yield _second_bridge(policy, bridge, facts)
    if bridge.window.last > last:
        level = Level.STOP if law.cap_is_final else Level.WARN
        over = (("end_on", bridge.window.last.isoformat()), ("latest", last.isoformat()))
        yield _finding(policy, bridge, GuardKind.CHAIN_OVER_CAP, level, over, "interim.cap_is_final")


def _waiting(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """A bridge that is signed and waits to enter into force would serve some of the same days."""
    for line in bridge.lines:
        if line.kind is ContractKind.REGULAR or line.status is not ContractStatus.PENDING:
            continue
        if not _days_of(line).within(bridge.window).is_empty:
            ends = (("end_on", line.last_on.isoformat()),) if line.last_on else ()
            began = ("start_on", line.start_on.isoformat())
            yield _second_bridge(policy, bridge, (("contract", line.contract_number), began, *ends))


def _second_bridge(policy: Policy, bridge: Bridge, facts: Facts) -> GuardFinding:
    """One bridge too many, by the facts that tell of the other."""
    stops = policy.on(bridge.window.start).second_bridge_stops
    level, clause = Level.STOP if stops else Level.WARN, "guard.second_bridge_stops"
    return _finding(policy, bridge, GuardKind.SECOND_BRIDGE, level, facts, clause)


def _tenderless(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """No purchase is under way, or none was for so long that the bridge leads nowhere."""
    if bridge.has_live_tender:
        return
    since = bridge.tenderless_since
    days = None if since is None else (bridge.on - since).days
    facts: Facts = () if days is None else (("days", str(days)),)
    clause = "warn.interim_without_tender"
    yield _finding(policy, bridge, GuardKind.NO_LIVE_TENDER, Level.WARN, facts, clause)


def _same_supplier(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """The supplier of an earlier bridge of the same chain would have one more."""
    held = [line for line in _earlier_bridges(bridge) if bridge.supplier == supplier_of(line)]
    if held and bridge.supplier is not None:
        name = held[-1].supplier_name or bridge.supplier
        facts = (("supplier", name), ("contract", held[-1].contract_number))
        clause = "guard.second_bridge_stops"
        yield _finding(policy, bridge, GuardKind.SAME_SUPPLIER, Level.WARN, facts, clause)


def supplier_of(line: ContractRow) -> str | None:
    """The supplier by number, or by name where no number is stated."""
    return line.supplier_bin or line.supplier_name


def _price_jump(bridge: Bridge, policy: Policy) -> Iterator[GuardFinding]:
    """The days cost more than under the last regular contract, by more than the house lets pass."""
    before = last_price(bridge.lines, bridge.window.start)
    if before is None or bridge.price is None or bridge.window.is_empty:
        return
    usual = before.of(bridge.window)
    if not usual:
        return
    percent = (bridge.price - usual) * HUNDRED / usual
    if percent > policy.on(bridge.on).price_jump_percent:
        facts = (("percent", f"{percent:.0f}"), ("contract", before.contract_number))
        clause = "guard.price_jump_percent"
        yield _finding(policy, bridge, GuardKind.PRICE_JUMP, Level.WARN, facts, clause)


_FINDERS = (_over_cap, _chain, _waiting, _tenderless, _same_supplier, _price_jump)


def last_price(lines: Iterable[ContractRow], before: date) -> Price | None:
    """The price of the regular contract of a need that began last before a day, for what bridges from then.

    Only of those that serve on some day (a cancelled one does not) and whose amount and days are known.
    """
    priced = [
        Price(line.contract_number, line.amount, line.currency, line.start_on, line.end_on)
        for line in lines
        if line.kind is ContractKind.REGULAR and line.status in SERVING and line.start_on < before
        if line.amount and line.amount > 0 and line.end_on
        if line.start_on <= (line.last_on or line.end_on)
    ]
    return max(priced, key=lambda price: (price.first, price.contract_number), default=None)


def _earlier_bridges(bridge: Bridge) -> list[ContractRow]:
    """The extension and interim lines of the same chain that began before the window, the oldest first."""
    since = bridge.chain_start
    if since is None:
        return []
    found = [
        line
        for line in bridge.lines
        if line.kind is not ContractKind.REGULAR
        and line.status in SERVING
        and since <= line.start_on < bridge.window.start
    ]
    return sorted(found, key=lambda line: (line.start_on, line.contract_number))


def _bridged_days(bridge: Bridge) -> int:
    """Days before the window that the bridges of its chain served: those between them are none."""
    assert bridge.chain_start is not None
    before = Span(bridge.chain_start, bridge.window.start)
    spans = (_days_of(line).within(before) for line in _earlier_bridges(bridge))
    return sum(span.days for span in join(span for span in spans if not span.is_empty))


def _days_of(line: ContractRow) -> Span:
    """The days that a contract states, or for ever; none before it was signed."""
    first = max(line.start_on, line.signed_on or line.start_on)
    return Span(first, FOREVER if line.last_on is None else next_day(line.last_on))


def fitting_price(bridge: Bridge) -> Decimal | None:
    """What the window costs at the price of the last regular contract, as :meth:`.Price.of` counts."""
    before = last_price(bridge.lines, bridge.window.start)
    return None if before is None else before.of(bridge.window)


def _finding(
    policy: Policy, bridge: Bridge, kind: GuardKind, level: Level, facts: Facts, clause: str
) -> GuardFinding:
    day = bridge.window.start if policy.clauses[clause].version_by == "start_on" else bridge.on
    return GuardFinding(kind, level, facts, clause, policy.clauses[clause].on(day).is_assumed)
