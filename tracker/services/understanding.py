"""Columns that the register does not know: somebody says once what they are, and the next file is understood.

An answer holds for whoever sees the same place (:func:`tracker.store.columns_said.place_of`), for one kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import FilterNotKnown
from tracker.domain.progress import FAILURE
from tracker.domain.register import RegisterKind
from tracker.feeds.columns import COLUMNS, titles_of
from tracker.feeds.spelling import folded
from tracker.feeds.tables import Table
from tracker.services.acting import Author
from tracker.services.rejecting import without_places
from tracker.store import columns_said
from tracker.store.scope import Scope

KEEP, LEAVE = "keep", "leave"
"""Kept beside the fact as it is written, or left out of it."""

LIKE = 0.75
"""How alike a title must be to one we know for us to propose it."""


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A title that the register does not know: what somebody said of it, and what it may be."""

    title: str
    meaning: str | None
    guess: str


def meanings(kind: RegisterKind) -> tuple[str, ...]:
    """All that a column can be said to be."""
    return (KEEP, LEAVE, *(column.name for column in COLUMNS[kind]))


def understood(
    table: Table, kind: RegisterKind, said: Mapping[str, str]
) -> tuple[Table, tuple[AskedColumn, ...]]:
    """The table with columns named or left out as was ``said``, and those that nobody but people can name.

    No column is named twice: where the file has it already, the other stays what it was.
    """
    known = titles_of(kind)
    header = list(table.header)
    taken = {known[folded_title(title)].name for title in header if folded_title(title) in known}
    asked: list[AskedColumn] = []
    left: set[int] = set()
    for place, title in enumerate(table.header):
        name = folded_title(title)
        if not name or name in known or title == FAILURE:
            continue
        meaning = said.get(name)
        asked.append(AskedColumn(title, meaning, _guess(name, kind, taken)))
        if meaning == LEAVE:
            left.add(place)
        elif meaning is not None and meaning != KEEP and meaning not in taken:
            header[place] = meaning
            taken.add(meaning)
    rows = (
        tuple((number, without_places(record, left)) for number, record in table.rows) if left else table.rows
    )
    return replace(table, header=without_places(tuple(header), left), rows=rows), tuple(asked)


def remember(
    session: Session,
    author: Author,
    scope: Scope,
    kind: RegisterKind,
    said: Mapping[str, str],
) -> None:
    """Keep what columns are, by title; raises :class:`FilterNotKnown` for what no column can be."""
    for meaning in said.values():
        if meaning not in meanings(kind):
            raise FilterNotKnown(name="meaning", value=meaning, allowed=meanings(kind))
    if said:
        told = {folded_title(title): meaning for title, meaning in said.items()}
        columns_said.say(session, scope, kind, told, at=author.now)
        columns = [f"{title}: {meaning}" for title, meaning in said.items()]
        author.note(session, Act.COLUMNS_SAID, kind.value, columns=columns)


def folded_title(title: str) -> str:
    """A title as it is compared."""
    return folded(title.replace("_", " "))


def _guess(name: str, kind: RegisterKind, taken: set[str]) -> str:
    """The column whose title is most alike, if the file has it not yet."""
    open_titles = {
        title: column.name for title, column in titles_of(kind).items() if column.name not in taken
    }
    found = get_close_matches(name, open_titles, n=1, cutoff=LIKE)
    return open_titles[found[0]] if found else KEEP
