"""What is wrong with the facts themselves: missing, impossible, twice, overlapping, old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from tracker.domain.alphabet import search_key
from tracker.domain.bins import is_doubtful
from tracker.domain.findings import Assessment
from tracker.domain.register import ContractRow, RegisterKind, SchoolRow, TenderRow
from tracker.domain.vocabulary import LIVE, SERVING, FlagKind, State, TenderStatus


class Quality(StrEnum):
    """Kinds of trouble, in the order in which a page lists them."""

    MISSING_END = "missing_end"
    MISSING_CONTRACT = "missing_contract"
    MISSING_PLACE = "missing_place"
    MISSING_OWNER = "missing_owner"
    MISSING_PLAN = "missing_plan"
    IMPOSSIBLE_CONTRACT = "impossible_contract"
    IMPOSSIBLE_TENDER = "impossible_tender"
    AHEAD_TENDER = "ahead_tender"
    DOUBTFUL_CODE = "doubtful_code"
    DUPLICATE_SCHOOL = "duplicate_school"
    DUPLICATE_CONTRACT = "duplicate_contract"
    OVERLAPPING = "overlapping"
    UNASKED_SERVICE = "unasked_service"
    STALE = "stale"
    NEVER_CONFIRMED = "never_confirmed"


GROUPS: Mapping[str, tuple[Quality, ...]] = {
    "missing": (
        Quality.MISSING_END,
        Quality.MISSING_CONTRACT,
        Quality.MISSING_PLACE,
        Quality.MISSING_OWNER,
        Quality.MISSING_PLAN,
    ),
    "impossible": (
        Quality.IMPOSSIBLE_CONTRACT,
        Quality.IMPOSSIBLE_TENDER,
        Quality.AHEAD_TENDER,
        Quality.DOUBTFUL_CODE,
        Quality.UNASKED_SERVICE,
    ),
    "duplicate": (Quality.DUPLICATE_SCHOOL, Quality.DUPLICATE_CONTRACT),
    "overlapping": (Quality.OVERLAPPING,),
    "stale": (Quality.STALE, Quality.NEVER_CONFIRMED),
}
"""How a page groups them."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong: of a school, or of its contract or tender ``number``, with its days."""

    kind: Quality
    school_id: str
    fact: RegisterKind
    number: str = ""
    service: str = "channel"
    days: tuple[tuple[str, date], ...] = ()


def issues(
    schools: Iterable[SchoolRow],
    contracts: Iterable[ContractRow],
    tenders: Iterable[TenderRow],
    needs: Iterable[Assessment],
    *,
    on: date,
    told_on: date,
) -> tuple[Issue, ...]:
    """Everything that is wrong with these facts on a day, each once, by kind, school and number.

    ``told_on`` is the last day on which they were told: what had happened by then is no later.
    """
    named = {school.school_id: school for school in schools}
    lines, lots = tuple(contracts), tuple(tenders)
    found = [
        *_of_schools(named, on),
        *_of_contracts(lines, named),
        *_of_tenders(lots, told_on),
        *_of_needs(needs, lines),
    ]
    order = {kind: at for at, kind in enumerate(Quality)}
    return tuple(sorted(found, key=lambda one: (order[one.kind], one.school_id, one.number)))


def _of_schools(schools: Mapping[str, SchoolRow], on: date) -> Iterator[Issue]:
    alike: dict[tuple[str, ...], list[SchoolRow]] = defaultdict(list)
    for school in schools.values():
        if school.closed_on is not None and school.closed_on <= on:
            continue  # closing one is how a wrong code and a twin are mended
        if is_doubtful(school.school_id):
            yield _of_school(Quality.DOUBTFUL_CODE, school)
        if school.region is None or school.district is None:
            yield _of_school(Quality.MISSING_PLACE, school)
        if school.officer_email is None:
            yield _of_school(Quality.MISSING_OWNER, school)
        if school.confirmed_on is None:
            yield _of_school(Quality.NEVER_CONFIRMED, school)
        alike[_place(school)].append(school)
    for same in alike.values():
        if len(same) > 1:
            yield from (_of_school(Quality.DUPLICATE_SCHOOL, one) for one in same)


def _of_school(kind: Quality, school: SchoolRow) -> Issue:
    """Its service is one that the school has, so that it can be asked."""
    service = next(iter(school.services), "channel")
    return Issue(kind, school.school_id, RegisterKind.SCHOOLS, service=service)


