"""The papers of one decision, made from its record, from the signed contract and from what people stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from tracker.domain.alphabet import words
from tracker.domain.asked import read_day
from tracker.domain.decision_records import (
    DecisionRecord,
    FrozenContract,
    LineRecord,
)
from tracker.domain.decisions import DecisionStatus
from tracker.domain.drafts import (
    ASKED,
    DRAFTS,
    GIVEN,
    Draft,
    DraftKind,
    GivenName,
    Held,
    Term,
    Twin,
    missing,
)
from tracker.domain.enclosures import Enclosure
from tracker.domain.errors import DayNotReadable
from tracker.domain.paper_facts import (
    amount_of,
    confirmed,
    ground_of,
    grouped,
    name_of,
    part_of,
    place_of,
    purchases_of,
    twin_of,
)
from tracker.domain.register import ContractRow

DEAD = frozenset({DecisionStatus.REJECTED, DecisionStatus.WITHDRAWN})
"""Decisions that need no papers any more."""

ADDRESSEES = (GivenName.ADDRESSEE_1, GivenName.ADDRESSEE_2, GivenName.ADDRESSEE_3)
"""Offers are asked from three potential suppliers (Rules, para 512); only one is invited after a failure."""

_BUYER = (GivenName.BUYER_KK, GivenName.BUYER_RU)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A decision with everything that its papers are made of.

    ``proposed`` was stated of its customers for other decisions: papers say it once somebody confirms it.
    ``enclosed`` are the files that prove its conditions, ``present`` the lines of contracts by their keys, as
    the register has them now.
    """

    record: DecisionRecord
    given: Mapping[tuple[str, GivenName], str]
    signed: tuple[ContractRow, ...]
    reply_days: int | None
    is_partial: bool
    proposed: Mapping[tuple[str, GivenName], str] = field(default_factory=dict)
    enclosed: tuple[Enclosure, ...] = ()
    present: Mapping[tuple[str, ...], ContractRow] = field(default_factory=dict)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every paper that the decision needs, in the order in which they are needed."""
        return () if self.record.status in DEAD else self.written

    @property
    def written(self) -> tuple[Draft, ...]:
        """The same, also of one that was rejected or taken back since: somebody may hold its papers."""
        return tuple(draft for kind in DRAFTS[self.record.route] for draft in _drafts(kind, self))

    @property
    def before_signing(self) -> Dossier:
        """The same as it stood until the signed contract was recorded: so its first papers were written."""
        return replace(self, record=replace(self.record, signed=None), signed=())

    @property
    def customers(self) -> tuple[str, ...]:
        """The BINs of its customers; an empty one where the register knows none."""
        return tuple(dict.fromkeys(customer_of(line) for line in self.record.lines))

    def asks(self, customer: str) -> tuple[GivenName, ...]:
        """What people may state for a customer now, in the order of a form: a report comes after signing.

        Once it is closed only what nobody has stated yet.
        """
        later = () if self.record.signed else (DraftKind.REPORT,)
        kinds = (kind for kind in DRAFTS[self.record.route] if kind not in later)
        needed = {name for kind in kinds for name in _asked_by(kind)}
        if self.record.status is DecisionStatus.CLOSED:
            needed = {name for name in needed if not self.told(customer, name)}
        if _own_school(self.record.lines, self.bin_of(customer)):
            needed -= set(_BUYER)
        if customer or (self._bin_now and not self.told(customer, GivenName.BUYER_BIN)):
            needed.discard(GivenName.BUYER_BIN)
        return tuple(name for name in GivenName if name in needed)

    def bin_of(self, customer: str) -> str:
        """The BIN of a customer: of one that the register lacked what was stated, else what it has now."""
        return customer or self.told(customer, GivenName.BUYER_BIN) or self._bin_now

    @property
    def _bin_now(self) -> str:
        """Who bought last by the present register, where it did not say on the day of the draft."""
        rows = [self.line_now(line) for line in self.record.lines if not customer_of(line)]
        found = {row.buyer_bin for row in rows if row and row.buyer_bin}
        return found.pop() if len(found) == 1 else ""

    def line_now(self, line: LineRecord) -> ContractRow | None:
        """The line of a need's last contract as the register has it now."""
        contract = line.contract
        return self.present.get((contract.number, line.school_id, line.service)) if contract else None

    def told(self, customer: str, name: GivenName) -> str:
        """What was stated; nothing where nobody has."""
        return self.given.get((customer, name), "")

    @property
    def takes_facts(self) -> bool:
        """Whether anybody who sees all of it may state something for its papers.

        Of one that is closed as long as a paper lacks it: a duty outlives the decision.
        """
        if self.is_partial or self.record.status in DEAD:
            return False
        return self.record.status is not DecisionStatus.CLOSED or self.lacks_facts

    @property
    def lacks_facts(self) -> bool:
        """Whether a paper lacks what a person would state."""
        return any(code in GIVEN for draft in self.drafts for code in missing(draft))

    def offered(self, customer: str, name: GivenName) -> str:
        """What was stated of the customer elsewhere and waits to be confirmed here; else nothing."""
        return "" if self.told(customer, name) else self.proposed.get((customer, name), "")

    def twin(self, customer: str, kazakh: GivenName, russian: GivenName) -> Twin:
        """What was stated in both languages."""
        return Twin(self.told(customer, kazakh), self.told(customer, russian))


