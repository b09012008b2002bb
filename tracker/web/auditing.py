"""What pages write into the journal: every entry says who, when, from where and, where the act has one, why.

Address and reason lie among the details under names of their own: entries from before keep their hashes.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.acts import NOBODY, Act
from tracker.store import journal
from tracker.web.deps import Caller
from tracker.web.security import client_address
from tracker.web.visitors import visitor_of


def note(
    session: Session,
    called: Caller,
    act: Act,
    subject: str,
    *,
    actor: str | None = None,
    reason: str = "",
    **detail: object,
) -> int:
    """Write an act of whoever calls into the journal, within the transaction of ``session``.

    ``subject`` is what was acted on (``person:7``, ``contracts``); ``actor`` is given only where the visitor
    is not known yet, as while signing in. Details hold no e-mail address, name or secret of a person: these
    could never be erased. Returns the number of the entry.
    """
    person = visitor_of(called.request).person
    said = {"reason": reason, **detail} if reason else detail
    return journal.append(
        session,
        at=called.moment,
        actor=actor or (person.mark if person else NOBODY),
        action=act,
        subject=subject,
        detail={**said, **origin_of(called)},
    )


def origin_of(called: Caller) -> dict[str, str]:
    """Where the request comes from and by which token, as entries tell it."""
    via = visitor_of(called.request).via
    return {"address": client_address(called.request), **({"via": via} if via else {})}
