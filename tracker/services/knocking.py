"""Whether the mail server lets us in, asked now and not when a letter is due."""

from __future__ import annotations

import asyncio
from datetime import datetime

from tracker.channels.mail import MailSender
from tracker.domain.messages import Fate
from tracker.services.checking import Check

PATIENCE = 15
"""Seconds in which a mail server has greeted us."""


def knock(url: str, *, base_url: str, now: datetime) -> Check:
    """Greet the server of ``TRACKER_SMTP_URL``; raises :class:`SettingsRefused`."""
    sender = MailSender.from_url(url, base_url=base_url, now=lambda: now, longest=PATIENCE)
    came = asyncio.run(sender.greet())
    return Check("mail", came.fate is Fate.SENT, " ".join(filter(None, (came.code, came.answer))))
