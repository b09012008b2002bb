"""Schools as the board counts and the list shows them: each once, as bad as its worst need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.domain.findings import Assessment
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import FlagKind, State
from tracker.services.evaluating import NeedView

_BADNESS = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class SchoolStanding:
    """A school with the needs that are looked at, in the order of their services; at least one."""

    school: SchoolRow
    needs: tuple[NeedView, ...]

    @property
    def state(self) -> State:
        """The state of the worst need."""
        return max((found.state for found in self.assessments), key=_BADNESS.__getitem__)

    @property
    def assessments(self) -> tuple[Assessment, ...]:
        """What was found of each need."""
        return tuple(need.assessment for need in self.needs)

    @property
    def kinds(self) -> tuple[FlagKind, ...]:
        """The kinds of the flags of all needs, each once, in the order of the rule book."""
        raised = {kind for found in self.assessments for kind in found.kinds}
        return tuple(kind for kind in FlagKind if kind in raised)


def by_school(needs: Iterable[NeedView]) -> tuple[SchoolStanding, ...]:
    """The schools of these needs, in the order in which they come."""
    groups: dict[str, list[NeedView]] = {}
    for need in needs:
        groups.setdefault(need.school.school_id, []).append(need)
    return tuple(SchoolStanding(found[0].school, tuple(found)) for found in groups.values())
