"""What a file is says its content, and its name is text and no path."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from tracker.domain.enclosures import Enclosure, FileKind, kept_name
from tracker.domain.vocabulary import ConditionId
from tracker.feeds.enclosed import MOST_PARTS, kind_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 20 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 17 + b"\x00\x00\x00\x00IEND\xaeB`\x82"


def archive(*parts: str) -> bytes:
    """An archive with these parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        for part in parts:
            made.writestr(part, "x")
    return kept.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
KNOWN = {FileKind.PDF: PDF, FileKind.JPEG: JPEG, FileKind.PNG: PNG, FileKind.DOCX: DOCX}


@pytest.mark.parametrize("kind", FileKind)
def test_whole_files_are_known_by_their_content_and_cut_ones_are_not(kind: FileKind) -> None:
    assert kind_of(KNOWN[kind]) is kind
    assert kind_of(KNOWN[kind][:-25]) is None
    assert kind_of(b" " + KNOWN[kind]) is None


def test_nothing_else_is_taken() -> None:
    macros = archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    many = archive("[Content_Types].xml", "word/document.xml", *(f"x/{n}" for n in range(MOST_PARTS)))
    for data in (
        b"",
        b"MZ",
        b"<html>",
        b"PK\3\4",
        archive("a.txt"),
        archive("xl/workbook.xml"),
        macros,
        many,
    ):
        assert kind_of(data) is None, data[:20]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("хат № 5.pdf", "хат № 5.pdf"),
        ("C:\\temp\\..\\хат.pdf", "хат.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00\u202e.pdf", "ab.pdf"),
        ("", "file"),
        ("x" * 500 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_its_last_part_and_can_be_shown(given: str, kept: str) -> None:
    assert kept_name(given) == kept


@pytest.mark.parametrize(
    ("name", "shown"), [("хат.PDF", "хат.pdf"), ("хат.pdf.exe", "хат.pdf.exe.pdf"), ("хат", "хат.pdf")]
)
def test_a_file_is_saved_with_the_ending_of_what_it_is(name: str, shown: str) -> None:
    at, condition = datetime(2027, 1, 15, tzinfo=UTC), ConditionId.HEAD_DECISION
    assert Enclosure(1, 1, condition, name, FileKind.PDF, 9, "", 1, "", at).file_name == shown