def _asked_by(kind: DraftKind) -> Iterator[GivenName]:
    """What people may state for a paper of a kind: of an invitation one addressee."""
    later = ADDRESSEES[1:] if kind is DraftKind.INVITATION else ()
    return (name for code in ASKED[kind] for name in GIVEN.get(code, ()) if name not in later)


def _drafts(kind: DraftKind, case: Dossier) -> Iterator[Draft]:
    if kind is DraftKind.AGREEMENT:
        for number, lines in grouped(case.record.lines, _contract_number):
            yield replace(_draft(kind, case, lines), part=number)
    elif kind is DraftKind.LETTER:
        for line in case.record.lines:
            yield replace(_draft(kind, case, [line]), part=part_of(line), is_partial=False)
    else:
        groups = grouped(case.record.lines, customer_of)
        for customer, lines in groups:
            yield from _of_customer(kind, case, customer, lines, is_only=len(groups) == 1)


def _of_customer(
    kind: DraftKind, case: Dossier, customer: str, lines: Sequence[LineRecord], *, is_only: bool
) -> Iterator[Draft]:
    draft = replace(_draft(kind, case, lines), part="" if is_only else customer)
    if kind is DraftKind.INVITATION:
        draft = replace(draft, addressee=case.told(customer, ADDRESSEES[0]) or None)
    if kind is not DraftKind.REQUEST:
        yield draft
        return
    draft = replace(
        draft,
        reply_by=_day(case.told(customer, GivenName.REPLY_BY)),
        reply_to=case.told(customer, GivenName.REPLY_TO) or None,
        contact=case.told(customer, GivenName.CONTACT) or None,
    )
    told = [case.told(customer, name) for name in ADDRESSEES]
    for count, addressee in enumerate(told, start=1):
        part = f"{customer}-{count}" if draft.part else str(count)
        again = is_repeated([*told[: count - 1], addressee], of=addressee)
        yield replace(draft, part=part, addressee=None if again else addressee or None)


def _day(told: str) -> date | None:
    """The day that was stated, if it is one."""
    try:
        return read_day(told)
    except DayNotReadable:
        return None


def is_repeated(told: Iterable[str], *, of: str) -> bool:
    """Whether one party is named more than once, however it is spaced, quoted and capitalized."""
    party = "".join(words(of))
    return bool(party) and ["".join(words(each)) for each in told].count(party) > 1


