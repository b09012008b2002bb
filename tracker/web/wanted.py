"""What a form or an address asks of a draft, word by word."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from tracker.domain.asked import read_day
from tracker.domain.decisions import Agreed, Block
from tracker.domain.errors import DayNotReadable, DecisionRefused, FilterNotKnown
from tracker.domain.vocabulary import ConditionId, RouteId, Service

ALL = "all"
"""What a form says where every condition that it lists is confirmed at once."""


def confirmed_in(named: Collection[str]) -> frozenset[ConditionId]:
    """The conditions that a form confirms, or all of them; raises :class:`FilterNotKnown`."""
    for text in named:
        if text not in (*ConditionId, ALL):
            raise FilterNotKnown(name="confirmed", value=text)
    return frozenset(ConditionId if ALL in named else map(ConditionId, named))


def service_in(text: str) -> Service:
    """The service, the channel where none is named; raises :class:`FilterNotKnown`."""
    if text and text not in tuple(Service):
        raise FilterNotKnown(name="service", value=text, allowed=tuple(Service))
    return Service(text) if text else Service.CHANNEL


def agreed_in(text: str) -> Agreed:
    """The answer to the one question; raises :class:`FilterNotKnown`."""
    if text and text not in tuple(Agreed):
        raise FilterNotKnown(name="agreed", value=text, allowed=tuple(Agreed))
    return Agreed(text) if text else Agreed.UNSAID


def route_in(text: str) -> RouteId | None:
    """The ground of her choice; raises :class:`FilterNotKnown`."""
    if text and text not in tuple(RouteId):
        raise FilterNotKnown(name="route", value=text, allowed=tuple(RouteId))
    return RouteId(text) if text else None


def until_in(text: str) -> date | None:
    """The last day of a full contract, if any; raises :class:`DecisionRefused` for what is no day."""
    try:
        return read_day(text) if text.strip() else None
    except DayNotReadable as error:
        raise DecisionRefused(reason=Block.UNTIL) from error
