"""Whom to call about a school, also where the register names nobody."""

from __future__ import annotations

from tests.people import a_person
from tests.web.register import a_school
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.web.casework import Contacts

SCHOOL = "990740000001"
GIVEN = a_person(Role.OFFICER, name="given", reach=Reach(schools=frozenset({SCHOOL})))
NAMED = a_person(Role.OFFICER, name="named")
NEAR = a_person(Role.OFFICER, "59", name="near")


def test_whoever_was_given_the_school_is_its_officer_where_the_register_names_none() -> None:
    school = a_school(SCHOOL, "Әйтеке")
    found = Contacts.of(school, [NEAR, NAMED, GIVEN])
    assert (found.officer, found.officer_email) == (GIVEN, GIVEN.email)
    assert Contacts.of(school, [NEAR]).officer_email == ""


def test_whom_the_register_names_comes_first_also_without_an_account() -> None:
    named = a_school(SCHOOL, "Әйтеке", officer_email=NAMED.email)
    assert Contacts.of(named, [GIVEN, NAMED]).officer == NAMED
    without = Contacts.of(named, [GIVEN])
    assert (without.officer, without.officer_email) == (None, NAMED.email)
