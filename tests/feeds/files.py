"""Making register files for tests: text in every dialect, workbooks good, odd and hostile."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from tracker.domain.errors import FileRefused
from tracker.domain.register import ImportIssue, RegisterKind, RegisterRow
from tracker.feeds.registers import Parsed, parse
from tracker.feeds.table_files import read_table

LONGEST_TERM_YEARS = 10

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"


def read(kind: RegisterKind, data: bytes, *, filename: str = "register") -> Parsed:
    """Everything a file says, with the house's longest term."""
    return parse(kind, read_table(data, filename=filename), longest_term_years=LONGEST_TERM_YEARS)


def read_text(kind: RegisterKind, text: str) -> Parsed:
    """Everything a UTF-8 text file says."""
    return read(kind, text.encode())


def rows_of(parsed: Parsed) -> list[RegisterRow]:
    """The register rows alone."""
    return [row.value for row in parsed.rows]


def one_contract(column: str, cell: str) -> Parsed:
    """A file of one contract in which one cell is as given; the cell is quoted."""
    cells = {"contract_number": "N-1", "school_id": "S-1", "start_on": "2026-01-01", column: cell}
    quoted = ('"' + text.replace('"', '""') + '"' for text in cells.values())
    return read_text(RegisterKind.CONTRACTS, f"{','.join(cells)}\n{','.join(quoted)}\n")


def codes(issues: Iterable[ImportIssue]) -> list[str]:
    """The codes of issues or notices, in their order."""
    return [issue.code for issue in issues]


def refusal(data: bytes) -> str:
    """Why a file is refused as a whole; empty if it is not."""
    try:
        read_table(data, filename="register")
    except FileRefused as refused:
        return str(refused.details["reason"])
    return ""


def workbook(sheet: str, *, parts: Mapping[str, str] | None = None) -> bytes:
    """A workbook whose only sheet holds the XML ``sheet``; ``parts`` add to or replace the usual parts."""
    return packed(usual_parts(sheet) | dict(parts or {}))


def usual_parts(sheet: str) -> dict[str, str]:
    """The parts of a plain workbook with one sheet."""
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}relationships">'
            f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><workbookPr/>'
            '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}relationships">'
            f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>"
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file of ``parts``."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def sheet_of(rows: Sequence[Sequence[str]]) -> str:
    """Sheet XML of texts, row after row."""
    cells = ("".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) for row in rows)
    return f"<sheetData>{''.join(f'<row>{row}</row>' for row in cells)}</sheetData>"
