"""The rule book: one function per flag kind, each a finding or nothing (rules §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from tracker.domain.coverage import overlap_since
from tracker.domain.days import BEGINNING, FOREVER, Span, join, months_from, next_day, run_with, subtract
from tracker.domain.findings import Finding
from tracker.domain.reading import Reading
from tracker.domain.vocabulary import FlagKind, State
from tracker.domain.workdays import days_apart

Rule = Callable[[Reading], Finding | None]


def no_service(need: Reading) -> Finding | None:
    """The state is ``uncovered``."""
    if need.state is not State.UNCOVERED:
        return None
    return Finding(FlagKind.NO_SERVICE, need.cover.unserved_since(need.on))


def unknown_term(need: Reading) -> Finding | None:
    """The state is ``unknown``."""
    if need.state is not State.UNKNOWN:
        return None
    return Finding(FlagKind.UNKNOWN_TERM, need.cover.unserved_since(need.on))


def ending_soon(need: Reading) -> Finding | None:
    """Served, and fewer than the house's warn days are left."""
    since = _warned_since(need, need.law.warn_ending_days)
    return Finding(FlagKind.ENDING_SOON, since) if since else None


def gap_ahead(need: Reading) -> Finding | None:
    """Served, and a projected gap of at least one day follows."""
    if not need.is_served or need.projected_gap is None:
        return None
    return Finding(FlagKind.GAP_AHEAD, None)


def no_tender(need: Reading) -> Finding | None:
    """In want of a purchase, and nothing is under way, bought or failed."""
    wanting = _wanting_since(need)
    if wanting is None or need.failed:
        return None
    since = max([wanting, *need.over_since])
    return Finding(FlagKind.NO_TENDER, None if since == BEGINNING else since)


def tender_stalled(need: Reading) -> Finding | None:
    """A live tender is over the limit of its stage."""
    stalled = [tender.stalled_since for tender in need.live if tender.stalled_since]
    return Finding(FlagKind.TENDER_STALLED, min(stalled)) if stalled else None


def tender_failed(need: Reading) -> Finding | None:
    """In want of a purchase, and the last one failed after the last regular line began."""
    wanting = _wanting_since(need) if need.failed else None
    if wanting is None or need.failed is None:
        return None
    since = max(wanting, need.failed.ended_on or BEGINNING)
    return Finding(FlagKind.TENDER_FAILED, None if since == BEGINNING else since)


def interim_ending(need: Reading) -> Finding | None:
    """Served by an interim line only, and fewer than the house's days are left."""
    if need.state is not State.INTERIM:
        return None
    since = _warned_since(need, need.law.warn_interim_ending_days)
    return Finding(FlagKind.INTERIM_ENDING, max(since, _state_since(need))) if since else None


def interim_over_cap(need: Reading) -> Finding | None:
    """The chain of extension and interim lines lasts longer than the legal cap."""
    start = need.cover.chain_start(next_day(need.on))
    if start is None:
        return None
    allowed = months_from(start, need.at.policy.on(start).interim_cap_months)
    return Finding(FlagKind.INTERIM_OVER_CAP, start) if need.cover.chain_last(start) not in allowed else None


def interim_without_tender(need: Reading) -> Finding | None:
    """Served by an interim line only, and no tender was live on any of the last thirty days."""
    if need.state is not State.INTERIM or need.live:
        return None
    since = days_apart(max(need.over_since), need.law.tenderless_days - 1) if need.over_since else BEGINNING
    return (
        Finding(FlagKind.INTERIM_WITHOUT_TENDER, max(since, _state_since(need))) if since <= need.on else None
    )


def overlap(need: Reading) -> Finding | None:
    """Two regular lines serve the need on the day."""
    if need.state is not State.COVERED:
        return None
    since = overlap_since(need.cover, need.on)
    return Finding(FlagKind.OVERLAP, since) if since else None


def stale(need: Reading) -> Finding | None:
    """The facts were confirmed too long ago."""
    confirmed = need.facts.confirmed_on
    if need.state is State.NOT_REQUIRED or confirmed is None:
        return None
    since = days_apart(confirmed, need.law.stale_days + 1)
    return Finding(FlagKind.STALE, since) if since <= need.on else None


RULES: Mapping[FlagKind, Rule] = {
    FlagKind.NO_SERVICE: no_service,
    FlagKind.UNKNOWN_TERM: unknown_term,
    FlagKind.ENDING_SOON: ending_soon,
    FlagKind.GAP_AHEAD: gap_ahead,
    FlagKind.NO_TENDER: no_tender,
    FlagKind.TENDER_STALLED: tender_stalled,
    FlagKind.TENDER_FAILED: tender_failed,
    FlagKind.INTERIM_ENDING: interim_ending,
    FlagKind.INTERIM_OVER_CAP: interim_over_cap,
    FlagKind.INTERIM_WITHOUT_TENDER: interim_without_tender,
    FlagKind.OVERLAP: overlap,
    FlagKind.STALE: stale,
}


def find_flags(need: Reading) -> tuple[Finding, ...]:
    """All flags of a need, in the order of the book; a need that is not required carries none."""
    if need.state is State.NOT_REQUIRED:
        return ()
    return tuple(found for rule in RULES.values() if (found := rule(need)))


def _warned_since(need: Reading, days: int) -> date | None:
    """First required day of the run on which fewer than ``days`` are left, if that has come."""
    if not need.is_loss_ahead or need.run is None:
        return None
    since = max(days_apart(need.run.stop, -days), need.run.start, need.cover.required.start)
    return since if since <= need.on else None


def _wanting_since(need: Reading) -> date | None:
    """Since when the need has wanted a purchase of which none is live or bought (rules §5, ``no_tender``).

    Want begins with the warning, or with an interim that leads to no regular line, and outlives the service.
    While a regular line serves, only the last days can hold the day that asks: most needs are far from them.
    """
    if need.live:
        return None
    last_days = _last_days(need)
    if need.state is State.COVERED and need.on not in last_days:
        return None
    wants = [span.within(need.cover.required) for span in (last_days, *_other_wants(need))]
    want = run_with(join(wants), need.on)
    return None if want is None or need.has_later_line else want.start


def _other_wants(need: Reading) -> Iterator[Span]:
    """Days of an interim with no regular line ahead, and days without service."""
    cover = need.cover
    if cover.bridging:
        last_start = max((line.first_on for line in cover.regular_lines), default=BEGINNING)
        no_regular_ahead = Span(last_start, FOREVER)
        yield from (span.within(no_regular_ahead) for span in subtract(cover.bridging, cover.regular))
    if need.state is State.UNCOVERED:
        yield Span(cover.unserved_since(need.on) or BEGINNING, next_day(need.on))


def _last_days(need: Reading) -> Span:
    """The days of warning at the end of the last run, or no day where no service is lost after it."""
    served = need.cover.served
    if not served or served[-1].stop not in need.cover.required:
        return Span(need.on, need.on)
    last = served[-1]
    return Span(max(days_apart(last.stop, -need.law.warn_ending_days), last.start), last.stop)


def _state_since(need: Reading) -> date:
    """First day of the run of bridged days without a regular line that holds the day."""
    start = max(need.run.start if need.run else need.on, need.cover.required.start)
    return max(start, next_day(need.cover.last_regular(need.on)))
