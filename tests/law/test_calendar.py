"""Working days of Kazakhstan as the program knows them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tracker.domain.errors import CalendarNotKnown, PolicyBroken
from tracker.domain.workdays import Override
from tracker.law.loader import CALENDAR_FILE, load_calendar, load_policy

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "goszakup"


def calendar_file(folder: Path, *lines: str) -> Path:
    (folder / CALENDAR_FILE).write_text("\n".join(["first_year = 2020", "last_year = 2030", *lines]))
    return folder


def test_the_constitution_day_moved_with_the_reform_of_2026() -> None:
    calendar = load_calendar()
    assert not calendar.is_workday(date(2024, 8, 30))
    assert calendar.is_workday(date(2026, 8, 31))
    assert not calendar.is_workday(date(2027, 3, 15))
    assert calendar.after(date(2027, 3, 12), 1) == date(2027, 3, 16)


def test_the_first_working_day_of_2027_is_the_fifth_of_january() -> None:
    assert load_calendar().after(date(2027, 1, 1), 1) == date(2027, 1, 5)


def test_a_saturday_that_the_government_made_a_working_day_is_one() -> None:
    calendar = load_calendar()
    assert calendar.is_workday(date(2024, 5, 4))
    assert not calendar.is_workday(date(2024, 5, 8))
    assert not calendar.is_workday(date(2024, 5, 11))


def test_feasts_by_the_moon_are_marked_as_estimated() -> None:
    calendar = load_calendar()
    assert date(2027, 5, 16) in calendar.estimated
    assert date(2026, 5, 27) in calendar.estimated
    assert date(2025, 6, 6) not in calendar.estimated
    assert date(2027, 1, 1) not in calendar.estimated


@pytest.mark.parametrize("day", [date(1994, 12, 31), date(2076, 1, 1)])
def test_a_year_that_nobody_knows_is_not_guessed(day: date) -> None:
    with pytest.raises(CalendarNotKnown):
        load_calendar().is_workday(day)


def test_a_decreed_day_goes_before_the_package_and_the_table_before_the_file(tmp_path: Path) -> None:
    day, other = date(2026, 12, 29), date(2026, 12, 30)
    decree = ["[[day]]", "on = 2026-12-29", "working = false", 'decree = "act 1"']
    folder = calendar_file(tmp_path, *decree)
    assert not load_calendar(folder=folder).is_workday(day)
    table = [Override(day, True, "act 2"), Override(other, False, "act 2")]
    corrected = load_calendar(table, folder)
    assert corrected.is_workday(day)
    assert not corrected.is_workday(other)
    assert load_calendar().is_workday(other)


def test_the_calendar_is_built_once_for_the_same_exceptions() -> None:
    table = [Override(date(2026, 12, 29), False, "act 1")]
    assert load_calendar(table) is load_calendar(iter(table))
    assert load_calendar(table) is not load_calendar()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["[[day]]", "on = 2026-12-29", "working = false"], "missing"),
        (["[[day]]", "on = 2026-12-29", "working = 0", 'decree = "act"'], "wrong_type"),
        (["[[day]]", "on = 2035-12-29", "working = false", 'decree = "act"'], "years_unknown"),
        (["[[day]]", "on = 2026-12-29", "working = false", 'decree = "act"'] * 2, "repeated"),
        (["[[day]]", "on = 2026-12-29", "working = false", 'decree = "act"', "day = 1"], "unknown_key"),
        (["last_years = 2040"], "unknown_key"),
        (["last_year"], "toml_syntax"),
    ],
)
def test_a_broken_calendar_file_is_refused(tmp_path: Path, lines: list[str], reason: str) -> None:
    with pytest.raises(PolicyBroken) as refusal:
        load_calendar(folder=calendar_file(tmp_path, *lines))
    assert refusal.value.details["reason"] == reason
    assert str(refusal.value.details["at"]).startswith(CALENDAR_FILE)


@pytest.mark.parametrize(("first", "last"), [(1980, 2030), (2020, 2150), (2030, 2020)])
def test_years_that_the_package_does_not_know_are_refused(tmp_path: Path, first: int, last: int) -> None:
    (tmp_path / CALENDAR_FILE).write_text(f"first_year = {first}\nlast_year = {last}\n")
    with pytest.raises(PolicyBroken) as refusal:
        load_calendar(folder=tmp_path)
    assert refusal.value.details["reason"] == "years_unknown"


def research(name: str) -> dict[str, object]:
    path = SHARED / name
    if not path.is_file():
        pytest.skip("the research files are not beside this checkout")
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_calendar_agrees_with_the_research_for_three_years() -> None:
    listed = research("working_calendar.json")["holidays"]
    assert isinstance(listed, list)
    days_off = {date.fromisoformat(holiday["date"]) for holiday in listed}
    calendar = load_calendar()
    for number in range((date(2027, 12, 31) - date(2025, 1, 1)).days + 1):
        day = date(2025, 1, 1) + timedelta(days=number)
        works = (day.weekday() < 5 and day not in days_off) or day == date(2025, 1, 5)
        assert calendar.is_workday(day) == works, day


def test_the_calculation_index_agrees_with_the_research() -> None:
    index = research("legal_rules.json")["mrp_tenge"]
    assert isinstance(index, dict)
    for year, tenge in index["values"].items():
        assert load_policy().on(date(int(year), 1, 1)).mci_tenge == tenge
