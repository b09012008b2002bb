"""Mail servers on this machine: a whole one (aiosmtpd), and one that says whatever a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.channels.letters import now
from tracker.channels.mail import MailSender

OURS = "https://tracker.example.kz"


def parsed(content: bytes) -> EmailMessage:
    """A mail as a mailbox reads it."""
    found = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(found, EmailMessage)
    return found


@dataclass
class Sink:
    """A mail server that keeps what it takes. ``replies`` are what it says of receivers, by address."""

    replies: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    users: list[tuple[bytes, bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    at_end: str = ""
    protocols: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        """How settings name it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What it has taken, as a mailbox reads it."""
        return [parsed(content) for _, content in self.taken]

    def sender(self, query: str = "", **options: Any) -> MailSender:
        """Someone who sends by it."""
        return MailSender.from_url(self.url + query, base_url=OURS, now=now, **options)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a receiver, or say what the test wants of her."""
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail; then answer, or break off first."""
        assert isinstance(envelope.content, bytes)
        self.taken.append((list(envelope.rcpt_tos), envelope.content))
        if self.at_end == "cut":
            assert server.transport is not None
            server.transport.close()
        return self.at_end if self.at_end[:1].isdigit() else "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """Let in whoever knows the word."""
        self.users.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    def hang_up(self) -> None:
        """Close every connection, as servers do after a while."""
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.close()


@asynccontextmanager
async def sink(
    replies: dict[str, str] | None = None, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Sink]:
    """A mail server at a free port."""
    loop = asyncio.get_running_loop()
    kept = Sink(replies or {})

    def protocol() -> SMTP:
        kept.connections += 1
        server = SMTP(
            kept,
            loop=loop,
            hostname="sink.example.kz",
            enable_SMTPUTF8=options.get("utf8", False),
            tls_context=tls,
            authenticator=kept.authenticate if "auth" in options else None,
            auth_require_tls=False,
        )
        kept.protocols.append(server)
        return server

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=options.get("ssl"))
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        kept.hang_up()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """A server of a test's own: where it listens, how often it was called, what it was told."""

    port: int = 0
    calls: int = 0
    heard: bytearray = field(default_factory=bytearray)

    def sender(self, query: str = "", **options: Any) -> MailSender:
        """Someone who sends mail by it."""
        return MailSender.from_url(f"smtp://127.0.0.1:{self.port}{query}", base_url=OURS, now=now, **options)

    async def line(self, reader: asyncio.StreamReader) -> bytes:
        """The next line that is said to it."""
        said = await reader.readline()
        self.heard += said
        return said


@asynccontextmanager
async def peer(
    talk: Callable[[Peer, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Peer]:
    """A server that talks as a test wants."""
    kept = Peer()
    open_: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.calls += 1
        task = asyncio.current_task()
        assert task is not None
        open_.add(task)
        try:
            await talk(kept, reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            open_.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        for task in list(open_):
            task.cancel()
        await server.wait_closed()
        await asyncio.sleep(0)


def scripted(
    replies: dict[bytes, bytes | None], greeting: bytes = b"220 hello\r\n"
) -> Callable[[Peer, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A mail server by a table: what it says to each word; None breaks off. Without a word it says 250."""

    async def talk(kept: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while said := await kept.line(reader):
            word = said.split()[0].upper() if said.split() else b""
            if word == b"DATA" and b"DATA" not in replies:
                writer.write(b"354 go on\r\n")
                while (await kept.line(reader)) not in (b".\r\n", b""):
                    pass
                word = b"."
            reply = replies.get(word, b"250 fine\r\n")
            if reply is None:
                return
            writer.write(reply)
            await writer.drain()

    return talk


async def drip(writer: asyncio.StreamWriter, text: bytes = b"250-", pause: float = 0.05) -> None:
    """Say something for ever, one octet at a time."""
    while True:
        for octet in text:
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(pause)
