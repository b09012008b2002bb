"""Finding the purchase of a need, with what is asked of it at its present step; nothing is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment, TenderStanding
from tracker.domain.forecast import Asking
from tracker.domain.progress import FAILURE, Case, Question, answer_of, case_of
from tracker.domain.reading import Reading, read
from tracker.domain.register import SchoolRow, TenderRow
from tracker.domain.vocabulary import Service, TenderStatus, Trouble
from tracker.services import evaluating
from tracker.services.evaluating import Bench
from tracker.store import bounds, registry, versions
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Which:
    """One need, and which of its purchases: an empty ``number`` leaves that to the rules."""

    school_id: str
    service: Service = Service.CHANNEL
    number: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A purchase as it stands, with the lines that its reader sees; of a new one they are still to come.

    ``is_shared`` says that it also serves schools that she does not see: for them she does not speak, so she
    may move her own lines by a date, as a file of hers would, but no event, which is of the whole purchase.
    """

    school: SchoolRow
    service: Service
    case: Case
    facts: NeedFacts
    assessment: Assessment
    lines: tuple[TenderRow, ...]
    is_shared: bool

    @property
    def seen(self) -> str:
        """A fingerprint of the facts and the question, by which a form says what its reader saw."""
        tender = self.case.known
        return hashlib.sha256(repr((self.case.question, tender, self.lines)).encode()).hexdigest()

    @property
    def may_be_answered(self) -> bool:
        """Whether "yes" to the question is hers to say."""
        case = self.case
        if not self.is_shared or case.is_new or case.question is Question.SIGNED:
            return True
        return answer_of(case, case.on).event is None

    @property
    def failed_because(self) -> Trouble:
        """How it failed; where nobody said so, as if there were no bids, which a person is to confirm."""
        standing, kept = self.case.standing, [dict(line.extra).get(FAILURE) for line in self.lines]
        said = next((each for each in kept if each in tuple(Trouble)), None)
        if said is None and standing is not None and standing.status is not TenderStatus.UNSUCCESSFUL:
            return Trouble.CANCELLED
        return Trouble(said or Trouble.NO_BIDS)

    @property
    def others(self) -> int:
        """How many other needs the purchase is for."""
        return max(0, len(self.lines) - 1)


def find(
    session: Session, scope: Scope, which: Which, shared: Bench, *, known: datetime | None = None
) -> Found:
    """The purchase that is asked about; raises :class:`NotFound`, alike for none and one out of reach."""
    seq = None if known is None else versions.known_seq(session, known)
    school = registry.get_school(session, scope, which.school_id, known_seq=seq)
    every = evaluating.need_facts(session, scope, which.school_id, known=known)
    facts = next((each for each in every if each.service is which.service), None)
    if facts is None:
        raise NotFound(school_id=which.school_id)
    reading = read(facts, Asking(shared.on, shared.policy, shared.calendar, shared.history))
    standing = _named(reading, which.number) if which.number else _asked_about(reading)
    tender = reading.facts_of(standing) if standing else None
    number = tender.number if tender else None
    lines = registry.tender_rows(session, scope, number=number, known_seq=seq) if number else ()
    return Found(
        school,
        which.service,
        case_of(tender, standing, shared.on),
        facts,
        shared.judge(facts),
        lines,
        bool(number and bounds.foreign_tenders(session, scope, {number})),
    )


def _named(reading: Reading, number: str) -> TenderStanding | None:
    """The purchase of a number; of one that is over, and awaits nothing, the one that is asked about now."""
    found = next((each for each in reading.standings if each.number == number), None)
    if found is None:
        raise NotFound(number=number)
    is_held = found.status is TenderStatus.COMPLETE and not _is_contracted(reading, found)
    return found if found.stage is not None or is_held else _asked_about(reading)


def _asked_about(reading: Reading) -> TenderStanding | None:
    """The live one that speaks for the need, else one that awaits its contract, else the failed one."""
    if reading.speaking is not None or not reading.awaits_contract:
        return reading.speaking or reading.failed
    held = (each for each in reading.standings if each.status is TenderStatus.COMPLETE)
    awaiting = [each for each in held if not _is_contracted(reading, each)]
    return max(awaiting, key=lambda each: (each.ended_on or date.min, each.number), default=None)


def _is_contracted(reading: Reading, found: TenderStanding) -> bool:
    return any(line.tender_number == found.number for line in reading.facts.lines)
