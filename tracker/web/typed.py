"""What the forms of a decision were sent with, for its page to keep where one of them is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.decisions import Deed
from tracker.domain.vocabulary import ConditionId

Confirmed = Mapping[ConditionId, tuple[str, str]]
"""What a checklist confirms, each with its note and where its paper is."""

Stated = Mapping[str, str | Sequence[str]]
"""What a form was sent with, for its page to keep where it is refused."""

INSTEAD = (Deed.RETURN, Deed.REJECT)
"""Deeds that have a form of their own beside that of the approval."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a refused form said, each form what it has: a reason for a deed, amounts, conditions."""

    reason: str | None = None
    deed: Deed | None = None
    stated: Stated | None = None
    said: Confirmed | None = None


NOTHING_TYPED = Typed()
