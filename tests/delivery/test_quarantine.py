"""A message that is at fault itself is tried three times, then laid aside and shown (FLT-26)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError
from sqlalchemy.orm import Session

from tests.delivery.conftest import WRITER, Service
from tests.loops import run
from tests.web.register import NOW
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.roles import Role
from tracker.services.delivering import QUARANTINE
from tracker.store import outbox, stranded
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Claimed, Note

FAULTS = (
    UndefinedError("school"), TemplateSyntaxError("broken", 1), ImportError("babel"), KeyError("lines"),
    UnicodeEncodeError("ascii", "ә", 0, 1, "no"),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_flt_26_what_cannot_be_put_into_words_is_laid_aside_after_three_tries_and_shown(
    service: Service, fault: Exception
) -> None:
    person = service.add("p", Role.REVIEWER, "59")
    keys = ("poison", "good 1", "good 2")
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, person, ChannelKind.MAIL, "test", 0, NOW) for key in keys], at=NOW)
    tries: list[str] = []

    def write(session: Session, message: Claimed) -> Letter | None:
        if message.key == "poison":
            tries.append(message.key)
            raise fault
        return WRITER(session, message)

    for _ in range(6):
        run(service.dispatcher(writer=write).run())
        service.now += timedelta(hours=1)
    assert len(tries) == QUARANTINE == 3
    assert sorted(service.mail.keys) == ["good 1", "good 2"]
    with reading(service.engine) as session:
        lost, queue = stranded.unreached(session, besides=""), outbox.queue(session, now=service.now)
    assert (lost.number, queue.waiting, queue.dead) == (1, 0, 1)
