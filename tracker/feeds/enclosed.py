"""What an enclosed file is: its content says so, never its name. Nothing of it is unpacked or executed."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from tracker.domain.enclosures import FileKind

MOST_PARTS = 2_000
"""Parts of a DOCX; one with more is no letter."""

TAIL = 1024
"""So many bytes before its end a PDF or a picture says that it ends: programs add a few of their own."""


def kind_of(data: bytes) -> FileKind | None:
    """What a file is; None for what may not be enclosed, is cut off, or carries macros."""
    end = data[-TAIL:]
    if data.startswith(b"%PDF-"):
        return FileKind.PDF if b"%%EOF" in end else None
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG if b"\xff\xd9" in end else None
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG if data[12:16] == b"IHDR" and b"IEND" in end else None
    return FileKind.DOCX if data.startswith(b"PK\3\4") and _is_letter(data) else None


def _is_letter(data: bytes) -> bool:
    """Whether an archive is a document of a word processor; only its list of parts is read."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = [part.filename.lower() for part in archive.infolist()]
    except (BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    if len(parts) > MOST_PARTS or any(part.endswith((".bin", ".exe")) for part in parts):
        return False
    return {"[content_types].xml", "word/document.xml"} <= set(parts)
