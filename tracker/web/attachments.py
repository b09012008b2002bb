"""Files that a browser saves: one header says their name, whatever the name holds (RFC 6266, FIL-2)."""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import quote

from starlette.responses import Response


class Ending(StrEnum):
    """The formats of tables."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Ending.CSV: "text/csv; charset=utf-8",
    Ending.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_NAME = 120
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')


def attachment(data: bytes, name: str, ending: Ending) -> Response:
    """A table to be saved as ``name`` with its ending."""
    headers = {"content-disposition": disposition(f"{file_name(name)}.{ending}")}
    return Response(data, media_type=MEDIA_TYPES[ending], headers=headers)


def file_name(text: str) -> str:
    """The text without what file systems or headers would obey, and not too long."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(_NOT_IN_NAMES.sub(" ", kept).split()).strip(" .")[:LONGEST_NAME] or "file"


def disposition(name: str) -> str:
    """The header's value: letters that only new programs read, and plain ones for the others."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    exact = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
