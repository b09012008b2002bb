"""A process whose children send and are killed: what takes long to load is loaded once, then it forks.

``python -m tests.delivery.dying SMTP_URL``; each line on standard input is ``SECONDS DATABASE_URL``. A child
is killed after so many seconds; the answer is its exit status.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from time import monotonic, sleep

from tests.delivery.conftest import WRITER
from tests.web.register import NOW
from tracker.channels.mail import MailSender
from tracker.domain.messages import ChannelKind
from tracker.services.delivering import Dispatcher
from tracker.store import outbox
from tracker.store.engine import make_engine, reading

HANDS = 2
LEASE = timedelta(seconds=0.3)
HOME = "https://tracker.example.kz"


async def drain(database: str, smtp: str) -> None:
    """Send until nothing waits any more, also what a dead process held."""
    engine = make_engine(database)
    hands = tuple(MailSender.from_url(smtp, base_url=HOME, now=lambda: NOW) for _ in range(HANDS))
    dispatcher = Dispatcher(engine, lambda: NOW, {ChannelKind.MAIL: hands}, WRITER, LEASE)
    while True:
        await dispatcher.run()
        with reading(engine) as session:
            if not outbox.queue(session, now=NOW).waiting:
                break
        await asyncio.sleep(0.05)
    await dispatcher.close()


def child(database: str, smtp: str) -> int:
    """Fork one that drains."""
    number = os.fork()
    if number:
        return number
    asyncio.run(drain(database, smtp))
    os._exit(0)


def ended(number: int, seconds: float) -> int:
    """Wait for a child, and kill it after so long; its status, below zero the signal that killed it."""
    stop = monotonic() + seconds
    while True:
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if monotonic() >= stop:
            os.kill(number, signal.SIGKILL)
        sleep(0.001)


def main(smtp: str) -> None:
    """Serve the test that talks to us."""
    print("ready", flush=True)
    for line in sys.stdin:
        seconds, database = line.split()
        print(ended(child(database, smtp), float(seconds)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
