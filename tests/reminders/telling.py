"""People who answer for schools of the small country, and a round of reminders for them."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.people import a_person, sign_in
from tests.web.register import ENDING, NOW, STALLED
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.services import reminding
from tracker.services.evaluating import Book
from tracker.services.reminding import Owed

OFFICER = a_person(Role.OFFICER, name="saule", reach=Reach(schools=frozenset({STALLED, ENDING})))
COLLEAGUE = a_person(Role.OFFICER, "59", name="dana")
HEAD = a_person(Role.HEAD, "59", name="marat")
ELSEWHERE = a_person(Role.HEAD, "71", name="canary")


def tell(engine: Engine) -> Owed:
    """Write down what everybody is to be told now."""
    for person in (OFFICER, COLLEAGUE, HEAD, ELSEWHERE):
        sign_in(engine, person)
    return reminding.owe(engine, now=NOW, book=Book.load(), by=tuple(ChannelKind))[1]
