"""The interim answer and the next step read a second time: a table of the law, a word for each condition.

The grounds are written down from the law (law §2.2) and the rules (rules §6), not from the product's law
file; what the house decided about silent places stands in ``docs/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.domain.oracle import Oracle, hollow, last_day
from tests.domain.oracle_days import ONE, in_force, nth_working_day
from tests.domain.oracle_law import FOR_PEOPLE, LAW_106, LAW_434, Ground
from tests.domain.oracle_tenders import Stand
from tracker.domain.facts import TenderFacts

MET, NOT_MET, TO_CONFIRM = "met", "not_met", "to_confirm"
PRESENT_LAW_FROM = date(2025, 1, 1)


COMPETITIVE = {"open_tender": MET, "single_source": NOT_MET, "after_failure": NOT_MET}
"""Which methods an extension bridges to: the text names the tender; of quotations it says nothing."""

STEPS = (
    ("unknown_term", "record_end"),
    ("tender_failed", "repeat_tender"),
    ("no_tender", "announce_tender"),
    ("interim_without_tender", "announce_tender"),
    ("tender_stalled", "speed_up_tender"),
    ("interim_over_cap", "check_chain"),
    ("overlap", "check_overlap"),
    ("stale", "confirm_facts"),
)
"""What a flag asks for where no answer speaks, the most pressing first."""


@dataclass(frozen=True, slots=True)
class RouteReply:
    """A route with its clause, its verdict and the status of each condition, in order."""

    route: str
    clause: str
    verdict: str
    conditions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The oracle's answer: ``refusal`` is None where an interim may be proposed."""

    start_on: date
    refusal: str | None
    end_on: date | None
    expected_release_on: date | None
    recommended: str | None
    routes: tuple[RouteReply, ...]


