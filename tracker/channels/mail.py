"""Letters by mail: one envelope for each, over a connection that is kept between them (CHN-2 to CHN-9)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from tracker.channels.channel import LONGEST_SEND
from tracker.channels.mail_address import receiver
from tracker.channels.mail_server import Encryption, MailServer
from tracker.channels.mail_text import mail_of
from tracker.channels.texts import kept
from tracker.channels.trust import trust
from tracker.domain.messages import Delivery, Fate, Fault, Letter

LONGEST_GOODBYE = 2
"""Seconds in which a server may answer that we leave."""

MOST_KEPT = 4
"""Connections that are kept where several letters went out at once."""

_CLOSING = 421
_JUDGED = (SMTPSenderRefused, SMTPRecipientRefused, SMTPDataError)
"""What a server says of a letter; all else it says of us, and may say otherwise tomorrow."""


@dataclass(slots=True)
class _Trip:
    """How far one try has come: once the text is on its way, only an answer tells what became of it."""

    is_underway: bool = False


class MailSender:
    """Hands letters to one mail server. No word of them goes in clear unless the server was named so."""

    def __init__(
        self,
        server: MailServer,
        *,
        now: Callable[[], datetime],
        longest: float = LONGEST_SEND,
        trusted: ssl.SSLContext | None = None,
        secret: str = "",
    ) -> None:
        self._server, self._secret = server, secret
        self._now = now
        self._longest = longest
        self._trusted = trusted or trust()
        self._kept: list[SMTP] = []

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        base_url: str,
        now: Callable[[], datetime],
        longest: float = LONGEST_SEND,
        trusted: ssl.SSLContext | None = None,
        secret: str = "",
    ) -> MailSender:
        """A sender by the server of ``TRACKER_SMTP_URL``; raises :class:`SettingsRefused`."""
        server = MailServer.from_url(url, base_url=base_url)
        return cls(server, now=now, longest=longest, trusted=trusted, secret=secret)

    async def send(self, letter: Letter) -> Delivery:
        """Hand one letter over to exactly one receiver."""
        to = receiver(letter.to)
        if to is None:
            return Delivery(Fate.NEVER, Fault.ADDRESS)
        server = self._server
        mail = mail_of(
            letter,
            sender=server.sender,
            receiver=to,
            host=server.our_name,
            at=self._now(),
            secret=self._secret,
        )
        trip = _Trip()
        try:
            async with asyncio.timeout(self._longest):
                return await self._hand_over(mail, to, trip)
        except (SMTPException, OSError, ValueError) as error:
            return _delivery(error, trip)

    async def greet(self) -> Delivery:
        """Whether the server lets us in, as for a letter; none is sent."""
        client = self._new_client()
        try:
            async with asyncio.timeout(self._longest):
                await self._connect(client)
                await client.quit()
        except (SMTPException, OSError, ValueError) as error:
            return _delivery(error, _Trip())
        finally:
            client.close()
        return Delivery(Fate.SENT)

    async def close(self) -> None:
        """Take leave of the server."""
        while self._kept:
            client = self._kept.pop()
            with suppress(SMTPException, OSError):
                async with asyncio.timeout(LONGEST_GOODBYE):
                    await client.quit()
            client.close()

    async def _hand_over(self, mail: bytes, to: str, trip: _Trip) -> Delivery:
        client = await self._with_envelope(to)
        try:
            trip.is_underway = True
            answer = await client.data(mail)
        except BaseException:
            client.close()
            raise
        if len(self._kept) < MOST_KEPT:
            self._kept.append(client)
        else:
            client.close()
        return Delivery(Fate.SENT, answer=kept(f"{answer.code} {answer.message}"))

    async def _with_envelope(self, to: str) -> SMTP:
        """A connection on which the server has taken sender and receiver: a kept one, else a new one."""
        while self._kept:
            client = self._kept.pop()
            with suppress(SMTPServerDisconnected):
                if client.is_connected and await self._takes(client, to):
                    return client
        client = self._new_client()
        try:
            await self._connect(client)
            await self._envelope(client, to)
        except BaseException:
            client.close()
            raise
        return client

    async def _takes(self, client: SMTP, to: str) -> bool:
        """Whether a kept connection takes the letter; one that the server is about to close does not."""
        try:
            await self._envelope(client, to)
        except SMTPResponseException as error:
            client.close()
            if error.code != _CLOSING:
                raise
            return False
        except BaseException:
            client.close()
            raise
        return True

    async def _envelope(self, client: SMTP, to: str) -> None:
        if to.isascii():
            await client.mail(self._server.sender)
            await client.rcpt(to)
            return
        if not client.supports_extension("smtputf8"):
            raise _LettersNotKnown
        await client.mail(self._server.sender, options=["SMTPUTF8"])
        await client.rcpt(to, encoding="utf-8")

    def _new_client(self) -> SMTP:
        return SMTP(
            hostname=self._server.host,
            port=self._server.port,
            local_hostname=self._server.our_name,
            timeout=None,
            use_tls=self._server.encryption is Encryption.FIRST,
            start_tls=False,
            tls_context=self._trusted,
        )

    async def _connect(self, client: SMTP) -> None:
        await client.connect()
        await _greet(client)
        if self._server.encryption is Encryption.REQUIRED:
            await _encrypt(client)
            await _greet(client)
        if self._server.user:
            await self._sign_in(client)

    async def _sign_in(self, client: SMTP) -> None:
        """One try, in one way: servers count wrong passwords."""
        ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        known = [way for name, way in ways.items() if name in client.supported_auth_methods]
        if not known:
            raise SMTPAuthenticationError(0, "AUTH")
        way = known[-1] if self._server.encryption is Encryption.NONE else known[0]
        try:
            await way(self._server.user, self._server.password)
        except SMTPResponseException as error:
            raise SMTPAuthenticationError(error.code, error.message) from error


class _LettersNotKnown(SMTPException):
    """The server does not know SMTPUTF8 (RFC 6531)."""

    def __init__(self) -> None:
        super().__init__("SMTPUTF8")


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _encrypt(client: SMTP) -> None:
    """STARTTLS; whatever goes wrong with it is a fault of encryption, and nothing was said before it."""
    if not client.supports_extension("starttls"):
        raise ssl.SSLError
    try:
        await client.starttls()
    except TimeoutError:
        raise
    except (SMTPException, OSError) as error:
        raise ssl.SSLError from error


def _delivery(error: Exception, trip: _Trip) -> Delivery:
    """What an error means for the letter."""
    said = kept(f"{error.code} {error.message}") if isinstance(error, SMTPResponseException) else ""
    if isinstance(error, _LettersNotKnown):
        return Delivery(Fate.NEVER, Fault.LETTERS)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return Delivery(Fate.LATER, Fault.UNKNOWN if trip.is_underway else Fault.TLS)
    if isinstance(error, SMTPAuthenticationError):
        return Delivery(Fate.LATER, Fault.SIGN_IN, str(error.code))  # its words may repeat the password
    if isinstance(error, _JUDGED) and 500 <= error.code < 600:
        return Delivery(Fate.NEVER, Fault.REFUSED, said)
    if isinstance(error, SMTPResponseException) and 400 <= error.code < 600:
        return Delivery(Fate.LATER, Fault.BUSY, said)
    if trip.is_underway:
        return Delivery(Fate.LATER, Fault.UNKNOWN, said)
    if isinstance(error, OSError):
        return Delivery(Fate.LATER, Fault.UNREACHABLE)
    return Delivery(Fate.LATER, Fault.ANSWER, said)
