"""How a page tells what was learnt of schools: each recording with its author, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tracker.domain.errors import ChangedMeanwhile, TrackerError
from tracker.domain.register import RegisterKind
from tracker.feeds.columns import COLUMNS
from tracker.services import noticing
from tracker.services.recalling import Correction
from tracker.store.journal_search import names_of
from tracker.web.deps import Visit


def learnt_values(
    visit: Visit, refused: TrackerError | None, schools: Mapping[str, object]
) -> Mapping[str, object]:
    """What was learnt of these schools since the page that a refused form was sent from; nothing else.

    The ``schools`` bear their names, by number.
    """
    if not isinstance(refused, ChangedMeanwhile):
        return {}
    shown = str(refused.details.get("shown", ""))
    found = noticing.learnt(visit.session, visit.scope, shown, schools, today=visit.today)
    corrections = [one for school in found for one in school.corrections]
    return {
        "learnt": [(schools[each.school_id], each) for each in found],
        "titles": titles_of(visit),
        "named": namer(visit, corrections),
    }


def titles_of(visit: Visit) -> Mapping[tuple[RegisterKind, str], str]:
    """The title of each column in the reader's language."""
    return {
        (kind, column.name): getattr(column, visit.language)
        for kind, columns in COLUMNS.items()
        for column in columns
    }


def namer(visit: Visit, corrections: Iterable[Correction]) -> Callable[[str], str | None]:
    """How whoever recorded something is named, by her mark."""
    names = names_of(visit.session, {one.recording.actor for one in corrections})
    deeds = visit.house.voices[visit.language].deeds
    return lambda mark: deeds.who(mark, names)
