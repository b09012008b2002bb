"""The invented register: the published figures of 7 March 2023, and every trouble on the day that asks."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from tracker.domain.assess import assess
from tracker.domain.bins import is_organisation
from tracker.domain.coverage import read_cover
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.findings import Assessment
from tracker.domain.forecast import Asking, standing
from tracker.domain.register import Register, SchoolRow
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import ContractKind, FlagKind, Service, Stage, State, TenderStatus
from tracker.law.loader import load_calendar, load_policy
from tracker.services.demo import demo_register

pytestmark = pytest.mark.xdist_group("demo register")  # it is invented once for each day

STATEMENT = date(2023, 3, 7)
AUTUMN = date(2026, 11, 22)
DAYS = (date(2023, 4, 1), AUTUMN, date(2027, 1, 1))
FIGURES = Path(__file__).parents[2].parent / "shared" / "data" / "kz-published-figures" / "figures.csv"

REGION_OF = {
    "Западно-Казахстанская область": "27",
    "Алматинская область": "19",
    "Актюбинская область": "15",
    "Северо-Казахстанская область": "59",
    "Мангистауская область": "47",
    "область Абай": "10",
}


@cache
def register(today: date) -> Register:
    return demo_register(today=today)


@cache
def needs(today: date) -> dict[str, NeedFacts]:
    """The facts of each school, from the rows alone."""
    rows = register(today)
    lines: dict[str, list[ServiceLine]] = defaultdict(list)
    for line in rows.contracts:
        lines[line.school_id].append(
            ServiceLine(
                contract_number=line.contract_number,
                kind=line.kind,
                status=line.status,
                start_on=line.start_on,
                end_on=line.end_on,
                signed_on=line.signed_on,
                terminated_on=line.terminated_on,
                tender_number=line.tender_number,
            )
        )
    tenders = _tenders(rows)
    return {
        school.school_id: NeedFacts(
            school_id=school.school_id,
            service=Service.CHANNEL,
            needed_from=school.needed_from,
            needed_until=school.needed_until,
            closed_on=school.closed_on,
            confirmed_on=school.confirmed_on,
            bin=school.bin,
            lines=tuple(lines[school.school_id]),
            tenders=tuple(tenders[school.school_id]),
        )
        for school in rows.schools
    }


def _tenders(rows: Register) -> dict[str, list[TenderFacts]]:
    events: dict[str, list[TenderEvent]] = defaultdict(list)
    for event in rows.events:
        events[event.tender_number].append(TenderEvent(event.on, event.event))
    tenders: dict[str, list[TenderFacts]] = defaultdict(list)
    for tender in rows.tenders:
        tenders[tender.school_id].append(
            TenderFacts(
                number=tender.tender_number,
                method=tender.method,
                status=tender.status,
                planned_on=tender.planned_on,
                published_on=tender.published_on,
                bids_close_on=tender.bids_close_on,
                results_on=tender.results_on,
                ended_on=tender.ended_on,
                repeats=tender.repeats_tender_number,
                events=tuple(events[tender.tender_number]),
            )
        )
    return tenders


@cache
def assessed(today: date) -> dict[str, Assessment]:
    """Each school as the rules judge it today."""
    facts = needs(today)
    tenders = {tender.number: tender for need in facts.values() for tender in need.tenders}
    policy, calendar = load_policy(), load_calendar()
    history = StageHistory.of(tenders.values(), today, policy=policy, calendar=calendar)
    return {
        school_id: assess(need, today, policy=policy, calendar=calendar, history=history)
        for school_id, need in facts.items()
    }


@cache
def in_procurement(today: date) -> Counter[str | None]:
    """Schools by region that on 7 March 2023 had no regular contract, and a live tender for one."""
    facts = needs(today)
    return Counter(
        school.region
        for school in register(today).schools
        if read_cover(facts[school.school_id]).state(STATEMENT) in (State.UNCOVERED, State.INTERIM)
        and _has_live_tender(facts[school.school_id])
    )


def _has_live_tender(need: NeedFacts) -> bool:
    at = Asking(STATEMENT, load_policy(), load_calendar(), StageHistory.none())
    return any(standing(tender, need.lines, at).stage for tender in need.tenders)


def integrated(schools: Iterable[SchoolRow], on: date) -> int:
    return sum(school.integrated_on is not None and school.integrated_on <= on for school in schools)


@pytest.mark.parametrize("today", DAYS)
def test_the_board_of_7_march_2023_shows_6936_schools_of_which_4360_are_integrated(today: date) -> None:
    schools = register(today).schools
    assert len(schools) == 6936
    assert integrated(schools, STATEMENT) == 4360
    needed = [read_cover(need).state(STATEMENT) for need in needs(today).values()]
    assert State.NOT_REQUIRED not in needed


@pytest.mark.parametrize("today", DAYS)
@pytest.mark.parametrize(
    ("region", "connected", "schools"), [("27", 91, 373), ("19", 152, 425), ("15", 169, 404)]
)
def test_the_regions_that_lag_are_those_of_the_statement(
    today: date, region: str, connected: int, schools: int
) -> None:
    members = [school for school in register(today).schools if school.region == region]
    assert (integrated(members, STATEMENT), len(members)) == (connected, schools)


@pytest.mark.parametrize("today", DAYS)
def test_schools_in_procurement_are_those_of_the_statement_and_no_others(today: date) -> None:
    assert in_procurement(today) == {"59": 201, "47": 154, "15": 107, "10": 19}


@pytest.mark.parametrize("today", DAYS)
def test_of_42_schools_of_petropavlovsk_15_were_served_only_from_the_end_of_february(today: date) -> None:
    facts = needs(today)
    city = [school.school_id for school in register(today).schools if school.district == "Петропавловск"]
    covers = {school_id: read_cover(facts[school_id]) for school_id in city}
    late = [school_id for school_id in city if covers[school_id].state(date(2023, 2, 23)) is State.UNCOVERED]
    assert (len(city), len(late)) == (42, 15)
    assert all(covers[school_id].state(date(2023, 1, 9)) is State.UNCOVERED for school_id in late)
    assert {covers[school_id].state(date(2023, 2, 28)) for school_id in city} == {State.COVERED}
    signed = {line.signed_on for each in late for line in facts[each].lines if line.start_on.year == 2023}
    assert min(filter(None, signed)) >= date(2023, 2, 24)
    assert max(filter(None, signed)) <= date(2023, 2, 28)


def test_the_figures_agree_with_the_published_table() -> None:
    if not FIGURES.exists():
        pytest.skip("the published figures are not beside the project")
    with FIGURES.open(encoding="utf-8", newline="") as table:
        published = [row for row in csv.DictReader(table) if row["date"] == STATEMENT.isoformat()]
    schools, buying = register(AUTUMN).schools, in_procurement(AUTUMN)
    for row in published:
        region = REGION_OF.get(row["area"])
        if region and row["denominator"]:
            members = [school for school in schools if school.region == region]
            assert integrated(members, STATEMENT) == int(row["numerator"])
            assert len(members) == int(row["denominator"])
        elif region:
            assert buying[region] == int(row["numerator"])
    assert len(published) == 9


def test_the_same_day_gives_the_same_register() -> None:
    assert demo_register(today=AUTUMN) == register(AUTUMN)


def test_a_day_before_the_story_begins_gives_its_first_day() -> None:
    assert demo_register(today=date(2020, 1, 1)) == register(date(2023, 4, 1))


@pytest.mark.parametrize("today", DAYS)
def test_every_row_is_possible(today: date) -> None:
    rows = register(today)
    for line in rows.contracts:
        assert line.end_on is None or line.end_on >= line.start_on
        assert line.signed_on is not None
        assert line.signed_on <= today
        assert line.terminated_on is None or line.start_on <= line.terminated_on <= today
        assert (line.amount or 1) > 0
    for tender in rows.tenders:
        course = (tender.published_on, tender.bids_close_on, tender.results_on, tender.ended_on)
        assert all(earlier <= later for earlier, later in pairwise(filter(None, course)))
        assert all(day is None or day <= today for day in (tender.published_on, tender.ended_on))
        assert (tender.ended_on is not None) == (
            tender.status not in (TenderStatus.PLANNED, TenderStatus.ACTIVE)
        )
    assert all(event.on <= today for event in rows.events)


@pytest.mark.parametrize("today", DAYS)
def test_every_key_is_unique_and_every_reference_leads_somewhere(today: date) -> None:
    rows = register(today)
    for kind in (rows.schools, rows.contracts, rows.tenders, rows.events):
        assert len({row.key for row in kind}) == len(kind)
    schools = {school.school_id for school in rows.schools}
    tenders = {(tender.tender_number, tender.school_id) for tender in rows.tenders}
    contracts = {(line.contract_number, line.school_id) for line in rows.contracts}
    numbers = {number for number, _ in tenders}
    assert {line.school_id for line in rows.contracts} <= schools
    assert {(line.tender_number, line.school_id) for line in rows.contracts if line.tender_number} <= tenders
    extended = {
        (line.extends_contract_number, line.school_id)
        for line in rows.contracts
        if line.extends_contract_number
    }
    assert extended <= contracts
    assert {
        tender.repeats_tender_number for tender in rows.tenders if tender.repeats_tender_number
    } <= numbers
    assert {event.tender_number for event in rows.events} <= numbers


def test_every_number_of_an_organisation_proves_itself() -> None:
    rows = register(AUTUMN)
    numbers = {school.bin or "" for school in rows.schools}
    numbers |= {line.supplier_bin or "" for line in rows.contracts}
    numbers |= {line.buyer_bin or "" for line in rows.contracts}
    numbers |= {tender.organiser_bin or "" for tender in rows.tenders}
    assert all(map(is_organisation, numbers))


def test_one_contract_says_the_same_of_all_its_schools() -> None:
    terms = defaultdict(set)
    for line in register(AUTUMN).contracts:
        terms[line.contract_number].add(
            (
                line.status,
                line.kind,
                line.signed_on,
                line.start_on,
                line.end_on,
                line.amount,
                line.supplier_bin,
            )
        )
    assert {len(each) for each in terms.values()} == {1}
    assert len(terms) < len(register(AUTUMN).contracts) / 2


def test_a_school_is_named_once_in_its_district_in_both_languages() -> None:
    schools = register(AUTUMN).schools
    assert len({school.region for school in schools}) == 20
    for name in ("name", "name_kk", "name_ru"):
        known = {(school.region, school.district, getattr(school, name)) for school in schools}
        assert len(known) == len(schools)
    assert all(school.officer_email and school.officer_email.endswith("@example.org") for school in schools)


@pytest.mark.parametrize("today", DAYS)
def test_todays_board_has_every_state_and_most_schools_are_covered(today: date) -> None:
    states = Counter(each.state for each in assessed(today).values())
    assert states[State.COVERED] > 0.9 * 6936
    assert 60 <= states[State.UNCOVERED] <= 500
    assert 100 <= states[State.INTERIM] <= 400
    assert 20 <= states[State.UNKNOWN] <= 60


@pytest.mark.parametrize("today", [AUTUMN, date(2027, 1, 15)])
def test_every_flag_is_raised_today(today: date) -> None:
    flags = Counter(kind for each in assessed(today).values() for kind in each.kinds)
    assert set(flags) == set(FlagKind)


def test_tenders_stand_in_every_stage_and_some_are_suspended_failed_or_repeated() -> None:
    shown = [each.tender for each in assessed(AUTUMN).values() if each.tender]
    assert {tender.stage for tender in shown if tender.stage} == set(Stage)
    assert 20 <= sum(tender.suspended for tender in shown) <= 100
    assert 100 <= sum(tender.is_stalled for tender in shown) <= 700
    assert {tender.status for tender in shown} == set(TenderStatus)
    live = {tender.number for tender in shown if tender.stage}
    repeats = {row.tender_number for row in register(AUTUMN).tenders if row.repeats_tender_number}
    assert live & repeats


def test_the_end_of_the_year_is_a_cliff_with_next_years_contracts_partly_signed() -> None:
    rows = register(AUTUMN)
    ending = sum(each.covered_until == date(2026, 12, 31) for each in assessed(AUTUMN).values())
    signed = {line.school_id for line in rows.contracts if line.start_on == date(2027, 1, 1)}
    bought = {tender.school_id for tender in rows.tenders if tender.wanted_from == date(2027, 1, 1)}
    assert ending > 2000
    assert len(signed) > 1000
    assert 200 < 6936 - len(bought) < 3000


def test_interims_answers_and_closed_schools_are_on_the_board() -> None:
    answers = [each.answer for each in assessed(AUTUMN).values() if each.answer]
    assert sum(answer.is_suggestion for answer in answers) > 100
    assert len({answer.reason for answer in answers}) >= 3
    kinds = Counter(line.kind for line in register(AUTUMN).contracts if line.end_on and line.end_on >= AUTUMN)
    assert min(kinds[ContractKind.EXTENSION], kinds[ContractKind.INTERIM]) >= 20
    assert 3 <= sum(school.closed_on is not None for school in register(AUTUMN).schools) <= 30


def test_the_register_has_the_size_of_a_country() -> None:
    rows = register(AUTUMN)
    assert 30_000 < len(rows.contracts) < 45_000
    assert 25_000 < len(rows.tenders) < 40_000
    assert 2_000 < len(rows.events) < 10_000
