"""The browser files of others are those the lock names, show nothing we may not, and are never committed."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "tracker" / "web" / "static" / "vendor"
MANIFEST: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
LOCK: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
LOCKED: dict[str, dict[str, str]] = {
    name.removeprefix("node_modules/"): entry for name, entry in LOCK["packages"].items() if name
}


def test_every_file_is_the_one_that_was_fetched() -> None:
    told = {entry["name"]: entry["sha256"] for entry in MANIFEST["files"]}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "manifest.json"
    }
    assert found == told


def test_the_files_were_made_by_the_present_lock_and_recipe() -> None:
    parts = (ROOT / name for name in ("package-lock.json", "package.json", "hatch_build.py"))
    recipe = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    assert recipe == MANIFEST["recipe"], "install the checkout anew: make test does"


def test_each_file_says_its_package_version_and_licence() -> None:
    for entry in MANIFEST["files"]:
        locked = LOCKED[entry["package"]]
        assert (entry["version"], entry["licence"]) == (locked["version"], locked["license"])


def test_the_lock_has_an_integrity_hash_for_every_package_and_no_address() -> None:
    assert set(LOCK["packages"][""]["dependencies"]) == set(LOCKED)
    assert all(re.fullmatch(r"sha512-[A-Za-z0-9+/]+=*", entry["integrity"]) for entry in LOCKED.values())
    assert "://" not in json.dumps(LOCK)
    assert "resolved" not in json.dumps(LOCK)


def test_nothing_of_others_is_committed() -> None:
    names = subprocess.run(["git", "ls-files", str(VENDOR)], cwd=ROOT, capture_output=True, text=True)
    if names.returncode:
        pytest.skip("not a git checkout")
    assert names.stdout == ""


def test_no_crown_no_foreign_typeface_and_no_address_of_another_host() -> None:
    style = (VENDOR / "govuk-frontend.css").read_text(encoding="utf-8")
    assert not re.search(r"GDS Transport|crest|@font-face|sourceMappingURL|url\((?!data:)", style)
    assert "sourceMappingURL" not in (VENDOR / "govuk-frontend.js").read_text(encoding="utf-8")


def test_the_styles_are_of_the_release_that_the_macros_were_made_for() -> None:
    assert metadata.version("govuk-frontend-jinja").startswith("4.1.")
    assert LOCKED["govuk-frontend"]["version"] == "6.3.0", "the release that 4.1 follows"


@pytest.mark.parametrize("letters", ["ҰұЁё№", "ӘәҒғҚқҢңӨөҮүҺһІі", "Аа–«»", "₸"])
def test_the_typeface_has_the_letters_of_our_languages(letters: str) -> None:
    covered = "".join(
        line
        for line in (ROOT / "tracker/web/static/shell.css").read_text(encoding="utf-8").splitlines()
        if "unicode-range" in line
    )
    ranges = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", covered)
    spans = [(int(low, 16), int(high or low, 16)) for low, high in ranges]
    assert [each for each in letters if not any(low <= ord(each) <= high for low, high in spans)] == []
