"""A process whose children send and are killed by ``strace`` at one of their system calls, counted exactly.

``python -m tests.delivery.swept SMTP_URL BOT_URL`` under ``strace``, which kills whoever makes the same call
:data:`AHEAD` times. Each line on standard input is ``CHANNEL CALL NUMBER DATABASE_URL``: a child that is to
die at its call of that number makes as many idle ones first as are missing; so one ``strace`` serves them
all, and a point costs a fork. The answer is its exit status, written by a
call that is not counted.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

from tests.channels.bot import QUICK, TOKEN
from tests.delivery.conftest import LETTERS
from tests.delivery.dying import HOME
from tests.web.register import NOW
from tracker.channels.channel import Channel
from tracker.channels.mail import MailSender
from tracker.channels.pace import Pace
from tracker.channels.telegram import TelegramSender
from tracker.channels.trust import trust
from tracker.channels.webhook import WebhookSender
from tracker.channels.webhook_address import Address
from tracker.domain.messages import ChannelKind
from tracker.domain.vocabulary import Language
from tracker.services.delivering import Dispatcher
from tracker.services.sealing import Seal
from tracker.services.wording import Writer
from tracker.store.engine import make_engine

AHEAD = 160
SEAL = Seal("k" * 40)
WRITER = Writer(LETTERS, Language.KK, SEAL)
LIBC = ctypes.CDLL(None)
NOWHERE = -1

IDLE: Mapping[str, Callable[[], object]] = {
    "connect": lambda: LIBC.connect(NOWHERE, None, 0),
    "sendto": lambda: LIBC.sendto(NOWHERE, None, 0, 0, None, 0),
    "recvfrom": lambda: LIBC.recvfrom(NOWHERE, None, 0, 0, None, None),
    "sendmsg": lambda: LIBC.sendmsg(NOWHERE, None, 0),
    "recvmsg": lambda: LIBC.recvmsg(NOWHERE, None, 0),
    "write": lambda: LIBC.write(NOWHERE, None, 0),
    "pwrite64": lambda: LIBC.pwrite(NOWHERE, None, 0, 0),
    "fdatasync": lambda: LIBC.fdatasync(NOWHERE),
    "fsync": lambda: LIBC.fsync(NOWHERE),
    "ftruncate": lambda: LIBC.ftruncate(NOWHERE, 0),
    "unlink": lambda: LIBC.unlink(b""),
    "rename": lambda: LIBC.rename(b"", b""),
}
"""Every call at which a child is killed, and how it is made so that nothing comes of it."""


def channel_of(kind: ChannelKind, smtp: str, bot: str) -> Channel:
    """Someone who sends by this channel to peers on this machine."""
    if kind is ChannelKind.MAIL:
        return MailSender.from_url(smtp, base_url=HOME, now=lambda: NOW, trusted=TRUSTED)
    if kind is ChannelKind.TELEGRAM:
        return TelegramSender(TOKEN, bot, pace=Pace(**QUICK), trusted=TRUSTED)
    return WebhookSender(
        now=lambda: NOW, trusted=TRUSTED, schemes=frozenset({"http"}), ports=None, allows=anywhere
    )


def anywhere(address: Address) -> bool:
    """Tests call this very machine."""
    return True


async def send(database: str, kind: ChannelKind, channel: Channel) -> None:
    """Send everything that is due by one hand, as a process does that has just been started."""
    dispatcher = Dispatcher(make_engine(database), lambda: NOW, {kind: (channel,)}, WRITER)
    await dispatcher.run()
    await dispatcher.close()


def child(words: list[str], smtp: str, bot: str) -> NoReturn:
    """Send, and die on the way."""
    kind, call, number, database = ChannelKind(words[0]), words[1], int(words[2]), words[3]
    for _ in range(AHEAD - number):
        IDLE[call]()
    asyncio.run(send(database, kind, channel_of(kind, smtp, bot)))
    os._exit(0)


def main(smtp: str, bot: str) -> None:
    """Serve the test that talks to us."""
    gc.freeze()
    os.writev(1, [b"0\n"])
    for line in sys.stdin:
        number = os.fork()
        if not number:
            child(line.split(), smtp, bot)
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        os.writev(1, [f"{status}\n".encode()])


TRUSTED = trust()

if __name__ == "__main__":
    main(*sys.argv[1:])
