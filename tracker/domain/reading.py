"""A need as it reads on a day: the facts put together once, before flags and answers look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.coverage import Cover, read_cover
from tracker.domain.days import BEGINNING, FOREVER, ONE_DAY, Span, next_day
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.findings import Gap, TenderStanding, first_loss
from tracker.domain.forecast import Asking, latest_safe_start, standing
from tracker.domain.once import once
from tracker.domain.policy import Law
from tracker.domain.tenders import end_days, law_for
from tracker.domain.vocabulary import FAILED, ContractStatus, Method, Stage, State, TenderStatus


@dataclass(frozen=True)
class Reading:
    """One need on one day: its cover, its tenders and the law, all that flags and answers are judged by."""

    facts: NeedFacts
    at: Asking
    on: date
    law: Law
    cover: Cover
    state: State
    run: Span | None
    standings: tuple[TenderStanding, ...]

    @once
    def is_served(self) -> bool:
        """Whether any line serves on the day."""
        return self.state in (State.COVERED, State.INTERIM)

    @once
    def covered_until(self) -> date | None:
        """Last day of the unbroken run of served days that holds the day (rules §3)."""
        return self.run.last if self.run and self.is_served else None

    @once
    def is_loss_ahead(self) -> bool:
        """Whether the need is served now and will be required on the day after its cover ends."""
        return self.is_served and self.run is not None and self.run.stop in self.cover.required

    @once
    def last_served(self) -> date | None:
        """The last day of the run that holds the day or ended right before the days now without service."""
        if self.is_served:
            return self.run.last if self.run and self.is_loss_ahead else None
        since = self.cover.unserved_since(self.on)
        ended = (run.last for run in self.cover.served if run.stop == since)
        return next((last for last in ended if last in self.cover.required), None)

    @once
    def begins_unserved(self) -> date | None:
        """The first day of a need that nothing serves from its beginning to this day, begun or still ahead.

        None where it is not stated, and where something served since.
        """
        first = self.cover.required.start
        is_ahead = self.state is State.NOT_REQUIRED and self.on < first
        if is_ahead:
            return first if self.cover.state(first) is State.UNCOVERED else None
        is_begun = self.state is State.UNCOVERED and self.cover.unserved_since(self.on) == first
        return first if is_begun else None

    @once
    def loses_on(self) -> date | None:
        """The first day without service in sight for a served need, as its assessment tells."""
        if not self.is_served or self.run is None:
            return None
        return first_loss(self.run.stop, self.projected_gap, self.speaking, is_loss_ahead=self.is_loss_ahead)

    @once
    def asked_by(self) -> date | None:
        """The end of the month, while a need that was never confirmed lacks its first or last day."""
        since = self.cover.unserved_since(self.on)
        is_lacking = self.state is State.UNKNOWN or (self.state is State.UNCOVERED and since is None)
        if not is_lacking or self.facts.confirmed_on is not None:
            return None
        return (self.on.replace(day=1) + timedelta(days=31)).replace(day=1) - ONE_DAY

    @once
    def is_published(self) -> bool:
        """Whether a purchase runs that is more than planned."""
        return any(tender.stage is not Stage.PLANNED for tender in self.live)

    @once
    def unserved_from(self) -> date | None:
        """The day itself if uncovered, else the first day on which service will be lost."""
        if self.state is State.UNCOVERED:
            return self.on
        return self.run.stop if self.run and self.is_loss_ahead else None

    @once
    def live(self) -> tuple[TenderStanding, ...]:
        """The live tenders."""
        return tuple(tender for tender in self.standings if tender.stage is not None)

    @once
    def speaking(self) -> TenderStanding | None:
        """The live tender likely to serve first."""
        return min(self.live, key=_likely, default=None)

    def safe_start(self, last: date) -> date:
        """The last working day to publish a tender that would serve once the cover ends on ``last``.

        By the method of the speaking tender, else as an open tender.
        """
        method = self.speaking.method if self.speaking else Method.OPEN_TENDER
        return latest_safe_start(last, method, self.at)

    @once
    def last_regular(self) -> ServiceLine | None:
        """The regular line that began last, on or before the day."""
        on = self.on
        begun = [line for line in self.cover.regular_lines if line.span.start <= on]
        return max(begun, key=_first_day, default=None)

    @once
    def failed(self) -> TenderStanding | None:
        """The tender that failed last, after the last regular line began, or ever if none did (rules §5)."""
        lost = [tender for tender in self.standings if tender.status in FAILED and self._ended_lately(tender)]
        return max(lost, key=_ended, default=None)

    @once
    def decide_by(self) -> date | None:
        """Last day to decide on a single source after the failed tender, by the law of its publication."""
        if self.failed is None or self.failed.ended_on is None:
            return None
        law = law_for(self.facts_of(self.failed), self.on, self.at.policy)
        return self.at.calendar.after(self.failed.ended_on, law.decision_days)

    @once
    def awaits_contract(self) -> bool:
        """Whether a tender was completed since the last regular line began, and no line names it yet."""
        named = {line.tender_number for line in self.facts.lines}
        return any(
            tender.status is TenderStatus.COMPLETE
            and tender.number not in named
            and self._ended_lately(tender)
            for tender in self.standings
        )

    def _ended_lately(self, tender: TenderStanding) -> bool:
        """Whether a tender ended after the last regular line began, or ever if none did."""
        line = self.last_regular
        return tender.stage is None and (line is None or (tender.ended_on or BEGINNING) > line.first_on)

    @once
    def over_since(self) -> tuple[date, ...]:
        """The days since which the ended tenders have not been live: of several ends the first."""
        return tuple(
            min([tender.ended_on, *end_days(facts)])
            for facts, tender in zip(self.facts.tenders, self.standings, strict=False)
            if tender.ended_on is not None
        )

    @once
    def shown(self) -> TenderStanding | None:
        """The tender to show: the speaking one, else the one that failed or ended last."""
        return self.speaking or self.failed or max(self.standings, key=_ended, default=None)

    @once
    def has_pending_line(self) -> bool:
        """Whether a contract is signed and waits to enter into force."""
        return self.facts.waiting_on(self.on) is not None

    @once
    def is_bridge_to_regular(self) -> bool:
        """Whether the interim lines of the day lead without a gap to a regular line."""
        return (
            self.state is State.INTERIM
            and self.run is not None
            and any(self.on < span.start <= self.run.last for span in self.cover.regular)
        )

    @once
    def has_later_line(self) -> bool:
        """Whether a line will serve after the present run, or a signed one waits for its day (rules §5).

        It may leave a hole before it; that nothing has begun for that one tells :attr:`is_bought`.
        """
        return any(_is_later(line, self._after) for line in self.facts.lines)

    @once
    def is_bought(self) -> bool:
        """Whether what follows the cover without a hole is there, or a finished tender awaits its contract.

        That is a line, in force or signed, on the day after the end, or tomorrow where nothing serves; one
        whose last day nobody has stated is none.
        """
        return self.awaits_contract or any(
            self._after in line.span
            and line.span.stop != FOREVER
            and (line.serves or line.status is ContractStatus.PENDING)
            for line in self.facts.lines
        )

    @once
    def is_begun(self) -> bool:
        """Whether a purchase is under way for what follows, also a planned one, or done."""
        return bool(self.live) or self.is_bought

    @once
    def _after(self) -> date:
        """The day after the present run of served days, or the next where nothing serves."""
        return self.run.stop if self.run and self.is_served else next_day(self.on)

    def facts_of(self, tender: TenderStanding) -> TenderFacts:
        """The stated facts behind a standing."""
        return next(facts for facts in self.facts.tenders if facts.number == tender.number)

    def gap_until(self, served_from: date | None) -> Gap | None:
        """The projected gap if a tender serves from ``served_from`` (rules §4); None if none can be told."""
        start = self.unserved_from
        if start is None or self.cover.open_from <= start:
            return None
        stop = min(served_from or FOREVER, self.cover.next_served(start), self.cover.open_from)
        if stop == FOREVER:
            return None
        span = Span(start, min(stop, self.cover.required.stop))
        return None if span.is_empty else Gap(span, self.at.calendar.within(span))

    @once
    def projected_gap(self) -> Gap | None:
        """The gap until the speaking tender's likely day or a later line, whichever comes first."""
        tender = self.speaking
        return self.gap_until(tender.forecast.likely if tender and tender.forecast else None)


def read(facts: NeedFacts, at: Asking) -> Reading:
    """Put the facts of a need together for one day."""
    cover = read_cover(facts)
    state = cover.state(at.on)
    standings: Iterable[TenderStanding] = ()
    if state is not State.NOT_REQUIRED:
        bought = tuple(line for line in facts.lines if line.tender_number)
        standings = (standing(tender, bought, at) for tender in facts.tenders)
    return Reading(
        facts=facts,
        at=at,
        on=at.on,
        law=at.policy.on(at.on),
        cover=cover,
        state=state,
        run=cover.served_run(at.on),
        standings=tuple(standings),
    )


def _likely(tender: TenderStanding) -> tuple[date, str]:
    return (tender.forecast.likely if tender.forecast else FOREVER, tender.number)


def _first_day(line: ServiceLine) -> tuple[date, str]:
    return line.span.start, line.contract_number


def _ended(tender: TenderStanding) -> tuple[date, str]:
    return (tender.ended_on or BEGINNING, tender.number)


def _is_later(line: ServiceLine, after: date) -> bool:
    if line.status is ContractStatus.PENDING:
        return not line.span.is_empty and line.span.stop > after
    return line.serves and line.first_on >= after