def _draft(kind: DraftKind, case: Dossier, lines: Sequence[LineRecord]) -> Draft:
    record, customer = case.record, customer_of(lines[0])
    clause, contract = record.ground.clause, _contract(kind, case, lines[0])
    tenders = purchases_of(lines)
    draft = Draft(
        kind=kind,
        decision=str(record.number),
        part="",
        route=record.route,
        route_title=twin_of(record.ground.title),
        service=lines[0].service,
        start_on=record.start_on,
        end_on=record.end_on,
        cap_months=record.frozen.cap_months,
        ground=ground_of(clause),
        assumed=twin_of(clause.assumed) if clause.assumed else None,
        caution=twin_of(record.ground.caution) if record.ground.caution else None,
        places=tuple(map(place_of, lines)),
        buyer=_buyer(case, lines, customer),
        buyer_bin=case.bin_of(customer) or None,
        supplier=contract.supplier_name if contract else None,
        supplier_bin=contract.supplier_bin if contract else None,
        contract_number=contract.number if contract else None,
        contract_signed_on=contract.signed_on if contract else None,
        tender_number=", ".join(dict.fromkeys(tender.number for tender in tenders)) or None,
        is_repeated=any(tender.has_failed for tender in tenders),
        amount=amount_of(lines),
        conditions=_conditions(case),
        duties=tuple(
            Term(twin_of(duty.title), duty.working_days, duty.counted_from) for duty in record.frozen.duties
        ),
        reason=record.reason or None,
        head=case.told(customer, GivenName.HEAD) or None,
        reply_days=case.reply_days,
        choice=case.twin(customer, GivenName.CHOICE_KK, GivenName.CHOICE_RU),
        price=case.twin(customer, GivenName.PRICE_KK, GivenName.PRICE_RU),
        is_partial=case.is_partial,
    )
    return _signed(draft, case, lines) if kind in (DraftKind.REPORT, DraftKind.LETTER) else draft


def _contract(kind: DraftKind, case: Dossier, line: LineRecord) -> FrozenContract | None:
    """The last contract as it was on the day of the draft.

    An additional agreement also says what the register lacked then and has now: it could not be written
    without, so none that was taken says anything else.
    """
    contract, row = line.contract, case.line_now(line)
    if contract is None or row is None or kind is not DraftKind.AGREEMENT:
        return contract
    return replace(
        contract,
        signed_on=contract.signed_on or row.signed_on,
        supplier_bin=contract.supplier_bin or row.supplier_bin,
        supplier_name=contract.supplier_name or row.supplier_name,
    )


def _signed(draft: Draft, case: Dossier, lines: Sequence[LineRecord]) -> Draft:
    """The draft with the days, the parties and the sum of the contract that was signed."""
    signed = case.record.signed
    if signed is None:
        return draft if draft.kind is DraftKind.LETTER else replace(draft, supplier=None, supplier_bin=None)
    wanted = {(line.school_id, line.service) for line in lines}
    rows = [row for row in case.signed if (row.school_id, row.service) in wanted]
    amounts = [row.amount for row in rows if row.amount is not None]
    return replace(
        draft,
        start_on=signed.start_on,
        end_on=signed.end_on,
        signed_number=signed.number,
        signed_on=signed.signed_on,
        supplier=next((row.supplier_name for row in rows if row.supplier_name), None),
        supplier_bin=next((row.supplier_bin for row in rows if row.supplier_bin), None),
        amount=sum(amounts, Decimal(0)) if amounts and len(amounts) == len(lines) else draft.amount,
    )


def _conditions(case: Dossier) -> tuple[Held, ...]:
    """The conditions of the ground: met by the facts, or by the word of a person, who is named."""
    ticks = {tick.condition: tick for tick in case.record.ticks}
    return tuple(
        confirmed(ticks[condition.id], case.enclosed)
        if condition.id in ticks
        else Held(condition.id, condition.status)
        for condition in case.record.ground.conditions
    )


def _buyer(case: Dossier, lines: Sequence[LineRecord], customer: str) -> Twin:
    """The customer's name: that of the school where it buys for itself, else what was stated."""
    school = _own_school(lines, case.bin_of(customer))
    return name_of(school) if school else case.twin(customer, *_BUYER)


def _own_school(lines: Iterable[LineRecord], bin: str) -> LineRecord | None:
    return next((line for line in lines if bin and line.school.bin == bin), None)


def customer_of(line: LineRecord) -> str:
    """The BIN of who bought for this need last; an empty one where the register does not say."""
    return (line.contract and line.contract.buyer_bin) or ""


def _contract_number(line: LineRecord) -> str:
    return line.contract.number if line.contract else ""
