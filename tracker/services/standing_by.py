"""What the first reader of a day would wait for: the whole country judged, worked out before anybody asks."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.months import course_to
from tracker.services.book import Book
from tracker.services.evaluating import snapshot
from tracker.services.foregoing import prospects
from tracker.services.looking_back import look_back
from tracker.store.scope import EVERYTHING


def stand_by(session: Session, *, today: date, book: Book) -> None:
    """Have ready in the book what the board of the country rests on; what is ready costs a question each.

    The session must see the whole country.
    """
    shot = snapshot(session, EVERYTHING, on=today, known=None, book=book)
    days = prospects(session, EVERYTHING, shot, book=book).calendar
    look_back(session, EVERYTHING, days=course_to(today), known=None, calendar=days, book=book)
