"""The steps of deciding as a reader sees them: which needs wait for a draft, which decisions for whom."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.decisions import OPEN, DecisionStatus
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Service
from tracker.services.aside import Unjudged
from tracker.services.evaluating import NeedView, in_harm_order
from tracker.store import decisions
from tracker.store.decisions import Head
from tracker.web.deps import Visit
from tracker.web.filters import FIELDS, Filters
from tracker.web.queueing import all_needs, searched

STEP = "step"
ASKED = (*FIELDS, STEP)
"""What the pages of decisions may be asked."""

SHOWN = OPEN | {DecisionStatus.RECORDED}
"""Decisions in these statuses wait for somebody."""

NeedKey = tuple[str, Service]


class Step(StrEnum):
    """What is to be done next, in its course; ``refused`` are needs that nothing is advised for."""

    DRAFT = "draft"
    COMPLETE = "complete"
    APPROVE = "approve"
    SIGN = "sign"
    REPORT = "report"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision in a list: its schools by name, and whether the reader drafted it or had a hand in it."""

    head: Head
    schools: tuple[SchoolRow, ...]
    is_own: bool
    had_hand: bool

    @property
    def is_for_reader(self) -> bool:
        """Whether the reader may decide on it: she had no hand in it, and sees every school of it."""
        return not self.had_hand and not self.head.is_partial

    @property
    def first(self) -> SchoolRow:
        """The school that names it."""
        return self.schools[0]


@dataclass(frozen=True, slots=True)
class Steps:
    """Everything that waits within the reader's filters, in harm order."""

    needs: Mapping[Step, tuple[NeedView, ...]]
    waiting: Mapping[Step, tuple[Waiting, ...]]

    def count(self, step: Step) -> int:
        """How many rows a step has."""
        return len(self.needs[step]) if step in self.needs else len(self.waiting[step])

    def first_for(self, person: Person) -> Step:
        """Where a reader begins: what others wait for her to approve, else the first step with work."""
        if person.may(Action.APPROVE) and any(one.is_for_reader for one in self.waiting[Step.APPROVE]):
            return Step.APPROVE
        return next((step for step in (Step.COMPLETE, Step.DRAFT, Step.SIGN) if self.count(step)), Step.DRAFT)

    def next_to_approve(self, *, after: int) -> int | None:
        """The decision that waits for the reader next; None where none is left."""
        hers = [one.head.number for one in self.waiting[Step.APPROVE] if one.is_for_reader]
        return next((number for number in hers if number != after), None)

    @property
    def left(self) -> int:
        """How many wait for the reader's own approval."""
        return self.left_besides(None)

    def left_besides(self, number: int | None) -> int:
        """How many more of them wait than the one with this number."""
        waiting = self.waiting[Step.APPROVE]
        return sum(one.is_for_reader and one.head.number != number for one in waiting)


def steps_of(visit: Visit, filters: Filters) -> Steps:
    """What waits on the day asked for."""
    everything = all_needs(visit)
    found = searched(visit, filters)
    kept = in_harm_order(filters.keep(everything, found=found))
    heads = decisions.list_heads(visit.session, visit.scope, SHOWN)
    standing = {need for head in heads if head.status in OPEN for need in head.needs}
    free = [need for need in kept if need.assessment.answer and _key(need) not in standing]
    names = {need.school.school_id: need.school for need in everything}
    gone = _gone(visit, heads, names, {_key(need) for need in everything})
    passed = {_key(need) for need in filters.keep(everything, found=found)}
    passed |= {each.key for each in filters.keep_unjudged(gone, found=found)}
    waiting = _waiting(visit, (head for head in heads if passed.intersection(head.needs)), names, kept)
    return Steps(
        needs={
            Step.DRAFT: tuple(need for need in free if _is_suggested(need)),
            Step.REFUSED: tuple(need for need in free if not _is_suggested(need)),
        },
        waiting={
            step: tuple(one for one in waiting if step_of(one.head) is step)
            for step in Step
            if step not in (Step.DRAFT, Step.REFUSED)
        },
    )


def step_of(head: Head) -> Step:
    """What a decision waits for."""
    if head.status is DecisionStatus.APPROVED:
        return Step.SIGN
    if head.status is DecisionStatus.RECORDED:
        return Step.REPORT
    return Step.APPROVE if head.is_complete else Step.COMPLETE


def _gone(
    visit: Visit, heads: Iterable[Head], names: dict[str, SchoolRow], known: Container[NeedKey]
) -> list[Unjudged]:
    """The needs of decisions of which nothing is told today: not judged, or their schools have none such now.

    Such a decision still waits for somebody; what is not among the ``names`` yet is added to them.
    """
    needs = [need for head in heads for need in head.needs if need not in known]
    missing = {school_id for school_id, _ in needs if school_id not in names}
    found = decisions.named_schools(visit.session, visit.scope, missing) if missing else ()
    names.update((school.school_id, school) for school in found)
    return [Unjudged(names[school_id], service) for school_id, service in needs if school_id in names]


def _waiting(
    visit: Visit, heads: Iterable[Head], schools: Mapping[str, SchoolRow], kept: Iterable[NeedView]
) -> list[Waiting]:
    """The decisions by the place of their worst need; those that another approves last."""
    places = {_key(need): place for place, need in enumerate(kept)}
    found = [
        Waiting(
            head,
            tuple(schools[school_id] for school_id, _ in head.needs if school_id in schools),
            head.drafted_by == visit.person.id,
            visit.person.id in head.hands,
        )
        for head in heads
    ]

    def place(one: Waiting) -> tuple[bool, int, int]:
        worst = min(places.get(need, len(places)) for need in one.head.needs)
        return not one.is_for_reader and step_of(one.head) is Step.APPROVE, worst, one.head.number

    return sorted((one for one in found if one.schools), key=place)


def _is_suggested(need: NeedView) -> bool:
    return need.assessment.answer is not None and need.assessment.answer.is_suggestion


def _key(need: NeedView) -> NeedKey:
    return need.school.school_id, need.assessment.service
