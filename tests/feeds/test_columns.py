"""Headers are known by name or title; lists that must match are compared."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

import tracker.feeds
from tests.feeds.files import read_text
from tracker.domain.register import ROW_TYPES, RegisterKind
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.feeds import words
from tracker.feeds.codes import ISSUES, NOTICES
from tracker.feeds.columns import COLUMNS, Column, titles_of
from tracker.feeds.spelling import folded
from tracker.feeds.table_files import REASONS

FEEDS = Path(tracker.feeds.__file__).parent
SOURCES = sorted(set(FEEDS.glob("*.py")) - {FEEDS / "identity.py"})  # a provider sends no files
ALL_COLUMNS = [(kind, column) for kind in RegisterKind for column in COLUMNS[kind]]
LISTS: list[tuple[type[StrEnum], tuple[tuple[str, str], ...]]] = [
    (Service, tuple(words.SERVICES.items())),
    (ContractKind, tuple(words.CONTRACT_KINDS.items())),
    (ContractStatus, tuple(words.CONTRACT_STATUSES.items())),
    (TenderStatus, tuple(words.TENDER_STATUSES.items())),
    (Method, tuple(words.METHODS.items())),
    (Stage, tuple(words.STAGES.items())),
    (TenderEventKind, tuple(words.EVENTS.items())),
]


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_columns_are_the_fields_of_the_rows(kind: RegisterKind) -> None:
    names = [column.name for column in COLUMNS[kind]]
    assert len(names) == len(set(names))
    assert {*names, "extra"} == {field.name for field in fields(ROW_TYPES[kind])}


@pytest.mark.parametrize("kind", RegisterKind)
def test_no_title_means_two_columns(kind: RegisterKind) -> None:
    for column in COLUMNS[kind]:
        for title in (column.name.replace("_", " "), *column.titles):
            assert titles_of(kind)[folded(title)] is column, title


@pytest.mark.parametrize(("kind", "column"), ALL_COLUMNS)
def test_a_header_is_known_however_it_is_written(kind: RegisterKind, column: Column) -> None:
    for title in (column.name, *column.titles):
        for written in (title.upper(), f"  {title} * ", title.replace(" ", "_"), f"«{title}»", f"{title}:"):
            quoted = '"' + written.replace('"', '""') + '"'
            parsed = read_text(kind, f"{quoted}\nx\n")
            assert parsed.columns == {column.name}, written
            assert parsed.unknown_columns == ()


@pytest.mark.parametrize("kind", RegisterKind)
def test_a_file_may_mix_languages_and_order(kind: RegisterKind) -> None:
    titles = [column.titles[place % 3] for place, column in enumerate(COLUMNS[kind])]
    parsed = read_text(kind, ";".join(reversed(titles)) + "\n")
    assert parsed.columns == {column.name for column in COLUMNS[kind]}
    assert parsed.issues == ()


def test_unknown_columns_are_kept_and_reported() -> None:
    text = "school_id,colour,name,\nS-1,red,A,x\nS-2,,B,\n"
    parsed = read_text(RegisterKind.SCHOOLS, text)
    assert parsed.unknown_columns == ("colour", "#4")
    assert [row.extra for row in parsed.rows] == [(("colour", "red"), ("#4", "x")), ()]


def test_each_missing_required_column_is_one_issue_of_the_header() -> None:
    parsed = read_text(RegisterKind.CONTRACTS, "end_on\nsoon\n2026-01-01\n")
    assert [(issue.row, issue.column, issue.code) for issue in parsed.issues] == [
        (1, "contract_number", "missing_column"),
        (1, "school_id", "missing_column"),
        (1, "start_on", "missing_column"),
        (2, "end_on", "date_unreadable"),
    ]
    assert (parsed.rows, parsed.rows_read, parsed.rejected) == ((), 2, 2)


def test_a_column_that_comes_twice_is_an_issue() -> None:
    parsed = read_text(RegisterKind.SCHOOLS, "school_id,name,Наименование\nS-1,A,B\n")
    assert [(issue.row, issue.column, issue.code, issue.details) for issue in parsed.issues] == [
        (1, "name", "duplicate_column", (("title", "Наименование"),))
    ]
    assert parsed.rows == ()


@pytest.mark.parametrize(("enum", "names"), LISTS)
def test_every_member_has_words_and_no_word_has_two_meanings(
    enum: type[StrEnum], names: tuple[tuple[str, str], ...]
) -> None:
    assert [member for member, _ in names] == list(enum)
    meanings = words.dictionary({enum(member): line for member, line in names})
    for member, line in names:
        assert meanings[folded(member)] == member
        assert len(line.split(",")) >= 2, member


def _emitted(source: Path) -> set[str]:
    """Codes that a module gives to issues, notices and refusals, read from its syntax."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [
                part.value
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            if called in ("CellRefused", "ImportIssue", "Reading", "notice"):
                found |= {text for text in texts if re.fullmatch("[a-z]+(_[a-z]+)+|required", text)}
    return found


def test_every_code_is_listed_and_every_listed_code_is_said() -> None:
    said = {code for source in SOURCES for code in _emitted(source)}
    said |= {"formula_error", "formula_without_value"}
    columns = {column.name for _, column in ALL_COLUMNS}
    assert said - columns - {"header_row"} == set(ISSUES) | set(NOTICES)
    assert not set(ISSUES) & set(NOTICES)


def test_every_reason_of_a_refused_file_is_listed() -> None:
    text = "".join(source.read_text(encoding="utf-8") for source in SOURCES)
    said = set(re.findall(r'reason="([a-z_0-9]+)"', text))
    said |= set(re.findall(r'"([a-z]+)" if inside in data else "([a-z_]+)"', text)[0])
    said |= {"xlsb", "ods", "not_a_workbook"}
    assert said == set(REASONS)
