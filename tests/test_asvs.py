"""The sheet of ASVS 5.0 is whole: each requirement of levels 1 and 2 once; what it names exists."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHEET = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(SHEET)

FIRST_LEVEL, SECOND_LEVEL = 70, 183
FORMS = ("in writing: ", "does not apply: ", "of the operator: ", "not met: ")


@lru_cache
def functions_of(path: str) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_each_requirement_stands_on_the_sheet_once() -> None:
    numbers = [number for number, *_ in ROWS]
    assert len(numbers) == len(set(numbers)) == FIRST_LEVEL + SECOND_LEVEL
    assert sum(level == "1" for _, level, *_ in ROWS) == FIRST_LEVEL
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    assert SHEET.count("\n| ") == len(ROWS) + len(re.findall("^## ", SHEET, re.MULTILINE))


def test_every_requirement_has_a_test_or_a_reason() -> None:
    for number, _, words, covered in ROWS:
        assert words.strip(), number
        for proof in covered.split("<br>"):
            assert re.fullmatch(r"`tests/[\w/]+\.py::test_\w+`", proof) or proof.startswith(FORMS), number


def test_every_named_test_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", SHEET)
    assert named
    lost = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]
    assert lost == []


def test_every_named_place_of_a_document_exists() -> None:
    text = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    places = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    named = set(re.findall(r"\(safety\.md#([\w-]+)\)", SHEET))
    assert named <= places
    assert named
