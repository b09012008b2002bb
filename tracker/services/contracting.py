"""Recording the signed contract of a decision: cover begins, flags close on the same day (rules §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.domain.bins import is_bin
from tracker.domain.days import FIRST_YEAR, LAST_YEAR, Span, legal_day, months_from
from tracker.domain.decision_records import DecisionRecord, LineRecord, Signed
from tracker.domain.decisions import Deed
from tracker.domain.dossier import customer_of
from tracker.domain.drafts import DRAFTS, DraftKind
from tracker.domain.errors import DecisionRefused
from tracker.domain.origins import DECISION
from tracker.domain.people import Person
from tracker.domain.register import ContractRow, RegisterKind
from tracker.domain.vocabulary import SERVING, ContractKind, ContractStatus, Method, RouteId
from tracker.services import drafting
from tracker.services.acting import Author
from tracker.services.deciding import move_on, ready_for, said_by
from tracker.services.evaluating import Book, evaluate
from tracker.services.pricing import jumps, unexplained
from tracker.store import assessments, deciding, decisions, intake, references, signed_lines, versions
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST_NUMBER = 100
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Paper:
    """The signed contract as a person states it: ``prices`` line by line, ``why`` where one of them jumps.

    Where no price is stated it is the one that was approved.
    An extension has the present supplier, who need not be named.
    """

    number: str
    signed_on: date
    start_on: date
    end_on: date
    prices: tuple[Decimal | None, ...] = ()
    supplier_name: str = ""
    supplier_bin: str = ""
    why: str = ""


def record(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    paper: Paper,
    *,
    revision: int,
    today: date,
    book: Book,
) -> DecisionRecord:
    """Write a contract line for each need of the decision and judge them anew at once.

    Raises :class:`DecisionRefused` where the paper cannot be, or is not what was approved, and as
    :func:`.deciding.decide` does.
    """
    found = ready_for(session, person, number, Deed.RECORD, revision=revision)
    stated = _checked(found, paper, today=today, book=book)
    rows = _rows(session, person, found, stated, book)
    if unwritten := _unwritten(session, found, rows):
        _weigh(session, Scope.of_person(person), found, stated, book)
        at = references.next_moment(session, now=author.now)
        source = f"{DECISION}{number}"
        seq = versions.open_recording(session, at=at, actor=author.actor, source=source, reason=source)
        intake.record(session, RegisterKind.CONTRACTS, unwritten, seq)
    signed = Signed(stated.number, stated.signed_on, stated.start_on, stated.end_on)
    deciding.number_lines(session, number, stated.number)
    columns = deciding.signed_columns(signed)
    said = f"{stated.number}: {stated.why}" if stated.why else stated.number
    move_on(session, author, person, found, Deed.RECORD, said, more=columns, told=_told(rows))
    with whole_country(session):  # what is due elsewhere is judged with it
        assessments.mark_due(session, [(line.school_id, line.service.value) for line in found.lines])
        evaluate(session, today=today, book=book)
    return found


def first_day(found: DecisionRecord, today: date) -> date:
    """The first day that a contract signed today would have: an extension begins as approved."""
    if found.route is RouteId.EXTENSION:
        return found.start_on
    return min(max(found.start_on, today), found.end_on)


def latest_end(found: DecisionRecord, start_on: date, book: Book) -> date:
    """The last day that a contract from ``start_on`` may state: of one that is no bridge as approved.

    The cap is months from its first day; where an earlier bridge, cover or the need itself cut the days that
    were approved, the last of those days.
    """
    if found.route is RouteId.AFTER_FAILURE:
        return found.end_on
    capped = months_from(start_on, book.policy.on(start_on).interim_cap_months).last
    approved = months_from(found.start_on, found.frozen.cap_months).last
    return min(capped, found.end_on) if found.end_on < approved else capped


def _checked(found: DecisionRecord, paper: Paper, *, today: date, book: Book) -> Paper:
    """The paper with its texts trimmed; raises :class:`DecisionRefused`."""
    texts = {
        "number": paper.number.strip(),
        "supplier_name": paper.supplier_name.strip(),
        "supplier_bin": paper.supplier_bin.strip(),
    }
    number, name, bin = texts.values()
    if not number or len(number) > LONGEST_NUMBER or not is_storable(number):
        raise DecisionRefused(reason="number")
    if len(name) > LONGEST_NAME or not is_storable(name) or (bin and not is_bin(bin)):
        raise DecisionRefused(reason="supplier")
    if paper.signed_on > today:
        raise DecisionRefused(reason="signed_later")
    days = (paper.signed_on, paper.start_on, paper.end_on)
    if paper.end_on < paper.start_on or not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
        raise DecisionRefused(reason="days")
    _as_decided(found, paper)
    latest = latest_end(found, paper.start_on, book)
    if paper.end_on > latest:
        raise DecisionRefused(reason="too_long", latest=f"{latest:%d.%m.%Y}")
    stated = Paper(number, *days, _prices(found, paper), name, bin, said_by(paper.why, needed=False))
    _from_whom(found, stated)
    return stated


def _prices(found: DecisionRecord, paper: Paper) -> tuple[Decimal | None, ...]:
    """What each line costs: as stated, else as approved; raises :class:`DecisionRefused`."""
    stated = paper.prices or (None,) * len(found.lines)
    if len(stated) != len(found.lines):
        raise DecisionRefused(reason="price")
    return tuple(line.price if one is None else one for line, one in zip(found.lines, stated, strict=True))


def _as_decided(found: DecisionRecord, paper: Paper) -> None:
    """Raise :class:`DecisionRefused` where the days are not those that were approved."""
    if found.decided_at and paper.signed_on < (decided := legal_day(found.decided_at)):
        raise DecisionRefused(reason="signed_before", first=f"{decided:%d.%m.%Y}")
    first, last = f"{found.start_on:%d.%m.%Y}", f"{found.end_on:%d.%m.%Y}"
    if found.route is RouteId.EXTENSION and paper.start_on != found.start_on:
        raise DecisionRefused(reason="not_adjoining", first=first)
    if not found.start_on <= paper.start_on <= found.end_on:
        raise DecisionRefused(reason="not_within", first=first, latest=last)


def _from_whom(found: DecisionRecord, paper: Paper) -> None:
    """Raise :class:`DecisionRefused` where nobody is named, or another in an extension.

    Of a contract concluded directly the name and the BIN: its report says both.
    """
    if found.route is not RouteId.EXTENSION:
        named = (paper.supplier_name, paper.supplier_bin)
        if not any(named):
            raise DecisionRefused(reason="supplier_needed")
        if DraftKind.REPORT in DRAFTS[found.route] and not all(named):
            raise DecisionRefused(reason="supplier_whole")
        return
    for present in (line.contract for line in found.lines if line.contract):
        by_bin = present.supplier_bin and paper.supplier_bin
        known = present.supplier_bin if by_bin else _plain(present.supplier_name)
        said = paper.supplier_bin if by_bin else _plain(paper.supplier_name)
        if known and said and known != said:
            name = present.supplier_name or present.supplier_bin
            raise DecisionRefused(reason="other_supplier", name=name)


def _plain(name: str | None) -> str:
    """A name as it is compared: whatever the case, the quotes and the space."""
    return "".join(sign for sign in (name or "").casefold() if sign.isalnum())


def _weigh(session: Session, scope: Scope, found: DecisionRecord, paper: Paper, book: Book) -> None:
    """Raise :class:`DecisionRefused` for an unexplained jump above the price of a line that was approved.

    The sum that was approved is no jump for the days that were approved with it.
    """
    span = Span.inclusive(paper.start_on, paper.end_on)
    is_whole = span == Span.inclusive(found.start_on, found.end_on)
    priced = zip(found.lines, paper.prices, strict=True)
    changed = [None if is_whole and line.price == price else price for line, price in priced]
    if paper.why or not any(changed):
        return
    for at, jump in jumps(session, scope, found, changed, span, book.policy):
        raise unexplained(at, jump)


def _unwritten(
    session: Session, found: DecisionRecord, rows: Sequence[ContractRow]
) -> tuple[ContractRow, ...]:
    """What the register is still to learn: all of it, or of a line that a file has brought what it left open.

    Raises :class:`DecisionRefused` where the number is another contract's, or the register says of this one
    that it ended or was signed on another day: nothing that stands is written over.
    """
    with whole_country(session):
        schools = {line.school_id for line in found.lines}
        gone = signed_lines.cancelled_by(session, found.number)  # its number may be stated anew
        lines = decisions.named_contracts(session, EVERYTHING, schools)
    known = {line.key: line for line in lines if line.key not in gone}
    if all(line.contract_number != rows[0].contract_number for line in known.values()):
        return tuple(rows)
    pairs = [(known.get(row.key), row) for row in rows]
    same = [(line, row) for line, row in pairs if line is not None and _terms(line) == _terms(row)]
    if len(same) < len(pairs):
        raise DecisionRefused(reason="taken")
    if any(_is_otherwise(line, row) for line, row in same):
        raise DecisionRefused(reason="otherwise")
    filled = ((line, _filled(line, row)) for line, row in same)
    return tuple(row for line, row in filled if row != line)


def _is_otherwise(line: ContractRow, row: ContractRow) -> bool:
    is_over = line.status in (ContractStatus.CANCELLED, ContractStatus.TERMINATED) or line.terminated_on
    return bool(is_over) or (line.signed_on is not None and line.signed_on != row.signed_on)


def _filled(line: ContractRow, row: ContractRow) -> ContractRow:
    """A line of the register with what the signed contract adds to it; a draft of it comes into force."""
    left_open = {name: getattr(row, name) for name in _ADDED if getattr(line, name) is None}
    status = line.status if line.status in SERVING else row.status
    return replace(line, status=status, **left_open)


_ADDED = (
    "signed_on", "supplier_bin", "supplier_name", "buyer_bin", "method", "amount", "extends_contract_number",
)  # fmt: skip
"""What a file may leave open and the signed contract tells."""


def _told(rows: Sequence[ContractRow]) -> dict[str, object]:
    """What the journal keeps of the contract."""
    row = rows[0]
    return {
        "contract": row.contract_number,
        "signed_on": row.signed_on,
        "start_on": row.start_on,
        "until": row.end_on,
        "price": [each.amount for each in rows],
        "supplier": row.supplier_bin or row.supplier_name,
    }


def _terms(line: ContractRow) -> tuple[object, ...]:
    return line.kind, line.start_on, line.end_on


def _rows(
    session: Session, person: Person, found: DecisionRecord, paper: Paper, book: Book
) -> list[ContractRow]:
    """What the register says of the needs from now on; who buys is whom the papers name."""
    case = drafting.dossier_of(session, Scope.of_person(person), found.number, book=book)
    return [
        _row(found, line, price, paper, case.bin_of(customer_of(line)))
        for line, price in zip(found.lines, paper.prices, strict=True)
    ]


def _row(
    found: DecisionRecord, line: LineRecord, price: Decimal | None, paper: Paper, buyer: str
) -> ContractRow:
    is_extension = found.route is RouteId.EXTENSION
    present = line.contract
    kept = present if is_extension else None
    return ContractRow(
        contract_number=paper.number,
        school_id=line.school_id,
        service=line.service,
        start_on=paper.start_on,
        end_on=paper.end_on,
        signed_on=paper.signed_on,
        kind=_KINDS[found.route],
        supplier_bin=(kept and kept.supplier_bin) or paper.supplier_bin or None,
        supplier_name=(kept and kept.supplier_name) or paper.supplier_name or None,
        buyer_bin=buyer or None,
        method=_METHODS[found.route],
        amount=price,
        extends_contract_number=present.number if present and is_extension else None,
    )


_KINDS = {
    RouteId.EXTENSION: ContractKind.EXTENSION,
    RouteId.SINGLE_SOURCE: ContractKind.INTERIM,
    RouteId.SMALL_VALUE: ContractKind.INTERIM,
    RouteId.AFTER_FAILURE: ContractKind.REGULAR,
}
"""After a failed purchase the contract is a full one, no bridge."""

_METHODS = {
    RouteId.EXTENSION: None,
    RouteId.SINGLE_SOURCE: Method.SINGLE_SOURCE,
    RouteId.SMALL_VALUE: Method.SINGLE_SOURCE,
    RouteId.AFTER_FAILURE: Method.AFTER_FAILURE,
}
