"""On her own page a person reads days that are counted from today, and a long day page by page."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.reminders.telling import OFFICER, tell
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW, STALLED, a_contract
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.services import rehearsing
from tracker.web.pages import reminders


@pytest.fixture
def officer(filled: Engine, visit: Visit) -> TestClient:
    """The officer's browser after a round of reminders, in Russian."""
    assert tell(filled).digests >= 3
    return visit(filled, Language.RU, person=OFFICER)


def test_days_are_counted_from_today_as_among_the_deadlines(officer: TestClient) -> None:
    told, due = (text_of(officer.get(page).text) for page in ("/reminders", "/deadlines?later=1"))
    counted = set(re.findall(r"31 января 2027 г\.[^()]*\(([^()]*)\)", told))
    assert len(counted) == 1
    assert counted.pop() in due


def test_a_long_day_is_read_page_by_page(officer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "LINES_SHOWN", 1)
    [address] = set(
        re.findall(r'href="(/reminders\?[^"]*day=2027-01-15[^"]*)"', officer.get("/reminders").text)
    )
    first = officer.get(address.replace("&amp;", "&")).text
    [further] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = officer.get(further.replace("&amp;", "&")).text
    lines = [re.findall(r'<li><a href="([^"]+)"', part) for part in (first, second)]
    assert [len(each) for each in lines] == [1, 1]
    assert lines[0] != lines[1]
    assert officer.get("/reminders", params={"day": "2026-01-01"}).status_code == 404
    assert officer.get("/reminders", params={"day": "x"}).status_code == 400


def test_what_is_ahead_is_worked_out_once_until_something_changes(
    filled: Engine, officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[date] = []
    horizon = rehearsing.horizon

    def counted(needs: int) -> timedelta:
        played.append(NOW.date())
        return horizon(needs)

    monkeypatch.setattr(rehearsing, "horizon", counted)
    first, again = (officer.get("/reminders").text for _ in range(2))
    assert len(played) == 1
    assert text_of(first) == text_of(again)
    record(filled, a_contract("K-99", STALLED, "2027-01-15", "2027-12-31"), at=NOW)
    officer.get("/reminders")
    assert len(played) == 2
    sign_in(filled, a_person(Role.HEAD, "59", name="new"))  # who may be told in her place
    officer.get("/reminders")
    assert len(played) == 3
