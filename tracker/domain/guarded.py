"""Text that a spreadsheet would obey, and the apostrophe that keeps it text (reliability FIL-1).

What is written with the apostrophe reads back as it was: ``unguarded(guarded(text)) == text`` for every text.
"""

from __future__ import annotations

import re

_OBEYED = re.compile(r"""'|[\t\r\n]|[\s"\u200b\ufeff]*[=+\-@＝＋－＠]""")
"""Beginnings that run as a formula, also after spaces and quotes, and the apostrophe itself."""


def guarded(text: str) -> str:
    """``text`` as a cell of a CSV file: with an apostrophe before what a spreadsheet would obey."""
    return "'" + text if _OBEYED.match(text) else text


def unguarded(cell: str) -> str:
    """What a cell of a CSV file says: an apostrophe that only guards is taken off."""
    return cell[1:] if cell.startswith("'") and _OBEYED.match(cell, 1) else cell
