"""The closed lists of words that rules, tables, files and pages share (rules §§2–6, interfaces §4)."""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """What a school must have. Only ``channel`` is on until someone turns others on (rules §2)."""

    CHANNEL = "channel"
    CCTV = "cctv"
    ALARM = "alarm"
    GUARD = "guard"


class ContractKind(StrEnum):
    """Why a contract was made (rules §3)."""

    REGULAR = "regular"
    EXTENSION = "extension"
    INTERIM = "interim"


class ContractStatus(StrEnum):
    """Where a contract stands; only four of them ever serve (rules §3)."""

    DRAFT = "draft"
    PENDING = "pending"
    ACTIVE = "active"
    PERFORMED = "performed"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


SERVING = frozenset(
    {ContractStatus.ACTIVE, ContractStatus.PERFORMED, ContractStatus.EXPIRED, ContractStatus.TERMINATED}
)
"""Contracts with these statuses serve on their days (rules §3)."""


class State(StrEnum):
    """How a need stands on a day, in the order in which it is decided (rules §3)."""

    NOT_REQUIRED = "not_required"
    COVERED = "covered"
    INTERIM = "interim"
    UNKNOWN = "unknown"
    UNCOVERED = "uncovered"


class TenderStatus(StrEnum):
    """Open Contracting statuses (rules §4)."""

    PLANNED = "planned"
    ACTIVE = "active"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    COMPLETE = "complete"


LIVE = frozenset({TenderStatus.PLANNED, TenderStatus.ACTIVE})
FAILED = frozenset({TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED, TenderStatus.WITHDRAWN})


class Method(StrEnum):
    """How a purchase is made."""

    OPEN_TENDER = "open_tender"
    PRICE_QUOTATION = "price_quotation"
    SINGLE_SOURCE = "single_source"
    AFTER_FAILURE = "after_failure"
    OTHER = "other"


class Stage(StrEnum):
    """Where a live tender stands (rules §4), in the order of its course."""

    PLANNED = "planned"
    DISCUSSION = "discussion"
    BIDS = "bids"
    EVALUATION = "evaluation"
    APPEAL = "appeal"
    CONTRACT = "contract"


STAGES: tuple[Stage, ...] = tuple(Stage)

COURSE: dict[Method, tuple[Stage, ...]] = {
    Method.OPEN_TENDER: STAGES,
    Method.PRICE_QUOTATION: (Stage.PLANNED, Stage.BIDS, Stage.EVALUATION, Stage.CONTRACT),
    Method.SINGLE_SOURCE: (Stage.PLANNED, Stage.BIDS, Stage.EVALUATION, Stage.CONTRACT),
    Method.AFTER_FAILURE: (Stage.PLANNED, Stage.BIDS, Stage.EVALUATION, Stage.CONTRACT),
    Method.OTHER: STAGES,
}
"""The stages that each method passes through, first to last (rules §4)."""


class TenderEventKind(StrEnum):
    """What a dated row of a tender-events file may say (interfaces §4)."""

    PLANNED = "planned"
    DISCUSSION = "discussion"
    BIDS = "bids"
    EVALUATION = "evaluation"
    APPEAL = "appeal"
    CONTRACT = "contract"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    COMPLETE = "complete"


class Trouble(StrEnum):
    """How a purchase stops: it fails, in one of four ways, or its clock stands still."""

    NO_BIDS = "no_bids"
    NONE_ADMITTED = "none_admitted"
    ONE_ADMITTED = "one_admitted"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


class RemedyId(StrEnum):
    """Ways to go on after a purchase failed."""

    REPEAT = "repeat"
    CHANGE = "change"


class FlagKind(StrEnum):
    """Every flag a need can carry (rules §5), in the order in which they are shown."""

    NO_SERVICE = "no_service"
    UNKNOWN_TERM = "unknown_term"
    ENDING_SOON = "ending_soon"
    GAP_AHEAD = "gap_ahead"
    NO_TENDER = "no_tender"
    TENDER_STALLED = "tender_stalled"
    TENDER_FAILED = "tender_failed"
    INTERIM_ENDING = "interim_ending"
    INTERIM_OVER_CAP = "interim_over_cap"
    INTERIM_WITHOUT_TENDER = "interim_without_tender"
    OVERLAP = "overlap"
    STALE = "stale"


