"""What led to where a decision stands, out of everything that was done to it."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.domain.decision_records import Event
from tracker.domain.decisions import OTHER_EYES, Deed


def course_of(events: Iterable[Event]) -> tuple[Event, ...]:
    """The moves that hold, from the last verdict on, in their order; without one, those after the draft.

    What was undone is left out, and so is whatever moved nothing.
    """
    moves: list[Event] = []
    for event in events:
        if event.deed is Deed.UNDO and moves:
            moves.pop()
        elif event.before is not event.after:
            moves.append(event)
    verdicts = [place for place, event in enumerate(moves) if event.deed in OTHER_EYES]
    return tuple(moves[verdicts[-1] if verdicts else 1 :])
