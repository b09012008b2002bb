"""A mail server that is not there, and one that is again: real ports, through a dispatcher."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

from sqlalchemy import Engine

from tests.channels.mail_servers import OURS, sink
from tests.delivery.conftest import WRITER
from tests.loops import run
from tests.web.register import NOW
from tracker.channels.mail import MailSender
from tracker.domain.messages import PROBE, ChannelKind
from tracker.domain.people import NOWHERE
from tracker.domain.roles import Role
from tracker.services.delivering import Dispatcher
from tracker.store import outbox, people
from tracker.store.engine import transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE


def a_message(engine: Engine, channel: ChannelKind = ChannelKind.MAIL) -> None:
    """A message that was put sixteen minutes ago."""
    with transaction(engine) as session:
        person = people.number_of(session, "a@example.kz") or people.add_person(
            session, email="a@example.kz", name="A", role=Role.OFFICER, reach=NOWHERE, at=NOW
        )
        since = NOW - timedelta(minutes=16)
        outbox.put(session, [Note("k", person, channel, "test", 0, since)], at=since)


def end_of(engine: Engine, *, dead: bool) -> None:
    """What is due is taken, or refused for ever."""
    with transaction(engine) as session:
        held = outbox.claim(session, ChannelKind.MAIL, "a", now=NOW, lease=timedelta(minutes=1))
        assert held is not None
        if dead:
            outbox.dead(session, held.id, "a", at=NOW, code="refused", answer="550 no such user")
        else:
            outbox.sent(session, held.id, "a", at=NOW, answer="250 ok")


async def drain(engine: Engine, sender: MailSender, at: datetime) -> None:
    """Send what is due then."""
    dispatcher = Dispatcher(engine, lambda: at, {ChannelKind.MAIL: (sender,)}, WRITER)
    await dispatcher.run()
    await dispatcher.close()


def refused_mail(engine: Engine, *, minutes_ago: tuple[int, ...]) -> None:
    """What is due is tried where nobody listens, each time so many minutes before now."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        for minutes in minutes_ago:
            at = NOW - timedelta(minutes=minutes)
            sender = MailSender.from_url(url, base_url=OURS, now=lambda: NOW)
            run(drain(engine, sender, at))


def taken_mail(engine: Engine) -> None:
    """The server is back, and the next look at it is made now, whatever the plan of the letters."""
    with transaction(engine) as session:
        session.execute(MESSAGE.update().values(tried_at=NOW - PROBE))

    async def scene() -> None:
        async with sink() as kept:
            await drain(engine, kept.sender(), NOW)

    run(scene())
