"""A process whose children send and are killed: what takes long to load is loaded once, then it forks.

``python -m tests.delivery.dying SMTP_URL``; a line on standard input is ``DATABASE_URL SECONDS …``: so many
children send at once and are killed after so many seconds each; the answer is how many died of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
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


def killed(ends: Mapping[int, float]) -> int:
    """Wait for children, and kill each after so many seconds; how many died of it, -1 if one failed."""
    begun, left, kills = monotonic(), dict(ends), 0
    while left:
        for number, seconds in tuple(left.items()):
            done, status = os.waitpid(number, os.WNOHANG)
            if done:
                del left[number]
                code = os.waitstatus_to_exitcode(status)
                if code not in (0, -signal.SIGKILL):
                    return -1
                kills += code != 0
            elif monotonic() - begun >= seconds:
                os.kill(number, signal.SIGKILL)
        sleep(0.001)
    return kills


def main(smtp: str) -> None:
    """Serve the test that talks to us."""
    print(0, flush=True)
    for line in sys.stdin:
        database, *seconds = line.split()
        children = {child(database, smtp): float(each) for each in seconds}
        print(killed(children), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
