"""The square code of a paper, which a telephone reads as the address of its check."""

from __future__ import annotations

import io

import segno

MASK = 3
"""Any of the eight patterns can be read; choosing the prettiest takes longer than writing the paper."""


def as_svg(address: str) -> str:
    """The code as a drawing."""
    return segno.make_qr(address, mask=MASK).svg_inline(border=0)


def as_png(address: str) -> io.BytesIO:
    """The code as a picture file."""
    file = io.BytesIO()
    segno.make_qr(address, mask=MASK).save(file, kind="png", border=0, scale=4)
    file.seek(0)
    return file
