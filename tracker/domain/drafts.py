"""The papers that a decision needs: which by route, what each says, what is missing to say it (rules §6).

A draft is made of facts and nothing else. What is missing is named before anything is rendered, so no paper
ever has a blank, and a checksum over the facts leads from the paper back to the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracker.domain.vocabulary import ConditionId, ConditionStatus, RouteId, Service


class DraftKind(StrEnum):
    """The kinds of papers."""

    AGREEMENT = "agreement"
    DECISION = "decision"
    REQUEST = "request"
    INVITATION = "invitation"
    REPORT = "report"
    LETTER = "letter"


DIRECT = (DraftKind.DECISION, DraftKind.REQUEST, DraftKind.LETTER, DraftKind.REPORT)
"""What a contract concluded directly needs; the report comes after signing."""

DRAFTS: Mapping[RouteId, tuple[DraftKind, ...]] = {
    RouteId.EXTENSION: (DraftKind.AGREEMENT, DraftKind.LETTER),
    RouteId.SINGLE_SOURCE: DIRECT,
    RouteId.SMALL_VALUE: DIRECT,
    RouteId.AFTER_FAILURE: (DraftKind.DECISION, DraftKind.INVITATION, DraftKind.LETTER),
}
"""The papers of each route, in the order in which they are needed."""

BETWEEN_PARTIES = frozenset(DraftKind) - {DraftKind.LETTER}
PRICED = BETWEEN_PARTIES - {DraftKind.REQUEST}
BY_HEAD = frozenset({DraftKind.DECISION, DraftKind.REPORT})
SAID_BY: Mapping[str, frozenset[DraftKind]] = {
    "route_title": BY_HEAD | {DraftKind.LETTER},
    "cap_months": frozenset({DraftKind.AGREEMENT, DraftKind.DECISION}),
    "caution": BY_HEAD,
    "buyer": BETWEEN_PARTIES,
    "buyer_bin": BETWEEN_PARTIES,
    "supplier": BY_HEAD | {DraftKind.AGREEMENT},
    "supplier_bin": frozenset({DraftKind.AGREEMENT, DraftKind.REPORT}),
    "contract_number": frozenset({DraftKind.AGREEMENT}),
    "contract_signed_on": frozenset({DraftKind.AGREEMENT}),
    "tender_number": frozenset(DraftKind) - {DraftKind.REPORT},
    "amount": PRICED,
    "currency": PRICED,
    "conditions": frozenset({DraftKind.DECISION}),
    "duties": BY_HEAD | {DraftKind.INVITATION},
    "reason": frozenset({DraftKind.DECISION}),
    "head": BY_HEAD,
    "signed_number": frozenset({DraftKind.REPORT, DraftKind.LETTER}),
    "signed_on": frozenset({DraftKind.REPORT, DraftKind.LETTER}),
    "addressee": frozenset({DraftKind.REQUEST, DraftKind.INVITATION}),
    "reply_days": frozenset({DraftKind.REQUEST}),
    "reply_by": frozenset({DraftKind.REQUEST}),
    "reply_to": frozenset({DraftKind.REQUEST}),
    "contact": frozenset({DraftKind.REQUEST}),
    "choice": frozenset({DraftKind.REPORT}),
    "price": frozenset({DraftKind.REPORT}),
    "is_partial": frozenset(),
    "is_repeated": frozenset(DraftKind) - {DraftKind.INVITATION, DraftKind.REPORT},
}
"""Facts that papers of some kinds alone say: the codes of the others do not stand for them."""

CHECKSUM_LENGTH = 16
"""Hexadecimal digits of a checksum, shown in fours."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The same in Kazakh and in Russian."""

    kk: str
    ru: str


@dataclass(frozen=True, slots=True)
class Place:
    """A school that is served: its names, BIN and address, and its last contract with that one's last day.

    ``is_terminated`` where the contract was terminated on that day, before its stated end.
    """

    school_id: str
    name: Twin
    bin: str | None = None
    address: str | None = None
    contract_number: str | None = None
    ends_on: date | None = None
    is_terminated: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A duty that follows: what is to be done, within so many working days after which event."""

    title: Twin
    working_days: int
    counted_from: str


@dataclass(frozen=True, slots=True)
class Held:
    """A condition of the ground; where a person confirmed it: who, when and by which paper."""

    condition: ConditionId
    status: ConditionStatus
    by: str | None = None
    at: datetime | None = None
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What one paper says. None is a fact that nobody has stated; days are inclusive.

    ``part`` tells papers of one kind apart: contract, school, customer or the number of the request.
    ``reply_by`` is the last day for an offer, ``reply_to`` where it goes, ``contact`` who answers questions.
    ``assumed`` says why the ground stands without a citation, ``caution`` what nobody has verified of it.
    ``is_partial`` where the decision concerns more schools than its reader sees. ``is_repeated`` where the
    purchase of ``tender_number`` is over without a contract: what is bridged to is the one that repeats it.
    """

    kind: DraftKind
    decision: str
    part: str
    route: RouteId
    route_title: Twin
    service: Service
    start_on: date | None = None
    end_on: date | None = None
    cap_months: int | None = None
    ground: Twin | None = None
    assumed: Twin | None = None
    caution: Twin | None = None
    places: tuple[Place, ...] = ()
    buyer: Twin | None = None
    buyer_bin: str | None = None
    supplier: str | None = None
    supplier_bin: str | None = None
    contract_number: str | None = None
    contract_signed_on: date | None = None
    tender_number: str | None = None
    amount: Decimal | None = None
    currency: str = "KZT"
    conditions: tuple[Held, ...] = ()
    duties: tuple[Term, ...] = ()
    reason: str | None = None
    head: str | None = None
    signed_number: str | None = None
    signed_on: date | None = None
    addressee: str | None = None
    reply_days: int | None = None
    reply_by: date | None = None
    reply_to: str | None = None
    contact: str | None = None
    choice: Twin | None = None
    price: Twin | None = None
    is_partial: bool = False
    is_repeated: bool = False

    @property
    def key(self) -> str:
        """The name of this paper among those of its decision."""
        return f"{self.kind}:{self.part}" if self.part else self.kind.value


