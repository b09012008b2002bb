"""Reports by command, and what another law would change, told before it is put into force (BIT-8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.commands import Commands
from tests.people import ADMIN, sign_in
from tests.web.register import ENDING, NOW
from tracker.clock import FixedClock
from tracker.law.loader import BUNDLED, CALENDAR_FILE, POLICY_FILE
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web.app import create_app
from tracker.web.visitors import csrf_token

WARNED = 'versions = [{ value = 60, assumed = "house" }]'


@pytest.fixture
def filled_engine(filled: Commands) -> Iterator[Engine]:
    """The database of the small country."""
    engine = make_engine(f"sqlite:///{filled.database}")
    yield engine
    engine.dispose()


@pytest.fixture
def other_law(tmp_path: Path) -> Path:
    """The bundled law, with a warning ten days ahead in place of sixty."""
    folder = tmp_path / "law"
    folder.mkdir()
    text = (BUNDLED / POLICY_FILE).read_text("utf-8")
    assert WARNED in text
    (folder / POLICY_FILE).write_text(text.replace(WARNED, WARNED.replace("60", "10"), 1), "utf-8")
    (folder / CALENDAR_FILE).write_text((BUNDLED / CALENDAR_FILE).read_text("utf-8"), "utf-8")
    return folder


def test_a_report_is_the_same_in_each_format_when_asked_as_known_then(filled: Commands) -> None:
    for ending, sign in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF-")):
        told = filled.good("export", "report", f"r.{ending}", "--region", "59", "--kind", "quarterly")
        assert told.plain.strip().endswith(f"r.{ending}: the report is written.")
        before = (filled.folder / f"r.{ending}").read_bytes()
        assert before.startswith(sign)
        filled.at("2027-01-20T06:00:00+00:00")
        asked = ("--on", "2027-01-15", "--known", "2027-01-15T06:00:00+00:00", "--region", "59")
        filled.good("export", "report", f"again.{ending}", *asked, "--kind", "quarterly")
        assert (filled.folder / f"again.{ending}").read_bytes() == before
        filled.at("2027-01-15T06:00:00+00:00")
    assert filled("export", "schools", "s.pdf").status == 2


def test_every_flag_that_another_law_would_change_is_listed(filled: Commands, other_law: Path) -> None:
    assert filled.good("policy-diff", str(BUNDLED), "--format", "json").json["changes"] == []
    said = filled("policy-diff", str(other_law), "--format", "json")
    assert said.status == 1
    assert said.json["policy"] != said.json["other"]
    changed = {(one["school_id"], one["what"]): (one["before"], one["after"]) for one in said.json["changes"]}
    assert (ENDING, "flag.ending_soon") in changed
    assert {what for _, what in changed} == {"flag.ending_soon", "flag.no_tender"}  # which rests on it
    assert all(before and not after for before, after in changed.values())
    table = filled("policy-diff", str(other_law)).plain
    assert all(school_id in table for school_id, _ in changed)


def test_a_report_of_before_is_printed_by_the_law_of_before(filled_engine: Engine, other_law: Path) -> None:
    cookie = sign_in(filled_engine, ADMIN)
    old, new = (
        TestClient(
            create_app(Settings(policy_dir=folder), FixedClock(NOW), filled_engine),
            base_url="http://127.0.0.1:8000",
            headers={"x-csrf-token": csrf_token(cookie), "sec-fetch-site": "same-origin"},
            cookies={"tracker": cookie},
        )
        for folder in (None, other_law)
    )
    asked = {"kind": "weekly", "format": "xlsx"}
    before, after = (client.post("/reports/print", data=asked).content for client in (old, new))
    assert before != after
    again = {"number": "1", "format": "xlsx"}
    assert new.post("/reports/again", data=again).content == before
    assert old.post("/reports/again", data=again | {"number": "2"}).content == after
