"""Snoozing and acknowledging a deadline: judged when read, ending by themselves, falling when it gets worse.

They silence reminders and nothing else: state, flags and the deadline itself stay as they are (rules §7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.deadlines import Deadline
from tracker.domain.vocabulary import HARM, Consequence, DeadlineKind


class HoldKind(StrEnum):
    """An acknowledgement speaks for everybody and stops escalation; a snooze for whoever asked for it."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person saw of a deadline when she took it up; anything worse brings it back."""

    due_on: date | None
    is_late: bool
    consequence: Consequence
    consequence_on: date | None
    is_begun: bool


def seen(due: Deadline) -> Seen:
    """What there is to see of a deadline."""
    return Seen(due.due_on, due.is_late, due.consequence, due.consequence_on, due.is_begun)


@dataclass(frozen=True, slots=True)
class Hold:
    """A deadline that ``person`` took up on ``from_on``, with a reason; on ``back_on`` it speaks again.

    It concerns everybody for whom that deadline is due; its reason those who see ``school_id``, on whose line
    it was put.
    """

    kind: HoldKind
    deadline: DeadlineKind
    identity: tuple[str, ...]
    person: int
    from_on: date
    back_on: date
    reason: str
    seen: Seen
    school_id: str | None = None

    def is_about(self, due: Deadline) -> bool:
        """Whether this is the deadline that was taken up, whatever its due day is by now."""
        return self.deadline is due.kind and self.identity == due.identity


def is_worse(before: Seen, due: Deadline) -> bool:
    """Whether a deadline got worse since it was seen: any one of these.

    Its day became known, unknown or earlier; it went by; what follows does more harm or begins earlier;
    the purchase that was under way is so no more.
    """
    now = seen(due)
    return (
        _is_sooner(before.due_on, now.due_on)
        or (now.is_late and not before.is_late)
        or HARM[now.consequence] < HARM[before.consequence]
        or _is_sooner(before.consequence_on, now.consequence_on)
        or (before.is_begun and not now.is_begun)
    )


def _is_sooner(before: date | None, now: date | None) -> bool:
    """Whether a day moved forward, or between known and unknown."""
    if before is None or now is None:
        return before is not now
    return now < before


@dataclass(frozen=True, slots=True)
class Silence:
    """The last hold on a deadline that concerns a person, as it stands on a day."""

    hold: Hold
    has_fallen: bool
    is_over: bool

    @property
    def is_silent(self) -> bool:
        """Whether the deadline is to keep quiet."""
        return not self.has_fallen and not self.is_over


Held = Mapping[tuple[DeadlineKind, tuple[str, ...]], tuple[Hold, ...]]
"""The holds of each deadline, in the order in which they were taken."""


def by_deadline(holds: Iterable[Hold]) -> Held:
    """The holds of each deadline."""
    found: dict[tuple[DeadlineKind, tuple[str, ...]], tuple[Hold, ...]] = {}
    for hold in holds:
        about = hold.deadline, hold.identity
        found[about] = (*found.get(about, ()), hold)
    return found


def silence(due: Deadline, kind: HoldKind, on: date, holds: Iterable[Hold], person: int) -> Silence | None:
    """The last hold of a kind: of snoozes the person's own, of acknowledgements anybody's.

    ``holds`` stand in the order in which they were taken: of two on one day the later one speaks.
    """
    about = [
        hold
        for hold in holds
        if hold.kind is kind
        and hold.is_about(due)
        and hold.from_on <= on
        and (hold.person == person or kind is HoldKind.ACKNOWLEDGED)
    ]
    last = max(reversed(about), key=lambda hold: hold.from_on, default=None)
    if last is None:
        return None
    return Silence(last, has_fallen=is_worse(last.seen, due), is_over=last.back_on <= on)


def is_put_off(due: Deadline, on: date, holds: Iterable[Hold], person: int) -> bool:
    """Whether a person wants to hear nothing of a deadline on a day."""
    snoozed = silence(due, HoldKind.SNOOZED, on, holds, person)
    return snoozed is not None and snoozed.is_silent
