"""Registers as they come in life go through the command line; where the real ones are absent it is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.commands import Commands
from tests.domain.test_ifms import DAYS, EXPECTED, NOT_YET, STALLED_SINCE
from tracker.domain.bins import is_organisation
from tracker.store import registry
from tracker.store.engine import make_engine, reading
from tracker.store.scope import EVERYTHING

REAL = Path(__file__).resolve().parents[1].parent / "shared" / "data"
with_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="the real registers are not here")
Need = dict[str, Any]  # one item of the JSON


@pytest.fixture
def tracker(tmp_path: Path) -> Commands:
    """An empty database."""
    commands = Commands(tmp_path)
    commands.good("migrate")
    return commands


def take_in(tracker: Commands, kind: str, name: str, *options: str) -> dict[str, Any]:
    """Import a file of which every row is good, and again, which must change nothing."""
    said: dict[str, Any] = tracker.good("import", kind, name, "--format", "json", *options).json
    assert said["rejections"] == []
    again = tracker.good("import", kind, name, "--format", "json").json
    assert (again["same"], again["read"]) == (said["read"], said["read"])
    return said


# Five sites of a federal school network (thirteen needs, real dates)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Its three files, imported as they are."""
    commands = Commands(tmp_path_factory.mktemp("network"))
    commands.good("migrate")
    for kind, rows in (("schools", 5), ("contracts", 25), ("tenders", 14)):
        said = take_in(commands, kind, str(REAL / "ifms" / f"{kind}.csv"))
        assert (said["read"], said["new"]) == (rows, rows)
    return commands


def in_words(need: Need) -> str:
    """State and days as the table of expectations writes them."""
    if need["state"] == "not_required":
        return NOT_YET
    if need["state"] == "covered":
        return f"until {need['covered_until']}"
    days = need["days_without"]
    return f"none since {need['uncovered_since']}, {days} day{'' if days == 1 else 's'}"


@with_real_data
@pytest.mark.parametrize("on", DAYS)
def test_thirteen_needs_stand_as_their_contracts_say(network: Commands, on: str) -> None:
    needs = network.good("evaluate", "--on", on, "--format", "json").json["needs"]
    found = {(need["school_id"], need["service"]): in_words(need) for need in needs}
    assert found == {need: said[DAYS.index(on)] for need, said in EXPECTED.items()}


@with_real_data
@pytest.mark.parametrize("on", DAYS)
def test_their_stalled_tenders_are_named(network: Commands, on: str) -> None:
    needs = network.good("evaluate", "--on", on, "--format", "json").json["needs"]
    stalled = {
        (need["school_id"], need["service"]): flag["since"]
        for need in needs
        for flag in need["flags"]
        if flag["kind"] == "tender_stalled"
    }
    assert stalled == STALLED_SINCE[on]


@with_real_data
def test_the_gap_of_one_day_and_the_gap_of_seven_are_seen_from_both_sides(network: Commands) -> None:
    for school, first, last, days in (
        ("DR", "2020-11-08", "2020-11-08", 1),
        ("RT", "2025-11-25", "2025-12-01", 7),
    ):
        seen = [state_of(network, school, on) for on in (before(first), first, last, after(last))]
        assert [need["state"] == "uncovered" for need in seen] == [False, True, True, False]
        assert seen[2]["days_without"] == days


def state_of(tracker: Commands, school: str, on: str) -> Need:
    needs = tracker.good("evaluate", "--on", on, "--format", "json").json["needs"]
    found: Need = next(n for n in needs if (n["school_id"], n["service"]) == (school, "channel"))
    return found