ALWAYS = ("start_on", "end_on", "ground", "places")
ASKED: Mapping[DraftKind, tuple[str, ...]] = {
    DraftKind.AGREEMENT: (
        *ALWAYS,
        "buyer",
        "buyer_bin",
        "supplier",
        "supplier_bin",
        "contract_number",
        "contract_signed_on",
        "tender_number",
        "amount",
    ),
    DraftKind.DECISION: (*ALWAYS, "buyer", "buyer_bin", "head", "amount"),
    DraftKind.REQUEST: (
        *ALWAYS,
        "buyer",
        "buyer_bin",
        "addressee",
        "reply_by",
        "reply_to",
        "contact",
    ),
    DraftKind.INVITATION: (*ALWAYS, "buyer", "buyer_bin", "addressee", "tender_number", "amount"),
    DraftKind.REPORT: (
        *ALWAYS,
        "buyer",
        "buyer_bin",
        "head",
        "supplier",
        "supplier_bin",
        "signed_number",
        "signed_on",
        "amount",
        "choice",
        "price",
    ),
    DraftKind.LETTER: ALWAYS,
}
"""The facts without which a paper of each kind cannot be written."""


PARTIAL = "beyond"
"""The code of what no reader of a part of a decision can say: the rest of its schools."""


class GivenName(StrEnum):
    """Facts that neither the register nor the decision holds: a person gives them for a customer."""

    BUYER_KK = "buyer_kk"
    BUYER_RU = "buyer_ru"
    BUYER_BIN = "buyer_bin"
    HEAD = "head"
    ADDRESSEE_1 = "addressee_1"
    ADDRESSEE_2 = "addressee_2"
    ADDRESSEE_3 = "addressee_3"
    REPLY_BY = "reply_by"
    REPLY_TO = "reply_to"
    CONTACT = "contact"
    CHOICE_KK = "choice_kk"
    CHOICE_RU = "choice_ru"
    PRICE_KK = "price_kk"
    PRICE_RU = "price_ru"


OF_CUSTOMERS = frozenset(
    {GivenName.BUYER_KK, GivenName.BUYER_RU, GivenName.HEAD, GivenName.REPLY_TO, GivenName.CONTACT}
)
"""What holds of a customer in all decisions: given once, it is proposed everywhere."""

GIVEN: Mapping[str, tuple[GivenName, ...]] = {
    "buyer": (GivenName.BUYER_KK, GivenName.BUYER_RU),
    "buyer_bin": (GivenName.BUYER_BIN,),
    "head": (GivenName.HEAD,),
    "addressee": (GivenName.ADDRESSEE_1, GivenName.ADDRESSEE_2, GivenName.ADDRESSEE_3),
    "reply_by": (GivenName.REPLY_BY,),
    "reply_to": (GivenName.REPLY_TO,),
    "contact": (GivenName.CONTACT,),
    "choice": (GivenName.CHOICE_KK, GivenName.CHOICE_RU),
    "price": (GivenName.PRICE_KK, GivenName.PRICE_RU),
}
"""The facts of papers that are given so."""

LONGEST_GIVEN = 500
"""Signs of the longest fact that a person gives."""

OF_DECISION = frozenset({"amount", "signed_number", "signed_on"})
"""Facts that the page of the decision asks for; all others that are not given come from the register."""

OF_CONTRACT = frozenset({"supplier", "supplier_bin", "contract_signed_on"})
"""Facts that the register of contracts lacks: they are written there, by a correction."""

MISSING = (PARTIAL, *dict.fromkeys(name for names in ASKED.values() for name in names))
"""Every code that :func:`missing` may name."""


def missing(draft: Draft) -> tuple[str, ...]:
    """The names of the facts that a paper lacks, in the order in which it asks for them.

    Of a report, which comes after signing, first that the contract is signed.
    """
    beyond = (PARTIAL,) if draft.is_partial else ()
    if draft.kind is DraftKind.REPORT and _is_blank(draft.signed_number):
        return (*beyond, "signed_number")
    return beyond + tuple(name for name in ASKED[draft.kind] if _is_blank(getattr(draft, name)))


def _is_blank(value: object) -> bool:
    if isinstance(value, Twin):
        return _is_blank(value.kk) or _is_blank(value.ru)
    if isinstance(value, str):  # signs that no paper can print say nothing
        return not any(sign.isprintable() and not sign.isspace() for sign in value)
    return value is None or value == ()


def checksum(draft: Draft) -> str:
    """Which facts a paper says: ``7F3A-91C0-22BE-08D1``, other where it says anything else."""
    facts = {
        name: value for name, value in asdict(draft).items() if draft.kind in SAID_BY.get(name, (draft.kind,))
    }
    said = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    digits = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:CHECKSUM_LENGTH].upper()
    return "-".join(digits[at : at + 4] for at in range(0, CHECKSUM_LENGTH, 4))


def is_same_checksum(typed: str, draft: Draft) -> bool:
    """Whether what somebody typed off a paper is the checksum of this draft, however it is spaced."""
    digits = "".join(sign for sign in typed.upper() if sign in "0123456789ABCDEF")
    return digits == checksum(draft).replace("-", "")
