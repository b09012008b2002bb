"""A hostile file is refused or read within five seconds and 300 MiB (IMP-9 to IMP-11, IMP-14, IMP-15)."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.files import MAIN, packed, refusal, sheet_of, usual_parts, workbook
from tracker.domain.errors import FileRefused
from tracker.feeds.table_files import LARGEST_FILE, read_table, shown_name

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="this system does not tell the peak of memory"
)

MOST_SECONDS = 5.0
MOST_MIB = 300

READ_ALONE = r"""
import json, re, sys, time
from pathlib import Path
from tracker.domain.errors import FileRefused
from tracker.domain.register import RegisterKind
from tracker.feeds.registers import parse
from tracker.feeds.table_files import read_table

data = Path(sys.argv[1]).read_bytes()
before = time.process_time()
try:
    table = read_table(data, filename="x")
    parsed = parse(RegisterKind(sys.argv[2]), table, longest_term_years=10)
    outcome = f"read {parsed.rows_read}"
except FileRefused as refused:
    outcome = refused.details["reason"]
spent = time.process_time() - before
memory = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([outcome, spent, memory]))
"""


def _read_alone(data: bytes, folder: Path, *, kind: str = "contracts") -> tuple[str, float, float]:
    """Read a file in a process of its own: what came of it, seconds of the processor, MiB at most."""
    file = folder / "file"
    file.write_bytes(data)
    command = [sys.executable, "-c", READ_ALONE, str(file), kind]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    outcome, seconds, memory = json.loads(done.stdout)
    return outcome, seconds, memory


def _assert_harmless(data: bytes, folder: Path, outcome: str, *, seconds: float = MOST_SECONDS) -> None:
    said, spent, memory = _read_alone(data, folder)
    assert said == outcome
    assert spent <= seconds
    assert memory < MOST_MIB


def _far(reference: str, row: str = "1048576") -> str:
    header = "<row r='1'><c r='A1'><v>1</v></c></row>"
    far = f"<row r='{row}'><c r='{reference}'><v>1</v></c></row>"
    return f"<dimension ref='A1:B2'/><sheetData>{header}{far}</sheetData>"


@pytest.mark.parametrize(
    ("sheet", "outcome"),
    [
        (_far("XFD1048576"), "far_cell"),
        (_far("A1048576"), "far_cell"),
        (_far("XFD2", "2"), "far_cell"),
        (_far("XFD1048576", "2"), "far_cell"),
        (_far("IV200000", "200000"), "too_many_cells"),
        (_far("A9999999", "9999999"), "far_cell"),
        (_far("A99999999", "99999999"), "broken_workbook"),
        (_far("ZZZZ1", "1"), "broken_workbook"),
        (_far("&#88;FD1048576"), "far_cell"),
        (_far("", "2"), "broken_workbook"),
        (_far("-1", "2"), "broken_workbook"),
        ("<sheetData><row r='1048575'/><row><c><v>1</v></c></row></sheetData>", "far_cell"),
        (
            "<sheetData><row><c r='A5' t='e'><v>1</v></c><c r='XFD1048576'><f>1</f></c></row></sheetData>",
            "far_cell",
        ),
        (f"<sheetData><row>{'<c><v>1</v></c>' * 16_384}</row></sheetData>", "far_cell"),
    ],
)
def test_a_small_file_with_a_far_cell_is_refused(sheet: str, outcome: str, tmp_path: Path) -> None:
    data = workbook(sheet)
    assert len(data) < 3_000
    _assert_harmless(data, tmp_path, outcome, seconds=1)


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1", "nonsense", ""])
def test_the_stated_dimension_is_not_believed(dimension: str, tmp_path: Path) -> None:
    rows = sheet_of([["contract_number", "school_id", "start_on"], ["N-1", "S-1", "2026-01-01"]])
    outcome, seconds, memory = _read_alone(workbook(f"<dimension ref='{dimension}'/>{rows}"), tmp_path)
    assert outcome in ("read 1", "broken_workbook")
    assert (seconds < 1, memory < MOST_MIB) == (True, True)


def test_five_million_styles_are_read_in_time(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 5_000_000}</cellXfs></styleSheet>'
    rows = sheet_of([["contract_number", "school_id", "start_on"], ["N-1", "S-1", "2026-01-01"]])
    _assert_harmless(workbook(rows, parts={"xl/styles.xml": styles}), tmp_path, "read 1")


@pytest.mark.parametrize(
    ("sheet", "outcome"),
    [
        ("<x/>" * 6_000_000, "too_many_cells"),
        ("<sheetData>" + "<row/>" * 8_000_000 + "</sheetData>", "far_cell"),
        ("<sheetData><row>" + "<c/>" * 6_000_000 + "</row></sheetData>", "too_many_cells"),
        (
            "<sheetData>" + ("<row>" + "<c><v>1</v></c>" * 20 + "</row>") * 180_000 + "</sheetData>",
            "too_many_cells",
        ),
        ("<sheetData>" + "<row><c><v>1</v></c></row>" * 250_000 + "</sheetData>", "far_cell"),
    ],
    ids=["elements", "rows", "empty cells", "cells", "long"],
)
def test_a_sheet_of_too_much_is_refused_in_time(sheet: str, outcome: str, tmp_path: Path) -> None:
    _assert_harmless(workbook(sheet), tmp_path, outcome)


def test_the_fullest_sheet_that_is_read_fits(tmp_path: Path) -> None:
    rows = ("<row>" + "<c><v>1</v></c>" * 17 + "</row>") * 117_000
    _assert_harmless(workbook(f"<sheetData>{rows}</sheetData>"), tmp_path, "read 116999", seconds=15)


def test_a_deep_part_is_refused_in_time(tmp_path: Path) -> None:
    outcome, seconds, memory = _read_alone(workbook("<a>" * 2_000_000), tmp_path)
    assert outcome == "broken_workbook"
    assert (seconds < MOST_SECONDS, memory < MOST_MIB) == (True, True)


def _zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // 2**20):
        yield bytes(2**20)


def test_ten_megabytes_that_unpack_to_ten_gigabytes_are_not_unpacked(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = b"".join(map(packer.compress, _zeros(2**26))) + packer.flush()
    data = _zip_with(deflated, stated=10 * 2**30)
    _assert_harmless(data, tmp_path, "unpacked_too_large", seconds=2)


def test_a_part_that_lies_about_its_size_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = b"".join(map(packer.compress, _zeros(2**29))) + packer.flush()
    _assert_harmless(_zip_with(deflated, stated=1000), tmp_path, "broken_workbook", seconds=2)


def _zip_with(deflated: bytes, *, stated: int) -> bytes:
    """A workbook whose sheet is ``deflated`` and says that it is ``stated`` bytes long."""
    parts = usual_parts("")
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = "x"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            if name != sheet:
                archive.writestr(name, part)
        archive.writestr(sheet, deflated)
        info = archive.getinfo(sheet)
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, stated
    return data.getvalue()


def test_a_zip_inside_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = packed({"bomb": bytes(2**25)})
    parts = usual_parts(sheet_of([["contract_number", "school_id", "start_on"], ["N", "S", "2026-01-01"]]))
    _assert_harmless(packed({**parts, "xl/media/inner.zip": inner}), tmp_path, "read 1", seconds=2)


def test_a_hundred_thousand_parts_are_refused_by_their_count(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"xl/{number}", b"")
    _assert_harmless(data.getvalue(), tmp_path, "too_many_parts", seconds=2)
    assert refusal(packed({f"xl/{number}": "" for number in range(2_001)})) == "too_many_parts"


@pytest.mark.parametrize("lie", ["count", "size", "comment"])
def test_a_directory_that_lies_about_its_length_is_refused(lie: str) -> None:
    data = bytearray(packed({f"xl/{number}": "" for number in range(30_000)}))
    end = data.rfind(b"PK\5\6")
    struct.pack_into("<HH", data, end + 8, 3, 3)
    if lie == "size":
        struct.pack_into("<L", data, end + 12, 300)
    if lie == "comment":
        data += b"PK\5\6" + bytes(10)
    assert refusal(bytes(data)) in ("too_many_parts", "broken_workbook", "not_a_workbook")


def test_parts_that_overlap_are_refused() -> None:
    data = bytearray(workbook(sheet_of([["contract_number"]])))
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    offset = struct.unpack_from("<L", data, first + 42)[0]
    struct.pack_into("<L", data, second + 42, offset)
    assert refusal(bytes(data)) == "broken_workbook"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DECLARATIONS = {
    "file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "http": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:1/canary">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/canary"> %e;]>',
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY e "&l9;">]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY e "{"a" * 100_000}">]>',
    "external": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/canary.dtd">',
    "empty": "<!DOCTYPE x>",
}
PARTS = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"]
PARTS += ["xl/styles.xml", "[Content_Types].xml", "_rels/.rels"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("declaration", DECLARATIONS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_part_that_declares_a_document_type_is_refused(part: str, declaration: str, encoding: str) -> None:
    parts: dict[str, str | bytes] = {**usual_parts(sheet_of([["school_id", "name"], ["S-1", "A"]]))}
    usual = str(parts.get(part, f'<sst xmlns="{MAIN}"><si><t>&e;</t></si></sst>'))
    parts[part] = (DECLARATIONS[declaration] + usual.replace("S-1", "&e;")).encode(encoding)
    assert refusal(packed(parts)) == "xml_declarations"


def test_an_inclusion_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("CANARY", encoding="utf-8")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    sheet = sheet_of([["school_id", "name"], ["S-1", "A"]]).replace("<t>A</t>", f"<t>A{include}</t>")
    data = workbook(sheet)
    assert refusal(data) or "CANARY" not in str(read_table(data, filename="x"))


@pytest.mark.parametrize(
    ("data", "kind", "outcome"),
    [
        (b"," * LARGEST_FILE, "contracts", "line_too_long"),
        (b"\n" * LARGEST_FILE, "contracts", "empty"),
        (b'"' * LARGEST_FILE, "contracts", "line_too_long"),
        (b'"\n' * (LARGEST_FILE // 2), "contracts", "too_many_rows"),
        (b"[" * LARGEST_FILE, "contracts", "not_a_table"),
        (b'{"a":' * (LARGEST_FILE // 5), "contracts", "not_a_table"),
        (b"\x80" * LARGEST_FILE, "contracts", "encoding_unclear"),
        (b"name\n" + b"a\n" * (LARGEST_FILE // 2 - 3), "schools", "too_many_rows"),
        (
            b"contract_number,school_id,start_on,end_on,amount\n" + b"x;y,x,x,x,x\n" * 199_999,
            "contracts",
            "read 199999",
        ),
        (
            b"contract_number,school_id,start_on\n"
            + b"N,"
            + b'"'
            + b"".join(b"%d;" % n for n in range(20_000))
            + b'",2026-01-01\n' * 1
            + (b'N,"' + b"".join(b"%d;" % n for n in range(20_000)) + b'",2026-01-01\n') * 150,
            "contracts",
            "read 151",
        ),
    ],
    ids=[
        "commas",
        "lines",
        "quotes",
        "open quotes",
        "json",
        "deep json",
        "bytes",
        "rows",
        "issues",
        "schools",
    ],
)
def test_hostile_text_costs_little(data: bytes, kind: str, outcome: str, tmp_path: Path) -> None:
    said, seconds, memory = _read_alone(data, tmp_path, kind=kind)
    assert said == outcome
    assert seconds < 20
    assert memory < MOST_MIB


NAMES = [
    "../../etc/passwd",
    "a.xlsx\0.html",
    "x" * 300,
    "con",
    "=cmd|calc",
    "C:\\a\\b.csv",
    "a\r\nSet-Cookie: x",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_only_ever_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileRefused) as refused:
        read_table(b"", filename=name)
    shown = str(refused.value.details["filename"])
    assert shown == shown_name(name)
    assert len(shown) <= 100
    assert shown.isprintable()
    assert not set(shown) & set("/\\")
    assert list(tmp_path.iterdir()) == []
