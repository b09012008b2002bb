"""Asking a school itself: one link, one answer, which is a proposal until somebody accepts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import SERVING, ContractStatus, State

LASTS = timedelta(days=14)
"""How long a link to a school works (house)."""

USABLE = SERVING | {ContractStatus.PENDING}
"""Contracts with these statuses serve or will: of a draft and a cancelled one no school is asked."""


class Settled(StrEnum):
    """What became of an answer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Channel(StrEnum):
    """What a school says of its channel."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class Effect(StrEnum):
    """What accepting an answer does: writes a contract, confirms the facts, or pins a note on the case."""

    CONTRACT = "contract"
    CONTRACT_ONLY = "contract_only"
    """Its contract is written, and nothing confirmed: by the register the school has no service today."""
    CONFIRMED = "yes"
    UNNAMED = "unnamed"
    """A note: it tells of a contract without its number, so of none of the register."""
    UNSERVED = "unserved"
    """A note: it has the service and names no contract, and by the register it has none."""
    NO = "no"
    NOT_SURE = "not_sure"
    STOPPED = "stopped"
    """Nothing: the register calls the contract cancelled, a draft or terminated before; that comes first."""
    UNJUDGED = "unjudged"
    """Nothing: the rules fail over the need (FLT-26), so nobody can say what it would do."""


CONFIRMING = frozenset({Effect.CONTRACT, Effect.CONFIRMED})
NOTED = frozenset({Effect.UNNAMED, Effect.UNSERVED, Effect.NO, Effect.NOT_SURE})


@dataclass(frozen=True, slots=True)
class SchoolAnswer:
    """What a school answered, as it wrote it; days are of the contract that it names, both included.

    ``emptied`` are the fields that its form was filled with and that came back empty.
    """

    channel: Channel
    contract_number: str = ""
    start_on: date | None = None
    end_on: date | None = None
    supplier_name: str = ""
    remark: str = ""
    emptied: tuple[str, ...] = ()

    @property
    def tells_of_a_contract(self) -> bool:
        """Whether it says anything of a contract, be it that what is known is wrong."""
        return any((self.contract_number, self.start_on, self.end_on, self.supplier_name, self.emptied))


def asked_about(lines: Iterable[ContractRow]) -> ContractRow | None:
    """The contract of a need that its school is shown: the newest that serves or will."""
    usable = (line for line in lines if line.status in USABLE)
    return max(usable, key=lambda line: (line.start_on, line.contract_number), default=None)


def effect_of(said: SchoolAnswer, line: ContractRow | None, state: State | None) -> Effect:
    """What accepting an answer does; ``line`` and ``state`` are as its contract would make them."""
    if said.channel is not Channel.YES:
        return Effect(said.channel.value)
    is_served = state not in (None, State.UNCOVERED)
    if line is not None:
        if line.status not in USABLE or (said.end_on is not None and line.last_on != said.end_on):
            return Effect.STOPPED
        return Effect.CONTRACT if is_served else Effect.CONTRACT_ONLY
    if said.tells_of_a_contract:
        return Effect.UNNAMED
    return Effect.CONFIRMED if is_served else Effect.UNSERVED
