"""No word of a letter and no password goes in clear, unless the server was named so (CHN-7)."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.channels.certificates import AUTHORITY, Pair, signed, trusting
from tests.channels.letters import came_to, letter, now
from tests.channels.mail_servers import OURS, Peer, Sink, peer, scripted, sink
from tests.loops import run
from tracker.channels.mail import MailSender
from tracker.domain.messages import Delivery, Fate, Fault

HERE = "127.0.0.1"
GOOD = signed(HERE, AUTHORITY)


def sender(port: int, scheme: str = "smtp", query: str = "?starttls=required") -> MailSender:
    """Someone with a password."""
    url = f"{scheme}://box%40example.kz:right@{HERE}:{port}{query}"
    return MailSender.from_url(url, base_url=OURS, now=now, longest=3, trusted=trusting())


async def sent_by(kept: Sink | Peer, scheme: str = "smtp", query: str = "?starttls=required") -> Delivery:
    """What became of one letter."""
    by = sender(kept.port, scheme, query)
    try:
        return await by.send(letter())
    finally:
        await by.close()


def test_a_letter_goes_out_encrypted_and_the_password_too(tmp_path: Path) -> None:
    async def scene() -> Sink:
        async with sink(tls=GOOD.server(tmp_path), auth=True) as kept:
            assert came_to(await sent_by(kept)) == (Fate.SENT, "")
            return kept

    kept = run(scene())
    assert kept.users == [(b"box@example.kz", b"right")]
    assert len(kept.taken) == 1


def test_a_server_may_be_encrypted_from_the_first_octet(tmp_path: Path) -> None:
    async def scene() -> tuple[Fate, str]:
        async with sink(ssl=GOOD.server(tmp_path), auth=True) as kept:
            return came_to(await sent_by(kept, "smtps", ""))

    assert run(scene()) == (Fate.SENT, "")


BAD = {
    "expired": signed(HERE, AUTHORITY, days=20),
    "of another host": signed("mail.example.kz", AUTHORITY),
    "signed by itself": signed(HERE),
    "of an unknown authority": signed(HERE, signed("other.example.kz", is_authority=True)),
}


@pytest.mark.parametrize("from_the_first", [False, True])
@pytest.mark.parametrize("certificate", BAD.values(), ids=list(BAD))
def test_a_server_that_cannot_prove_its_name_hears_nothing(
    tmp_path: Path, certificate: Pair, from_the_first: bool
) -> None:
    def server(context: ssl.SSLContext) -> AbstractAsyncContextManager[Sink]:
        return sink(ssl=context, auth=True) if from_the_first else sink(tls=context, auth=True)

    async def scene() -> tuple[tuple[Fate, str], Sink]:
        async with server(certificate.server(tmp_path)) as kept:
            scheme, query = ("smtps", "") if from_the_first else ("smtp", "?starttls=required")
            return came_to(await sent_by(kept, scheme, query)), kept

    found, kept = run(scene())
    assert found == (Fate.LATER, Fault.TLS)
    assert (kept.taken, kept.users) == ([], [])


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """A server that stopped at TLS 1.0."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def test_a_server_of_tls_1_0_hears_nothing(tmp_path: Path) -> None:
    async def scene() -> tuple[tuple[Fate, str], Sink]:
        async with sink(tls=old(GOOD.server(tmp_path)), auth=True) as kept:
            return came_to(await sent_by(kept)), kept

    found, kept = run(scene())
    assert found == (Fate.LATER, Fault.TLS)
    assert (kept.taken, kept.users) == ([], [])


@pytest.mark.parametrize(
    "replies",
    [
        {b"EHLO": b"250-here\r\n250 AUTH PLAIN LOGIN\r\n"},
        {b"EHLO": b"500 what\r\n"},
        {b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": b"454 not now\r\n"},
        {b"EHLO": b"250-here\r\n250 STARTTLS\r\n", b"STARTTLS": None},
        {
            b"EHLO": b"250-here\r\n250 STARTTLS\r\n",
            b"STARTTLS": b"220 go\r\n250 AUTH PLAIN\r\n250 in clear\r\n",
        },
    ],
    ids=["offers none", "knows none", "refuses", "hangs up", "goes on in clear"],
)
def test_whoever_takes_encryption_away_on_the_way_hears_nothing(replies: dict[bytes, bytes | None]) -> None:
    async def scene() -> tuple[tuple[Fate, str], bytes]:
        async with peer(scripted(replies)) as kept:
            return came_to(await sent_by(kept)), bytes(kept.heard)

    found, heard = run(scene())
    assert found == (Fate.LATER, Fault.TLS)
    assert not any(word in heard.upper() for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"EXAMPLE.KZ:"))


def test_a_server_that_was_named_so_hears_all_in_clear() -> None:
    async def scene() -> tuple[tuple[Fate, str], Sink]:
        async with sink(auth=True) as kept:
            return came_to(await sent_by(kept, query="?starttls=none")), kept

    found, kept = run(scene())
    assert found == (Fate.SENT, "")
    assert kept.users == [(b"box@example.kz", b"right")]


def test_a_handshake_that_never_ends_is_given_up() -> None:
    async def scene() -> Delivery:
        async with peer(lambda kept, reader, writer: asyncio.sleep(60)) as kept:
            url = f"smtps://{HERE}:{kept.port}"
            by = MailSender.from_url(url, base_url=OURS, now=now, longest=0.3, trusted=trusting())
            return await by.send(letter())

    assert came_to(run(scene())) == (Fate.LATER, Fault.UNREACHABLE)