def _place(school: SchoolRow) -> tuple[str, ...]:
    """What two schools cannot share: the name in one district of one region."""
    return (search_key(school.name), school.region or "", school.district or "")


def _of_contracts(lines: tuple[ContractRow, ...], schools: Mapping[str, SchoolRow]) -> Iterator[Issue]:
    alike: dict[tuple[object, ...], list[ContractRow]] = defaultdict(list)
    for line in lines:
        if line.status in SERVING and line.end_on is None and line.terminated_on is None:
            yield _of_line(Quality.MISSING_END, line, ("start_on", line.start_on))
        yield from _impossible_line(line)
        school = schools.get(line.school_id)
        if school is not None and line.service not in school.services:
            yield _of_line(Quality.UNASKED_SERVICE, line)
        if line.status in SERVING:
            same = (line.school_id, line.service, line.start_on, line.end_on, line.supplier_bin, line.amount)
            alike[same].append(line)
    for twice in alike.values():
        if len(twice) > 1:
            yield from (_of_line(Quality.DUPLICATE_CONTRACT, line) for line in twice)


def _impossible_line(line: ContractRow) -> Iterator[Issue]:
    signed, terminated, end = line.signed_on, line.terminated_on, line.end_on
    if signed is not None and end is not None and signed > end:
        yield _of_line(Quality.IMPOSSIBLE_CONTRACT, line, ("signed_on", signed), ("end_on", end))
    elif terminated is not None and terminated < line.start_on:
        days = (("start_on", line.start_on), ("terminated_on", terminated))
        yield _of_line(Quality.IMPOSSIBLE_CONTRACT, line, *days)
    elif terminated is not None and end is not None and terminated > end:
        yield _of_line(Quality.IMPOSSIBLE_CONTRACT, line, ("end_on", end), ("terminated_on", terminated))


def _of_line(kind: Quality, line: ContractRow, *days: tuple[str, date]) -> Issue:
    return Issue(kind, line.school_id, RegisterKind.CONTRACTS, line.contract_number, line.service, days)


COURSE = ("published_on", "bids_close_on", "results_on", "ended_on")
"""Days of a tender that can only follow each other."""


HAPPENED = ("published_on", "stage_entered_on", "ended_on")
"""Days of a tender that its status, once no longer planned, says are behind it."""


def ahead(lot: TenderRow, on: date) -> tuple[tuple[str, date], ...]:
    """The days after ``on`` of what is said to have happened by then; none of what is only planned."""
    if lot.status is TenderStatus.PLANNED:
        return ()
    stated = ((name, getattr(lot, name)) for name in HAPPENED)
    return tuple((name, day) for name, day in stated if day is not None and day > on)


def _of_tenders(lots: tuple[TenderRow, ...], told_on: date) -> Iterator[Issue]:
    for lot in lots:
        if days := ahead(lot, told_on):
            yield _of_lot(Quality.AHEAD_TENDER, lot, *days)
        stated = [(name, day) for name in COURSE if (day := getattr(lot, name)) is not None]
        for (before, first), (after, second) in pairwise(stated):
            if second < first:
                yield _of_lot(Quality.IMPOSSIBLE_TENDER, lot, (before, first), (after, second))
                break
        is_planned = lot.planned_on is not None or lot.stage is not None
        if not stated and not (is_planned and lot.status in LIVE):
            yield _of_lot(Quality.MISSING_PLAN, lot)


def _of_lot(kind: Quality, lot: TenderRow, *days: tuple[str, date]) -> Issue:
    return Issue(kind, lot.school_id, RegisterKind.TENDERS, lot.tender_number, lot.service, days)


def _of_needs(needs: Iterable[Assessment], lines: tuple[ContractRow, ...]) -> Iterator[Issue]:
    served = {(line.school_id, line.service) for line in lines}
    for need in needs:
        kinds = need.kinds
        if FlagKind.OVERLAP in kinds:
            yield Issue(Quality.OVERLAPPING, need.school_id, RegisterKind.SCHOOLS, service=need.service)
        if FlagKind.STALE in kinds:
            yield Issue(Quality.STALE, need.school_id, RegisterKind.SCHOOLS, service=need.service)
        is_needed = need.state is not State.NOT_REQUIRED
        if is_needed and (need.school_id, need.service) not in served:
            yield Issue(Quality.MISSING_CONTRACT, need.school_id, RegisterKind.SCHOOLS, service=need.service)
