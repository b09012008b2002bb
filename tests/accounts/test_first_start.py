"""A fresh installation has no account and no secret; the first administrator comes by command (AUT-16)."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from tests.accounts.conftest import Browser, Place
from tests.commands import Commands
from tracker.domain.errors import SettingsRefused
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.settings import Settings
from tracker.store import accounts
from tracker.store.engine import make_engine, reading

NEW = "жеті өнер, жетпіс тіл"
GOOD = {
    "TRACKER_ENV": "production",
    "TRACKER_SECRET": "k3v9-XmQ2-w8Zr-LpT5-uYb7-dNf4-hGc6",
    "TRACKER_BASE_URL": "https://tracker.example.kz",
    "TRACKER_TRUSTED_PROXIES": "10.0.0.5",
}


@pytest.fixture
def tracker(tmp_path: Path) -> Commands:
    """A folder with an empty database."""
    commands = Commands(tmp_path)
    commands.good("migrate")
    return commands


@pytest.mark.parametrize(
    "wrong",
    [
        {"TRACKER_SECRET": ""},
        {"TRACKER_SECRET": "short"},
        {"TRACKER_SECRET": "change-me-change-me-change-me-change-me"},
        {"TRACKER_SECRET": "a" * 40},
        {"TRACKER_BASE_URL": "http://tracker.example.kz"},
        {"TRACKER_BASE_URL": "tracker.example.kz"},
        {"TRACKER_BASE_URL": "https://tracker.example.kz/path"},
        {"TRACKER_TRUSTED_PROXIES": " "},
        {"TRACKER_TRUSTED_PROXIES": "none, 10.0.0.5"},
    ],
)
def test_production_does_not_start_half_configured(wrong: dict[str, str]) -> None:
    assert Settings.from_env(GOOD).is_https
    with pytest.raises(SettingsRefused):
        Settings.from_env({**GOOD, **wrong})
    for name in ("TRACKER_SECRET", "TRACKER_BASE_URL", "TRACKER_TRUSTED_PROXIES"):
        with pytest.raises(SettingsRefused):
            Settings.from_env({key: value for key, value in GOOD.items() if key != name})


def test_production_without_a_proxy_is_said_and_not_forgotten() -> None:
    assert Settings.from_env({**GOOD, "TRACKER_TRUSTED_PROXIES": "none"}).trusted_proxies == ()


def test_a_fresh_installation_has_no_account_and_lets_nobody_in(place: Place) -> None:
    with reading(place.engine) as session:
        assert not accounts.has_accounts(session)
    for name in ("admin", "admin@example.kz", "root", "demo-admin@example.org"):
        assert place.browser().sign_in(name, "admin").status_code == 401
    assert place.browser().get("/people/new").status_code == 303


def take_up(tracker: Commands, said: str) -> Browser:
    """Choose a password by the link that a command printed."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/welcome/[\w-]{43})\n", said)
    browser = Place(make_engine(f"sqlite:///{tracker.database}")).browser()
    assert browser.send(path, {"password": NEW, "again": NEW}).status_code == 303
    return browser


def test_the_first_administrator_is_added_by_command_and_chooses_a_password(tracker: Commands) -> None:
    said = tracker.good("user", "add", "First@Example.kz", "--role", "admin", "--name", "Бірінші")
    assert "Letters go to this address from today" in said.plain
    browser = take_up(tracker, said.out)
    browser.sign_in("first@example.kz", NEW)
    assert browser.get("/people").status_code == 200
    (listed,) = tracker.good("user", "list", "--format", "json").json
    assert (listed["email"], listed["role"], listed["reach"]) == ("first@example.kz", "admin", "*")
    assert listed["state"] == "enabled"


def test_people_are_looked_after_by_command(tracker: Commands) -> None:
    tracker.good("user", "add", "admin@example.kz", "--role", "admin")
    added = ("user", "add", "head@example.kz", "--role", "head")
    assert tracker(*added).status == 2
    assert "at least one region" in tracker(*added).plain
    tracker.good(*added, "--region", "59", "--region", "Astana")
    assert tracker(*added, "--region", "59").status == 2
    reach = {each["email"]: each["reach"] for each in tracker.good("user", "list", "--format", "json").json}
    assert reach["head@example.kz"] == "59; 71"
    assert "/welcome/" in tracker.good("user", "link", "head@example.kz").out
    tracker.good("user", "disable", "head@example.kz")
    assert tracker("user", "link", "head@example.kz").status == 2
    assert tracker("user", "disable", "nobody@example.kz").status == 2
    tracker.good("user", "enable", "head@example.kz")
    wanted = ("token", "add", "head@example.kz", "--name", "report", "--days", "30")
    for language in Language:
        told = load_catalogs()[language].say("error.token_refused.invited")
        assert told in tracker(*wanted, TRACKER_LANGUAGE=language.value).err
    take_up(tracker, tracker.good("user", "link", "head@example.kz").out)
    token = tracker.good(*wanted).out
    (prefix,) = re.findall(r"trk_([0-9a-f]{12})_", token)
    tracker.good("token", "revoke", prefix)
    assert tracker("token", "revoke", prefix).status == 2


def test_nobody_is_erased_by_a_slip(tracker: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("admin", "leaver", "other"):
        tracker.good("user", "add", f"{name}@example.kz", "--role", "admin")
    for typed in ("", "other@example.kz\n", "yes\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        said = tracker("user", "erase", "leaver@example.kz")
        assert (said.status, "Nothing was erased" in said.err) == (2, True)
    assert tracker("user", "erase", "nobody@example.kz").status == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO(" Leaver@example.kz\n"))
    tracker.good("user", "erase", "LEAVER@example.kz")
    tracker.good("user", "erase", "other@example.kz", "--yes")
    states = [each["state"] for each in tracker.good("user", "list", "--format", "json").json]
    assert sorted(states) == ["erased", "erased", "invited"]
