"""Peers that outlive those who send: a mail server and a web server, each in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from anyio.from_thread import start_blocking_portal

from tests.channels.mail_servers import parsed
from tests.channels.web_servers import Answers, Web, web


class Box:
    """What a real mail server has taken: the identity of every mail, by its key.

    Alarms, such as that nobody is there to be told, are no reminders. It may take so many ``seconds`` for a
    mail, or hold its answers back.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.url = ""
        self.holds_back = False
        self.seconds = 0.0

    @property
    def copies(self) -> Counter[tuple[str, str]]:
        """How often it has taken each."""
        return Counter(self.taken)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        mail = parsed(envelope.content)
        key = str(mail["X-Reminder-Key"])
        if not key.startswith("alarm:"):
            self.taken.append((key, str(mail["Message-ID"])))
        await asyncio.sleep(self.seconds)
        while self.holds_back:
            await asyncio.sleep(0.01)
        return "250 OK"


@contextmanager
def mail_box() -> Iterator[Box]:
    """A mail server."""
    kept = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept
    controller.stop()


@contextmanager
def web_box(answers: Answers) -> Iterator[Web]:
    """A web server."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(web(answers)) as kept:
        yield kept
