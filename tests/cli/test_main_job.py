"""The main job on the command line: take files in, judge a day, hand it on (interfaces §§3–5)."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest

from tests.commands import Commands, Said
from tests.web.register import COVERED, ENDS_MUCH, STALLED
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import Language

CONTRACTS = "contract_number;school_id;start_on;end_on\n"
REPORT = ["read", "new", "changed", "same", "rejected", "written", "rejections"]
NEED = [
    "school_id", "service", "region", "district", "state", "covered_until", "uncovered_since", "days_without",
    "flags", "tender", "projected_gap", "latest_safe_start", "answer",
]  # fmt: skip


def counts(said: Said) -> list[int]:
    """New, changed, same and rejected, which must add up."""
    report = said.json
    assert report["read"] == sum(report[name] for name in REPORT[1:5])
    return [report[name] for name in REPORT[1:5]]


def test_the_report_of_an_import_is_one_json_object(filled: Commands) -> None:
    rows = f"K-1;{COVERED};2027-01-01;2027-11-30\nK-9;{COVERED};x;2027-06-30\n"
    name = filled.file("c.csv", CONTRACTS + rows)
    said = filled("import", "contracts", name, "--format", "json")
    assert said.status == 2
    assert list(said.json)[: len(REPORT)] == REPORT
    assert counts(said) == [0, 1, 0, 1]
    assert said.json["written"] is False
    (rejection,) = said.json["rejections"]
    assert rejection == {
        "row": 3, "column": "start_on", "value": "x", "code": "date_unreadable",
        "message": rejection["message"],
    }  # fmt: skip
    assert rejection["message"].endswith(".")


def test_good_rows_alone_are_taken_only_on_purpose(filled: Commands) -> None:
    name = filled.file("c.csv", f"{CONTRACTS}K-77;{COVERED};2028-01-01;2028-12-31\nK-78;S-9;2028-01-01;\n")
    before = filled.database.read_bytes()
    refused = filled("import", "contracts", name)
    assert refused.status == 2
    assert "--skip-bad-rows" in refused.out
    assert filled.database.read_bytes() == before
    said = filled.good("import", "contracts", name, "--skip-bad-rows", "--format", "json")
    assert (counts(said), said.json["written"]) == ([1, 0, 0, 1], True)
    assert counts(filled("import", "contracts", name, "--format", "json")) == [0, 0, 1, 1]


@pytest.mark.parametrize("kind", RegisterKind)
def test_the_same_file_twice_changes_nothing(filled: Commands, kind: RegisterKind) -> None:
    before = filled.good("evaluate", "--format", "json").json
    said = filled.good("import", kind.value, f"{kind}.csv", "--format", "json")
    assert counts(said) == [0, 0, said.json["read"], 0]
    assert filled.good("evaluate", "--format", "json").json == before


def test_a_dry_run_says_what_would_happen_and_writes_not_a_byte(filled: Commands) -> None:
    name = filled.file("c.csv", f"{CONTRACTS}K-1;{COVERED};2027-01-01;2027-11-30\n")
    before = filled.database.read_bytes()
    dry = filled.good("import", "contracts", name, "--dry-run", "--format", "json")
    assert filled.database.read_bytes() == before
    assert (counts(dry), dry.json["written"]) == ([0, 1, 0, 0], False)
    real = filled.good("import", "contracts", name, "--format", "json")
    assert real.json == {**dry.json, "written": True}


@pytest.mark.parametrize("language", Language)
def test_a_file_that_ends_much_of_what_is_known_is_taken_only_when_confirmed(
    filled: Commands, language: Language
) -> None:
    name, before = filled.file("c.csv", ENDS_MUCH), filled.database.read_bytes()
    refused = filled("import", "contracts", name, TRACKER_LANGUAGE=language.value)
    dry = filled.good("import", "contracts", name, "--dry-run", TRACKER_LANGUAGE=language.value)
    assert refused.status == 2
    for told in (refused.err, dry.out):
        assert "--confirm" in told
        assert "30" in told
        assert "13" in told
    assert filled.database.read_bytes() == before
    assert counts(filled.good("import", "contracts", name, "--confirm", "--format", "json")) == [0, 4, 0, 0]


def test_unknown_columns_and_switched_off_services_are_told(filled: Commands) -> None:
    text = f"contract_number;school_id;start_on;service;Ескерту\nA-1;{COVERED};2027-01-01;alarm;х\n"
    name = filled.file("c.csv", text)
    said = filled.good("import", "contracts", name, "--dry-run")
    assert "Ескерту" in said.out
    found = filled.good("import", "contracts", name, "--format", "json").json
    assert found["unknown_columns"] == ["Ескерту"]
    assert [notice["code"] for notice in found["notices"]] == ["service_off"]


def test_facts_are_recorded_as_known_at_a_moment_that_is_neither_to_come_nor_overtaken(
    tracker: Commands,
) -> None:
    tracker.good("migrate")
    name = tracker.file("s.csv", "school_id;name\nS-1;Бірінші\n")
    assert tracker("import", "schools", name, "--known", "2027-01-16").status == 2
    tracker.good("import", "schools", name, "--known", "2027-01-10T10:00:00+05:00")
    earlier = tracker("import", "schools", tracker.file("s2.csv", "school_id;name\nS-2;Екінші\n"),
                      "--known", "2027-01-10T09:59:59+05:00")  # fmt: skip
    assert earlier.status == 2
    assert needs(tracker, "--known", "2027-01-10T10:00:00") == ["S-1"]  # legal time where none is named
    assert needs(tracker, "--known", "2027-01-10T09:59:59") == []
    assert needs(tracker, "--known", "2027-01-10") == ["S-1"]  # a day means its end
    assert needs(tracker, "--known", "2027-01-09") == []


def needs(tracker: Commands, *options: str) -> list[str]:
    found = tracker.good("evaluate", "--format", "json", *options).json
    assert found["counts"]["needs"] == len(found["needs"])
    return [need["school_id"] for need in found["needs"]]


def test_an_assessment_is_one_json_object_whose_counts_add_up(filled: Commands) -> None:
    found = filled.good("evaluate", "--on", "2027-01-15", "--format", "json").json
    assert list(found) == ["on", "known", "policy", "counts", "needs"]
    assert (found["on"], found["known"]) == ("2027-01-15", None)
    assert found["policy"].startswith("sha256:")
    states = dict(found["counts"])
    assert list(states) == ["needs", "covered", "interim", "uncovered", "unknown", "not_required"]
    assert states.pop("needs") == sum(states.values()) == len(found["needs"]) == 11
    assert list(found["needs"][0])[: len(NEED)] == NEED


def test_a_table_names_schools_in_the_language_of_its_reader(filled: Commands) -> None:
    assert "Школа «Әйтеке»" in filled.good("evaluate", "--on", "2027-01-15", TRACKER_LANGUAGE="ru").out
    assert "«Әйтеке» мектебі" in filled.good("evaluate", "--on", "2027-01-15", TRACKER_LANGUAGE="kk").out


def test_a_need_says_everything_that_programs_rely_on(filled: Commands) -> None:
    found = filled.good("evaluate", "--on", "2027-01-15", "--format", "json").json
    need = next(need for need in found["needs"] if need["school_id"] == STALLED)
    assert (need["state"], need["uncovered_since"], need["days_without"]) == ("uncovered", "2027-01-01", 15)
    assert {"kind": "tender_stalled", "since": "2026-12-31"} in need["flags"]
    tender, answer = need["tender"], need["answer"]
    assert (tender["stage"], tender["entered_on"], tender["due_on"]) == (
        "evaluation", "2026-12-25", "2026-12-30",
    )  # fmt: skip
    assert (tender["days_over"], tender["suspended"]) == (9, False)
    assert {"earliest", "likely", "late", "steps"} <= set(tender["forecast"])
    assert {"stage", "from", "to", "basis"} <= set(tender["forecast"]["steps"][0])
    assert list(need["projected_gap"]) == ["first", "last", "days", "school_days"]
    assert (answer["type"], answer["start_on"], answer["end_on"]) == (
        "suggestion", "2027-01-15", "2027-03-14",
    )  # fmt: skip
    route = answer["routes"][0]
    assert {"route", "verdict", "clause", "conditions"} <= set(route)
    assert {"id", "status", "fact"} <= set(route["conditions"][0])
    assert answer["reason"] is None


def test_asking_for_another_day_or_an_earlier_knowledge_writes_not_a_byte(filled: Commands) -> None:
    before = filled.database.read_bytes()
    for options in (["--on", "2027-03-01"], ["--on", "2027-01-15"], ["--known", "2027-01-14"]):
        filled.good("evaluate", *options)
        filled.good("evaluate", "--all", *options)
    assert filled.database.read_bytes() == before


def results(commands: Commands) -> list[list[object]]:
    """What is stored of the judging, without the moment at which it was last done."""
    with closing(sqlite3.connect(commands.database)) as database:
        return [database.execute(f"SELECT * FROM {table}").fetchall() for table in ("assessment", "flag")]


def test_without_a_day_the_result_is_stored_once(filled: Commands) -> None:
    filled.at("2027-02-01T06:00:00+00:00")
    before = results(filled)
    filled.good("evaluate")
    stored = results(filled)
    assert stored != before
    filled.good("evaluate")
    filled.good("evaluate", "--all")
    assert results(filled) == stored


@pytest.mark.parametrize(
    "region",
    ["59", "590000000", "KZ-59", "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "СКО",
     "North Kazakhstan Region", "north kazakhstan"],
)  # fmt: skip
def test_a_region_may_be_named_in_every_way(filled: Commands, region: str) -> None:
    found = filled.good("evaluate", "--on", "2027-01-15", "--region", region, "--format", "json").json
    assert {need["region"] for need in found["needs"]} == {"59"}
    assert found["counts"]["needs"] == len(found["needs"]) == 8


def test_the_other_formats_say_the_same_needs(filled: Commands) -> None:
    objects = filled.good("evaluate", "--on", "2027-01-15", "--format", "json").json["needs"]
    text = filled.good("evaluate", "--on", "2027-01-15", "--format", "csv").out
    rows: Sequence[dict[str, str]] = list(csv.DictReader(io.StringIO(text)))
    keys = ("school_id", "service", "state", "covered_until", "uncovered_since")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        tuple(need[key] or "" for key in keys) for need in objects
    ]
    flagged = {need["school_id"] for need in objects if need["flags"]}
    for language in Language:
        table = filled.good("evaluate", "--on", "2027-01-15", TRACKER_LANGUAGE=language.value).plain
        assert {school for school in (need["school_id"] for need in objects) if school in table} == flagged


def test_csv_on_the_terminal_holds_no_formula(filled: Commands) -> None:
    filled.good("import", "schools", filled.file("s.csv", f"school_id;name\n{COVERED};=1+1\n"))
    assert ",'=1+1," in filled.good("evaluate", "--format", "csv").out


def test_a_table_never_obeys_what_stands_in_a_file(filled: Commands) -> None:
    said = filled("import", "schools", filled.file("s.csv", "school_id;name;bin\nS-9;а;\x1b[2J\n"))
    assert said.status == 2
    assert "\x1b" not in said.out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", RegisterKind)
def test_an_export_imports_back_without_a_change(filled: Commands, kind: RegisterKind, ending: str) -> None:
    filled.good("export", kind.value, f"again.{ending}")
    said = filled.good("import", kind.value, f"again.{ending}", "--format", "json")
    assert counts(said) == [0, 0, said.json["read"], 0]


def test_an_export_may_ask_for_a_day_a_moment_and_a_region(filled: Commands) -> None:
    filled.good("export", "needs", "n.csv", "--on", "2026-12-31", "--region", "59")
    rows = list(csv.DictReader(io.StringIO((filled.folder / "n.csv").read_text("utf-8-sig"))))
    states = {row["school_id"]: row["state"] for row in rows}
    assert (len(states), states[STALLED]) == (8, "covered")
    filled.good("export", "schools", "s.csv", "--known", "2027-01-14")
    assert len((filled.folder / "s.csv").read_text("utf-8-sig").splitlines()) == 1


def test_a_decreed_day_is_set_and_listed(filled: Commands) -> None:
    filled.good("calendar", "set", "29.12.2026", "--off", "--decree", "Қаулы № 1")
    (day,) = json.loads(filled.good("calendar", "list", "--format", "json").out)
    assert day == {"day": "2026-12-29", "working": False, "decree": "Қаулы № 1"}
    found = filled.good("evaluate", "--on", "2027-01-15", "--format", "json").json
    tender = next(need["tender"] for need in found["needs"] if need["school_id"] == STALLED)
    assert (tender["due_on"], tender["days_over"]) == ("2026-12-31", 8)
