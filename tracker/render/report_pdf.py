"""Reports as PDF, to be read and signed: one file for the same report, no date of printing in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import typst
from babel.numbers import format_decimal

from tracker.paths import bundled
from tracker.render.formats import Formats
from tracker.render.report_files import Told
from tracker.render.sheets import Value

LAYOUT = "report.typ"


def report_pdf(told: Told, formats: Formats, *, definitions: str) -> bytes:
    """The report as PDF; all text reaches the layout as data, never as its source."""
    inputs = _inputs(told, formats, definitions)
    try:
        found = _compiler().compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:  # a letter that no font of ours draws; it shows as a box then, and is kept
        found = _compiler().compile(format="pdf", sys_inputs=inputs, timestamp=0)
    assert isinstance(found, bytes)
    return found


def report_pages(told: Told, formats: Formats, *, definitions: str) -> tuple[bytes, ...]:
    """The pages as pictures, to be looked at."""
    found = _compiler().compile(format="png", sys_inputs=_inputs(told, formats, definitions), ppi=80)
    return (found,) if isinstance(found, bytes) else tuple(found or ())


@cache
def _compiler() -> typst.Compiler:
    folder = bundled("templates") / "reports"
    return typst.Compiler(input=folder / LAYOUT, root=folder, ignore_system_fonts=True)


def _inputs(told: Told, formats: Formats, definitions: str) -> dict[str, str]:
    said = {
        "title": told.title,
        "language": formats.words.language.value,
        "policy": {column.name: value for column, value in told.asked}["policy"],
        "about": told.about,
        "place": told.place.title,
        "columns": [{"title": column.title, "about": column.about} for column in told.columns],
        "rows": [_told(row, formats) for row in told.rows],
        "total": _told(told.total, formats),
        "definitions": definitions,
        "foot": told.title,
    }
    return {"told": json.dumps(said, ensure_ascii=False)}


def _told(row: Sequence[Value], formats: Formats) -> list[str]:
    return [_cell(value, formats) for value in row]


def _cell(value: Value, formats: Formats) -> str:
    if isinstance(value, Decimal):
        return format_decimal(value, format="0.0", locale=formats.words.locale)
    return formats.number(value) if isinstance(value, int) else str(value or "–")
