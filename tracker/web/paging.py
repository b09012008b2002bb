"""Long lists, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tracker.render.assessment_json import Json, day
from tracker.web.deps import Visit

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Page ``number`` of ``last``, of ``count`` items in all; ``first`` is the place of its first."""

    items: tuple[Item, ...]
    number: int
    last: int
    count: int
    first: int


def page_of(items: Sequence[Item], *, number: int, size: int) -> Page[Item]:
    """The asked page; a number beyond the end shows the last page."""
    last = max(1, -(-len(items) // size))
    number = min(number, last)
    start = (number - 1) * size
    return Page(tuple(items[start : start + size]), number, last, len(items), start + 1)


def page_number(text: str) -> int:
    """The number of a page as an address writes it; the first page for anything else."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_head(visit: Visit, page: Page[Item]) -> Json:
    """What an answer to a program says before the items of its page."""
    return {
        "on": day(visit.on),
        "known": None if visit.known is None else visit.known.isoformat(),
        "policy": visit.house.book.policy.fingerprint,
        "total": page.count,
        "page": page.number,
        "pages": page.last,
    }
