"""How bytes of the network become requests: strictly, with little room, under the page rules (LOD-5, WEB-3).

``h11`` refuses what its quicker sister lets pass: a request line with a foreign host, lines that are folded,
lengths that contradict each other, headers without end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tracker.web.security import HTTPS_ONLY, RULES, content_policy

HEADER_ROOM = 16 * 1024
"""The longest request line with all its headers, in bytes."""


class Protocol(H11Protocol):
    """Answers what is no request with the same page rules as everything else."""

    rules: ClassVar[Mapping[str, str]] = {"content-security-policy": content_policy(""), **RULES}

    def send_400_response(self, msg: str) -> None:
        """Refuse what could not be read, and hang up."""
        headers = [("content-type", "text/plain"), ("cache-control", "no-store"), ("connection", "close")]
        answer = h11.Response(status_code=400, headers=[*headers, *self.rules.items()], reason=b"Bad Request")
        for event in (answer, h11.Data(data=msg.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class HttpsProtocol(Protocol):
    """The same behind a proxy that encrypts."""

    rules: ClassVar[Mapping[str, str]] = {**Protocol.rules, **HTTPS_ONLY}