class RouteId(StrEnum):
    """Ways to an interim contract (interfaces §5)."""

    EXTENSION = "interim.extension"
    SINGLE_SOURCE = "interim.single_source"
    SMALL_VALUE = "interim.small_value"
    AFTER_FAILURE = "after_failure.single_source"


class ConditionId(StrEnum):
    """What a route asks for; each is judged by one function of ``interim``."""

    PURCHASE_UNDER_WAY = "purchase_under_way"
    SECURITY_SERVICE = "security_service"
    CONTRACT_IN_FORCE = "contract_in_force"
    DAILY_NEED_LIST = "daily_need_list"
    COMPETITIVE_METHOD = "competitive_method"
    SAME_TERMS = "same_terms"
    SUPPLIER_REFUSED = "supplier_refused"
    FIRST_MONTH = "first_month"
    CUSTOMER_CREATED = "customer_created"
    VOLUME_LIMIT = "volume_limit"
    THREE_OFFERS = "three_offers"
    HEAD_DECISION = "head_decision"
    PLAN_POINT = "plan_point"
    ANNUAL_LIMIT = "annual_limit"
    METHOD_NOT_FIXED = "method_not_fixed"
    NO_SPLITTING = "no_splitting"
    REPEAT_FAILED = "repeat_failed"
    NO_BIDS = "no_bids"
    DECIDED_IN_TIME = "decided_in_time"
    MINIMUM_TERM = "minimum_term"
    SUPPLIER_CONSENT = "supplier_consent"


class ConditionStatus(StrEnum):
    """What the facts say of a condition (rules §6)."""

    MET = "met"
    NOT_MET = "not_met"
    TO_CONFIRM = "to_confirm"


class Verdict(StrEnum):
    """What the conditions together say of a route (rules §6)."""

    OPEN = "open"
    CONDITIONAL = "conditional"
    CLOSED = "closed"


class RefusalReason(StrEnum):
    """Why no interim contract is suggested (rules §6)."""

    CAP_USED_UP = "cap_used_up"
    NO_TENDER = "no_tender"
    NO_GROUND = "no_ground"


class NextStep(StrEnum):
    """The one thing to do next that each flagged need shows."""

    RECORD_END = "record_end"
    PROPOSE_INTERIM = "propose_interim"
    ANNOUNCE_TENDER = "announce_tender"
    REPEAT_TENDER = "repeat_tender"
    SPEED_UP_TENDER = "speed_up_tender"
    RECORD_CONTRACT = "record_contract"
    CHECK_OVERLAP = "check_overlap"
    CHECK_CHAIN = "check_chain"
    CONFIRM_FACTS = "confirm_facts"
    RESUME_TENDER = "resume_tender"
    WAIT = "wait"
    NOTHING = "nothing"


class DeadlineKind(StrEnum):
    """What a day can be the last one for (rules §7)."""

    COVER_END = "cover_end"
    INTERIM_END = "interim_end"
    SAFE_START = "latest_safe_start"
    STAGE = "stage_due"
    DECISION = "single_source_decision"
    REPORT = "report"
    CONFIRM = "facts_to_confirm"


class Consequence(StrEnum):
    """What follows when a deadline is missed, what harms a school most first."""

    SERVICE_LOST = "service_lost"
    TERM_UNKNOWN = "term_unknown"
    GAP_OPENS = "gap_opens"
    GROUND_LOST = "ground_lost"
    TENDER_STALLED = "tender_stalled"
    REPORT_MISSING = "report_missing"
    FACTS_STALE = "facts_stale"


HARM: dict[Consequence, int] = {consequence: place for place, consequence in enumerate(Consequence)}
"""The place of each consequence, the worst first."""


class Timing(StrEnum):
    """Where a day stands against a deadline; ``unknown`` where the deadline has no known day."""

    LATE = "late"
    TODAY = "today"
    AHEAD = "ahead"
    UNKNOWN = "unknown"


class LeadUnit(StrEnum):
    """In what the time before a deadline is counted."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


class Language(StrEnum):
    """Languages of pages and messages, the first among equals first."""

    KK = "kk"
    RU = "ru"
    EN = "en"
