"""What is due as the entries of a person's calendar: one for each deadline, also one that is no more.

A calendar program keeps an entry by its ``UID`` and takes a later ``SEQUENCE`` for the newer one (RFC 5545
§3.8.7.4), so both come from what is watched and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.vocabulary import DeadlineKind, Service

KEPT = timedelta(days=60)
"""How long what is no more due is shown as cancelled."""


@dataclass(frozen=True, slots=True)
class Place:
    """A school as an entry names it; ``names`` are Kazakh, Russian, given."""

    school_id: str
    names: tuple[str | None, str | None, str]
    region: str | None
    district: str | None


@dataclass(frozen=True, slots=True)
class Sight:
    """A deadline of one need as it is watched; ``gone_on`` is the day since which there is none.

    ``changes`` counts those of all needs that share it, also of needs that the reader does not see.
    """

    kind: DeadlineKind
    identity: tuple[str, ...]
    place: Place
    service: Service
    due_on: date | None
    gone_on: date | None
    changes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One day in a calendar: the first school that it is about, its services, and how many needs of others.

    ``sequence`` rises with every change of the deadline, of whichever of its needs, and never falls.
    """

    kind: DeadlineKind
    identity: tuple[str, ...]
    due_on: date
    is_gone: bool
    sequence: int
    changed_at: datetime
    place: Place
    services: tuple[Service, ...]
    others: int


def entries(sights: Iterable[Sight], *, today: date) -> tuple[Entry, ...]:
    """The entries of a calendar by their days; what many needs share, such as a tender's stage, is one.

    What has no known day has no entry, nor has what was gone for longer than :data:`KEPT`.
    """
    groups: dict[tuple[DeadlineKind, tuple[str, ...]], list[Sight]] = {}
    for sight in sights:
        groups.setdefault((sight.kind, sight.identity), []).append(sight)
    found = (_entry(group, today) for group in groups.values())
    return tuple(sorted((each for each in found if each is not None), key=_place_in_calendar))


def _place_in_calendar(entry: Entry) -> tuple[date, DeadlineKind, tuple[str, ...]]:
    return (entry.due_on, entry.kind, entry.identity)


def _entry(group: Sequence[Sight], today: date) -> Entry | None:
    speaking = _speaking(group, today)
    days = [sight.due_on for sight in speaking if sight.due_on is not None]
    if not days:
        return None
    first = speaking[0]
    own = [sight for sight in speaking if sight.place.school_id == first.place.school_id]
    return Entry(
        kind=first.kind,
        identity=first.identity,
        due_on=min(days),
        is_gone=first.gone_on is not None,
        sequence=max(sight.changes for sight in group),
        changed_at=max(sight.changed_at for sight in group),
        place=first.place,
        services=tuple(sight.service for sight in own),
        others=len(speaking) - len(own),
    )


def _speaking(group: Sequence[Sight], today: date) -> list[Sight]:
    """The needs that have the deadline today; where none has it any more, those that had it last."""
    present = [sight for sight in group if sight.gone_on is None]
    if not present:
        gone_on = max(sight.gone_on for sight in group if sight.gone_on is not None)
        if gone_on < today - KEPT:
            return []
        present = [sight for sight in group if sight.gone_on == gone_on]
    return sorted(present, key=lambda sight: (sight.place.school_id, sight.service))
