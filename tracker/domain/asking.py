"""Asking a school itself: one link, one answer, which is a proposal until somebody accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LASTS = timedelta(days=14)
"""How long a link to a school works (house)."""


class Settled(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Channel(StrEnum):
    """What a school says of its channel."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True)
class SchoolAnswer:
    """What a school answered, as it wrote it; days are of the contract that it names, both included."""

    channel: Channel
    contract_number: str = ""
    start_on: date | None = None
    end_on: date | None = None
    supplier_name: str = ""
    remark: str = ""

    @property
    def names_a_contract(self) -> bool:
        """Whether a contract line can be made of it."""
        return bool(self.contract_number) and self.start_on is not None
