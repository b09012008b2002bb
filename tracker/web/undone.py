"""What the reader of a page may take back of what she did last."""

from __future__ import annotations

from collections.abc import Collection

from tracker.domain.roles import Action
from tracker.services import undoing
from tracker.web.deps import Visit


def undo_values(
    visit: Visit, number: int | None = None, *, among: Collection[int | None] | None = None
) -> dict[str, object]:
    """What the reader did last, to this decision where one is named, if she may take it back still.

    Only what she did to one ``among`` some decisions, where a page is of those.

    ``elsewhere`` is what she did since to others: that is undone where it was done. ``stays`` is what she did
    last to the one, where that cannot be undone.
    """
    if not visit.person.may(Action.DRAFT):
        return {"undos": (), "elsewhere": None, "stays": None}
    who, now, today, book = (visit.session, visit.person), visit.moment, visit.today, visit.house.book
    others = undoing.last_deeds(*who, now=now, today=today, book=book)
    if number is None:
        if among is not None:
            others = tuple(each for each in others if not set(among).isdisjoint(each.numbers))
        return {"undos": others, "elsewhere": None, "stays": None}
    own = undoing.last_deed(*who, number, now=now, today=today, book=book)
    if own is not None:
        return {"undos": () if own.bar else (own,), "elsewhere": None, "stays": own if own.bar else None}
    return {"undos": (), "elsewhere": next(iter(others), None), "stays": None}
