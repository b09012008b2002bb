"""One request over HTTP and the beginning of its answer: no redirects, no cookies, no proxy, no log.

The client of httpx2 logs addresses, and those of Telegram hold the token: its transport logs none.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from tracker.domain.messages import Fault

AGENT = "school-channel-tracker"

LONGEST_WAIT = timedelta(days=1)
"""How long a peer can make us wait, whatever it asks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer answered: the status, the headers, as much of the body as was wanted."""

    status: int
    headers: httpx2.Headers
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


class NotPosted(Exception):
    """There is no answer; ``fault`` says whether the peer may have the request all the same."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds to connect, and octets of the answer that are read."""

    connect: float
    most: int


async def post(
    transport: httpx2.AsyncHTTPTransport,
    url: httpx2.URL,
    content: bytes,
    bounds: Bounds,
    *,
    headers: Mapping[str, str] | None = None,
    named: str | None = None,
) -> Answer:
    """Send JSON; raises :class:`NotPosted`. ``named`` is the host whose certificate is asked for."""
    given = {"User-Agent": AGENT, "Content-Type": "application/json", "Accept-Encoding": "identity"}
    extensions: dict[str, object] = {"timeout": {"connect": bounds.connect}}
    if named is not None:
        extensions["sni_hostname"] = named
    request = httpx2.Request(
        "POST", url, headers={**given, **(headers or {})}, content=content, extensions=extensions
    )
    try:
        response = await transport.handle_async_request(request)
        try:
            return Answer(response.status_code, response.headers, await _beginning(response, bounds.most))
        finally:
            await response.aclose()
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise NotPosted(Fault.TLS if _is_of_tls(error) else Fault.UNREACHABLE) from None
    except httpx2.HTTPError:
        raise NotPosted(Fault.UNKNOWN) from None


async def _beginning(response: httpx2.Response, most: int) -> bytes:
    """The raw octets of a body up to a bound: nothing is unpacked, so nothing grows."""
    read = bytearray()
    async with aclosing(response.aiter_raw()) as parts:
        async for part in parts:
            read += part
            if len(read) >= most:
                break
    return bytes(read[:most])


def _is_of_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def asked_wait(said: object, *, now: datetime | None) -> timedelta | None:
    """How long ``Retry-After`` asks to wait, in seconds or until a moment; None where it asks nothing."""
    try:
        seconds = float(str(said)) if now is None or str(said).isdecimal() else _until(str(said), now)
        return min(timedelta(seconds=max(seconds, 0)), LONGEST_WAIT)
    except (ValueError, TypeError):
        return None
    except OverflowError:
        return LONGEST_WAIT


def _until(moment: str, now: datetime) -> float:
    return (parsedate_to_datetime(moment) - now).total_seconds()
