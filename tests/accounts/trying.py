"""Tries to come in as the pages make them, without the pages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.accounts.conftest import Place
from tracker.services import admitting
from tracker.services.acting import Author
from tracker.services.admitting import Origin
from tracker.services.hashing import Checked

TRIES = 10_000
"""How often one account is tried (AUT-1, AUT-13)."""


def is_judged(session: Session, place: Place, email: str, address: str) -> bool:
    """One wrong password; whether anybody looked at it."""
    origin = Origin(address)
    author = Author.unknown(place.clock.now(), address)
    knocked = admitting.knock(session, email, origin, author, is_warded=True)
    admitting.enter(session, knocked, Checked(False), origin, author)
    return knocked.attempt is not None
