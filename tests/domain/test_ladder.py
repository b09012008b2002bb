"""The people of a school stand in ranks: officers, the department, its head, the ministry."""

from __future__ import annotations

from datetime import date

from tests.builders import day
from tracker.domain.days import BEGINNING
from tracker.domain.ladder import UNMOVED, Ladder, Moved, reached
from tracker.domain.people import NOWHERE, Person, Reach
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import Recipient
from tracker.domain.roles import Role

SCHOOL = SchoolRow("S-1", "№ 1", region="59", district="Есиль", officer_email="Own@Example.org")
ELSEWHERE = SchoolRow("S-2", "№ 2", region="63", district="Есиль")
REGION = Reach(regions=frozenset({"59"}))
DISTRICT = Reach(districts=frozenset({("59", "Есиль")}))
ONE_SCHOOL = Reach(schools=frozenset({"S-1"}))


def a_person(number: int, role: Role, reach: Reach = NOWHERE, email: str | None = None) -> Person:
    return Person(number, email or f"{number}@example.org", "A Person", role, reach=reach)


def ranks(*people: Person, school: SchoolRow = SCHOOL) -> list[list[int]]:
    """The numbers of the people of each rank."""
    return [[each.person for each in rank] for rank in Ladder(people).ranks(school)]


def test_officers_come_first_then_the_department_its_head_and_the_ministry() -> None:
    people = (
        a_person(4, Role.MINISTRY),
        a_person(3, Role.HEAD, REGION),
        a_person(2, Role.REVIEWER, REGION),
        a_person(1, Role.OFFICER, DISTRICT),
    )
    assert ranks(*people) == [[1], [2], [3], [4]]


def test_an_officer_answers_for_a_region_a_district_a_school_or_the_school_that_names_her() -> None:
    people = (
        a_person(1, Role.OFFICER, REGION),
        a_person(2, Role.OFFICER, DISTRICT),
        a_person(3, Role.OFFICER, ONE_SCHOOL),
        a_person(4, Role.OFFICER, email="own@example.org"),
        a_person(5, Role.OFFICER),
    )
    assert ranks(*people)[0] == [1, 2, 3, 4]


def test_only_an_officer_is_found_by_the_address_that_a_school_names() -> None:
    assert ranks(a_person(2, Role.REVIEWER, email="own@example.org")) == [[], [], [], []]


def test_people_of_another_region_are_told_nothing_also_where_a_district_has_the_same_name() -> None:
    people = (
        a_person(1, Role.OFFICER, DISTRICT),
        a_person(2, Role.REVIEWER, REGION),
        a_person(3, Role.MINISTRY),
    )
    assert ranks(*people, school=ELSEWHERE) == [[], [], [], [3]]


def test_who_only_reads_or_runs_the_service_is_in_no_rank() -> None:
    assert ranks(a_person(1, Role.AUDITOR), a_person(2, Role.ADMIN)) == [[], [], [], []]


def test_a_person_stands_in_her_rank_once_and_answers_since_the_day_she_was_given_it() -> None:
    both = Reach(regions=frozenset({"59"}), schools=frozenset({"S-1"}))
    ladder = Ladder([a_person(1, Role.OFFICER, both)], {1: day("2026-12-01")})
    assert ladder.ranks(SCHOOL)[0] == (Recipient(1, day("2026-12-01")),)


def test_rem_5_who_is_reached_by_nothing_is_passed_over_unless_nobody_else_is_left() -> None:
    officer, head = a_person(1, Role.OFFICER, REGION), a_person(3, Role.HEAD, REGION)

    def left(*unreached: int) -> list[list[int]]:
        found = Ladder((officer, head), unreached=unreached).ranks(SCHOOL)
        return [[each.person for each in rank] for rank in found if rank]

    assert left() == [[1], [3]]
    assert left(1) == [[3]]
    assert left(1, 3) == [[1], [3]]


def test_somebody_answers_for_a_place_since_it_was_given_to_her_or_the_school_came_to_it() -> None:
    both = Reach(regions=frozenset({"59"}), schools=frozenset({"S-1"}))
    officer = a_person(1, Role.OFFICER, both, email="own@example.org")
    account, given, came, named = (day(f"2026-{month}-01") for month in ("01", "05", "07", "09"))

    def since(*, gave: str = "", moved: Moved = UNMOVED) -> date:
        later = {(1, reached("59")): given, (1, reached(school_id="S-1")): day("2026-12-01")} if gave else {}
        ladder = Ladder([officer], {1: account}, given=later, moved={"S-1": moved})
        return ladder.ranks(SCHOOL)[0][0].since

    assert since() == account
    assert since(moved=Moved(came, came, named)) == account, "the school itself was given to her before"
    assert since(gave="later", moved=Moved(came, came, named)) == came, (
        "the first of the ways that lead to her"
    )
    assert since(gave="later", moved=Moved(BEGINNING, came, named)) == given
    assert since(gave="later") == account, "the register named her all the time"