def before(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


def after(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()


@with_real_data
def test_the_network_is_exported_and_imported_back(network: Commands) -> None:
    for kind in ("schools", "contracts", "tenders"):
        for ending in ("csv", "xlsx"):
            network.good("export", kind, f"{kind}.{ending}")
            said = network.good("import", kind, f"{kind}.{ending}", "--format", "json").json
            assert (said["changed"], said["new"], said["rejected"]) == (0, 0, 0)
    network.good("evaluate")
    network.good("verify")


# More than a thousand Kazakh bodies with the names they have on the portal


def bodies() -> list[dict[str, str]]:
    with (REAL / "kz-bodies" / "participants_bin.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def schools_file(encoding: str, delimiter: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["Код школы", "Наименование", "БИН"])
    writer.writerows([body["bin"], body["name"], body["bin"]] for body in bodies())
    return text.getvalue().encode(encoding)


@with_real_data
def test_every_body_is_taken_in_with_its_name_and_its_number(tracker: Commands) -> None:
    said = take_in(tracker, "schools", tracker.file("bodies.csv", schools_file("utf-8-sig", ";")))
    assert (said["read"], said["new"], said["notices"]) == (1150, 1150, [])
    engine = make_engine(f"sqlite:///{tracker.database}")
    with reading(engine) as session:
        known = {row.school_id: row for row in registry.list_schools(session, EVERYTHING)}
    engine.dispose()
    for body in bodies():
        assert (known[body["bin"]].bin, known[body["bin"]].name) == (
            body["bin"],
            " ".join(body["name"].split()),
        )
        assert is_organisation(body["bin"])


QUOTES = str.maketrans({'"': "«", "«": '"', "»": "”", "“": "'", "”": "«"})
DASHES = str.maketrans({"-": "–", "–": "-", "—": "-"})


def spellings(name: str) -> Iterator[str]:
    """The name as people type it: other quotes, other dashes, none, other letters, more spaces."""
    yield name
    yield name.translate(QUOTES)
    yield name.translate(DASHES)
    yield "".join(sign if sign.isalnum() else " " for sign in name)
    yield name.upper()
    yield f"  {name.replace(' ', '   ')} "
    yield name.replace("қ", "к").replace("ә", "а").replace("ө", "о").replace("ұ", "у").replace("і", "и")


@with_real_data
def test_every_body_is_found_by_its_name_however_it_is_typed(tracker: Commands) -> None:
    take_in(tracker, "schools", tracker.file("bodies.csv", schools_file("utf-8", "\t")))
    engine = make_engine(f"sqlite:///{tracker.database}")
    missed = []
    with reading(engine) as session:
        for body in bodies()[::10]:
            for text in spellings(body["name"]):
                found = registry.search_schools(session, EVERYTHING, text[:200])
                if body["bin"] not in {school.school_id for school in found}:
                    missed.append(text)
    engine.dispose()
    assert missed == []


@with_real_data
def test_a_file_saved_by_an_older_excel_says_the_same(tracker: Commands) -> None:
    said = take_in(tracker, "schools", tracker.file("bodies.csv", schools_file("kz1048", ";")))
    assert said["new"] == 1150
    assert take_in(tracker, "schools", tracker.file("utf.csv", schools_file("utf-16", "\t")))["same"] == 1150


# Files as the Russian Excel of a department writes them (invented contents)

SITES = ("990740001235", "060440002239", "000140001536")


def numbers(tracker: Commands) -> list[str]:
    needs = tracker.good("evaluate", "--format", "json").json["needs"]
    return [need["school_id"] for need in needs]


@pytest.mark.parametrize("encoding", ["cp1251", "kz1048", "utf-8-sig", "utf-16"])
def test_a_semicolon_file_in_any_of_the_usual_encodings(tracker: Commands, encoding: str) -> None:
    text = (
        "Код школы;Наименование;Область;Нужен с;Телефон\r\n"
        'NA;"Школа-лицей ""Өрлеу"" № 5";СКО;01.09.2026;+7 7152\r\n'
        "0042;КГУ «Основная школа»;Северо-Казахстанская обл.;01.09.2026 г.;\r\n"
    )
    if encoding == "cp1251":
        text = text.replace("Өрлеу", "Орлеу")
    said = take_in(tracker, "schools", tracker.file("Школы 2026.csv", text.encode(encoding)))
    assert (said["new"], said["unknown_columns"]) == (2, ["Телефон"])
    assert numbers(tracker) == ["0042", "NA"]


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_workbook_in_which_numbers_lost_their_zeros_and_days_became_numbers(tracker: Commands) -> None:
    schools = workbook(
        ["Код школы", "Наименование", "БИН", "Нужен с", "Камералар саны"],
        [990740001235, "№ 1 мектеп", 990740001235, 46023, 12],
        [60440002239, "№ 2 мектеп", 60440002239, date(2026, 1, 1), 0],
        ["000140001536", "№ 3 мектеп", "000140001536", "01.01.2026", None],
    )
    said = take_in(tracker, "schools", tracker.file("s.xlsx", schools), "--skip-bad-rows")
    assert said["new"] == 3
    assert numbers(tracker) == sorted(SITES)
    contracts = workbook(
        ["Номер договора", "Код школы", "Дата начала", "Дата окончания", "Статус договора", "Сумма"],
        ["1/К", 990740001235, 46023, 46387, "Действует", 1234567.89],
        ["2/К", 60440002239, 46023, None, "Исполнен", "1 234 567,89"],
        ["3/К", "000140001536", "31.12.2026", "31.12.2026", "", None],
        ["4/К", "000140001536", "01.01.2027", "31.12.2099", "Действует", None],
    )
    found = take_in(tracker, "contracts", tracker.file("k.xlsx", contracts))
    assert [notice["code"] for notice in found["notices"]].count("placeholder_end") == 1
    for on, states in (
        ("2026-12-30", ["uncovered", "unknown", "covered"]),
        ("2026-12-31", ["covered", "unknown", "covered"]),
        ("2027-01-01", ["unknown", "unknown", "uncovered"]),
    ):
        needs = tracker.good("evaluate", "--on", on, "--format", "json").json["needs"]
        assert [need["state"] for need in needs] == states


def test_a_number_that_a_spreadsheet_rounded_is_refused_and_never_guessed(tracker: Commands) -> None:
    text = "school_id;name;bin\nS-1;Мектеп;1,21E+11\nS-2;Мектеп;99074000124\nS-3;Мектеп;990740001234\n"
    said = tracker("import", "schools", tracker.file("s.csv", text), "--format", "json")
    assert said.status == 2
    assert [(issue["row"], issue["code"]) for issue in said.json["rejections"]] == [
        (2, "number_rounded"), (3, "bin_check"), (4, "bin_check"),
    ]  # fmt: skip


def test_days_in_text_of_a_saved_sheet_are_read_as_their_numbers(tracker: Commands) -> None:
    take_in(tracker, "schools", tracker.file("s.csv", "school_id;name\nS-1;Мектеп\n"))
    text = "contract_number;school_id;start_on;end_on\nK-1;S-1;46023;46387\n"
    take_in(tracker, "contracts", tracker.file("k.csv", text))
    (need,) = tracker.good("evaluate", "--on", "2026-06-01", "--format", "json").json["needs"]
    assert (need["state"], need["covered_until"]) == ("covered", "2026-12-31")
