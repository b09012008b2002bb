"""A process whose children send and are killed at one of their system calls, counted exactly.

``python -m tests.delivery.swept HOW CHANNEL DATABASE_URL SMTP_URL BOT_URL``. It sends what is due itself,
so that no child has to compile a statement or a template. Each line on standard input is ``CALL NUMBER``; the
answer is the exit status of a child that was to die at its call of that number.

Who kills is, by ``HOW``, :mod:`tests.delivery.tracing` or a ``strace`` over us that kills whoever makes the
same call :data:`AHEAD` times: there a child makes as many idle ones first as are missing, so one ``strace``
serves them all, and the answer is written by a call that is not counted.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
from collections.abc import Callable, Mapping

from sqlalchemy import Engine

from tests.channels.bot import QUICK, TOKEN
from tests.delivery.conftest import LETTERS
from tests.delivery.dying import HOME
from tests.delivery.tracing import killed_at
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
OURS, STRACE = "ours", "strace"
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


async def send(engine: Engine, kind: ChannelKind, channel: Channel) -> None:
    """Send everything that is due by one hand."""
    dispatcher = Dispatcher(engine, lambda: NOW, {kind: (channel,)}, WRITER)
    await dispatcher.run()
    await dispatcher.close()


def main(how: str, channel: str, database: str, smtp: str, bot: str) -> None:
    """Serve the test that talks to us; what is due is sent first, for nobody compiles anything after that."""
    kind, engine = ChannelKind(channel), make_engine(database)

    def work() -> None:
        gc.disable()
        asyncio.run(send(engine, kind, channel_of(kind, smtp, bot)))

    work()
    engine.dispose()
    gc.freeze()
    answer(0)
    for line in sys.stdin:
        call, number = line.split()
        answer((killed_at if how == OURS else killed_by_strace)(call, int(number), work))


def killed_by_strace(call: str, number: int, work: Callable[[], None]) -> int:
    """As :func:`killed_at`, by the ``strace`` over us."""
    child = os.fork()
    if not child:
        for _ in range(AHEAD - number):
            IDLE[call]()
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def answer(number: int) -> None:
    """Say a number by a call at which nobody is killed."""
    os.writev(1, [f"{number}\n".encode()])


TRUSTED = trust()

if __name__ == "__main__":
    main(*sys.argv[1:])
