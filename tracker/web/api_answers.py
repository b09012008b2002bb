"""What programs are answered (interfaces §6): lists, files and refusals; the program is held to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.decisions import DecisionStatus
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import Service, State
from tracker.web.api_items import (
    Answer,
    ContractLine,
    Count,
    Deadline,
    Flag,
    FlagRecord,
    Moment,
    Need,
    School,
    Tender,
    TenderEvent,
    TenderLine,
)


class Paged(Answer):
    """One page of a list: what was asked about, and by which law it was judged."""

    on: date
    known: Moment | None
    policy: str
    total: Count
    page: Annotated[int, Field(ge=1)]
    pages: Annotated[int, Field(ge=1)]


class NeedName(Answer):
    """A need by its name."""

    school_id: str
    service: Service


class Judged(Paged):
    """A list of what the rules say; ``unjudged`` names the needs of the reader over which they fail."""

    unjudged: list[NeedName]


class Needs(Judged):
    """Needs in the order of school and service."""

    needs: list[Need]


class DecisionMark(Answer):
    """A decision by its number, and where it stands."""

    number: int
    status: DecisionStatus


class Suggested(Need):
    """A need with an interim suggestion; ``decision`` is the one that is open for it now."""

    decision: DecisionMark | None


class Suggestions(Judged):
    """Needs with an interim suggestion, the worst first."""

    suggestions: list[Suggested]


class NeedFlag(Flag):
    """A flag with the need that carries it."""

    school_id: str
    service: Service


class Flags(Judged):
    """Flags, the worst need first."""

    flags: list[NeedFlag]


class Deadlines(Judged):
    """What is due, the soonest first and unknown days last."""

    deadlines: list[Deadline]


class SchoolFile(Answer):
    """All that is known of a school; ``flag_history`` is null where a moment of knowledge is asked about."""

    on: date
    school: School
    needs: list[Need]
    contracts: list[ContractLine]
    tenders: list[TenderLine]
    events: list[TenderEvent]
    flag_history: list[FlagRecord] | None


class TenderFile(Answer):
    """All that is known of a tender; ``standing`` is null for one that no need asks for."""

    tender_number: str
    on: date
    lines: list[TenderLine]
    events: list[TenderEvent]
    standing: Tender | None


class ContractFile(Answer):
    """A contract with its lines."""

    contract_number: str
    lines: list[ContractLine]


class States(Answer):
    """How many needs are in each state."""

    covered: Count
    interim: Count
    uncovered: Count
    unknown: Count
    not_required: Count


class Names(Answer):
    """A name in each language."""

    kk: str
    ru: str
    en: str


class Region(States):
    """A region with its needs by state."""

    region: str
    names: Names


class Regions(Answer):
    """The regions that the reader may see; ``not_stated`` are the needs of schools that state none."""

    on: date
    regions: list[Region]
    not_stated: States


class Import(Answer):
    """What one file brought; the counts add up to the rows read."""

    seq: Annotated[int, Field(ge=1)]
    at: Moment
    actor: str
    kind: RegisterKind
    file: str
    sha256: str
    read: Count
    new: Count
    changed: Count
    same: Count
    rejected: Count


class Imports(Paged):
    """Files taken in, the newest first."""

    imports: list[Import]


class PastNeed(Answer):
    """What was so of a need on a day, as known at one moment."""

    state: State
    covered_until: date | None
    uncovered_since: date | None
    days_without: Count | None
    flags: list[Flag]


class BothSenses(Answer):
    """A need on a past day; null where it was not known. ``same`` where both say the same."""

    school_id: str
    service: Service
    region: str | None
    district: str | None
    same: bool
    then: PastNeed | None
    now: PastNeed | None


class History(Paged):
    """Needs on the day in the order of school and service; ``then_known`` is the end of the day."""

    then_known: Moment
    history: list[BothSenses]


class Problem(BaseModel):
    """Why a request was refused (RFC 9457); further keys say what was wrong in it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(pattern=r"^urn:tracker:error\.\w+$")
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    allowed: list[str] = Field(
        default_factory=list, description="The values that a refused filter has, told where they are few."
    )
