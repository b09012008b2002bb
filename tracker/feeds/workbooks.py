"""Opening an XLSX file that may be hostile (reliability §2.7, IMP-9 to IMP-12).

1. The zip directory is looked at before anything is unpacked: parts, sizes, overlaps, passwords.
2. Only the parts a table needs are unpacked, each within its stated size, and scanned: no document type, no
   cell far out. Formulas are never evaluated: the stored value counts.
3. What passed is packed anew, so the reader below sees no byte that was not looked at.

The first visible sheet is read; hidden rows and columns count like others; macros are not looked at.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import python_calamine as calamine

from tracker.domain.errors import FileRefused
from tracker.feeds import sheet_scan
from tracker.feeds.tables import Cell, Table, table_of

MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
_MAX_DIRECTORY_BYTES = 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_LOCATOR_BYTES = 20
_LOCAL_HEADER_BYTES = 30

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_SHARED = ("[Content_Types].xml", "_rels/.rels", "xl/sharedStrings.xml", "xl/styles.xml")


def read_workbook(data: bytes) -> Table:
    """The table on the first visible sheet; raises :class:`FileRefused`."""
    try:
        return _read(data)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as broken:
        raise FileRefused(reason="broken_workbook") from broken
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError) as broken:
        raise FileRefused(reason="broken_workbook") from broken


def _read(data: bytes) -> Table:
    book, faults, vetted = _vetted(data)
    with calamine.CalamineWorkbook.from_filelike(vetted) as opened:
        grid = opened.get_sheet_by_name(book.sheet).to_python(skip_empty_area=False)
    return replace(table_of(_records(grid, faults)), from_1904=book.from_1904)


def _vetted(data: bytes) -> tuple[sheet_scan.Book, sheet_scan.Faults, io.BytesIO]:
    """What a first look found, and the parts that passed it, packed anew."""
    _check_directory_size(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_parts(archive)
        parts = {name: _part(archive, name) for name in (_WORKBOOK, _RELATIONS)}
        book = sheet_scan.read_book(parts[_WORKBOOK], parts[_RELATIONS])
        sheet_path = posixpath.normpath(posixpath.join("xl", book.target)).lstrip("/")
        parts |= {name: _part(archive, name) for name in _SHARED if name in archive.namelist()}
        parts[sheet_path] = _part(archive, sheet_path)
    for name, part in parts.items():
        if name != sheet_path:
            sheet_scan.check_declarations(part)
    return book, sheet_scan.scan_sheet(parts[sheet_path]), _packed(parts)


def _check_directory_size(data: bytes) -> None:
    """Refuse by the record at the end of the file, before a list of a million parts is read."""
    plain = len(data) - _END.size
    at = plain if data[plain : plain + 4] == b"PK\5\6" and data[-2:] == b"\0\0" else data.rfind(b"PK\5\6")
    if at < 0 or len(data) - at < _END.size:
        raise FileRefused(reason="broken_workbook")
    fields = _END.unpack_from(data, at)
    is_zip64 = data[max(0, at - _LOCATOR_BYTES) : at].startswith(b"PK\6\7")
    if is_zip64 or fields[4] > MAX_PARTS or fields[5] > _MAX_DIRECTORY_BYTES:
        raise FileRefused(reason="too_many_parts", limit=MAX_PARTS)


def _check_parts(archive: zipfile.ZipFile) -> None:
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    names = {info.filename for info in infos}
    if len(infos) > MAX_PARTS:
        raise FileRefused(reason="too_many_parts", limit=MAX_PARTS)
    if any(info.flag_bits & 1 for info in infos):
        raise FileRefused(reason="encrypted")
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise FileRefused(reason="unpacked_too_large", limit_mib=MAX_UNPACKED_BYTES // 2**20)
    for info, following in pairwise(infos):
        if info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size > following.header_offset:
            raise FileRefused(reason="broken_workbook")
    if not {_WORKBOOK, _RELATIONS} <= names:
        raise FileRefused(reason=_what_else(archive, names))


def _what_else(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and b"opendocument.spreadsheet" in _part(archive, "mimetype"):
        return "ods"
    return "not_a_workbook"


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, never more than its stated size; zipfile proves the checksum."""
    try:
        info = archive.getinfo(name)
    except KeyError as missing:
        raise FileRefused(reason="broken_workbook") from missing
    with archive.open(info) as part:
        return part.read(info.file_size + 1)


def _packed(parts: dict[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


def _records(grid: list[list[Cell]], faults: sheet_scan.Faults) -> Iterator[tuple[int, list[Cell]]]:
    """Rows as a spreadsheet program numbers them, faults in their places. The grid is used up."""
    for number in range(1, max(len(grid), *faults, 0) + 1):
        record: list[Cell] = []
        if number <= len(grid):
            record, grid[number - 1] = grid[number - 1], record
        for column, fault in faults.get(number, {}).items():
            record.extend([""] * (column + 1 - len(record)))
            record[column] = fault
        yield number, record
