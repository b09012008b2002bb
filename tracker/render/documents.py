"""Papers as DOCX, to be edited: our words are free, facts of the record stand in locked fields."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from tracker.domain.drafts import Twin
from tracker.domain.vocabulary import Language
from tracker.render.archives import zip_bytes
from tracker.render.papers import LANGUAGES, Paper, Piece, Pieces, Row, RowKind
from tracker.render.squares import as_png

FONT = "Times New Roman"
ACCENT = RGBColor(0x8A, 0x2F, 0x0B)
QUIET = RGBColor(0x50, 0x5A, 0x5F)
TITLE_ROOM = 255
"""Signs that a file may say of itself."""

WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""The moment that files name as theirs: the same facts give the same file."""


def docx_bytes(paper: Paper) -> bytes:
    """The paper as a file for a word processor, Kazakh beside Russian."""
    document = Document()
    _set_up(document, paper)
    table = document.add_table(rows=1 + len(paper.rows), cols=2)
    table.autofit = False
    first, *others = table.rows
    for cell, pieces, language in zip(first.cells, paper.heading, LANGUAGES, strict=True):
        _write(cell.paragraphs[0], pieces, language, bold=True, size=13)
    for cells, row in zip(others, paper.rows, strict=True):
        _fill(cells.cells, row, paper.line)
    file = io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as parts:  # whose moments are those of the machine
        return zip_bytes([(name, parts.read(name)) for name in parts.namelist()])


def _set_up(document: Docx, paper: Paper) -> None:
    """The page, the type, what stands above and below, and what the file says of itself."""
    section, style = document.sections[0], document.styles["Normal"]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    style.font.name, style.font.size = FONT, Pt(11)
    style.paragraph_format.space_after = Pt(4)
    about = document.core_properties
    about.title = f"{paper.title.kk} / {paper.title.ru}"[:TITLE_ROOM]
    about.author, about.comments = "", ""
    about.created = about.modified = WRITTEN_AT
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    mark = header.add_run(f"{paper.mark.kk} / {paper.mark.ru}")
    mark.bold, mark.font.color.rgb = True, ACCENT
    footer = section.footer
    square = footer.add_paragraph().add_run().add_picture(as_png(paper.check), width=Cm(1.5))
    square._inline.docPr.set("descr", paper.check)
    for paragraph, text, language in (
        (footer.paragraphs[0], paper.foot.kk, Language.KK),
        (footer.add_paragraph(), paper.foot.ru, Language.RU),
    ):
        _write(paragraph, (Piece(text, is_fact=True),), language, size=8)
    _number(footer.add_paragraph())


def _number(paragraph: Paragraph) -> None:
    """Which page of how many, as the word processor counts them."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for count, name in enumerate(("PAGE", "NUMPAGES")):
        if count:
            paragraph.add_run(" / ").font.size = Pt(8)
        field, shown = OxmlElement("w:fldSimple"), paragraph.add_run("1")
        shown.font.size = Pt(8)
        field.set(qn("w:instr"), name)
        paragraph._p.replace(shown._r, field)
        field.append(shown._r)


def _fill(cells: tuple[_Cell, ...], row: Row, line: Twin) -> None:
    sides = (row.kk, line.kk, Language.KK), (row.ru, line.ru, Language.RU)
    for cell, (pieces, under, language) in zip(cells, sides, strict=True):
        paragraph = cell.paragraphs[0]
        match row.kind:
            case RowKind.ITEM:
                _write(paragraph, (Piece("• ", is_fact=False), *pieces), language)
                paragraph.paragraph_format.left_indent = Cm(0.4)
                paragraph.paragraph_format.first_line_indent = Cm(-0.4)
            case RowKind.NOTE:
                _write(paragraph, pieces, language, size=9)
            case RowKind.SIGN:
                paragraph.paragraph_format.space_before = Pt(14)
                _write(paragraph, pieces, language)
                _sign(cell, under, language)
            case _:
                _write(paragraph, pieces, language)


def _sign(cell: _Cell, under: str, language: Language) -> None:
    """A line to sign on, which is no blank of the record, and what goes there."""
    rule = cell.add_paragraph()
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    rule._p.get_or_add_pPr().append(borders)  # before the spacing, as the format has it
    rule.paragraph_format.space_before = Pt(14)
    _write(cell.add_paragraph(), (Piece(under, is_fact=False),), language, size=8)


def _write(
    paragraph: Paragraph, pieces: Pieces, language: Language, *, bold: bool = False, size: int | None = None
) -> None:
    for piece in pieces:
        run = paragraph.add_run(piece.text)
        run.bold = bold or None
        if size is not None:
            run.font.size = Pt(size)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val"), f"{language}-KZ")
        run._r.get_or_add_rPr().append(spoken)
        if piece.is_fact:
            _lock(paragraph, run._r)


def _lock(paragraph: Paragraph, run: Any) -> None:
    """Put a run into a field that a word processor neither edits nor deletes."""
    field, about, lock, content = (
        OxmlElement(f"w:{name}") for name in ("sdt", "sdtPr", "lock", "sdtContent")
    )
    lock.set(qn("w:val"), "sdtContentLocked")
    about.append(lock)
    field.append(about)
    field.append(content)
    paragraph._p.replace(run, field)
    content.append(run)


def text_of(data: bytes) -> Iterable[str]:
    """Every paragraph of a file, also what stands in locked fields."""
    found = Document(io.BytesIO(data)).element.body.iter(qn("w:p"))
    return ("".join(node.text or "" for node in each.iter(qn("w:t"))) for each in found)
