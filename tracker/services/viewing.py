"""Views of the queue that a person keeps under names of her own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import CaseRefused, NotFound
from tracker.domain.people import Person
from tracker.services.acting import Author
from tracker.store import views
from tracker.store.scope import is_storable

LONGEST_NAME = 60
MOST = 30
"""Views of one person."""


def keep(session: Session, author: Author, person: Person, name: str, query: str) -> None:
    """Keep the filters of an address; a view of the same name is replaced. Raises :class:`CaseRefused`."""
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME or not is_storable(said + query):
        raise CaseRefused(reason="name", most=LONGEST_NAME)
    kept = views.views_of(session, person.id)
    if len(kept) >= MOST and said not in {view.name for view in kept}:
        raise CaseRefused(reason="many", most=MOST)
    views.keep(session, person.id, said, query, at=author.now)
    author.note(session, Act.VIEW_KEPT, person.mark)


def forget(session: Session, author: Author, person: Person, number: int) -> None:
    """Forget one of one's own views; raises :class:`NotFound`."""
    if not views.forget(session, person.id, number):
        raise NotFound
    author.note(session, Act.VIEW_FORGOTTEN, person.mark)