class Adviser:
    """What is answered to one need on a day, and what is to be done next."""

    def __init__(self, need: Oracle, on: date) -> None:
        self.need = need
        self.on = on
        self.speaker = need.speaker(on)
        self.failed = need.failed_last(on)
        live = self.speaker is not None and self.speaker.live
        self.purchase = self.speaker if live else self.failed
        self.start = on
        self.end = on
        self.judges: dict[str, Callable[[], str]] = {
            "purchase_under_way": self.purchase_under_way,
            "contract_in_force": lambda: MET if need.served(on) else NOT_MET,
            "daily_need_list": self.daily_need_list,
            "competitive_method": self.competitive_method,
            "supplier_refused": self.supplier_refused,
            "first_month": self.first_month,
            "customer_created": lambda: MET,
            "annual_limit": self.annual_limit,
            "repeat_failed": self.repeat_failed,
            "decided_in_time": self.decided_in_time,
            "minimum_term": self.minimum_term,
        }

    # The answer (rules §6)

    def reply(self) -> Reply | None:
        """The one answer for a need in danger, None for every other."""
        need, on = self.need, self.on
        stalled = self.speaker is not None and self.speaker.stalled
        ahead = need.gap(on, late=stalled)
        if need.state(on) != "uncovered" and (need.covered_until(on) is None or ahead is None):
            return None
        self.start = on if ahead is None else ahead[0]
        self.end = self.last_day_allowed()
        routes = tuple(self.route(ground) for ground in self.grounds())
        usable = [route for word in ("open", "conditional") for route in routes if route.verdict == word]
        refusal = self.refusal(has_ground=bool(usable))
        if refusal is not None:
            return Reply(self.start, refusal, None, None, None, routes)
        return Reply(self.start, None, self.end, self.release(), usable[0].route, routes)

    def last_day_allowed(self) -> date:
        """The last day of the cap, or the last one before service or the end of the need."""
        need, start = self.need, self.start
        end, first = need.cap_end(start, start), need.chain_first(start)
        if first is not None and self.number("interim.cap_is_final"):
            end = min(end, need.cap_end(start, first))
        days = [start + ONE * n for n in range((end - start).days + 1)]
        stop = next((day for day in days if need.served(day) or not need.required(day)), end + ONE)
        return stop - ONE

    def refusal(self, *, has_ground: bool) -> str | None:
        """Why nothing is suggested: the cap first, then the purchase, then the grounds (decision 9)."""
        if self.end < self.start:
            return "cap_used_up"
        if self.purchase is None:
            return "no_tender"
        return None if has_ground else "no_ground"

    def release(self) -> date | None:
        """The day before the tender is likely to serve (decision 25)."""
        forecast = self.speaker.forecast if self.speaker else None
        return forecast[1] - ONE if forecast else None

    def number(self, clause: str) -> int:
        """A number of the law in force on the first interim day."""
        return in_force(self.need.numbers, clause, self.start)

    # Routes and their conditions

    def grounds(self) -> tuple[Ground, ...]:
        """The routes that the law in force on the first interim day knows, in its order."""
        return LAW_434 if self.start < PRESENT_LAW_FROM else LAW_106

    def route(self, ground: Ground) -> RouteReply:
        """The route with the word for each of its conditions."""
        asks = ground.asks
        if ground.asks_new_customer is not None and self.is_new_customer():
            asks = ground.asks_new_customer
        words = [TO_CONFIRM if ask in FOR_PEOPLE else self.judges[ask]() for ask in asks]
        verdict = "conditional" if TO_CONFIRM in words else "open"
        if NOT_MET in words:
            verdict = "closed"
        return RouteReply(ground.route, ground.clause, verdict, tuple(zip(asks, words, strict=True)))

    def is_new_customer(self) -> bool:
        """Whether the number of the customer begins with the year of the first interim day."""
        return (self.need.facts.bin or "")[:2] == str(self.start.year)[2:]

    def facts_of(self, stand: Stand) -> TenderFacts:
        """The stated facts of a tender."""
        return next(tender for tender in self.need.facts.tenders if tender.number == stand.number)

    def purchase_under_way(self) -> str:
        """A live tender is one; a failed one has yet to be repeated."""
        if self.purchase is None:
            return NOT_MET
        return MET if self.purchase.live else TO_CONFIRM

    def daily_need_list(self) -> str:
        """What the list № 559 says, once somebody has checked it."""
        checked = f"daily_need.{self.need.facts.service}"
        if checked not in self.need.numbers:
            return TO_CONFIRM
        return MET if self.number(checked) else NOT_MET

    def competitive_method(self) -> str:
        """Whether the interim bridges to a tender."""
        if self.purchase is None:
            return NOT_MET
        return COMPETITIVE.get(self.facts_of(self.purchase).method, TO_CONFIRM)

    def supplier_refused(self) -> str:
        """Nobody could refuse if contracts are known, but none of the year before (decision 24)."""
        regular = [line for line in self.need.dated if line.kind == "regular"]
        days = [date(self.start.year - 1, 1, 1) + ONE * n for n in range(366)]
        year = [day for day in days if day.year == self.start.year - 1]
        refusable = any(self.need.serves(line, day) for line in regular for day in year)
        return TO_CONFIRM if refusable or not regular else NOT_MET

    def first_month(self) -> str:
        """Whether the purchase is made in the first month of the year."""
        return MET if self.start.month <= self.number("interim.first_months") else NOT_MET

    def annual_limit(self) -> str:
        """One purchase above the limit is too much; one below says nothing of the others (decision 15)."""
        amount = self.facts_of(self.purchase).amount if self.purchase else None
        limit = self.number("small_value.limit") * self.number("mci")
        return NOT_MET if amount is not None and Decimal(amount) > limit else TO_CONFIRM

    def repeat_failed(self) -> str:
        """A repeat without success opens the way; a first failure perhaps, in quotations (law §2.4)."""
        if self.failed is None or self.failed.status != "unsuccessful":
            return NOT_MET
        tender = self.facts_of(self.failed)
        if tender.repeats is not None:
            return MET
        return TO_CONFIRM if tender.method == "price_quotation" else NOT_MET

    def decided_in_time(self) -> str:
        """Whether the working days for the decision, by the law of the failed tender, are not over."""
        if self.failed is None or self.failed.ended_on is None:
            return NOT_MET
        published = self.facts_of(self.failed).published_on
        known = self.on if published is None or published > self.on else published
        days = in_force(self.need.numbers, "after_failure.decision", known)
        return MET if self.on <= nth_working_day(self.failed.ended_on, days, self.need.days_off) else NOT_MET

    def minimum_term(self) -> str:
        """Whether the window is long enough for a contract of services."""
        days = (self.end - self.start).days + 1
        return MET if days >= self.number("contract.minimum_term") else TO_CONFIRM

    # The next step (rules §5)

    def next_step(self) -> str:
        """The one thing to do."""
        reply = self.reply()
        if reply is None:
            return self.step_of_flags()
        if reply.refusal is None:
            return "propose_interim"
        if self.purchase is None:
            return self.announce()
        return "speed_up_tender" if self.purchase.live else "repeat_tender"

    def step_of_flags(self) -> str:
        """What the most pressing flag asks for, else the tender itself."""
        flags = self.need.flags(self.on)
        for flag, step in STEPS:
            if flag not in flags:
                continue
            if step != "announce_tender":
                return step
            if flag == "no_tender" or self.announce() == "record_contract" or not self.leads_to_regular():
                return self.announce()
        return self.step_of_tender() if self.speaker and self.speaker.live else self.step_of_lines()

    def step_of_tender(self) -> str:
        """What the live tender that speaks asks for (decision 30)."""
        assert self.speaker is not None
        if self.speaker.suspended:
            return "resume_tender"
        if self.speaker.stage == "contract":
            return "record_contract"
        if not self.need.flags(self.on):
            return "nothing"
        return "announce_tender" if self.speaker.stage == "planned" else "wait"

    def step_of_lines(self) -> str:
        """What the lines ask for where the end is near, no tender runs and none is wanted (decision 30)."""
        if not self.need.flags(self.on):
            return "nothing"
        if self.announce() == "record_contract":
            return "record_contract"
        until = self.need.covered_until(self.on)
        return "record_end" if until is not None and self.need.opened(until + ONE) else "wait"

    def announce(self) -> str:
        """Announce a tender, unless a contract is signed or a tender was held (decision 22)."""
        signed = [line for line in self.need.facts.lines if line.status == "pending" and not hollow(line)]
        pending = any((last_day(line) or date.max) >= self.on for line in signed)
        return "record_contract" if pending or self.held_without_line() else "announce_tender"

    def held_without_line(self) -> bool:
        """Whether a tender was completed since the last regular line began and no line names it."""
        named = [line.tender_number for line in self.need.facts.lines]
        stands = [tender.stand(self.on) for tender in self.need.tenders]
        held = [stand for stand in stands if stand.status == "complete" and stand.number not in named]
        return any(self.need.ended_lately(stand, self.on) for stand in held)

    def leads_to_regular(self) -> bool:
        """Whether a regular line follows before the unbroken service of the day ends."""
        last = self.need.covered_until(self.on)
        if last is None:
            return False
        return any(self.need.regular(self.on + ONE * n) for n in range(1, (last - self.on).days + 1))
