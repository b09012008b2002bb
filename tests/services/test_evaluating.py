"""The recorded run judges what is due and nothing else, and what is kept is what a fresh look says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.office import KINDS, Office
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, STALLED, a_contract, a_school, day
from tests.world_register import register_of, worlds_around
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import ContractKind, FlagKind, State
from tracker.law.loader import BUNDLED
from tracker.services.evaluating import Book
from tracker.store.engine import make_engine, reading
from tracker.store.flags import FlagRecord, flag_history
from tracker.store.scope import EVERYTHING, Scope

SCHOOLS, CONTRACTS, TENDERS, EVENTS = KINDS
WORLDS = 20
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def days(first: str, last: str) -> Iterator[date]:
    on = day(first)
    while on <= day(last):
        yield on
        on += timedelta(days=1)


@pytest.fixture
def embedded(sqlite_url: str) -> Iterator[Office]:
    """An office with a SQLite database alone, for long stories."""
    engine = make_engine(sqlite_url)
    yield Office(engine)
    engine.dispose()


def test_on_every_day_of_a_year_what_is_kept_is_what_a_fresh_look_says(embedded: Office) -> None:
    worlds = worlds_around(day("2026-01-01"), day("2026-12-31"), WORLDS)
    record(embedded.engine, *register_of(worlds, past=False), at=LONG_AGO)
    judged = 0
    for today in days("2025-12-20", "2026-12-20"):
        judged += embedded.evaluate(today=today).assessed
        assert embedded.differing(today=today) == (), today
    assert judged < WORLDS * 366 * 3 // 4  # far from everything was looked at every day


def test_so_it_is_while_facts_come_in_and_tenders_of_others_finish(office: Office) -> None:
    chance = Random(7)
    worlds = worlds_around(day("2026-12-01"), day("2027-01-31"), 12)
    record(office.engine, *register_of(worlds), at=LONG_AGO)
    for today in days("2026-12-20", "2027-01-20"):
        office.now = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
        school = f"W-{chance.choice(worlds).seed}"
        if chance.random() < 0.3:
            end = today + timedelta(days=chance.choice((0, 20, 59, 60, 200)))
            row = f"N-{chance.randrange(3)};{school};{today};{end}"
            office.take_in(CONTRACTS, f"contract_number;school_id;start_on;end_on\n{row}\n", confirmed=True)
        office.evaluate()
        assert office.differing() == (), today


def test_a_second_run_on_the_same_day_judges_and_writes_nothing(busy: Office) -> None:
    before = (busy.stored(), busy.flags())
    run = busy.evaluate()
    assert (run.needs, run.assessed, run.written, run.opened, run.closed) == (11, 0, 0, 0, 0)
    again = busy.evaluate(everything=True)
    assert (again.assessed, again.written, again.opened, again.closed) == (11, 0, 0, 0)
    assert (busy.stored(), busy.flags()) == before


def history(office: Office, school_id: str, kind: FlagKind) -> list[FlagRecord]:
    with reading(office.engine) as session:
        return [flag for flag in flag_history(session, EVERYTHING, school_id) if flag.kind is kind]


def test_flags_open_stay_and_close_with_the_days(busy: Office) -> None:
    (soon,) = history(busy, ENDING, FlagKind.ENDING_SOON)
    assert (soon.opened_on, soon.closed_on) == (day("2027-01-15"), None)
    busy.evaluate(today=day("2027-01-31"))
    assert history(busy, ENDING, FlagKind.ENDING_SOON) == [soon]  # the last day served
    busy.evaluate(today=day("2027-02-05"))  # four days nobody ran it
    assert history(busy, ENDING, FlagKind.ENDING_SOON) == [replace(soon, closed_on=day("2027-02-05"))]
    (lost,) = history(busy, ENDING, FlagKind.NO_SERVICE)
    assert (lost.since, lost.opened_on, lost.closed_on) == (day("2027-02-01"), day("2027-02-05"), None)


def test_a_recorded_interim_contract_closes_the_flag_at_once_and_its_end_opens_a_new_one(
    busy: Office,
) -> None:
    (lost,) = history(busy, STALLED, FlagKind.NO_SERVICE)
    busy.take_in(
        CONTRACTS,
        f"contract_number;school_id;start_on;end_on;kind\nI-1;{STALLED};2027-01-15;2027-03-14;interim\n",
    )
    assert history(busy, STALLED, FlagKind.NO_SERVICE) == [replace(lost, closed_on=day("2027-01-15"))]
    assert history(busy, STALLED, FlagKind.INTERIM_ENDING) == []
    busy.evaluate(today=day("2027-02-22"))
    assert [flag.opened_on for flag in history(busy, STALLED, FlagKind.INTERIM_ENDING)] == [day("2027-02-22")]
    busy.evaluate(today=day("2027-03-15"))
    assert [flag.since for flag in history(busy, STALLED, FlagKind.NO_SERVICE)] == [
        day("2027-01-01"),
        day("2027-03-15"),
    ]


def test_a_school_that_no_file_ever_names_in_a_contract_is_never_fine(office: Office) -> None:
    office.take_all_in(SchoolRow(f"S-{n}", f"№ {n}") for n in range(200))
    found = json.loads(office.json(office.today))
    assert found["counts"]["uncovered"] == found["counts"]["needs"] == 200
    assert {need["uncovered_since"] for need in found["needs"]} == {None}
    assert {flag.kind for flag in office.flags()} == {FlagKind.NO_SERVICE, FlagKind.NO_TENDER}


def test_a_contract_for_another_service_covers_nothing(office: Office) -> None:
    office.take_all_in([a_school(COVERED, "Абай")])
    office.take_in(
        CONTRACTS,
        f"contract_number;school_id;start_on;end_on;service\nA-1;{COVERED};2026-01-01;2027-12-31;alarm\n",
    )
    (need,) = json.loads(office.json(office.today))["needs"]
    assert (need["service"], need["state"]) == ("channel", "uncovered")


def test_a_finished_tender_of_which_only_the_end_is_known_stops_nobody(busy: Office) -> None:
    busy.take_in(TENDERS, f"tender_number;school_id;status;ended_on\nT-99;{COVERED};complete;2026-12-20\n")
    assert busy.differing() == ()


def test_another_law_file_makes_every_need_due(busy: Office, tmp_path: Path) -> None:
    for path in BUNDLED.glob("*.toml"):
        shutil.copy(path, tmp_path)
    policy = tmp_path / "kz_policy.toml"
    said = policy.read_text(encoding="utf-8")
    policy.write_text(
        said.replace('"interim.cap"', '"interim.cap"', 1).replace("value = 60,", "value = 16,"),
        encoding="utf-8",
    )
    stricter = replace(busy, book=Book.load(tmp_path))
    run = stricter.evaluate()
    assert (run.assessed, run.written) == (11, 11)
    assert [f.closed_on for f in history(busy, ENDING, FlagKind.ENDING_SOON)] == [day("2027-01-15")]
    assert stricter.differing() == ()
    assert busy.evaluate().assessed == 11  # and back again


def test_the_regions_together_are_the_country(busy: Office) -> None:
    everything = json.loads(busy.json(busy.today))
    parts = [json.loads(busy.json(busy.today, scope=Scope.of(code))) for code in ("59", "71")]
    stateless = [need for need in everything["needs"] if need["region"] is None]
    together = [need for part in parts for need in part["needs"]] + stateless
    assert sorted(together, key=lambda need: str(need["school_id"])) == sorted(
        everything["needs"], key=lambda need: str(need["school_id"])
    )


def test_data_of_another_school_never_change_an_answer(busy: Office) -> None:
    def others() -> list[object]:
        return [need for need in json.loads(busy.json(busy.today))["needs"] if need["school_id"] != ENDING]

    before = others()
    busy.take_in(
        CONTRACTS, f"contract_number;school_id;start_on;end_on\nK-10;{ENDING};2026-02-01;2026-12-31\n"
    )
    assert others() == before


CONTRACT = "contract_number;school_id;start_on;end_on\n"
TENDER = "tender_number;school_id;status;published_on;ended_on\n"
CORRECTIONS = (
    (CONTRACTS, f"{CONTRACT}K-1;{COVERED};2027-01-01;2027-01-10\n"),
    (CONTRACTS, f"{CONTRACT}I-1;{STALLED};2027-01-15;2027-03-14\n"),
    (SCHOOLS, f"school_id;name;region;closed_on\n{ENDING};Атауы өзгерді;71;2027-01-12\n"),
    (TENDERS, f"{TENDER}T-2;{STALLED};unsuccessful;2026-12-14;2027-01-13\n"),
    (EVENTS, "tender_number;event;on\nT-8;resumed;2027-01-12\n"),
    (CONTRACTS, f"{CONTRACT}K-1;{COVERED};2027-01-01;2027-12-31\n"),
    (SCHOOLS, f"school_id;name;services\n{COVERED};School Абай;channel, alarm\n"),
)


def test_what_was_answered_before_a_correction_is_answered_again_byte_for_byte(busy: Office) -> None:
    asked = [day(text) for text in ("2026-12-31", "2027-01-15", "2027-02-20")]
    given: list[tuple[datetime, list[str]]] = []
    for step, (kind, data) in enumerate(CORRECTIONS):
        moment = NOW + timedelta(minutes=step)
        given.append((moment, [busy.json(on, known=moment) for on in asked]))
        busy.now = moment + timedelta(seconds=30)
        assert busy.take_in(kind, data).changed + busy.take_in(kind, data).same > 0
    for moment, answers in given:
        assert [busy.json(on, known=moment) for on in asked] == answers
    assert len({answers[1] for _, answers in given}) == len(given)  # each correction was one


def test_a_state_never_turns_good_by_time_alone(busy: Office) -> None:
    uncovered = {STALLED}
    for today in days("2027-01-15", "2027-03-31"):
        needs = json.loads(busy.json(today))["needs"]
        now = {need["school_id"] for need in needs if need["state"] == State.UNCOVERED}
        assert uncovered <= now, today
        uncovered = now


def test_an_interim_line_is_never_shown_as_a_regular_one(office: Office) -> None:
    line = a_contract("I-1", COVERED, "2027-01-01", "2027-02-28", kind=ContractKind.INTERIM)
    office.take_all_in([a_school(COVERED, "Абай"), line])
    assert [kept.state for kept in office.stored()] == [State.INTERIM]
