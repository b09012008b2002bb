"""Which days of a need are served, by what, and what that makes of a day (rules §§2–3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from tracker.domain.days import BEGINNING, FOREVER, ONE_DAY, Span, join, next_day, run_with
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.vocabulary import ContractKind, State


@dataclass(frozen=True, slots=True)
class Cover:
    """The served days of one need, read once from its lines.

    ``regular_lines`` are the regular lines that serve, or would serve were their end known; ``regular``,
    ``bridging`` (extension and interim) and ``served`` are joined spans of dated lines; ``open_from`` is the
    first day of an open-ended line; ``is_ever_served`` whether any line serves at all.
    """

    required: Span
    regular_lines: tuple[ServiceLine, ...]
    regular: tuple[Span, ...]
    bridging: tuple[Span, ...]
    served: tuple[Span, ...]
    open_from: date
    is_ever_served: bool
    is_start_stated: bool

    def state(self, day: date) -> State:
        """The state of the need on ``day``: the first that applies (rules §3)."""
        if day not in self.required:
            return State.NOT_REQUIRED
        if run_with(self.regular, day):
            return State.COVERED
        if run_with(self.bridging, day):
            return State.INTERIM
        return State.UNKNOWN if self.open_from <= day else State.UNCOVERED

    def served_run(self, day: date) -> Span | None:
        """The unbroken run of served days that holds ``day``; its last day is ``covered_until``."""
        return run_with(self.served, day)

    def unserved_since(self, day: date) -> date | None:
        """First day of the run in one unserved state that holds ``day``; None when no line ever served."""
        if not self.is_ever_served and not self.is_start_stated:
            return None
        since = max([self.required.start, *(span.stop for span in self.served if span.stop <= day)])
        return max(since, self.open_from) if self.open_from <= day else since

    def next_served(self, after: date) -> date:
        """The first day on or after ``after`` that a dated line serves; ``FOREVER`` if none."""
        run = run_with(self.served, after)
        return after if run else min((s.start for s in self.served if s.start > after), default=FOREVER)

    def last_regular(self, before: date) -> date:
        """The last day before ``before`` that a regular line serves; ``BEGINNING`` if none."""
        for span in reversed(self.regular):
            if span.start < before:
                return min(span.stop, before) - ONE_DAY
        return BEGINNING

    def chain_start(self, before: date) -> date | None:
        """First day of the chain of extension and interim lines since the last regular line (rules §6)."""
        if not self.bridging:
            return None
        since = next_day(self.last_regular(before))
        starts = (max(span.start, since) for span in self.bridging if span.stop > since)
        return next((start for start in starts if start < before), None)

    def chain_last(self, start: date) -> date:
        """Last bridged day of the chain that began on ``start``, before the next regular line."""
        stop = min((s.start for s in self.regular if s.start > start), default=FOREVER)
        return max(min(s.stop, stop) - ONE_DAY for s in self.bridging if s.start < stop and s.stop > start)


def read_cover(facts: NeedFacts) -> Cover:
    """Read the cover of a need from its facts."""
    regular_lines: list[ServiceLine] = []
    regular: list[Span] = []
    bridging: list[Span] = []
    open_from = first_served = FOREVER
    for line in facts.lines:
        if not line.serves:
            continue
        span = line.span
        if span.start < first_served:
            first_served = span.start
        is_regular = line.kind is ContractKind.REGULAR
        if is_regular:
            regular_lines.append(line)
        if not line.is_dated:
            open_from = min(open_from, span.start)
        elif is_regular:
            regular.append(span)
        else:
            bridging.append(span)
    is_ever_served = first_served < FOREVER
    regular_runs = join(regular)
    return Cover(
        required=_required(facts, first_served if is_ever_served else BEGINNING),
        regular_lines=tuple(regular_lines),
        regular=regular_runs,
        bridging=join(bridging),
        served=join([*regular_runs, *bridging]) if bridging else regular_runs,
        open_from=open_from,
        is_ever_served=is_ever_served,
        is_start_stated=facts.needed_from is not None,
    )


def _required(facts: NeedFacts, first_served: date) -> Span:
    """The days on which the need is judged: inside it, and before the school closed (rules §2)."""
    start = facts.needed_from or first_served
    stop = FOREVER if facts.needed_until is None else next_day(facts.needed_until)
    return Span(start, min(stop, facts.closed_on or FOREVER))


def overlap_since(cover: Cover, day: date) -> date | None:
    """First day of the run, holding ``day``, on which two regular lines serve; None if only one does."""
    serving = [line for line in cover.regular_lines if line.span.start <= day < line.span.stop]
    if sum(line.is_dated for line in serving) <= 1:
        return None
    doubled: list[Span] = []
    reach = BEGINNING
    for span in sorted(line.span for line in cover.regular_lines if line.is_dated):
        doubled.append(Span(span.start, min(span.stop, reach)))
        reach = max(reach, span.stop)
    run = run_with(join(doubled), day)
    return run.start if run else None


def states(facts: NeedFacts, window: Span) -> tuple[tuple[Span, State], ...]:
    """Consecutive stretches of equal state that together make up ``window``."""
    cover = read_cover(facts)
    cuts = {window.start, window.stop, cover.open_from, cover.required.start, cover.required.stop}
    cuts.update(edge for span in cover.regular + cover.bridging for edge in (span.start, span.stop))
    days = sorted(day for day in cuts if window.start <= day <= window.stop)
    stretches: list[tuple[Span, State]] = []
    for start, stop in pairwise(days):
        state = cover.state(start)
        if stretches and stretches[-1][1] is state:
            stretches[-1] = (Span(stretches[-1][0].start, stop), state)
        else:
            stretches.append((Span(start, stop), state))
    return tuple(stretches)
