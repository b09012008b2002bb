"""Letters to programs: Standard Webhooks, to guarded addresses of the public network (CHN-16 to CHN-20)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import ssl
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

import httpx2

from tracker.channels.channel import NEXT
from tracker.channels.posting import Answer, Bounds, NotPosted, asked_wait, post
from tracker.channels.texts import kept
from tracker.channels.trust import trust
from tracker.channels.webhook_address import PORTS, Address, Resolve, Target, is_public, resolved, target
from tracker.domain.messages import HELD, Delivery, Fate, Fault, Letter

LONGEST = 30
"""Seconds after which a call is given up (Standard Webhooks recommends 15 to 30)."""

MOST_READ = 64 * 1024
"""Octets of an answer that are read."""

PREFIX = "whsec_"
_CONNECT = 10.0
_SHORTEST_KEY, _LONGEST_KEY = 24, 64


class WebhookSender:
    """Calls programs. The very address that was checked is called, whatever the name means by then.

    One host is called once at a time, whoever's ways lead there: others wait, and no hand with them.
    Only tests give ``schemes``, ``ports``, ``allows`` and ``resolve``.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        longest: float = LONGEST,
        trusted: ssl.SSLContext | None = None,
        schemes: frozenset[str] = frozenset({"https"}),
        ports: frozenset[int] | None = PORTS,
        allows: Callable[[Address], bool] = is_public,
        resolve: Resolve = resolved,
    ) -> None:
        self._now = now
        self._longest = longest
        self._trusted = trusted or trust()
        self._schemes, self._ports = schemes, ports
        self._allows, self._resolve = allows, resolve
        self._called: set[tuple[str, int]] = set()

    async def send(self, letter: Letter) -> Delivery:
        """Call once. No redirect is followed, nothing of the answer unpacked."""
        where = target(letter.to, schemes=self._schemes, ports=self._ports)
        if where is None:
            return Delivery(Fate.NEVER, Fault.ADDRESS)
        keys = keys_of(letter.secret)
        if not keys:
            return Delivery(Fate.NEVER, Fault.SIGNATURE)
        host = where.host, where.port
        if host in self._called:
            return Delivery(Fate.LATER, HELD, wait=NEXT)
        self._called.add(host)
        try:
            return await self._try(where, letter, keys)
        finally:
            self._called.remove(host)

    async def _try(self, where: Target, letter: Letter, keys: list[bytes]) -> Delivery:
        try:
            async with asyncio.timeout(self._longest):
                addresses = await self._addresses(where)
                if not all(self._allows(each) for each in addresses):
                    return Delivery(Fate.NEVER, Fault.INNER)
                return self._delivery(await self._call(where, addresses, letter, keys))
        except TimeoutError:
            return Delivery(Fate.LATER, Fault.UNKNOWN)
        except NotPosted as error:
            return Delivery(Fate.LATER, error.fault)

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _addresses(self, where: Target) -> list[Address]:
        """What a name means now; raises :class:`NotPosted` if nothing."""
        try:
            return [ip_address(where.host)]
        except ValueError:
            pass
        try:
            async with asyncio.timeout(min(_CONNECT, self._longest / 2)):
                found = [ip_address(each) for each in await self._resolve(where.host, where.port)]
        except (OSError, ValueError):
            found = []
        if not found:
            raise NotPosted(Fault.UNREACHABLE)
        return found

    async def _call(
        self, where: Target, addresses: list[Address], letter: Letter, keys: list[bytes]
    ) -> Answer:
        """The answer of the first address at which anybody listens; raises :class:`NotPosted`."""
        body = json.dumps(letter.facts, allow_nan=False).encode()
        at = int(self._now().timestamp())
        headers = {
            "Host": where.netloc,
            "webhook-id": letter.reference,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(key, letter.reference, at, body) for key in keys),
        }
        bounds = Bounds(connect=min(_CONNECT, self._longest / (2 * len(addresses))), most=MOST_READ)
        for address in addresses:
            url = httpx2.URL(
                scheme=where.scheme, host=str(address), port=where.port, raw_path=where.path.encode()
            )
            try:
                async with httpx2.AsyncHTTPTransport(verify=self._trusted, trust_env=False) as transport:
                    return await post(transport, url, body, bounds, headers=headers, named=where.host)
            except NotPosted as error:
                if error.fault is not Fault.UNREACHABLE:
                    raise
        raise NotPosted(Fault.UNREACHABLE)

    def _delivery(self, answer: Answer) -> Delivery:
        """What an answer means for the letter: all but success and 410 may be otherwise another time."""
        if 200 <= answer.status < 300:
            return Delivery(Fate.SENT)
        said = kept(f"{answer.status} {answer.text}")
        if answer.status == 410:
            return Delivery(Fate.NEVER, Fault.GONE, said)
        if 300 <= answer.status < 400:
            return Delivery(Fate.LATER, Fault.REDIRECTED, said)
        if answer.status in (429, 502, 503, 504):
            wait = asked_wait(answer.headers.get("retry-after"), now=self._now())
            return Delivery(Fate.LATER, Fault.BUSY, said, wait)
        return Delivery(Fate.LATER, Fault.REFUSED, said)


def is_address(text: str) -> bool:
    """Whether a program can be called so; what its name means is asked at each call."""
    where = target(text)
    if where is None:
        return False
    try:
        return is_public(ip_address(where.host))
    except ValueError:
        return True


def new_secret() -> str:
    """A secret to sign with, as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def keys_of(secret: str) -> list[bytes]:
    """The keys of a secret, or of two with a space between while one follows the other; none if bad."""
    found = []
    for each in secret.split():
        try:
            key = base64.b64decode(each.removeprefix(PREFIX), validate=True)
        except ValueError:
            return []
        if not each.startswith(PREFIX) or not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
            return []
        found.append(key)
    return found


def signature(key: bytes, reference: str, at: int, body: bytes) -> str:
    """The signature v1 of a call: HMAC-SHA256 over name, moment and body."""
    digest = hmac.new(key, f"{reference}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
