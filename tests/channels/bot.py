"""A bot of Telegram on this machine: its API written by hand from what it is documented to say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.channels.web_servers import Asked, Reply, Web, web
from tracker.channels.pace import Pace
from tracker.channels.telegram import TelegramSender

TOKEN = "123456:" + "test-token-of-a-bot"
QUICK = {"in_all": 100_000.0, "to_each": 100_000.0}


def says(result: object) -> Reply:
    """A good answer."""
    return Reply(200, json.dumps({"ok": True, "result": result}).encode())


def refuses(code: int, description: str, **parameters: object) -> Reply:
    """A refusal, as the Bot API words it."""
    said: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        said["parameters"] = parameters
    return Reply(code, json.dumps(said).encode())


TAKEN = says({"message_id": 7, "date": 1_795_000_000, "chat": {"id": 1001, "type": "private"}, "text": "…"})
BLOCKED = refuses(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = refuses(403, "Forbidden: user is deactivated")
NOT_FOUND = refuses(400, "Bad Request: chat not found")
BAD_TOKEN = refuses(401, "Unauthorized")
TOO_MANY = refuses(429, "Too Many Requests: retry after 35", retry_after=35)
MIGRATED = refuses(
    400,
    "Bad Request: group chat was upgraded to a supergroup chat",
    migrate_to_chat_id=-1001234567890,
)
BAD_BUTTON = refuses(
    400, "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"
)
TOO_LONG = refuses(400, "Bad Request: message is too long")
CONFLICT = refuses(409, "Conflict: terminated by other getUpdates request")


@dataclass
class Bot:
    """The server and somebody who speaks by it."""

    web: Web
    sender: TelegramSender
    replies: list[Reply | None] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What it was to send."""
        return [asked.json for asked in self.web.asked if asked.path.endswith("/sendMessage")]

    @property
    def texts(self) -> list[str]:
        """The words of that."""
        return [each["text"] for each in self.messages]


@asynccontextmanager
async def bot(
    replies: Sequence[Reply | None] | Callable[[Asked], Reply | None] = (),
    *,
    longest: float = 5,
    pace: Pace | None = None,
) -> AsyncIterator[Bot]:
    """A bot that gives these answers, one after the other, and then takes everything."""
    left: list[Reply | None] = [] if callable(replies) else list(replies)

    def answers(asked: Asked) -> Reply | None:
        if callable(replies):
            return replies(asked)
        return left.pop(0) if left else TAKEN

    async with web(answers) as kept:
        sender = TelegramSender(TOKEN, kept.url, longest=longest, pace=pace or Pace(**QUICK))
        try:
            yield Bot(kept, sender, left)
        finally:
            await sender.close()
