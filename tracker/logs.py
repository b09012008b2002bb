"""What the server logs: one event is one line of JSON, whatever a caller has put into it (WEB-12).

Requests are told by the pattern of their route and never by their address, which may hold a secret.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

EVENT = "event"
"""The name under which a record carries what it tells beside its words."""


class OneLine(logging.Formatter):
    """A record as one JSON object on one line, in which nothing moves a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record: when, how grave, where from, what; then its event and what was raised."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage().strip(),
            **getattr(record, EVENT, {}),
        }
        if record.exc_info:
            said["raised"] = self.formatException(record.exc_info)
        return plain(json.dumps(said, ensure_ascii=False, default=str))


def plain(text: str) -> str:
    """The text with every sign that is not printed as one (ANSI, U+2028, marks of direction) written out."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)


def about(**details: object) -> Mapping[str, object]:
    """What a record tells beside its words, as ``extra`` of a logging call."""
    return {EVENT: details}


def configuration(level: str) -> dict[str, Any]:
    """The set-up of logging for a server: everything from ``level`` on, to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one_line": {"()": "tracker.logs.OneLine"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "tracker": {"level": level},
            "uvicorn": {"level": "WARNING"},
        },
    }
