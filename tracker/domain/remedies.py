"""What may follow a purchase that failed, by its method and by how it failed (law data, no advice)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.days import Span
from tracker.domain.sources import Source, Words
from tracker.domain.vocabulary import Method, RemedyId, Trouble


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to go on after a failure, on the days of ``span``; ``hint`` says on what it depends.

    It is cited (source, place, the day we read it) or assumed (why), like a ground.
    """

    id: RemedyId
    span: Span
    methods: tuple[Method, ...]
    troubles: tuple[Trouble, ...]
    title: Words
    hint: Words
    source: Source | None
    at: Words | None
    read_on: date | None
    assumed: Words | None

    @property
    def is_assumed(self) -> bool:
        """Whether it has no citation."""
        return self.assumed is not None


def remedies_for(
    remedies: Iterable[Remedy], method: Method, trouble: Trouble, on: date
) -> tuple[Remedy, ...]:
    """What may follow by the law of a day, in the order of the law file."""
    return tuple(
        remedy
        for remedy in remedies
        if on in remedy.span and method in remedy.methods and trouble in remedy.troubles
    )
