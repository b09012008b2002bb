"""Servers of HTTP on this machine that answer as a test wants, and keep what they were asked."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.channels.mail_servers import Peer, peer


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; what is in ``tail`` is said over and over after it."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    tail: bytes = b""
    pause: float = 0.0

    @property
    def wire(self) -> bytes:
        """As it goes over the wire."""
        given = {"content-type": "application/json", **self.headers}
        if not self.tail:
            given["content-length"] = str(len(self.body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + self.body


@dataclass
class Web:
    """What a server was asked, and how much of its endless answers was taken."""

    asked: list[Asked] = field(default_factory=list)
    written: int = 0
    port: int = 0
    kept: Peer = field(default_factory=Peer)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


Answers = Callable[[Asked], Reply | None]
"""What a server answers; None breaks off."""


@asynccontextmanager
async def web(answers: Answers, tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """A server at a free port."""
    kept = Web()

    async def talk(by: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(first.split(" ")[1], headers, body)
            kept.asked.append(asked)
            reply = answers(asked)
            if reply is None:
                return
            writer.write(reply.wire)
            await writer.drain()
            while reply.tail:
                writer.write(reply.tail)
                kept.written += len(reply.tail)
                await writer.drain()
                await asyncio.sleep(reply.pause)

    async with peer(talk, tls) as by:
        kept.port, kept.kept = by.port, by
        yield kept
