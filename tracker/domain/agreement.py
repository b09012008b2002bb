"""Whether what was owed and what was delivered agree, one for one: what became of each reminder."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.domain.messages import ChannelKind
from tracker.domain.withdrawing import Why

By = tuple[ChannelKind, int | None]
"""A channel and the number of the way, None for mail."""


class Outcome(StrEnum):
    """What became of a reminder that was owed; each has exactly one."""

    DELIVERED = "delivered"
    LATE = "late"
    """Delivered, but owed on an earlier working day: the service was down, or the facts came late."""
    REROUTED = "rerouted"
    """Delivered by another way than the ones planned, where it came to nothing."""
    HELD = "held"
    """On its way: it waits for its hour, or is tried again."""
    WITHDRAWN = "withdrawn"
    """Taken back before anybody was sent it."""
    PAGE_ONLY = "page_only"
    """Her reader had no way: it stands on the page alone."""
    UNREACHED = "unreached"
    """Every way came to nothing, and whoever is next in line was told."""
    UNREADABLE = "unreadable"
    """The letter went out without this line, which cannot be put into words."""
    MISSING = "missing"
    """What was owed is not there any more, or a message of it: nobody can say that it was delivered."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A reminder as it was owed: ``why`` it was taken back, None where it was not."""

    key: str
    digest: int
    is_withdrawn: bool
    why: Why | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a digest: when its peer took it, when it was given up, when it became needless.

    ``code`` is why its last try failed.
    """

    by: By
    sent_at: datetime | None
    dead_at: datetime | None
    voided_at: datetime | None
    answer: str | None
    code: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.dead_at is None and self.voided_at is None


def outcome(
    owed: Owed | None, planned: Collection[By], messages: Iterable[Sent], *, is_late: bool
) -> Outcome:
    """What became of a reminder that a digest tells and plans to send by some ways."""
    found = tuple(messages)
    if owed is None or not {message.by for message in found} >= set(planned):
        return Outcome.MISSING
    if owed.is_withdrawn:
        return Outcome.WITHDRAWN
    taken = {message.by for message in found if message.sent_at is not None}
    if taken:
        if not taken & set(planned):
            return Outcome.REROUTED
        return Outcome.LATE if is_late else Outcome.DELIVERED
    if any(message.is_waiting for message in found):
        return Outcome.HELD
    return Outcome.UNREACHED if found else Outcome.PAGE_ONLY
