"""No token, password or key stands in a log, an outcome or a ``repr``, whatever goes wrong (CHN-15)."""

from __future__ import annotations

import base64
import logging

import pytest

from tests.channels.bot import BAD_TOKEN, TAKEN, TOKEN, bot
from tests.channels.letters import letter, now
from tests.channels.mail_servers import OURS, peer, scripted, sink
from tests.channels.test_webhook import SECRET, call, caller
from tests.channels.web_servers import Answers, Asked, Reply, web
from tests.loops import run
from tracker.channels.mail import MailSender
from tracker.channels.other import OtherSender
from tracker.channels.telegram import TelegramSender
from tracker.domain.messages import Delivery

WORD = "hunter2" + "hunter2"
KEY = "key-of-a-" + "service"
SECRETS = (
    *(TOKEN, WORD, KEY, SECRET, SECRET.removeprefix("whsec_")),
    base64.b64encode(f"\0box\0{WORD}".encode()).decode(),
    base64.b64encode(WORD.encode()).decode(),
)


def always(reply: Reply | None) -> Answers:
    """The same answer to everything."""
    return lambda asked: reply


async def by_mail() -> list[object]:
    """Letters that are taken, refused and broken off; one server repeats the password."""
    told: list[object] = []
    plain = base64.b64encode(f"\0box\0{WORD}".encode())
    echo = scripted({b"EHLO": b"250-a\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 5.7.8 no " + plain + b"\r\n"})
    async with sink(auth=True) as kept, peer(echo) as repeating, peer(scripted({b"EHLO": None})) as broken:
        for port in (kept.port, repeating.port, broken.port, 1):
            sender = MailSender.from_url(
                f"smtp://box:{WORD}@127.0.0.1:{port}", base_url=OURS, now=now, longest=1
            )
            told += [await sender.send(letter()), sender]
            await sender.close()
    return told


async def by_telegram() -> list[object]:
    """Letters that are taken, refused, broken off and answered with what was asked."""

    def echo(asked: Asked) -> Reply:
        return Reply(502, f"cannot POST {asked.path}".encode())

    told: list[object] = []
    for replies in ([TAKEN], [BAD_TOKEN], [None], echo):
        async with bot(replies) as by:
            told += [await by.sender.send(letter(to="1")), await by.sender.receive(0), by.sender]
    lost = TelegramSender(TOKEN, "http://127.0.0.1:1", longest=1)
    told += [await lost.send(letter(to="1")), await lost.name(), lost]
    await lost.close()
    return told


async def by_webhook() -> list[object]:
    """Calls that succeed, fail and are broken off."""
    told: list[object] = []
    for reply in (Reply(200), Reply(500), None):
        async with web(always(reply)) as kept:
            given = call(kept.port)
            told += [await caller().send(given), given]
    return told


async def by_others() -> list[object]:
    """Letters by services whose address is their key."""
    told: list[object] = []
    for reply in (Reply(200), Reply(500), None):
        async with web(always(reply)) as kept:
            sender = OtherSender(schemes=frozenset({"json"}))
            to = f"json://box:{KEY}@127.0.0.1:{kept.port}/{KEY}"
            told += [await sender.send(letter(to=to)), sender]
            await sender.close()
    return told


def test_no_secret_is_told_whatever_happens(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [each for work in (by_mail, by_telegram, by_webhook, by_others) for each in run(work())]
    assert len([each for each in told if isinstance(each, Delivery)]) == 4 + 5 + 3 + 3
    assert caplog.records
    whole = "\n".join(
        [*(repr(each) for each in told), caplog.text, *(str(each.__dict__) for each in caplog.records)]
    )
    assert [each for each in SECRETS if each in whole] == []
