"""RGN-4 and RGN-5: a file changes what its person may change; all else is unknown to her, and stays so."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.office import Office
from tests.regions.country import (
    BIN_B,
    CANARIES,
    CONTRACT_B,
    DISTRICT_A,
    SCHOOL_A,
    SCHOOL_B,
    SCHOOL_NONE,
    TENDER_A,
    TENDER_B,
    A,
    B,
    of_b,
    settle,
)
from tests.web.register import day
from tracker.domain.errors import ConfirmationNeeded
from tracker.domain.register import RegisterKind, SchoolRow, TenderRow
from tracker.domain.vocabulary import TenderStatus
from tracker.services.importing import Preview
from tracker.store.scope import EVERYTHING, Scope

HEAD = Scope.of(A)
OF_DISTRICT = Scope(frozenset(), frozenset({(A, DISTRICT_A)}))
OF_SCHOOL = Scope(frozenset(), schools=frozenset({SCHOOL_A}))
OFFICER = Scope(frozenset(), officer="officer-a@example.kz")
TOKEN = Scope(frozenset({A, B}), within=frozenset({A}))
SCOPES = {"head": HEAD, "district": OF_DISTRICT, "school": OF_SCHOOL, "officer": OFFICER, "token": TOKEN}

SCHOOLS, CONTRACTS, TENDERS, EVENTS = RegisterKind

UNKNOWN = "990740000999"
"""A school that nobody has."""

FOREIGN = {
    "a school": (SCHOOLS, f"school_id;name\n{SCHOOL_B};X\n"),
    "a school without a region": (SCHOOLS, f"school_id;name;region\n{SCHOOL_NONE};X;{A}\n"),
    "a school brought over": (SCHOOLS, f"school_id;name;region\n{SCHOOL_B};X;{A}\n"),
    "one's own school sent away": (SCHOOLS, f"school_id;name;region\n{SCHOOL_A};X;{B}\n"),
    "one's own school sent nowhere": (SCHOOLS, f"school_id;name;region\n{SCHOOL_A};X;\n"),
    "a new school elsewhere": (SCHOOLS, f"school_id;name;region\n{UNKNOWN};X;{B}\n"),
    "a new school nowhere": (SCHOOLS, f"school_id;name\n{UNKNOWN};X\n"),
    "a new school elsewhere with oneself as officer": (
        SCHOOLS, f"school_id;name;region;officer_email\n{UNKNOWN};X;{B};officer-a@example.kz\n"
    ),
    "a contract": (CONTRACTS, f"contract_number;school_id;start_on\n{CONTRACT_B};{SCHOOL_B};2027-01-01\n"),
    "a new contract": (CONTRACTS, f"contract_number;school_id;start_on\nNEW;{SCHOOL_B};2027-01-01\n"),
    "a tender": (TENDERS, f"tender_number;school_id;status\n{TENDER_B};{SCHOOL_B};cancelled\n"),
    "a new tender": (TENDERS, f"tender_number;school_id;status\nNEW;{SCHOOL_B};active\n"),
    "one's own school in a tender of others": (
        TENDERS, f"tender_number;school_id;status\n{TENDER_B};{SCHOOL_A};active\n"
    ),
    "an event": (EVENTS, f"tender_number;event;on\n{TENDER_B};appeal;2027-01-14\n"),
    "a changed event": (EVENTS, f"tender_number;event;on;note\n{TENDER_B};evaluation;2026-12-25;X\n"),
}  # fmt: skip
"""Files that would touch what a person of A may not."""


@pytest.fixture
def office(country: Engine) -> Office:
    """Both regions, on each kind of database, as the application opens it."""
    return Office(country)


def told(found: Preview) -> list[tuple[int, str | None, str]]:
    """The rejections of a report."""
    return [(issue.row, issue.column, issue.code) for issue in found.issues]


@pytest.mark.parametrize("who", SCOPES)
@pytest.mark.parametrize("what", FOREIGN)
def test_what_lies_outside_is_rejected_shown_to_nobody_and_stays(office: Office, who: str, what: str) -> None:
    kind, data = FOREIGN[what]
    before = (office.facts(), office.stored(), office.flags())
    found = office.preview(kind, data, scope=SCOPES[who])
    assert (found.new, found.changed, found.same, found.rejected) == (0, 0, 0, 1)
    assert found.changes == ()
    asked = data.encode()
    assert [each for each in CANARIES if each in repr(found) and each.encode() not in asked] == []
    written = office.take_in(kind, data, skip_bad_rows=True, confirmed=True, scope=SCOPES[who])
    assert (written.rejected, written.new, written.changed) == (1, 0, 0)
    assert (office.facts(), office.stored(), office.flags()) == before


@pytest.mark.parametrize(
    ("kind", "data", "foreign", "unknown"),
    [
        (CONTRACTS, "contract_number;school_id;start_on\nNEW;{};2027-01-01\n", SCHOOL_B, UNKNOWN),
        (TENDERS, "tender_number;school_id;status\nNEW;{};active\n", SCHOOL_B, UNKNOWN),
        (EVENTS, "tender_number;event;on\n{};appeal;2027-01-14\n", TENDER_B, "T-999"),
        (CONTRACTS, "contract_number;school_id;start_on\nNEW;{};no day\n", SCHOOL_B, UNKNOWN),
        (SCHOOLS, "school_id;name;region\n{};X;71\n", SCHOOL_B, UNKNOWN),
        (SCHOOLS, "school_id;name\n{};X\n", SCHOOL_B, UNKNOWN),
    ],
)
def test_a_foreign_name_and_an_unknown_one_are_rejected_with_the_same_words(
    office: Office, kind: RegisterKind, data: str, foreign: str, unknown: str
) -> None:
    known, nobody = (office.preview(kind, data.format(name), scope=HEAD) for name in (foreign, unknown))
    assert repr(known.issues).replace(foreign, unknown) == repr(nobody.issues)
    assert (known.rejected, known.notices) == (nobody.rejected, nobody.notices)


def test_each_rejection_names_its_column(office: Office) -> None:
    data = (
        f"school_id;name;region\n{SCHOOL_A};X;{B}\n{UNKNOWN};X;{B}\n{SCHOOL_B};X;{A}\n990740000111;Жаңа;{A}\n"
    )
    assert told(office.preview(SCHOOLS, data, scope=HEAD)) == [
        (2, "region", "out_of_reach"),
        (3, "region", "out_of_reach"),
        (4, "school_id", "out_of_reach"),
    ]
    away = f"school_id;name;district\n{SCHOOL_A};X;Elsewhere\n"
    assert told(office.preview(SCHOOLS, away, scope=OF_DISTRICT)) == [(2, "district", "out_of_reach")]
    left = f"school_id;name;officer_email\n{SCHOOL_A};X;other@example.kz\n"
    assert told(office.preview(SCHOOLS, left, scope=OFFICER)) == [(2, "officer_email", "out_of_reach")]


@pytest.mark.parametrize("who", SCOPES)
def test_ones_own_school_is_changed_and_judged(office: Office, who: str) -> None:
    scope = SCOPES[who]
    data = f"contract_number;school_id;start_on;end_on\nNEW;{SCHOOL_A};2027-01-01;2027-12-31\n"
    assert office.take_in(CONTRACTS, data, scope=scope).new == 1
    office.take_in(SCHOOLS, f"school_id;name\n{SCHOOL_A};Жаңа атау\n", scope=scope)
    office.take_in(EVENTS, f"tender_number;event;on\n{TENDER_A};appeal;2027-01-14\n", scope=scope)
    school = office.rows(SCHOOLS)[(SCHOOL_A,)]
    assert isinstance(school, SchoolRow)
    assert (school.name, school.region) == ("Жаңа атау", A)
    state = next(kept.state for kept in office.stored() if kept.school_id == SCHOOL_A)
    assert state == "covered"
    assert office.differing() == ()


def test_a_new_school_comes_to_ones_own_region_or_district(office: Office) -> None:
    new = f"school_id;name;region;district\n990740000111;Жаңа;{A};{DISTRICT_A}\n"
    assert office.preview(SCHOOLS, new, scope=OFFICER).rejected == 1
    assert office.preview(SCHOOLS, new, scope=OF_SCHOOL).rejected == 1
    assert office.take_in(SCHOOLS, new, scope=OF_DISTRICT).new == 1
    other = new.replace("111", "112").replace(DISTRICT_A, "Elsewhere")
    assert office.preview(SCHOOLS, other, scope=OF_DISTRICT).rejected == 1
    assert office.take_in(SCHOOLS, other, scope=HEAD).new == 1


def test_of_a_shared_tender_ones_own_line_is_changed_and_its_events_are_not(office: Office) -> None:
    settle(office.engine, TenderRow(TENDER_B, SCHOOL_A, TenderStatus.ACTIVE), source="shared", hours=3)
    line = f"tender_number;school_id;status\n{TENDER_B};{SCHOOL_A};cancelled\n"
    assert office.take_in(TENDERS, line, scope=HEAD).changed == 1
    assert office.take_in(EVENTS, FOREIGN["an event"][1], scope=HEAD, skip_bad_rows=True).rejected == 1
    theirs = office.rows(TENDERS)[(TENDER_B, SCHOOL_B, "channel")]
    assert isinstance(theirs, TenderRow)
    assert theirs.status is TenderStatus.ACTIVE
    assert office.take_in(EVENTS, FOREIGN["an event"][1]).new == 1
    assert office.differing() == ()


def test_what_must_be_confirmed_is_counted_within_reach(office: Office) -> None:
    """Three ended contracts of sixty are nothing in the country, and everything in the region."""
    many = "".join(f"K-{number};{SCHOOL_B};2026-0{1 + number % 9}-01;2027-12-31\n" for number in range(60))
    own = "".join(f"L-{number};{SCHOOL_A};2026-01-01;2027-12-31\n" for number in range(3))
    titles = "contract_number;school_id;start_on;end_on\n"
    office.take_in(CONTRACTS, titles + many + own, confirmed=True)
    ended = titles + own.replace("2027-12-31", "2026-12-31")
    assert office.preview(CONTRACTS, ended).danger is None
    danger = office.preview(CONTRACTS, ended, scope=HEAD).danger
    assert danger is not None
    assert (danger.ended, danger.known) == (3, 4)
    with pytest.raises(ConfirmationNeeded):
        office.take_in(CONTRACTS, ended, scope=HEAD)


def test_columns_that_are_no_facts_of_a_school_stay_words_of_the_file(office: Office) -> None:
    """RGN-5: nothing that the program keeps for itself can be said by a file."""
    titles = "region_id;role;id;created_by;recorded_at;is_admin;superseded_seq;recorded_seq;search;state"
    data = f"school_id;name;{titles}\n{SCHOOL_A};X;{B};admin;1;root;2000-01-01;1;1;1;found;covered\n"
    before = {key: row for key, row in office.rows(SCHOOLS).items() if key != (SCHOOL_A,)}
    assert office.take_in(SCHOOLS, data, scope=HEAD).changed == 1
    after = office.rows(SCHOOLS)
    school = after.pop((SCHOOL_A,))
    assert isinstance(school, SchoolRow)
    assert school.region == A
    assert dict(school.extra)["role"] == "admin"
    assert after == before


def test_a_file_gives_the_same_report_whether_the_other_region_exists_or_not(locked: Engine) -> None:
    """RGN-2 for files, but for names that others have taken (docs/decisions.md)."""
    settle(locked, *of_a_alone(), source="a")
    office = Office(locked)
    files = [
        (SCHOOLS, f"school_id;name;region\n{SCHOOL_A};X;{A}\n{UNKNOWN};Y;{A}\n"),
        (CONTRACTS, f"contract_number;school_id;start_on\n{CONTRACT_B};{SCHOOL_A};2027-01-01\n"),
        (
            CONTRACTS,
            f"contract_number;school_id;start_on;tender_number\nN;{SCHOOL_A};2027-01-01;{TENDER_B}\n",
        ),
        (EVENTS, f"tender_number;event;on\n{TENDER_B};appeal;2027-01-14\n"),
        (SCHOOLS, f"school_id;name;bin;region\n{UNKNOWN};Y;{BIN_B};{A}\n"),
    ]
    alone = [office.preview(kind, data, scope=HEAD) for kind, data in files]
    settle(locked, *of_b(), source="b", hours=1)
    assert [office.preview(kind, data, scope=HEAD) for kind, data in files] == alone


def of_a_alone() -> tuple[SchoolRow | TenderRow, ...]:
    """A school and a tender of the first region."""
    return (
        SchoolRow(SCHOOL_A, "Алма", region=A, district=DISTRICT_A, needed_from=day("2026-01-01")),
        TenderRow(TENDER_A, SCHOOL_A, TenderStatus.ACTIVE),
    )


def test_whoever_sees_everything_may_change_everything(office: Office) -> None:
    moved = f"school_id;name;region\n{SCHOOL_B};X;{A}\n"
    assert office.take_in(SCHOOLS, moved, scope=EVERYTHING).changed == 1
