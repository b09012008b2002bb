"""Letters by any other service that Apprise knows and whose host nobody can choose (the extra ``notify``)."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tracker.channels.channel import LONGEST_SEND
from tracker.channels.texts import one_line, sendable
from tracker.domain.messages import Delivery, Fate, Fault, Letter

SCHEMES = frozenset(
    {"discord", "gchat", "line", "pover", "slack", "smsc", "twilio", "viber", "vonage", "whatsapp", "wxteams"}
)
"""Services that call one fixed host over HTTPS; most others call any, and some read files or run programs."""

TALKERS = {"apprise": logging.CRITICAL + 1, "urllib3": logging.WARNING}
"""What logs addresses, which hold the keys of their services, and from which level on it may."""

LONGEST_SUBJECT = 200
MOST_AT_ONCE = 4
_ADDRESS = re.compile(r"(?P<scheme>[a-z0-9]{2,20})://[\w.~:/@#!$&'()*+=%-]{1,1000}", re.ASCII)
"""No query: options of Apprise read templates from files and leave certificates unchecked."""


class OtherSender:
    """Hands letters to Apprise, which waits for its services in threads of our own.

    It does not tell why a letter was refused, so none is refused for ever. Only tests give ``schemes``.
    """

    def __init__(self, *, longest: float = LONGEST_SEND, schemes: frozenset[str] = SCHEMES) -> None:
        self._longest = longest
        self._schemes = schemes
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="apprise")

    async def send(self, letter: Letter) -> Delivery:
        """Hand one letter over; a service that answers too late may have taken it."""
        if not is_address(letter.to, self._schemes):
            return Delivery(Fate.NEVER, Fault.ADDRESS)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._longest):
                notify = await loop.run_in_executor(self._threads, _service, letter.to)
                if isinstance(notify, Delivery):
                    return notify
                return await loop.run_in_executor(self._threads, _notified, notify, letter)
        except TimeoutError:
            return Delivery(Fate.LATER, Fault.UNKNOWN)

    async def close(self) -> None:
        """Let go of the threads; whatever still runs in one ends by the limits of Apprise."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def is_address(text: str, schemes: frozenset[str] = SCHEMES) -> bool:
    """Whether a receiver can be called so."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and found["scheme"] in schemes


def _service(address: str) -> Callable[..., object] | Delivery:
    """What hands letters to one address, or why nothing does."""
    try:
        from apprise import Apprise  # half a second, and an extra
    except ImportError:
        return Delivery(Fate.LATER, Fault.NOT_INSTALLED)
    for talker, level in TALKERS.items():
        logging.getLogger(talker).setLevel(level)
    service = Apprise.instantiate(address)
    return Delivery(Fate.NEVER, Fault.ADDRESS) if service is None else service.notify


def _notified(notify: Callable[..., object], letter: Letter) -> Delivery:
    try:
        is_sent = notify(body=sendable(letter.text), title=one_line(letter.subject, LONGEST_SUBJECT))
    except Exception:  # whatever a plugin raises, the letter was not refused
        return Delivery(Fate.LATER, Fault.UNKNOWN)
    return Delivery(Fate.SENT) if is_sent else Delivery(Fate.LATER, Fault.REFUSED)
