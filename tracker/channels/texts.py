"""What may leave the house as text, and what is kept of an answer."""

from __future__ import annotations

import re

from tracker.domain.messages import LONGEST_ANSWER
from tracker.logs import plain

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSENDABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")


def sendable(text: str) -> str:
    """The text with one kind of line end and without what no peer takes: controls and halves of signs."""
    return _UNSENDABLE.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub("\n", text))


def one_line(text: str, longest: int) -> str:
    """The text on one line, cut to so many signs."""
    line = " ".join(sendable(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def kept(answer: str) -> str:
    """What is kept of a peer's answer: its beginning, in which nothing moves a terminal's cursor."""
    return plain(" ".join(answer[: 4 * LONGEST_ANSWER].split()))[:LONGEST_ANSWER]
