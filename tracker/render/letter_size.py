"""How large a letter is as it goes out: what is counted is what is sent, not what is said (REM-10)."""

from __future__ import annotations

import json

from tracker.domain.messages import Letter

LARGEST = 100_000
"""Octets that are sent of one letter at most."""

_AROUND = 3_000
"""Octets of a mail around its text: the headers and what stands between its parts."""

_LINE = 76
"""Signs in a line of base64 (RFC 2045 §6.8)."""


def size_of(letter: Letter) -> int:
    """Octets of a letter by the way that needs most: as a mail in seven bits, or as JSON in ASCII."""
    mail = _AROUND + _in_seven_bits(letter.text) + _in_seven_bits(letter.html)
    return max(mail, len(json.dumps(letter.facts)))


def _in_seven_bits(text: str) -> int:
    octets = len(text.encode()) + len(text.splitlines())  # each line ends with two
    signs = -(-octets // 3) * 4
    return signs + 2 * -(-signs // _LINE)
