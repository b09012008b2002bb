"""A first look at the XML of a workbook, before anything is laid out in memory (reliability §2.7).

One cell at XFD1048576 makes a reader lay out 17,000 million cells; ``<dimension>`` is not believed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from tracker.domain.errors import FileRefused
from tracker.feeds.tables import LAST_ROW, MAX_COLUMNS, MAX_ROWS, Fault

MAX_CELLS = 2_000_000
"""How many cells are laid out: last row times last column that hold something."""

MAX_ELEMENTS = 5_000_000
"""How many XML elements one sheet may have: two or three for each cell."""

Faults = dict[int, dict[int, Fault]]
"""Cells without a value of their own: by row number (from 1), then by column (from 0)."""

_MOST_DIGITS = 7
_MOST_LETTERS = 3
_FILLED = frozenset({"v", "f", "is"})


@dataclass(frozen=True, slots=True)
class Book:
    """The first visible sheet: its name, the path of its part, and which day its dates count from."""

    sheet: str
    target: str
    from_1904: bool


def check_declarations(part: bytes) -> None:
    """Refuse a part that declares a document type, or is not XML; raises :class:`FileRefused`."""
    _parse(_parser(), part)


def read_book(workbook: bytes, relations: bytes) -> Book:
    """What ``workbook.xml`` and its relations say; raises :class:`FileRefused`."""
    sheets: list[dict[str, str]] = []
    targets: dict[str, str] = {}
    from_1904: list[str] = []

    def in_workbook(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            sheets.append({_local(key): value for key, value in attributes.items()})
        elif _local(name) == "workbookPr":
            from_1904.append(attributes.get("date1904", "0"))

    def in_relations(name: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part, handler in ((workbook, in_workbook), (relations, in_relations)):
        parser = _parser()
        parser.StartElementHandler = handler
        _parse(parser, part)
    for sheet in sheets:
        if sheet.get("state", "visible") == "visible" and sheet.get("id", "") in targets:
            return Book(sheet.get("name", ""), targets[sheet["id"]], from_1904[-1:] in (["1"], ["true"]))
    raise FileRefused(reason="no_visible_sheet")


def scan_sheet(part: bytes) -> Faults:
    """The faults of a sheet; raises :class:`FileRefused` (``far_cell``, ``too_many_cells`` and others)."""
    parser = _parser()
    scan = _Scan(parser)
    parser.StartElementHandler = scan.start
    _parse(parser, part)
    scan.finish_cell()
    return scan.faults


@dataclass(slots=True)
class _Scan:
    """Where the parser stands in a sheet. It hears starts of elements only, and texts only behind formulas:
    more would take too long.
    """

    parser: expat.XMLParserType
    faults: Faults = field(default_factory=dict)
    row: int = 0
    row_digits: str = ""
    column: int = -1
    last_row: int = 0
    last_column: int = 0
    elements: int = 0
    is_error: bool = False
    is_text: bool = False
    is_formula: bool = False
    has_value: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear one element begin."""
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise FileRefused(reason="too_many_cells", limit=MAX_CELLS)
        local = name if ":" not in name else _local(name)
        if local == "c":
            self._start_cell(attributes)
        elif local in _FILLED:
            self._fill(local)
        elif local == "row":
            self._start_row(attributes)

    def finish_cell(self) -> None:
        """Note the fault of the cell just left, if it has one."""
        if self.is_error and self.has_value:
            self.faults.setdefault(self.row, {})[self.column] = Fault.FORMULA_ERROR
        elif self.is_formula and not self.has_value:
            self.faults.setdefault(self.row, {})[self.column] = Fault.FORMULA_WITHOUT_VALUE
        self.is_error = self.is_text = self.is_formula = self.has_value = False
        self.parser.CharacterDataHandler = None

    def _start_row(self, attributes: dict[str, str]) -> None:
        if self.is_error or self.is_formula:
            self.finish_cell()
        self._enter_row(attributes.get("r") or str(self.row + 1))
        self.column = -1

    def _enter_row(self, digits: str) -> None:
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
            raise FileRefused(reason="broken_workbook")
        self.row, self.row_digits = int(digits), digits
        if self.row > LAST_ROW:
            raise _far_cell()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self.is_error or self.is_formula:
            self.finish_cell()
        self.has_value = False
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            digits = reference[len(letters) :]
            if digits != self.row_digits:
                self._enter_row(digits)
            self.column = _column(letters)
        kind = attributes.get("t")
        self.is_error, self.is_text = kind == "e", kind == "str"

    def _fill(self, local: str) -> None:
        if local == "f":
            self.is_formula = True
        elif self.is_formula and not self.is_text:
            self.parser.CharacterDataHandler = self._hear_value
        else:
            self.has_value = True
        if self.row > self.last_row or self.column >= self.last_column:
            self._reach()

    def _hear_value(self, _: str) -> None:
        """The stored value of a formula is there. (An empty one states nothing, unless it is a text.)"""
        self.has_value = True
        self.parser.CharacterDataHandler = None

    def _reach(self) -> None:
        """The filled part of the sheet grows; raises :class:`FileRefused` when it grows too far."""
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column + 1)
        if self.last_row > MAX_ROWS or self.last_column > MAX_COLUMNS:
            raise _far_cell()
        if self.last_row * self.last_column > MAX_CELLS:
            raise FileRefused(reason="too_many_cells", limit=MAX_CELLS)


def _far_cell() -> FileRefused:
    return FileRefused(reason="far_cell", limit_rows=MAX_ROWS, limit_columns=MAX_COLUMNS)


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """The place of a column, from 0; raises :class:`FileRefused` for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= _MOST_LETTERS):
        raise FileRefused(reason="broken_workbook")
    number = 0
    for letter in letters:
        number = number * 26 + int(letter, 36) - 9
    return number - 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_declaration
    return parser


def _refuse_declaration(*_: object) -> None:
    raise FileRefused(reason="xml_declarations")


def _parse(parser: expat.XMLParserType, part: bytes) -> None:
    try:
        parser.Parse(part, True)
    except expat.ExpatError as broken:
        raise FileRefused(reason="broken_workbook") from broken
