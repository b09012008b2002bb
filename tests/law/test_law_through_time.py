"""What the law says on a day, and that every value says where it comes from."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest

from tracker.domain.days import BEGINNING, FOREVER
from tracker.domain.policy import (
    CLAUSES,
    STAGE_CLAUSES,
    Clause,
    DutyStart,
    Policy,
    Route,
    Version,
    Words,
    stale_readings,
)
from tracker.domain.vocabulary import COURSE, ConditionId, Language, Method, RouteId, Service, Stage
from tracker.law.loader import BUNDLED, POLICY_FILE, load_policy

LAST_DAY_OF_OLD_LAW = date(2024, 12, 31)
FIRST_DAY_OF_NEW_LAW = date(2025, 1, 1)
MINISTERS_DAY = date(2023, 3, 7)
A_JANUARY_DAY = date(2027, 1, 15)

POLICY = load_policy()


def stage_days(day: date, method: Method) -> list[int]:
    law = POLICY.on(day)
    return [law.limit(method, stage).days for stage in COURSE[method] if stage is not Stage.PLANNED]


def routes(day: date) -> list[RouteId]:
    return [route.id for route in POLICY.on(day).routes]


def route(day: date, id: RouteId) -> Route:
    return next(route for route in POLICY.on(day).routes if route.id is id)


def test_an_open_tender_takes_twenty_working_days_under_the_present_law_and_longer_under_the_old_one() -> (
    None
):
    assert stage_days(FIRST_DAY_OF_NEW_LAW, Method.OPEN_TENDER) == [3, 5, 3, 3, 6]
    assert stage_days(LAST_DAY_OF_OLD_LAW, Method.OPEN_TENDER) == [5, 15, 20, 5, 8]


@pytest.mark.parametrize(
    ("method", "old", "new"),
    [
        (Method.PRICE_QUOTATION, [5, 0, 8], [2, 0, 6]),
        (Method.SINGLE_SOURCE, [3, 1, 5], [3, 1, 5]),
        (Method.AFTER_FAILURE, [6, 2, 6], [6, 2, 6]),
        (Method.OTHER, [5, 15, 20, 5, 8], [3, 5, 3, 3, 6]),
    ],
)
def test_every_other_method_has_its_own_limits_on_both_sides_of_the_change(
    method: Method, old: list[int], new: list[int]
) -> None:
    assert stage_days(LAST_DAY_OF_OLD_LAW, method) == old
    assert stage_days(FIRST_DAY_OF_NEW_LAW, method) == new


def test_the_press_release_is_cited_for_the_old_price_quotations() -> None:
    version = POLICY.clauses["stage.price_quotation.bids"].on(LAST_DAY_OF_OLD_LAW)
    assert version.source == POLICY.sources["press-vko-972091"]


@pytest.mark.parametrize("day", [MINISTERS_DAY, LAST_DAY_OF_OLD_LAW])
def test_under_the_old_law_the_two_month_single_source_contract_stands_first(day: date) -> None:
    assert routes(day) == [
        RouteId.SINGLE_SOURCE,
        RouteId.EXTENSION,
        RouteId.SMALL_VALUE,
        RouteId.AFTER_FAILURE,
    ]
    assert route(day, RouteId.SINGLE_SOURCE).conditions == (
        ConditionId.PURCHASE_UNDER_WAY,
        ConditionId.SECURITY_SERVICE,
        ConditionId.VOLUME_LIMIT,
    )
    assert route(day, RouteId.SINGLE_SOURCE).is_assumed


@pytest.mark.parametrize("day", [FIRST_DAY_OF_NEW_LAW, A_JANUARY_DAY])
def test_under_the_present_law_extending_the_contract_stands_first(day: date) -> None:
    assert routes(day) == [
        RouteId.EXTENSION,
        RouteId.SINGLE_SOURCE,
        RouteId.SMALL_VALUE,
        RouteId.AFTER_FAILURE,
    ]
    assert not any(route.is_assumed for route in POLICY.on(day).routes)


def test_the_present_single_source_contract_needs_a_refusal_and_january_or_a_new_customer() -> None:
    single_source = route(A_JANUARY_DAY, RouteId.SINGLE_SOURCE)
    assert {ConditionId.SUPPLIER_REFUSED, ConditionId.FIRST_MONTH} < set(single_source.conditions)
    assert single_source.alternative == (ConditionId.CUSTOMER_CREATED,)
    assert POLICY.on(A_JANUARY_DAY).first_months == 1


def test_the_shortest_term_binds_interim_contracts_only_since_the_present_law() -> None:
    bound = {
        day: [r.id for r in POLICY.on(day).routes if ConditionId.MINIMUM_TERM in r.conditions]
        for day in (LAST_DAY_OF_OLD_LAW, FIRST_DAY_OF_NEW_LAW)
    }
    assert bound[LAST_DAY_OF_OLD_LAW] == []
    assert bound[FIRST_DAY_OF_NEW_LAW] == [RouteId.EXTENSION, RouteId.SINGLE_SOURCE, RouteId.SMALL_VALUE]


def test_the_report_is_owed_in_ten_working_days_under_the_old_law_and_in_five_since() -> None:
    reports = [
        duty.working_days
        for day in (LAST_DAY_OF_OLD_LAW, FIRST_DAY_OF_NEW_LAW)
        for duty in route(day, RouteId.SINGLE_SOURCE).duties
        if duty.id == "report" and duty.counted_from is DutyStart.SIGNED
    ]
    assert reports == [10, 5]


def test_the_interim_cap_is_two_months_on_every_day() -> None:
    for day in (date(2016, 1, 1), LAST_DAY_OF_OLD_LAW, FIRST_DAY_OF_NEW_LAW, date(2060, 2, 29)):
        assert POLICY.on(day).interim_cap_months == 2
        assert POLICY.on(day).cap_is_final


@pytest.mark.parametrize(
    ("year", "tenge"), [(2023, 3450), (2024, 3692), (2025, 3932), (2026, 4325), (2027, 4325)]
)
def test_the_calculation_index_changes_on_the_first_of_january(year: int, tenge: int) -> None:
    assert POLICY.on(date(year, 1, 1)).mci_tenge == tenge
    assert POLICY.on(date(year, 12, 31)).mci_tenge == tenge


def test_the_index_of_2027_is_marked_as_not_read() -> None:
    mci = POLICY.clauses["mci"]
    assert not mci.on(date(2026, 12, 31)).is_assumed
    assert mci.on(date(2027, 1, 1)).is_assumed


def test_house_values_are_the_ones_the_rules_name() -> None:
    law = POLICY.on(A_JANUARY_DAY)
    assert (law.warn_ending_days, law.warn_interim_ending_days) == (60, 21)
    assert (law.stale_days, law.tenderless_days) == (90, 30)
    assert (law.percentile_tenders, law.late_allowance) == (10, 5)
    assert (law.minimum_term_days, law.decision_days, law.small_value_mci) == (15, 2, 500)
    assert law.longest_term_years == 10
    assert law.limit(Method.OPEN_TENDER, Stage.PLANNED).days == 5


def test_the_days_on_which_something_changes_are_known() -> None:
    assert POLICY.change_days == tuple(date(year, 1, 1) for year in (2024, 2025, 2026, 2027))
    assert POLICY.on(date(2025, 1, 1)) is POLICY.on(date(2025, 12, 31))


def test_every_stage_of_every_method_names_a_clause_that_exists() -> None:
    law = POLICY.on(A_JANUARY_DAY)
    for method, stage, clause in STAGE_CLAUSES:
        assert law.limit(method, stage).clause == clause
        assert clause in POLICY.clauses


def test_the_law_needs_exactly_the_clauses_it_says_it_needs() -> None:
    only_needed = {id: clause for id, clause in POLICY.clauses.items() if id in CLAUSES}
    bare = Policy(POLICY.sources, only_needed, (), (), "", BEGINNING, ())
    assert bare.on(A_JANUARY_DAY).interim_cap_months == 2
    assert {duty.clause for r in POLICY.routes for duty in r.duties} >= POLICY.clauses.keys() - CLAUSES


@pytest.mark.parametrize("clause", POLICY.clauses.values(), ids=POLICY.clauses.keys())
def test_a_clause_has_one_version_on_every_day_and_each_is_cited_or_assumed(clause: Clause) -> None:
    versions = clause.versions
    assert versions[0].span.start == BEGINNING
    assert versions[-1].span.stop == FOREVER
    for one, after in pairwise(versions):
        assert one.span.stop == after.span.start
    assert all(is_grounded(version) for version in versions)


@pytest.mark.parametrize("ground", POLICY.routes, ids=lambda r: f"{r.id}-{r.order}")
def test_a_route_is_cited_or_assumed(ground: Route) -> None:
    assert is_grounded(ground)


def is_grounded(thing: Version | Route) -> bool:
    cited = [thing.source, thing.at, thing.read_on]
    return all(cited) != thing.is_assumed and any(cited) != thing.is_assumed


def all_words() -> list[Words | None]:
    versions = [version for clause in POLICY.clauses.values() for version in clause.versions]
    found: list[Words | None] = [source.title for source in POLICY.sources.values()]
    found += [clause.about for clause in POLICY.clauses.values()]
    found += [words for version in versions for words in (version.assumed, version.note)]
    found += [words for r in POLICY.routes for words in (r.title, r.caution, r.assumed)]
    found += [duty.title for r in POLICY.routes for duty in r.duties]
    return found + [words for need in POLICY.daily_needs for words in (need.title, need.note)]


def test_every_text_of_the_law_speaks_three_languages() -> None:
    for words in filter(None, all_words()):
        assert set(words) == set(Language)
        assert len(set(words.values())) == len(Language)
        assert re.search("[а-яё]", words["ru"])
        assert not re.search("[а-яёәғқңөұүһі]", words["en"])


@pytest.mark.parametrize("phrase", ["временный договор", "уақытша шарт", "закон разрешает", "law permits"])
def test_no_text_claims_what_the_law_does_not_say(phrase: str) -> None:
    assert phrase not in (BUNDLED / POLICY_FILE).read_text(encoding="utf-8").lower()


def test_the_list_of_daily_needs_is_unknown_until_someone_checks_it() -> None:
    for service in Service:
        need = POLICY.listed(service)
        assert need is not None
        assert (need.listed, need.verified_on, need.verified_by) == (None, None, None)


def test_the_policy_is_read_once_and_named_by_its_content() -> None:
    assert load_policy() is POLICY
    assert re.fullmatch("sha256:[0-9a-f]{64}", POLICY.fingerprint)


def test_a_citation_is_stale_when_it_was_read_more_than_a_year_ago() -> None:
    assert stale_readings(POLICY, today=date(2027, 11, 22)) == ()
    stale = {reading.subject for reading in stale_readings(POLICY, today=date(2027, 11, 23))}
    assert {"interim.cap", "stage.open_tender.bids", RouteId.EXTENSION} <= stale
    assert "warn.ending_soon" not in stale
    assert "mci" not in stale


def test_when_an_import_must_be_confirmed_is_a_house_value_that_says_so() -> None:
    law = POLICY.on(A_JANUARY_DAY)
    assert (law.danger_percent, law.danger_rows) == (5, 3)
    for clause in ("import.danger_percent", "import.danger_rows"):
        assert POLICY.clauses[clause].on(A_JANUARY_DAY).is_assumed
