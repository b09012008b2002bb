"""Many files in one, with names that people read: the same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

WRITTEN_AT = (2000, 1, 1, 0, 0, 0)
"""The moment that every file in an archive names as its own."""


def zip_bytes(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of files by their paths, with ``/`` between folders."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            entry = zipfile.ZipInfo(path, WRITTEN_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return kept.getvalue()
